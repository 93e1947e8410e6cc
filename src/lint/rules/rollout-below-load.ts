import type { Service } from '../../contracts/scenario/services.js';
import { amountOf, type Rollout } from '../../contracts/scenario/rollouts.js';
import { rateOfInstance } from '../demand.js';
import { meanDemand, rateIn } from '../mixture.js';
import type { Finding, Rule } from '../rule.js';
import type { Subject } from '../subject.js';
import { formatRate } from '../../text/figures.js';
import { yamlAt } from '../words.js';

/** A rollout that leaves fewer replicas than the load needs. */
export const rolloutBelowLoad: Rule = {
  name: 'rollout-below-load',
  severity: 'warning',
  reason:
    'Old replicas stop before new ones are ready. Until those have started, the remaining replicas carry the entire load, and the backlog outlasts the rollout.',
  remedy: 'Keep all replicas available (`maxUnavailable: 0`), or run more of them.',
  check: (subject) =>
    [...subject.scenario.services.values()].flatMap((service) => judge(subject, service) ?? []),
};

function judge(subject: Subject, service: Service): Finding | null {
  const rollout = service.versions?.rollout ?? null;
  if (rollout === null) return null;
  const { name, replicas } = service;
  const missing = missingOf(rollout, replicas);
  const rate = rateIn(subject, name);
  const { holdNs, workNs } = meanDemand(subject, name);
  const each = rateOfInstance(service, holdNs, workNs);
  if (missing === 0 || !(rate > 0) || rate === Infinity || each === Infinity) return null;
  const room = (replicas - missing) * each;
  // Skips loads that all replicas together cannot carry either.
  if (rate <= room || rate > replicas * each) return null;
  const path = ['services', name, 'rollout'];
  return {
    path,
    entities: [name],
    message: `${replicas - missing} of ${replicas} replicas of ${name} are to carry its load while versions change`,
    measured: formatRate(rate),
    limit: `they do ${formatRate(room)}`,
    fix: yamlAt(path, fixOf(rollout, replicas)),
  };
}

/** A new replica must be ready before an old one stops. */
function fixOf({ kind, maxSurge }: Rollout, replicas: number): string {
  const none = 'maxUnavailable: 0';
  if (kind === 'recreate') return `kind: rolling\n${none}`;
  return amountOf(maxSurge, replicas, true) === 0 ? `maxSurge: 1\n${none}` : none;
}

/** Number of replicas that may be unavailable at a time. */
function missingOf(rollout: Rollout, replicas: number): number {
  const { kind, routing, maxSurge, maxUnavailable } = rollout;
  if (kind === 'recreate') return replicas;
  if (kind === 'blueGreen' || (kind === 'canary' && routing === 'weighted')) return 0;
  const isStuck = amountOf(maxSurge, replicas, true) + amountOf(maxUnavailable, replicas, false);
  return isStuck === 0 ? 1 : amountOf(maxUnavailable, replicas, false);
}
