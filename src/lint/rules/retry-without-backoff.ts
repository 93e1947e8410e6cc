import { retryOf } from '../layers.js';
import type { Finding, Rule } from '../rule.js';
import { bundleYaml, callText } from '../words.js';

/** Retries without a delay, which all arrive at once. */
export const retryWithoutBackoff: Rule = {
  name: 'retry-without-backoff',
  severity: 'warning',
  reason:
    'Calls that failed together are retried together, so an overloaded callee gets the same spike again.',
  remedy: 'Let the delays grow and spread them: exponential `backoff` with `jitter: full`.',
  check: ({ calls }) =>
    calls.flatMap((call): readonly Finding[] => {
      const retry = retryOf(call.layers);
      if (retry === null || retry.delays === 'jittered') return [];
      const regular = retry.delays === 'equal';
      return [
        {
          path: [...call.policyPath, 'retry', ...(regular ? ['backoff'] : [])],
          entities: [call.from, call.to],
          message: regular
            ? `the retries of ${callText(call)} all wait equally long`
            : `the retries of ${callText(call)} do not wait at all`,
          measured: regular ? 'no jitter' : 'no back-off',
          limit: 'a delay that is spread',
          fix: bundleYaml(
            call,
            'retry:\n  backoff: { kind: exponential, base: 50ms, jitter: full }',
          ),
        },
      ];
    }),
};
