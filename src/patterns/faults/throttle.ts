import { z } from 'zod';
import { absent, field, required } from '../../contracts/fields/field.js';
import { NS_PER_SECOND, type Ns } from '../../kernel/time.js';
import type { FaultKind } from '../../model/faults/kind.js';
import { rate } from '../../contracts/quantities/quantities.js';
import { throttled } from '../knobs/injected.js';
import { rateProblems } from '../mechanisms/rational-rate.js';
import { tokenBucket } from '../mechanisms/token-bucket.js';

const BURST_MAX = 1_000_000;

const schema = z.strictObject({
  rate: field.of(
    rate(),
    required,
    'Long-run rate of admitted requests, over all instances of a target together. With several faults on one ' +
      'target, each must admit a request.',
    'rate, up to 10000/ms',
  ),
  burst: field.whole(
    absent('one second of `rate`, at least 1'),
    'Size of the bucket, which is full when the fault begins: the burst admitted after a quiet period.',
    { unit: 'requests', min: 1, max: BURST_MAX },
  ),
  status: field.whole(
    429,
    'Status of a refusal. Any status below 500 gives the outcome throttled (DynamoDB answers 400); from 500 on the ' +
      'outcome is serverError.',
    { unit: 'HTTP status, 400 to 599', min: 400, max: 599 },
  ),
  retryAfter: field.of(
    z.union([z.boolean(), z.literal('exact')]),
    false,
    'Whether a refusal carries a retry hint: true gives whole seconds, rounded up, like the Retry-After header; ' +
      '`exact` gives the exact time, as a gRPC pushback could.',
    'boolean or `exact`',
  ),
});

/**
 * `throttle`: the quota of an account with a provider, or of a table, is suddenly too small. It is a token bucket at
 * the front door: one token per request, regardless of its outcome. A request without a token is refused at once,
 * before any work, queue or worker. Tokens are added continuously, counted in whole ns (`tokenBucket`).
 *
 * With the default of `burst`, `100/s` acts like a quota: the requests of one second may arrive at once, as with the
 * capacity units of a table, which are counted per second. Providers differ: an account of API Gateway has 10000/s with
 * a burst of 5000, and a DynamoDB table saves up to 300 s of unused units. The default of 1 in `rateLimit` would refuse
 * the second of two requests within 1 / rate, which is pacing and not a quota.
 */
export const throttle: FaultKind<typeof schema> = {
  kind: 'throttle',
  summary:
    'Admits requests up to a rate and refuses the rest on arrival with 429. Requests in ' +
    'flight are not affected. All instances of a target share one bucket; each target has its ' +
    'own.',
  sources: [
    'Amazon DynamoDB developer guide, Programming.Errors (ProvisionedThroughputExceededException, 400)',
    'Amazon API Gateway developer guide, api-gateway-request-throttling (token bucket, 429)',
    'AWS FIS, aws:fis:inject-api-throttle-error',
    'RFC 6585, 4. 429 Too Many Requests',
  ],
  targets: ['instance', 'endpoint'],
  schema,
  example:
    '- { id: quota, kind: throttle, target: psp, rate: 100/s, burst: 100, at: 10s, for: 20s }\n',
  takesShare: false,
  ofEveryNode: true,
  takesNoRamp: true,
  edits: (config) => [
    {
      knob: throttled,
      value: config.rate,
      more: {
        status: config.status,
        grainNs: grainNsOf(config.retryAfter),
        tokens: () =>
          tokenBucket(config.rate, config.burst ?? ofOneSecond(config.rate), 'continuous'),
      },
    },
  ],
  check: (config) => rateProblems(config.rate),
};

/** Unit to which Retry-After is rounded; 0 = refusals carry none. */
function grainNsOf(retryAfter: boolean | 'exact'): Ns {
  if (retryAfter === 'exact') return 1;
  return retryAfter ? NS_PER_SECOND : 0;
}

function ofOneSecond(perSecond: number): number {
  return Math.min(BURST_MAX, Math.max(1, Math.round(perSecond)));
}
