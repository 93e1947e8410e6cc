import type { Outcome } from '../../spec/outcome.js';
import { kindOf, OUTCOME } from '../../spec/outcome.js';
import type { PolicyProblem } from '../../spec/policy.js';
import type { OutcomeTerm } from './outcome-terms.js';
import { OutcomeSet, outcomeTerms } from './outcome-terms.js';

/** What an outcome is to a breaker. An excluded one is as if the call had not been made. */
export const SUCCESS = 0;
export const FAILURE = 1;
export const EXCLUDED = 2;

/** `failOn` and `ignore` of a breaker that counts what the callee did. */
export const classFields = {
  failOn: outcomeTerms()
    .optional()
    .describe(
      'Outcomes that count as failures; every other answer is then a success, and local ' +
        'refusals stay excluded. Unit: list as in `retry.on`. Defaults to serverError, ' +
        'timeout, deadlineExceeded, refused, connectTimeout, reset, rejectedOverload.',
    ),
  ignore: outcomeTerms()
    .optional()
    .describe(
      'Outcomes that count neither as failure nor as success; wins over `failOn`, and stands ' +
        'beside what is always left out unless `failOn` names it: throttled, poolTimeout, ' +
        'rejectedBulkhead, rejectedRateLimit, rejectedBreaker, cancelled. Unit: list as in ' +
        '`retry.on`. Defaults to none.',
    ),
} as const;

/** The two lists of a breaker's configuration. */
export interface ClassConfig {
  readonly failOn?: readonly OutcomeTerm[] | undefined;
  readonly ignore?: readonly OutcomeTerm[] | undefined;
}

/** What a kind of breaker makes of outcomes that stand in no list; all others are successes. */
export interface ClassRules {
  /** Failures, where `failOn` is not written. */
  readonly failures: readonly OutcomeTerm[];
  /** Excluded, unless `failOn` names them. */
  readonly excluded: readonly OutcomeTerm[];
  /** A deadline that passes further out is a cancellation like any other, unless `failOn` is written. */
  readonly cancelsAtDeadline?: boolean;
}

/** A breaker that tells the callee's failures from refusals of its own side. */
const TEXTBOOK: ClassRules = {
  failures: ['error', 'timeout', 'deadlineExceeded', 'connect', 'reset'],
  excluded: [
    'throttled',
    'poolTimeout',
    'rejectedBulkhead',
    'rejectedRateLimit',
    'rejectedBreaker',
    'cancelled',
  ],
};

/** Sorts outcomes into SUCCESS, FAILURE and EXCLUDED. */
export class BreakerClasses {
  private readonly failures: OutcomeSet;
  private readonly excluded: OutcomeSet;
  private readonly ignore: OutcomeSet | null;
  private readonly cancelsAtDeadline: boolean;

  constructor(config: ClassConfig, rules: ClassRules = TEXTBOOK) {
    this.failures = new OutcomeSet(config.failOn ?? rules.failures);
    this.excluded = new OutcomeSet(rules.excluded);
    this.ignore = config.ignore === undefined ? null : new OutcomeSet(config.ignore);
    this.cancelsAtDeadline = rules.cancelsAtDeadline === true && config.failOn === undefined;
  }

  of(outcome: Outcome): number {
    if (this.ignore !== null && this.ignore.has(outcome)) return EXCLUDED;
    if (this.failures.has(outcome)) return FAILURE;
    return this.excluded.has(outcome) ? EXCLUDED : SUCCESS;
  }

  isFailure(outcome: Outcome): boolean {
    return this.of(outcome) === FAILURE;
  }

  /** The class of a call that was ended from further out, as `reason`. */
  ofGivenUp(reason: Outcome): number {
    return this.of(this.cancelsAtDeadline ? OUTCOME.cancelled : givenUp(reason));
  }
}

/**
 * What a breaker is told of a call that ended further out. Whoever makes the call knows its deadline
 * (a context, a header), so it ends as deadlineExceeded there too; a `timeout` takes the call away.
 */
export function givenUp(reason: Outcome): Outcome {
  return kindOf(reason) === OUTCOME.deadlineExceeded ? OUTCOME.deadlineExceeded : OUTCOME.cancelled;
}

/** A term in both lists contradicts itself. */
export function classProblems(config: ClassConfig): readonly PolicyProblem[] {
  const both = (config.failOn ?? []).filter((term) => config.ignore?.includes(term) === true);
  return both.map((term) => ({
    field: 'ignore',
    message: `${term} stands in failOn and in ignore: it cannot count and be left out`,
  }));
}
