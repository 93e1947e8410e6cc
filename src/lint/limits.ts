import type { Ns } from '../kernel/time.js';
import type { Call } from './calls.js';
import { longestWait } from './kinds.js';
import { layerOf, longestBackoff, propagates, retryOf, tellsCallee, timeOf } from './layers.js';
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

/** By the layers of a call; null where one of them is of a kind that cannot be read. */
export function limitOfCall(call: Call): Limit | null {
  let attemptNs = call.withinNs;
  let callNs: Ns = Infinity;
  let tells = true;
  for (const layer of [...call.layers].reverse()) {
    if (layer.policy === 'timeout' || layer.policy === 'deadline') {
      const time = timeOf(layer);
      if (time === null) return null;
      callNs = Math.min(callNs, time);
      // A deadline that travels ends the work of the callee too: nobody is left behind by it.
      if (layer.policy === 'deadline' && propagates(layer)) continue;
      if (time < attemptNs) tells = layer.policy === 'timeout' ? tellsCallee(layer) : true;
      attemptNs = Math.min(attemptNs, time);
    } else if (layer.policy === 'retry') {
      const retry = retryOf(call.layers);
      if (retry === null) continue;
      callNs = callNs * retry.attempts + longestBackoff(retry.backoff, retry.attempts);
    } else {
      callNs += longestWait(layer);
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
      const own = layerOf(call.layers, 'deadline');
      const after = own === undefined || !propagates(own) ? Infinity : (timeOf(own) ?? Infinity);
      const handed = Math.min(from, after);
      if (handed <= (latest.get(call.to) ?? 0)) continue;
      latest.set(call.to, handed);
      changed = true;
    }
  }
  return latest;
}
