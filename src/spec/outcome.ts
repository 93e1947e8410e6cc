/**
 * Outcomes of requests, calls and attempts: the one taxonomy that every policy classifies on.
 *
 * At run time an outcome is one small integer: `kind | status << 5 | AMBIGUOUS | HINTED`. Kinds start at 4,
 * because 0 to 3 are the answers of the call machinery that are no outcomes (PASS, PARK, HOLD, PENDING).
 */
export type Outcome = number;

/** enter(): go on inward. */
export const PASS = 0;
/** enter(): the policy keeps the frame and will resume or reject it. */
export const PARK = 1;
/** leave(): the policy keeps the frame and will re-enter or finish it. */
export const HOLD = 2;
/** call(): the outcome comes later. */
export const PENDING = 3;

export const OUTCOME_NAMES = [
  'ok',
  'clientError',
  'throttled',
  'serverError',
  'timeout',
  'deadlineExceeded',
  'refused',
  'connectTimeout',
  'reset',
  'poolTimeout',
  'rejectedBulkhead',
  'rejectedRateLimit',
  'rejectedBreaker',
  'rejectedOverload',
  'cancelled',
  'degraded',
  'abandoned',
  'unfinished',
] as const;

/** Name of an outcome as users write it. */
export type OutcomeName = (typeof OUTCOME_NAMES)[number];

/** Number of outcome kinds; `kindIndex` is below it. */
export const OUTCOME_KINDS = OUTCOME_NAMES.length;
const FIRST_KIND = 4;

/** The run-time code of each kind without a status. */
export const OUTCOME = Object.freeze({
  ok: 4,
  clientError: 5,
  throttled: 6,
  serverError: 7,
  timeout: 8,
  deadlineExceeded: 9,
  refused: 10,
  connectTimeout: 11,
  reset: 12,
  poolTimeout: 13,
  rejectedBulkhead: 14,
  rejectedRateLimit: 15,
  rejectedBreaker: 16,
  rejectedOverload: 17,
  cancelled: 18,
  degraded: 19,
  abandoned: 20,
  unfinished: 21,
} as const satisfies Record<OutcomeName, number>);

const SUCCESSES = (1 << OUTCOME.ok) | (1 << OUTCOME.degraded);

/** Set on the outcome of a call when one of its attempts may have been executed without our knowing. */
export const AMBIGUOUS = 1 << 15;

/**
 * Set on the outcome of an answer that says when to ask again: a Retry-After, a gRPC pushback. What it
 * says stands beside it, see CallContext.hint.
 */
export const HINTED = 1 << 16;
/** A hint that asks not to be asked again: a negative grpc-retry-pushback-ms. */
export const NEVER_AGAIN = -1;

/** True when the answer with this outcome says when to ask again. */
export function isHinted(outcome: Outcome): boolean {
  return (outcome & HINTED) !== 0;
}

/** The kind of an outcome, 4 to 21, without status and ambiguity. */
export function kindOf(outcome: Outcome): number {
  return outcome & 31;
}

/** Index of the kind in OUTCOME_NAMES, 0 to 17. */
export function kindIndex(outcome: Outcome): number {
  return (outcome & 31) - FIRST_KIND;
}

/** The HTTP status an outcome carries or stands for; 0 where it stands for none. */
export function statusOf(outcome: Outcome): number {
  const written = (outcome >> 5) & 1023;
  return written !== 0 ? written : DEFAULT_STATUS[kindIndex(outcome)]!;
}

/** The HTTP status of an answer; null where none came, or none was written into it. */
export function writtenStatus(outcome: Outcome): number | null {
  const written = (outcome >> 5) & 1023;
  if (written !== 0) return written;
  return isSuccess(outcome) ? 200 : null;
}

/** The outcome of a kind with a status written into it. */
export function withStatus(kind: number, status: number): Outcome {
  return kind | (status << 5);
}

/** True for `ok` and `degraded`: the caller got an answer it can use. */
export function isSuccess(outcome: Outcome): boolean {
  const kind = outcome & 31;
  // One question, not two: what fails for the first time would find a branch that V8 has not compiled.
  return ((SUCCESSES >> kind) & 1) !== 0;
}

/** The outcome a callee's HTTP status means: 2xx and 3xx ok, 429 throttled, other 4xx clientError, 5xx serverError. */
export function outcomeOfStatus(status: number): Outcome {
  if (status < 400) return withStatus(OUTCOME.ok, status);
  if (status === 429) return withStatus(OUTCOME.throttled, status);
  return withStatus(status < 500 ? OUTCOME.clientError : OUTCOME.serverError, status);
}

/**
 * What a service answers its own caller when a call it made has failed and nothing caught it:
 * timeouts become 504, refusals and rejections 503, a reset 502, everything else passes as it is.
 */
export function relayed(outcome: Outcome): Outcome {
  switch (outcome & 31) {
    case OUTCOME.timeout:
    case OUTCOME.connectTimeout:
      return withStatus(OUTCOME.serverError, 504);
    case OUTCOME.reset:
      return withStatus(OUTCOME.serverError, 502);
    case OUTCOME.refused:
    case OUTCOME.poolTimeout:
    case OUTCOME.rejectedBulkhead:
    case OUTCOME.rejectedRateLimit:
    case OUTCOME.rejectedBreaker:
    case OUTCOME.rejectedOverload:
      return withStatus(OUTCOME.serverError, 503);
    default:
      return outcome & ~AMBIGUOUS;
  }
}

/** Status a kind stands for where none is written into the outcome; by kind index. */
const DEFAULT_STATUS = [
  200, 400, 429, 500, 504, 504, 503, 504, 502, 503, 503, 429, 503, 503, 499, 200, 499, 0,
];
