import { shapesOf, type Service } from '../../contracts/scenario/services.js';
import type { Rollout } from '../../contracts/scenario/rollouts.js';
import { formatShare } from '../../text/figures.js';
import { ownErrorShare } from '../errors.js';
import type { Finding, Rule } from '../rule.js';
import { yamlAt } from '../words.js';

/** A version fails more than the one before from this share on. */
const WORSE = 0.01;

/** A rollout to a version that fails by steps of its own, which nothing takes back. */
export const rolloutUnwatched: Rule = {
  name: 'rollout-unwatched',
  severity: 'warning',
  reason:
    'Readiness says that an instance takes requests, not that they succeed. A rollout that waits for readiness alone gives every request to a version that fails.',
  remedy:
    'Give a part of the requests to the new version first, and let an `analysis` of its success roll back.',
  check: ({ scenario }) => [...scenario.services.values()].flatMap((own) => judge(own) ?? []),
};

function judge(service: Service): Finding | null {
  const { name, versions } = service;
  const rollout = versions?.rollout ?? null;
  if (rollout === null || rollout.analysis !== null) return null;
  const shapes = shapesOf(service);
  const { name: next } = versions!.others[rollout.to]!;
  const [before, after] = [worst(shapes[0]!), worst(shapes[rollout.to + 1]!)];
  if (after - before < WORSE) return null;
  const path = ['services', name, 'rollout'];
  return {
    path,
    entities: [name],
    message: `${name} goes to ${next}, which fails more than ${versions!.first}, and no analysis stops that`,
    measured: `${formatShare(after)} of the requests of ${next} fail by its own steps, ${formatShare(before)} before`,
    limit: `less than ${formatShare(WORSE)} more, or an analysis`,
    fix: yamlAt(path, fixOf(rollout)),
  };
}

/** Largest share of the requests of an endpoint that fail by its own steps. */
function worst({ endpoints }: Service): number {
  return Math.max(0, ...[...endpoints.values()].map(({ steps }) => ownErrorShare(steps)));
}

function fixOf({ kind }: Rollout): string {
  const analysis = 'analysis: { expect: [ canary.success >= 99% ], interval: 30s }';
  if (kind !== 'rolling' && kind !== 'recreate') return analysis;
  const steps = 'steps: [ { weight: 25% }, { pause: 1m } ]';
  return `kind: canary\nrouting: replicas\n${steps}\n${analysis}`;
}
