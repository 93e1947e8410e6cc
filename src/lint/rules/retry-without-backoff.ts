import { spreadFlaw } from '../backoff.js';
import { retryOf } from '../layers.js';
import type { Rule } from '../rule.js';
import { bundleYaml, callText } from '../words.js';

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
        path: [...call.policyPath, 'retry', ...(regular ? ['backoff'] : [])],
        entities: [call.from, call.to],
        message: `the retries of ${callText(call)} ${flaw}`,
        measured: regular ? 'no jitter' : 'no back-off',
        limit: 'a delay that is spread',
        fix: bundleYaml(call, 'retry:\n  backoff: { kind: exponential, base: 50ms, jitter: full }'),
      };
    }),
};
