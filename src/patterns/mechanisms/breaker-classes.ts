import type { Outcome } from '../../spec/outcome.js';
import { OUTCOME, OUTCOME_NAMES } from '../../spec/outcome.js';
import type { PolicyProblem } from '../../spec/policy.js';
import type { OutcomeTerm } from './outcome-terms.js';
import { OutcomeSet, outcomeTerms } from './outcome-terms.js';

/** What an outcome is to a breaker. An excluded one is as if the call had not been made. */
export const SUCCESS = 0;
export const FAILURE = 1;
export const EXCLUDED = 2;

/** The fields every breaker kind has beside its own. */
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

/** Class of each kind of outcome where the configuration says nothing. */
const DEFAULT_CLASS: Readonly<Record<(typeof OUTCOME_NAMES)[number], number>> = {
  ok: SUCCESS,
  clientError: SUCCESS,
  throttled: EXCLUDED,
  serverError: FAILURE,
  timeout: FAILURE,
  deadlineExceeded: FAILURE,
  refused: FAILURE,
  connectTimeout: FAILURE,
  reset: FAILURE,
  poolTimeout: EXCLUDED,
  rejectedBulkhead: EXCLUDED,
  rejectedRateLimit: EXCLUDED,
  rejectedBreaker: EXCLUDED,
  rejectedOverload: FAILURE,
  cancelled: EXCLUDED,
  degraded: SUCCESS,
  abandoned: EXCLUDED,
  unfinished: EXCLUDED,
};

/** Sorts outcomes into SUCCESS, FAILURE and EXCLUDED. */
export class BreakerClasses {
  private readonly defaults = new Uint8Array(32);
  private readonly failOn: OutcomeSet | null;
  private readonly ignore: OutcomeSet | null;

  constructor(config: ClassConfig) {
    const listed = config.failOn !== undefined;
    for (const name of OUTCOME_NAMES) {
      const own = DEFAULT_CLASS[name];
      this.defaults[OUTCOME[name]] = listed && own === FAILURE ? SUCCESS : own;
    }
    this.failOn = config.failOn === undefined ? null : new OutcomeSet(config.failOn);
    this.ignore = config.ignore === undefined ? null : new OutcomeSet(config.ignore);
  }

  of(outcome: Outcome): number {
    if (this.ignore !== null && this.ignore.has(outcome)) return EXCLUDED;
    if (this.failOn !== null && this.failOn.has(outcome)) return FAILURE;
    return this.defaults[outcome & 31];
  }
}

/** A term in both lists contradicts itself. */
export function classProblems(config: ClassConfig): readonly PolicyProblem[] {
  const both = (config.failOn ?? []).filter((term) => config.ignore?.includes(term) === true);
  return both.map((term) => ({
    field: 'ignore',
    message: `${term} stands in failOn and in ignore: it cannot count and be left out`,
  }));
}
