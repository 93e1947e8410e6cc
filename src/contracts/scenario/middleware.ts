import type { Target } from './target.js';
import type { ResponseCache } from './caching.js';
import type { Ns } from '../../kernel/time.js';
import type { Distribution } from '../../kernel/distribution.js';
import type { Condition } from './steps.js';
import type { Layer, LimiterStore, RetryAfter } from './policies.js';

export interface Middleware {
  /** Name of the middleware: `authenticate`, `rateLimit`, `coalesce`, `cache`, ... */
  readonly name: string;
  readonly kind: string | null;
  /** Dry run: it only counts the requests that it would refuse. */
  readonly dryRun: boolean;
  readonly work: Distribution;
  /** CPU per KiB: of the request; of the response for `compress`; of both for `translate`. */
  readonly workPerKiB: Distribution;
  /** `filter` by size: the largest request that passes, in bytes; null = no limit. */
  readonly maxBytes: number | null;
  readonly reject: number;
  readonly status: number;
  /** Remote check; null = none. */
  readonly call: Target | null;
  /** If the remote check fails. */
  readonly onError: 'allow' | 'reject';
  /** How long an instance caches results of the check, the cache key, and whether refusals are cached too. */
  readonly cached: { readonly ttlNs: Ns; readonly key: string; readonly refusals: boolean } | null;
  /**
   * Only for `coalesce`. `windowNs`: time after the start of the leading request in which others can join it; null =
   * while it is in flight.
   */
  readonly coalesce: {
    readonly key: string;
    readonly shareErrors: boolean;
    readonly windowNs: Ns | null;
  } | null;
  /** Only for `cache`. */
  readonly response: ResponseCache | null;
  readonly when: Condition | null;
  /** Only for `rateLimit`: the policy kind and its config, and the Retry-After of its refusals. */
  readonly rateLimit: Layer | null;
  readonly retryAfter: RetryAfter;
  /** Path of the entry in the file; a limiter has one state for each path. */
  readonly at: readonly (string | number)[];
  /** Store that a limiter queries before it decides, or null. */
  readonly store: LimiterStore | null;
  /** Only for `admit`: the concurrency limit. */
  readonly admit: Layer | null;
}
