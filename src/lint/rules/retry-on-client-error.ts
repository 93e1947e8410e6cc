import { OUTCOME, withStatus } from '../../contracts/outcome.js';
import { retryOf } from '../layers.js';
import type { Finding, Rule } from '../rule.js';
import { bundleYaml, callText, inPolicy } from '../words.js';

/**
 * Responses that say that the request itself is wrong. 408, 409, 425 and 429 are excluded: their cause may be gone at
 * the next try.
 */
const FINAL: readonly number[] = [400, 401, 403, 404, 405, 410, 413, 415, 422];

/** Retries of requests that the callee refuses on every try. */
export const retryOnClientError: Rule = {
  name: 'retry-on-client-error',
  severity: 'warning',
  reason:
    'The callee says that the request is wrong, and will say so again. Every retry is wasted.',
  remedy:
    'Remove the outcomes that the same request cannot fix. Of the 4xx, only 408, 409, 425 and 429 are worth a retry.',
  check: ({ calls }): readonly Finding[] =>
    calls.flatMap((call) => {
      const retry = retryOf(call.layers);
      if (retry === null) return [];
      const { on } = retry;
      const retried = FINAL.filter((status) => on.has(withStatus(OUTCOME.clientError, status)));
      if (retried.length === 0) return [];
      return {
        ...inPolicy(call, 'retry', 'on'),
        message: `${callText(call)} is retried after answers that stay the same`,
        measured: `retried after ${retried.join(', ')}`,
        limit: 'none of them',
        fix: bundleYaml(
          call,
          'retry:\n  on: [connect, gateway, overload, throttled, 408, 409, 425]',
        ),
      };
    }),
};
