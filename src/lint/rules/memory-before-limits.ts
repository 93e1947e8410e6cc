import type { Host, Layer } from '../../spec/scenario.js';
import { formatSize } from '../../spec/size-text.js';
import { mostOf, sectionOf } from '../demand.js';
import { policyTraits } from '../../patterns/registry.js';
import { layerOf } from '../layers.js';
import type { Finding, Rule } from '../rule.js';
import type { Subject } from '../subject.js';
import { hasOnlyClosedUsers } from '../traffic.js';
import { rounded, yamlAt } from '../words.js';

/** A process that its requests kill before any limit refuses them. */
export const memoryBeforeLimits: Rule = {
  name: 'memory-before-limits',
  severity: 'warning',
  reason:
    'When responses take long, the process runs out of memory and dies with all its requests. The remaining processes take over its load until they die too.',
  remedy:
    'Refuse the requests that do not fit into memory: limit requests in flight (`admission.concurrencyLimit`), or workers and queue together.',
  check({ scenario, calls }): readonly Finding[] {
    if (hasOnlyClosedUsers(scenario)) return [];
    return [...scenario.services.values(), ...scenario.gateways.values()].flatMap((host) => {
      const room = roomOf(host);
      const most = Math.min(heldAtMost(host), sentTo(host, calls, scenario));
      // Where not even one fits, no limit helps.
      if (room < 1 || most <= room || !calls.some((it) => it.callee === host.name)) return [];
      const section = sectionOf(scenario, host.name);
      return [
        {
          path: [section, host.name, 'memory', 'limit'],
          entities: [host.name],
          message: `${host.name} runs out of memory before it refuses anything`,
          measured:
            most === Infinity ? 'requests without end' : `${rounded(most)} requests at once`,
          limit: `memory for ${rounded(room)} of ${formatSize(host.memory!.perRequest)}`,
          fix: yamlAt([section, host.name], `admission: { concurrencyLimit: { limit: ${room} } }`),
        },
      ];
    });
  },
};

/** Requests that a process has memory for; Infinity where they take none. */
function roomOf({ memory }: Host): number {
  if (memory === null || memory.limit === Infinity || memory.perRequest === 0) return Infinity;
  return Math.floor((memory.limit - memory.base) / memory.perRequest);
}

/** Requests that a process holds at most: those in its queue and in execution. */
function heldAtMost({ runtime, concurrency, queue, admission }: Host): number {
  // What waits for somebody else leaves an event loop to others.
  const held = runtime === 'eventLoop' ? Infinity : concurrency + queue.capacity;
  return Math.min(held, letIn(admission?.concurrencyLimit ?? null));
}

/** Requests that all callers together have under way at most, by the bulkheads of their calls; each may meet one process. */
function sentTo(host: Host, calls: Subject['calls'], scenario: Subject['scenario']): number {
  const own = calls.filter(({ callee }) => callee === host.name);
  return own.reduce((sum, { caller, layers }) => {
    const layer = layerOf(layers, 'bulkhead');
    if (layer === undefined || layer.key !== null) return Infinity;
    return sum + policyTraits('bulkhead', layer).permits.calls * mostOf(scenario, caller);
  }, 0);
}

/** How many the limit in front of the queue lets in at most. */
function letIn(limit: Layer | null): number {
  if (limit === null || limit.dryRun || limit.key !== null) return Infinity;
  return policyTraits('concurrencyLimit', limit).highest;
}
