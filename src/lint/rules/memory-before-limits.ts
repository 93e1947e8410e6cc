import type { Layer } from '../../contracts/scenario/policies.js';
import type { Host } from '../../contracts/scenario/host.js';
import { formatSize } from '../../contracts/quantities/size-text.js';
import type { Call } from '../calls.js';
import { mostOf, sectionOf } from '../demand.js';
import { policyTraits } from '../../patterns/registry.js';
import { layerOf } from '../layers.js';
import type { Finding, Rule } from '../rule.js';
import type { Subject } from '../subject.js';
import { hasOnlyClosedUsers } from '../traffic.js';
import { formatNumber } from '../../text/figures.js';
import { yamlAt } from '../words.js';

/** A process that runs out of memory before any limit refuses requests. */
export const memoryBeforeLimits: Rule = {
  name: 'memory-before-limits',
  severity: 'warning',
  reason:
    'When responses take long, the process runs out of memory and dies with all its requests. The remaining processes take over its load until they die too.',
  remedy:
    'Refuse the requests that do not fit into memory: limit requests in flight (`admission.concurrencyLimit`), or workers and queue together.',
  check({ scenario, hosts, graph }): readonly Finding[] {
    if (hasOnlyClosedUsers(scenario)) return [];
    return hosts.flatMap((host) => {
      const room = roomOf(host);
      const most = Math.min(heldAtMost(host), sentTo(graph.takenBy(host.name), scenario));
      // If the memory is too small for one request, no limit helps.
      if (room < 1 || most <= room || graph.takenBy(host.name).length === 0) return [];
      const section = sectionOf(scenario, host.name);
      return {
        path: [section, host.name, 'memory', 'limit'],
        entities: [host.name],
        message: `${host.name} runs out of memory before it refuses anything`,
        measured:
          most === Infinity ? 'requests without end' : `${formatNumber(most)} requests at once`,
        limit: `memory for ${formatNumber(room)} of ${formatSize(host.memory!.perRequest)}`,
        fix: yamlAt([section, host.name], `admission: { concurrencyLimit: { limit: ${room} } }`),
      };
    });
  },
};

/** Requests that fit into the memory of a process; Infinity if they use none. */
function roomOf({ memory }: Host): number {
  if (memory === null || memory.limit === Infinity || memory.perRequest === 0) return Infinity;
  return Math.floor((memory.limit - memory.base) / memory.perRequest);
}

/** Largest number of requests in a process: in its queue and in execution. */
function heldAtMost({ runtime, concurrency, queue, admission }: Host): number {
  // An event loop accepts other requests while one waits.
  const held = runtime === 'eventLoop' ? Infinity : concurrency + queue.capacity;
  return Math.min(held, letIn(admission?.concurrencyLimit ?? null));
}

/**
 * Largest number of requests in flight from all callers, by the bulkheads of their calls. All may reach one process.
 */
function sentTo(own: readonly Call[], scenario: Subject['scenario']): number {
  return own.reduce((sum, { caller, layers }) => {
    const layer = layerOf(layers, 'bulkhead');
    if (layer === undefined || layer.key !== null) return Infinity;
    return sum + policyTraits('bulkhead', layer).permits.calls * mostOf(scenario, caller);
  }, 0);
}

/** Largest number of requests that the admission limit allows. */
function letIn(limit: Layer | null): number {
  if (limit === null || limit.dryRun || limit.key !== null) return Infinity;
  return policyTraits('concurrencyLimit', limit).highest;
}
