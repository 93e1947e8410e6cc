import type { OutcomeName } from '../../contracts/outcome.js';

/** Names of the failure outcomes in prose. */
export const FAILURE_WORDS: ReadonlyMap<OutcomeName, string> = new Map([
  ['clientError', 'client error'],
  ['throttled', 'throttled'],
  ['serverError', 'server error'],
  ['timeout', 'timeout'],
  ['deadlineExceeded', 'deadline exceeded'],
  ['refused', 'connection refused'],
  ['connectTimeout', 'no connection'],
  ['reset', 'connection reset'],
  ['poolTimeout', 'no connection from the pool'],
  ['rejectedBulkhead', 'rejected by a bulkhead'],
  ['rejectedRateLimit', 'rejected by a rate limit or throttle'],
  ['rejectedBreaker', 'rejected by an open breaker'],
  ['rejectedOverload', 'shed'],
  ['cancelled', 'cancelled'],
  ['abandoned', 'given up by the user'],
]);
