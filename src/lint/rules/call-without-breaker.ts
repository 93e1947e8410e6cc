import { NS_PER_SECOND } from '../../kernel/time.js';
import type { Call } from '../calls.js';
import { hostOf } from '../demand.js';
import { layerOf } from '../layers.js';
import { limitOfCall } from '../limits.js';
import type { Finding, Rule } from '../rule.js';
import { isStore } from '../stores.js';
import type { Subject } from '../subject.js';
import { whileSilent } from '../twice.js';
import { formatNumber, formatRate } from '../../text/figures.js';
import { bundleYaml, callText, timeText } from '../words.js';

/** Share of the caller's workers that one hanging callee may hold. */
const MOST = 0.5;

/** Policies that bound the number of workers waiting for a failing callee at any load. */
const GUARDS: readonly string[] = ['circuitBreaker', 'concurrencyLimit', 'bulkhead', 'throttle'];

/** A callee that, when it hangs, holds workers that the caller needs for other calls. */
export const callWithoutBreaker: Rule = {
  name: 'call-without-breaker',
  severity: 'warning',
  reason:
    'While the callee hangs, every call holds a worker until its time limit. Soon no worker is left for other requests.',
  remedy: 'Give the call a circuit breaker, or a bulkhead below the workers of the caller.',
  check: (subject) => subject.calls.flatMap((call) => findingsOf(call, subject) ?? []),
};

function findingsOf(call: Call, subject: Subject): Finding | null {
  const { scenario, traffic } = subject;
  const { caller, callee, from, background } = call;
  const host = hostOf(scenario, caller);
  if (host === undefined || background || isStore(scenario, callee)) return null;
  // If a waiting request gives its worker back, a hanging callee holds none.
  if (host.runtime !== 'threads' || host.concurrency === Infinity) return null;
  if (GUARDS.some((policy) => layerOf(call.layers, policy) !== undefined)) return null;
  // Calls without any limit have their own rule. A handler of messages holds no worker.
  const withinNs = limitOfCall(whileSilent(call, subject)).callNs;
  const perSecond = (traffic.requests.get(from) ?? 0) * call.times;
  if (withinNs === Infinity || perSecond === Infinity) return null;
  const held = (perSecond * withinNs) / NS_PER_SECOND;
  const workers = host.replicas * host.concurrency;
  if (held < MOST * workers) return null;
  return {
    path: call.policyPath,
    entities: [from, call.to],
    message: `nothing keeps ${callText(call)} from taking the workers of ${caller}`,
    measured: `${formatRate(perSecond)} x ${timeText(withinNs)} = ${formatNumber(held)} workers while ${callee} hangs`,
    limit: `below half of ${caller}'s ${formatNumber(workers)}`,
    fix: bundleYaml(call, 'circuitBreaker: { failureThreshold: 10, openDuration: 10s }'),
  };
}
