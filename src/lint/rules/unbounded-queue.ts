import type { Host } from '../../contracts/scenario/host.js';
import { sectionOf } from '../demand.js';
import type { Finding, Rule } from '../rule.js';
import { hasOnlyClosedUsers } from '../traffic.js';
import { yamlAt } from '../words.js';

/** A queue without a limit. */
export const unboundedQueue: Rule = {
  name: 'unbounded-queue',
  severity: 'warning',
  reason:
    'An unbounded queue turns every overload into waiting time, which stays long after the overload has ended.',
  remedy:
    'Give the queue a `capacity`, so that requests that cannot be served in time are rejected at once.',
  check({ scenario, hosts, graph }): readonly Finding[] {
    if (hasOnlyClosedUsers(scenario)) return [];
    return (
      hosts
        .filter(({ concurrency, queue }) => concurrency < Infinity && queue.capacity === Infinity)
        // The queue of a third party is not ours to limit.
        .filter((host) => !host.external && !isBounded(host) && graph.takenBy(host.name).length > 0)
        .map(({ name, concurrency }) => {
          const section = sectionOf(scenario, name);
          return {
            path: [section, name, 'queue', 'capacity'],
            entities: [name],
            message: `the queue of ${name} has no end`,
            measured: `unlimited places in front of ${concurrency} workers`,
            limit: 'a capacity, or a maxWait',
            fix: yamlAt([section, name], `queue: { capacity: ${concurrency} }`),
          };
        })
    );
  },
};

/** True if waits are limited, or the number of admitted requests is. */
function isBounded({ queue, admission }: Host): boolean {
  const { discipline, maxWaitNs } = queue;
  if (maxWaitNs !== null || (admission?.concurrencyLimit ?? null) !== null) return true;
  return discipline === 'adaptiveLifo' && queue.targetNs !== null;
}
