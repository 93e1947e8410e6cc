import { spreadFlaw } from '../backoff.js';
import { retryOf } from '../layers.js';
import type { Call } from '../calls.js';
import type { RetryTraits } from '../../contracts/patterns/policy-traits.js';
import type { Rule } from '../rule.js';
import { bundleYaml, callText, fieldTime, inPolicy } from '../words.js';

/** Retries without a delay, which all arrive at once. */
export const retryWithoutBackoff: Rule = {
  name: 'retry-without-backoff',
  severity: 'warning',
  reason:
    'Calls that failed together are retried together, so an overloaded callee gets the same spike again.',
  remedy: 'Let the delays grow and spread them: exponential `backoff` with `jitter: full`.',
  check: ({ calls }) =>
    calls.flatMap((call) => {
      const retry = retryOf(call.layers);
      const flaw = retry === null ? null : spreadFlaw(retry);
      if (retry === null || flaw === null) return [];
      const regular = retry.delays === 'equal';
      return {
        ...inPolicy(call, 'retry', ...(regular ? ['backoff'] : [])),
        message: `the retries of ${callText(call)} ${flaw}`,
        measured: regular ? 'no jitter' : 'no back-off',
        limit: 'a delay that is spread',
        fix: bundleYaml(call, `retry:\n  ${spreadBy(call, retry)}`),
      };
    }),
};

/** Spread delays that are as long as those of the file. */
function spreadBy({ layers }: Call, { delays, shortestBackoffNs }: RetryTraits): string {
  const { kind } = layers.find(({ policy }) => policy === 'retry')!;
  // Its own word goes with waitDuration and enableExponentialBackoff, which a whole backoff would contradict.
  if (kind === 'resilience4j' && delays === 'equal') return 'enableRandomizedWait: true';
  const base = shortestBackoffNs > 0 ? fieldTime(shortestBackoffNs) : '50ms';
  return `backoff: { kind: exponential, base: ${base}, jitter: full }`;
}
