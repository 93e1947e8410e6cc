import type { Ns } from '../../kernel/time.js';
import type { Call } from '../calls.js';
import { hostOf } from '../demand.js';
import { retryOf, traitsIn } from '../layers.js';
import { limitOfCall } from '../limits.js';
import { patienceOf } from '../patience.js';
import type { Finding, Rule } from '../rule.js';
import type { Subject } from '../subject.js';
import { whileSilent } from '../twice.js';
import { bundleYaml, callText, fieldTime, timeText } from '../words.js';

/** An inner time limit that does not end before the outer one. */
export const timeoutInversion: Rule = {
  name: 'timeout-inversion',
  severity: 'warning',
  reason:
    'The callee still waits and retries for a caller that has given up, and its result is thrown away.',
  remedy:
    'Make all tries and back-offs of the inner call end before the outer limit, or propagate a `deadline`.',
  check: (subject) =>
    subject.calls.flatMap((outer) => {
      const limit = outerLimit(outer, subject);
      if (limit === null) return [];
      return subject.graph
        .from(outer.to)
        .filter(({ background }) => !background)
        .flatMap((inner) => findingOf(whileSilent(inner, subject), outer, limit, subject));
    }),
};

/** Time limit of one attempt, as its callee sees it; null if no work continues after it. */
function outerLimit(outer: Call, { scenario }: Subject): Ns | null {
  const limit = limitOfCall(outer);
  const patience = patienceOf(scenario, outer.from);
  if (outer.background) return null;
  const ns = Math.min(limit.attemptNs, patience.afterNs);
  // Work that is cancelled at once when its caller gives up also cancels its own calls.
  const notifies = ns === patience.afterNs ? patience.notifies : limit.notifies;
  const stops = hostOf(scenario, outer.callee)?.cancellation === 'immediate' && notifies;
  return ns === Infinity || stops ? null : ns;
}

function findingOf(inner: Call, outer: Call, outerNs: Ns, subject: Subject): readonly Finding[] {
  const own = limitOfCall(inner);
  if (own.callNs === Infinity) return [];
  const innerNs = Math.min(own.callNs, handed(outer, subject));
  if (innerNs < outerNs) return [];
  const retry = retryOf(inner.layers);
  const finding: Finding = {
    path: [...inner.policyPath, retry === null ? 'timeout' : 'retry'],
    entities: [outer.from, outer.to, inner.to],
    message: `${callText(inner)} may take longer than ${callText(outer)} waits for it`,
    measured: innerNs < own.callNs ? timeText(innerNs) : spelled(inner, own.callNs),
    limit: `below ${timeText(outerNs)}`,
    fix: bundleYaml(inner, `timeout: ${fieldTime(fitting(inner, outerNs))}`),
  };
  return [finding];
}

/** Remaining time of a deadline that is propagated through the outer call. */
function handed(outer: Call, { inherited }: Subject): Ns {
  const deadline = traitsIn(outer.layers, 'deadline');
  const after = deadline?.propagates === true ? deadline.afterNs : Infinity;
  return Math.min(after, inherited.get(outer.from) ?? Infinity);
}

function spelled(inner: Call, totalNs: Ns): string {
  const retry = retryOf(inner.layers);
  const each = traitsIn(inner.layers, 'timeout')?.afterNs ?? Infinity;
  if (retry === null || each === Infinity) return timeText(totalNs);
  const waits = retry.longestBackoffNs(retry.attempts);
  const sum = retry.attempts * each + waits;
  if (sum !== totalNs) return timeText(totalNs);
  const backoff = waits === 0 ? '' : ` + ${timeText(waits)} of back-off`;
  return `${retry.attempts} x ${timeText(each)}${backoff} = ${timeText(totalNs)}`;
}

/** A timeout with which all tries end within nine tenths of the outer limit, back-offs excluded. */
function fitting(inner: Call, outerNs: Ns): Ns {
  const retry = retryOf(inner.layers);
  const attempts = retry === null || retry.attempts === Infinity ? 1 : retry.attempts;
  const waits = retry === null ? 0 : retry.longestBackoffNs(attempts);
  const left = 0.9 * outerNs - waits;
  return Math.max(1e6, Math.floor((left > 0 ? left : 0.9 * outerNs) / attempts / 1e6) * 1e6);
}
