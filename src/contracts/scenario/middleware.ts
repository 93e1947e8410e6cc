import { z } from 'zod';
import { CALL_PATTERN, nameText, when } from '../fields/common.js';
import type { Explicit } from '../fields/entry.js';
import { absent, field } from '../fields/field.js';
import { cost } from '../quantities/fields.js';
import { share, whole } from '../quantities/quantities.js';
import type { Target } from './target.js';
import type { ResponseCache } from './caching.js';
import type { Ns } from '../../kernel/time.js';
import type { Distribution } from '../../kernel/distribution.js';
import type { Condition } from './steps.js';
import type { LimiterStore } from './limiter-store.js';
import type { Layer, RetryAfter } from './policies.js';

/** Fields of all middleware that can refuse a request. */
export const refusing = {
  work: cost().describe('CPU. Unit: distribution. Defaults to 0ms; of `kind: jwt` to 22us.'),
  reject: field.of(share(), 0, 'Share of requests refused.'),
  status: whole({ min: 400, max: 599 })
    .optional()
    .describe('Status of a refusal. Defaults by name: 401, 403, 429, 503.'),
  call: z
    .string()
    .regex(CALL_PATTERN)
    .optional()
    .describe(
      'A remote check: component.endpoint, under the bundle of `outbound`. A client error (4xx but 429) ' +
        'refuses the request with `status`; any other failure means that the check failed, see `onError`.',
    ),
  onError: field.choice(
    ['allow', 'reject'],
    'reject',
    'Behaviour when the check fails: `allow` lets the request pass, `reject` ends it like any failed call, ' +
      'with 503 or 504.',
  ),
  dryRun: field.flag(
    false,
    'Whether it only records its decisions, including calls to its store and check, and lets every request ' +
      'pass; the metric `wouldReject` counts requests that it would have refused.',
  ),
  when: when.optional(),
};

/** Fields of the cache of a remote check. */
export const checkCache = {
  cacheTtl: field.duration(
    absent(),
    'How long each instance caches a response of `call`; valid for t < response + cacheTtl. Requests that ' +
      'arrive before the response call too.',
  ),
  key: nameText()
    .optional()
    .describe('Entry of `keys`, such as the token, under which a response is cached.'),
  cacheRefusals: field.of(
    z.boolean(),
    absent('true'),
    'Whether refusals are cached too, as in APIcast; lua-resty-openidc caches none.',
  ),
};

type Passed = 'work' | 'reject' | 'onError' | 'dryRun';

/** Middleware in front of the endpoints of a service or the routes of a gateway. */
export interface Middleware extends Pick<Explicit<typeof refusing>, Passed> {
  /** Name of the middleware: `authenticate`, `rateLimit`, `coalesce`, `cache`, ... */
  readonly name: string;
  readonly kind: string | null;
  /** CPU per KiB: of the request; of the response for `compress`; of both for `translate`. */
  readonly workPerKiB: Distribution;
  /** `filter` by size: the largest request that passes, in bytes; null = no limit. */
  readonly maxBytes: number | null;
  readonly status: number;
  /** Remote check; null = none. */
  readonly call: Target | null;
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
