import type { Ns } from '../kernel/time.js';
import type { Call } from './calls.js';
import { policyTraits } from '../patterns/registry.js';
import { retryOf, traitsIn } from './layers.js';
import type { Scenario } from '../spec/scenario.js';

/** How long a call may be under way. Infinity = nothing ends it. */
export interface Limit {
  /** One attempt, seen by the callee: the shortest clock that runs over it. */
  readonly attemptNs: Ns;
  /** The whole call by its own layers: every try, every back-off, every wait. */
  readonly callNs: Ns;
  /** The callee is told when the caller gives an attempt up. */
  readonly tells: boolean;
}

/** By the layers of a call. */
export function limitOfCall(call: Call): Limit {
  let attemptNs = call.withinNs;
  let callNs: Ns = Infinity;
  let tells = true;
  for (const layer of [...call.layers].reverse()) {
    switch (layer.policy) {
      case 'timeout': {
        const { afterNs, cancels } = policyTraits('timeout', layer);
        callNs = Math.min(callNs, afterNs);
        if (afterNs < attemptNs) tells = cancels;
        attemptNs = Math.min(attemptNs, afterNs);
        break;
      }
      case 'deadline': {
        const { afterNs, propagates } = policyTraits('deadline', layer);
        callNs = Math.min(callNs, afterNs);
        // A deadline that travels ends the work of the callee too, so no work is left over.
        if (propagates) break;
        if (afterNs < attemptNs) tells = true;
        attemptNs = Math.min(attemptNs, afterNs);
        break;
      }
      case 'retry': {
        const retry = retryOf(call.layers);
        if (retry === null) break;
        callNs = callNs * retry.attempts + retry.longestBackoffNs(retry.attempts);
        break;
      }
      case 'bulkhead':
        callNs += policyTraits('bulkhead', layer).longestWaitNs;
        break;
      case 'rateLimit':
        callNs += policyTraits('rateLimit', layer).longestWaitNs;
        break;
    }
  }
  return { attemptNs, callNs: Math.min(callNs, call.withinNs), tells };
}

/**
 * The latest deadline a part may inherit, counted from its call: the longest over all ways in;
 * Infinity where one way has none. A part that nothing calls has 0.
 */
export function inheritedDeadlines(
  scenario: Scenario,
  calls: readonly Call[],
): ReadonlyMap<string, Ns> {
  const latest = new Map<string, Ns>();
  for (const [name, { requests }] of scenario.workloads) {
    for (const request of requests) latest.set(`${name}.${request.name}`, Infinity);
  }
  for (let changed = true; changed;) {
    changed = false;
    for (const call of calls) {
      const from = latest.get(call.from);
      if (from === undefined || call.most === 0) continue;
      const own = traitsIn(call.layers, 'deadline');
      const handed = own?.propagates === true ? Math.min(from, own.afterNs) : from;
      if (handed <= (latest.get(call.to) ?? 0)) continue;
      latest.set(call.to, handed);
      changed = true;
    }
  }
  return latest;
}
