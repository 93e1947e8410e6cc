import { kindOf, OUTCOME, type Outcome } from '../../contracts/outcome.js';
import type { PolicyProblem } from '../../contracts/patterns/policy.js';
import type { OutcomeTerm } from './outcome-terms.js';
import { OutcomeSet, outcomeTerms, REFUSED_HERE, UNANSWERED } from './outcome-terms.js';

/** How a breaker classifies an outcome. An excluded outcome counts as if the call had not been made. */
export const SUCCESS = 0;
export const FAILURE = 1;
export const EXCLUDED = 2;

/** `failOn` and `ignore` of a breaker that counts outcomes of the callee. */
export const classFields = {
  failOn: outcomeTerms()
    .optional()
    .describe(
      'Outcomes that count as failures. Every other response is then a success; local ' +
        'refusals remain excluded. Unit: list as in `retry.on`. Defaults to serverError, ' +
        'timeout, deadlineExceeded, refused, connectTimeout, reset, rejectedOverload.',
    ),
  ignore: outcomeTerms()
    .optional()
    .describe(
      'Outcomes that count neither as failure nor as success; takes precedence over `failOn`. ' +
        'Always ignored as well, unless `failOn` names them: throttled, poolTimeout, ' +
        'rejectedBulkhead, rejectedRateLimit, rejectedBreaker, cancelled. Unit: list as in ' +
        '`retry.on`. Defaults to none.',
    ),
} as const;

/** The two lists of a breaker's configuration. */
export interface ClassConfig {
  readonly failOn?: readonly OutcomeTerm[] | undefined;
  readonly ignore?: readonly OutcomeTerm[] | undefined;
}

/** How a kind of breaker classifies outcomes that neither list names; everything else is a success. */
export interface ClassRules {
  /** Failures if `failOn` is not set. */
  readonly failures: readonly OutcomeTerm[];
  /** Excluded, unless `failOn` names them. */
  readonly excluded: readonly OutcomeTerm[];
  /** True = an expired outer deadline counts as a cancellation, unless `failOn` is set. */
  readonly cancelsAtDeadline?: boolean;
}

/** A breaker that distinguishes failures of the callee from refusals on the caller's side. */
const TEXTBOOK: ClassRules = {
  failures: ['error', ...UNANSWERED],
  excluded: ['throttled', ...REFUSED_HERE, 'cancelled'],
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

  /** The class of a call that an outer layer ended with `reason`. */
  ofGivenUp(reason: Outcome): number {
    return this.of(this.cancelsAtDeadline ? OUTCOME.cancelled : givenUp(reason));
  }
}

/**
 * The outcome that a breaker sees for a call ended by an outer layer. The caller knows its deadline (a context, a
 * header), so the call ends as deadlineExceeded here too; an outer `timeout` cancels it.
 */
export function givenUp(reason: Outcome): Outcome {
  return kindOf(reason) === OUTCOME.deadlineExceeded ? OUTCOME.deadlineExceeded : OUTCOME.cancelled;
}

/** A term in both lists contradicts itself. */
export function classProblems(config: ClassConfig): readonly PolicyProblem[] {
  const both = (config.failOn ?? []).filter((term) => config.ignore?.includes(term) === true);
  return both.map((term) => ({
    field: 'ignore',
    message: `${term} is in both failOn and ignore: remove it from one of them`,
  }));
}
