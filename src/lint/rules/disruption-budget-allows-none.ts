import type { Host } from '../../contracts/scenario/host.js';
import { neededOf, type DisruptionBudget } from '../../contracts/scenario/nodes.js';
import { plural } from '../../text/words.js';
import { sectionOf } from '../demand.js';
import type { Finding, Rule } from '../rule.js';
import { yamlAt } from '../words.js';

/** A disruption budget that is used up while every replica is ready, so that a drain waits for good. */
export const disruptionBudgetAllowsNone: Rule = {
  name: 'disruption-budget-allows-none',
  severity: 'warning',
  // kubernetes.io, docs/tasks/run-application/configure-pdb: maxUnavailable of 0, or minAvailable of all replicas.
  reason:
    'The eviction of every pod is refused, so `kubectl drain` of its node does not end, and neither does an upgrade of the cluster.',
  remedy: 'Let one replica go at a time, and run one more than users need.',
  check: ({ hosts, scenario }) =>
    hosts.flatMap((host) => findingsOf(host, sectionOf(scenario, host.name))),
};

function findingsOf(host: Host, section: string): readonly Finding[] {
  const { name, disruptionBudget: budget, autoscaling } = host;
  if (budget === null) return [];
  // An autoscaler that adds replicas makes room for an eviction; at its floor there is none.
  const replicas = autoscaling?.min ?? host.replicas;
  const kept = neededOf(budget, replicas);
  if (replicas === 0 || kept < replicas) return [];
  return [
    {
      path: [section, name, 'disruptionBudget', budget.keeps],
      entities: [name],
      message: `no drain may end an instance of ${name}`,
      measured: `${kept} of ${plural(replicas, 'replica')}${autoscaling === null ? '' : ', the fewest of its autoscaler,'} must stay ready`,
      limit: `at most ${replicas - 1}`,
      fix: yamlAt([section, name], changes(budget, replicas, autoscaling !== null)),
    },
  ];
}

/** One replica fewer must stay ready; a single one gets a second. */
function changes({ keeps }: DisruptionBudget, replicas: number, isScaled: boolean): string {
  const amount = keeps === 'maxUnavailable' ? 1 : Math.max(1, replicas - 1);
  const budget = `disruptionBudget: { ${keeps}: ${amount} }`;
  if (replicas > 1) return budget;
  return `${isScaled ? 'autoscaling: { min: 2 }' : 'replicas: 2'}\n${budget}`;
}
