import { z } from 'zod';
import { OUTCOME, statusOf, type Outcome } from '../../contracts/outcome.js';
import { quantity, type Quantity } from '../../contracts/quantities/quantities.js';
import { QuantityError, show } from '../../contracts/quantities/quantity-text.js';

/** A term of an outcome list: an outcome, a group of outcomes, or the status of the callee's response. */
export type OutcomeTerm = string | number;

/** Outcomes without a response of the callee. */
export const UNANSWERED: readonly OutcomeTerm[] = [
  'timeout',
  'deadlineExceeded',
  'connect',
  'reset',
];

/** Refusals by the caller's own policies and pool: the callee never saw the call. */
export const REFUSED_HERE: readonly OutcomeTerm[] = [
  'poolTimeout',
  'rejectedBulkhead',
  'rejectedRateLimit',
  'rejectedBreaker',
];

const bit = (kind: number): number => 1 << kind;

/**
 * Outcomes that a list can name. `ok` and `degraded` are not failures, and `abandoned` and `unfinished` are outcomes of
 * whole requests, so no policy can react to them.
 */
const NAMED = {
  clientError: bit(OUTCOME.clientError),
  throttled: bit(OUTCOME.throttled),
  serverError: bit(OUTCOME.serverError),
  timeout: bit(OUTCOME.timeout),
  deadlineExceeded: bit(OUTCOME.deadlineExceeded),
  refused: bit(OUTCOME.refused),
  connectTimeout: bit(OUTCOME.connectTimeout),
  reset: bit(OUTCOME.reset),
  poolTimeout: bit(OUTCOME.poolTimeout),
  rejectedBulkhead: bit(OUTCOME.rejectedBulkhead),
  rejectedRateLimit: bit(OUTCOME.rejectedRateLimit),
  rejectedBreaker: bit(OUTCOME.rejectedBreaker),
  rejectedOverload: bit(OUTCOME.rejectedOverload),
  cancelled: bit(OUTCOME.cancelled),
} as const;

/** Every outcome except ok, clientError, cancelled and deadlineExceeded; refusals are included. */
const ANY =
  NAMED.throttled |
  NAMED.serverError |
  NAMED.timeout |
  NAMED.refused |
  NAMED.connectTimeout |
  NAMED.reset |
  NAMED.poolTimeout |
  NAMED.rejectedBulkhead |
  NAMED.rejectedRateLimit |
  NAMED.rejectedBreaker |
  NAMED.rejectedOverload;

const KINDS_OF_TERM: ReadonlyMap<string, number> = new Map<string, number>([
  ...Object.entries(NAMED),
  ['connect', NAMED.refused | NAMED.connectTimeout],
  ['error', NAMED.serverError | NAMED.rejectedOverload],
  ['overload', NAMED.rejectedOverload],
  ['any', ANY],
]);

const STATUSES_OF_TERM: ReadonlyMap<string, readonly [first: number, last: number]> = new Map([
  ['gateway', [502, 504]],
  ['4xx', [400, 499]],
  ['5xx', [500, 599]],
]);

/** All terms of an outcome list, sorted; numbers from 400 to 599 are also allowed. */
export const OUTCOME_TERMS: readonly string[] = [
  ...KINDS_OF_TERM.keys(),
  ...STATUSES_OF_TERM.keys(),
].sort();

/** Outcomes with a status from the callee; a local timeout or refusal has no status to match. */
const ANSWERED = NAMED.clientError | NAMED.throttled | NAMED.serverError | NAMED.rejectedOverload;

const HIGHEST_STATUS = 599;

/** A list such as `[connect, gateway, timeout, 500]`; at least one term. */
export function outcomeTerms(): z.ZodArray<Quantity<OutcomeTerm>> {
  return z
    .array(
      quantity(parseTerm, {
        anyOf: [{ enum: [...OUTCOME_TERMS] }, { type: 'integer', minimum: 400, maximum: 599 }],
      }),
    )
    .min(1);
}

/**
 * A set of outcomes made from terms. Statuses (`gateway`, `5xx`, 503) match what the callee
 * answered: clientError, throttled, serverError and rejectedOverload; a timeout is not the 504 it
 * will be relayed as.
 */
export class OutcomeSet {
  private readonly kinds: number;
  private readonly statuses = new Uint8Array(HIGHEST_STATUS + 1);

  constructor(terms: readonly OutcomeTerm[]) {
    let kinds = 0;
    for (const term of terms) {
      if (typeof term === 'number') this.statuses[term] = 1;
      else {
        kinds |= KINDS_OF_TERM.get(term) ?? 0;
        const span = STATUSES_OF_TERM.get(term);
        if (span !== undefined) this.statuses.fill(1, span[0], span[1] + 1);
      }
    }
    this.kinds = kinds;
  }

  has(outcome: Outcome): boolean {
    const kind = outcome & 31;
    if (((this.kinds >> kind) & 1) !== 0) return true;
    return ((ANSWERED >> kind) & 1) !== 0 && this.statuses[statusOf(outcome)] === 1;
  }
}

function parseTerm(input: unknown): OutcomeTerm {
  if (typeof input === 'number') {
    if (Number.isInteger(input) && input >= 400 && input <= HIGHEST_STATUS) return input;
    throw new QuantityError(`${show(input)} is not the status of a failure: expected 400 to 599`);
  }
  if (typeof input === 'string' && OUTCOME_TERMS.includes(input)) return input;
  throw new QuantityError(
    `${show(input)} is not an outcome; expected ${OUTCOME_TERMS.join(' ')}, or a status such ` +
      'as 503',
    typeof input === 'string' ? { found: input, allowed: OUTCOME_TERMS } : null,
  );
}
