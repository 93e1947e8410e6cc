/**
 * Outcomes of requests, calls and attempts: the one taxonomy on which every policy classifies.
 *
 * At run time an outcome is one small integer: `kind | status << 5 | AMBIGUOUS | HINTED`. Kinds start at 4,
 * because 0 to 3 are results of the call machinery that are not outcomes (PASS, PARK, HOLD, PENDING).
 */
export type Outcome = number;

/** enter(): continue inward. */
export const PASS = 0;
/** enter(): the policy keeps the frame and will resume or reject it. */
export const PARK = 1;
/** leave(): the policy keeps the frame and will re-enter or finish it. */
export const HOLD = 2;
/** call(): the outcome follows later. */
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

/** Outcomes of requests that are refused by design: a quota, a rate limit, a request that is wrong or unknown. */
export const DESIGNED: readonly OutcomeName[] = ['clientError', 'throttled', 'rejectedRateLimit'];

/** Number of outcome kinds; `kindIndex` is below it. */
export const OUTCOME_KINDS = OUTCOME_NAMES.length;
const FIRST_KIND = 4;

/** Run-time code of each kind, without a status. */
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

/** Flag of a call of which an attempt may have been executed although the caller did not learn its result. */
export const AMBIGUOUS = 1 << 15;

/** Flag of a response that says when to retry: a Retry-After or a gRPC pushback. CallContext.hint has the time. */
export const HINTED = 1 << 16;
/** A hint not to retry: a negative grpc-retry-pushback-ms. */
export const NEVER_AGAIN = -1;

/** True if the response with this outcome says when to retry. */
export function isHinted(outcome: Outcome): boolean {
  return (outcome & HINTED) !== 0;
}

/** Kind of an outcome, 4 to 21, without status and flags. */
export function kindOf(outcome: Outcome): number {
  return outcome & 31;
}

/** Index of the kind in OUTCOME_NAMES, 0 to 17. */
export function kindIndex(outcome: Outcome): number {
  return (outcome & 31) - FIRST_KIND;
}

/** HTTP status that an outcome carries, or the default of its kind; 0 if the kind has none. */
export function statusOf(outcome: Outcome): number {
  const written = (outcome >> 5) & 1023;
  return written !== 0 ? written : DEFAULT_STATUS[kindIndex(outcome)]!;
}

/** HTTP status of a response: the written one, else 200 for a success; null for other outcomes. */
export function writtenStatus(outcome: Outcome): number | null {
  const written = (outcome >> 5) & 1023;
  if (written !== 0) return written;
  return isSuccess(outcome) ? 200 : null;
}

/** HTTP status with which the response of an outcome came, written or not; null for outcomes that are no response. */
export function responseStatus(outcome: Outcome): number | null {
  return writtenStatus(outcome) ?? (isResponse(outcome) ? statusOf(outcome) : null);
}

const RESPONSES =
  (1 << OUTCOME.clientError) | (1 << OUTCOME.throttled) | (1 << OUTCOME.serverError);

function isResponse(outcome: Outcome): boolean {
  return ((RESPONSES >> kindOf(outcome)) & 1) !== 0;
}

/** HTTP status written into an outcome, unless it is 200, which successes have anyway; else 0. */
export function unusualStatus(outcome: Outcome): number {
  const written = (outcome >> 5) & 1023;
  return written === 200 ? 0 : written;
}

/** Outcome of a kind with a status written into it. */
export function withStatus(kind: number, status: number): Outcome {
  return kind | (status << 5);
}

/** True for `ok` and `degraded`: the caller got a usable response. */
export function isSuccess(outcome: Outcome): boolean {
  const kind = outcome & 31;
  // One test instead of two: the first failure would otherwise reach a branch that V8 has not compiled.
  return ((SUCCESSES >> kind) & 1) !== 0;
}

/** Outcome for the HTTP status of a callee: 2xx and 3xx ok, 429 throttled, other 4xx clientError, 5xx serverError. */
export function outcomeOfStatus(status: number): Outcome {
  if (status < 400) return withStatus(OUTCOME.ok, status);
  if (status === 429) return withStatus(OUTCOME.throttled, status);
  return withStatus(status < 500 ? OUTCOME.clientError : OUTCOME.serverError, status);
}

/**
 * Outcome that a service returns to its own caller when one of its calls fails and nothing handles it:
 * timeouts become 504, refusals and rejections 503, a reset 502; all others pass unchanged.
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

/** Default status of each kind, by kind index. */
const DEFAULT_STATUS = [
  200, 400, 429, 500, 504, 504, 503, 504, 502, 503, 503, 429, 503, 503, 499, 200, 499, 0,
];
