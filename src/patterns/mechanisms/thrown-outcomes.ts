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

/** The same where a call that is given up ends in an exception, too: a context error, an abort. */
export const THROWN_OR_CANCELLED: readonly OutcomeTerm[] = [...THROWN, 'cancelled'];

/** `failOn` and `ignore` of a breaker that counts exceptions; `left` says what `ignore` comes to. */
export function thrownFields(left: string, failures: readonly OutcomeTerm[] = THROWN) {
  return {
    failOn: outcomeTerms()
      .optional()
      .describe(
        'Outcomes that count as failures. Unit: list as in `retry.on`. Defaults to the ' +
          `outcomes that reach a caller as exceptions: ${failures.join(', ')}.`,
      ),
    ignore: outcomeTerms()
      .optional()
      .describe(
        `Outcomes excluded from \`failOn\`; ${left} Unit: list as in \`retry.on\`. Defaults ` +
          'to none.',
      ),
  } as const;
}

/** Classes of such a breaker: an answer below 500 is a success, 429 too. */
export function thrownClasses(
  config: ClassConfig,
  excluded: readonly OutcomeTerm[] = ['cancelled'],
): BreakerClasses {
  return new BreakerClasses(config, { failures: THROWN, excluded });
}

/** Classes where calls that are given up are failures as well. */
export function thrownOrCancelledClasses(
  config: ClassConfig,
  excluded: readonly OutcomeTerm[] = [],
): BreakerClasses {
  return new BreakerClasses(config, { failures: THROWN_OR_CANCELLED, excluded });
}
