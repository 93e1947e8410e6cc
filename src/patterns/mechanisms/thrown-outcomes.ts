import type { OutcomeTerm } from './outcome-terms.js';
import { outcomeTerms } from './outcome-terms.js';
import type { ClassConfig } from './breaker-classes.js';
import { BreakerClasses } from './breaker-classes.js';

/**
 * What reaches a caller as an exception, so that a library which counts exceptions counts it: the
 * refusals of the caller's own pool, bulkhead, limiter and inner breaker too. Only the answers of
 * the callee below 500 and the call that was given up are left.
 */
export const THROWN: readonly OutcomeTerm[] = [
  'error',
  'timeout',
  'deadlineExceeded',
  'connect',
  'reset',
  'poolTimeout',
  'rejectedBulkhead',
  'rejectedRateLimit',
  'rejectedBreaker',
];

/** `failOn` and `ignore` of a breaker that counts exceptions; `left` says what `ignore` comes to. */
export function thrownFields(left: string) {
  return {
    failOn: outcomeTerms()
      .optional()
      .describe(
        'Outcomes that count as failures. Unit: list as in `retry.on`. Defaults to what a caller ' +
          `gets as an exception: ${THROWN.join(', ')}.`,
      ),
    ignore: outcomeTerms()
      .optional()
      .describe(
        `Outcomes taken out of \`failOn\`; ${left} Unit: list as in \`retry.on\`. Defaults to none.`,
      ),
  } as const;
}

/** Classes of such a breaker. */
export function thrownClasses(config: ClassConfig): BreakerClasses {
  return new BreakerClasses({ failOn: config.failOn ?? THROWN, ignore: config.ignore });
}
