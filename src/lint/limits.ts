import type { Ns } from '../kernel/time.js';
import type { Call } from './calls.js';
import type { Graph } from './graph.js';
import { policyTraits } from '../patterns/registry.js';
import { retryOf, traitsIn } from './layers.js';
import type { Scenario } from '../contracts/scenario/scenario.js';

/** Time limits of a call. Infinity = no limit. */
export interface Limit {
  /** Limit of one attempt as the callee sees it: the shortest timeout that applies. */
  readonly attemptNs: Ns;
  /** Limit of the entire call by its own layers: all tries, back-offs and waits. */
  readonly callNs: Ns;
  /** The callee is notified when the caller abandons an attempt. */
  readonly notifies: boolean;
}

/** Time limits that the layers of a call set, with those of a proxy of the mesh inside. */
export function limitOfCall(call: Call): Limit {
  let attemptNs = call.withinNs;
  let callNs: Ns = Infinity;
  let notifies = true;
  for (const layer of [...call.layers, ...call.proxyLayers].reverse()) {
    const isProxy = call.proxyLayers.includes(layer);
    switch (layer.policy) {
      case 'timeout': {
        const { afterNs, cancels } = policyTraits('timeout', layer);
        callNs = Math.min(callNs, afterNs);
        if (afterNs < attemptNs) notifies = cancels;
        attemptNs = Math.min(attemptNs, afterNs);
        break;
      }
      case 'deadline': {
        const { afterNs, propagates } = policyTraits('deadline', layer);
        callNs = Math.min(callNs, afterNs);
        // A propagated deadline also ends the work of the callee, so no work is wasted.
        if (propagates && !isProxy) break;
        if (afterNs < attemptNs) notifies = true;
        attemptNs = Math.min(attemptNs, afterNs);
        break;
      }
      case 'retry': {
        const retry = retryOf(isProxy ? call.proxyLayers : call.layers);
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
  return { attemptNs, callNs: Math.min(callNs, call.withinNs), notifies };
}

/**
 * The latest deadline that a part can inherit, counted from its call: the longest over all callers, Infinity if one
 * of them has none. 0 for a part that nothing calls. No deadline travels with a message.
 */
export function inheritedDeadlines(
  scenario: Scenario,
  graph: Graph,
  handlers: readonly string[],
): ReadonlyMap<string, Ns> {
  const latest = new Map<string, Ns>(handlers.map((part) => [part, Infinity]));
  for (const [name, { requests }] of scenario.workloads) {
    for (const request of requests) latest.set(`${name}.${request.name}`, Infinity);
  }
  // In this order only a cycle needs a second round.
  const ordered = [...graph.calleesFirst].reverse().flatMap((part) => graph.from(part));
  for (let changed = true; changed;) {
    changed = false;
    for (const call of ordered) {
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
