import { outcomeTerms, REFUSED_HERE, UNANSWERED, type OutcomeTerm } from './outcome-terms.js';
import { BreakerClasses, type ClassConfig } from './breaker-classes.js';

/**
 * Outcomes that reach the caller as an exception, so a library that counts exceptions counts them. They include
 * refusals by the caller's own pool, bulkhead, limiter and inner breaker. Only callee responses below 500 and cancelled
 * calls are not among them.
 */
export const THROWN: readonly OutcomeTerm[] = ['error', ...UNANSWERED, ...REFUSED_HERE];

/** The same if a cancelled call also ends in an exception: a context error, an abort. */
export const THROWN_OR_CANCELLED: readonly OutcomeTerm[] = [...THROWN, 'cancelled'];

/** `failOn` and `ignore` of a breaker that counts exceptions; `left` explains the effect of `ignore`. */
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

/** Classes of such a breaker: a response below 500 is a success, even a 429. */
export function thrownClasses(
  config: ClassConfig,
  excluded: readonly OutcomeTerm[] = ['cancelled'],
): BreakerClasses {
  return new BreakerClasses(config, { failures: THROWN, excluded });
}

/** Classes for a breaker that also counts cancelled calls as failures. */
export function thrownOrCancelledClasses(
  config: ClassConfig,
  excluded: readonly OutcomeTerm[] = [],
): BreakerClasses {
  return new BreakerClasses(config, { failures: THROWN_OR_CANCELLED, excluded });
}
