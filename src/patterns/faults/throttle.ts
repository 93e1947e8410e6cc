import { z } from 'zod';
import { NS_PER_SECOND } from '../../kernel/time.js';
import type { Ns } from '../../kernel/time.js';
import type { FaultKind } from '../../model/faults/kind.js';
import { rate, whole } from '../../spec/quantities.js';
import { throttled } from '../knobs/injected.js';
import { rateProblems } from '../mechanisms/rational-rate.js';
import { tokenBucket } from '../mechanisms/token-bucket.js';

const BURST_MAX = 1_000_000;

const schema = z.strictObject({
  rate: rate().describe(
    'Requests let through in the long run, by all instances of a target together. Several faults on one target ' +
      'all have to let a request through. Unit: rate, up to 10000/ms. Required.',
  ),
  burst: whole({ min: 1, max: BURST_MAX })
    .optional()
    .describe(
      'Size of the bucket, which is full when the fault begins: requests let through at once after a quiet time. ' +
        'Unit: requests. Defaults to what `rate` brings in a second, at least 1.',
    ),
  status: whole({ min: 400, max: 599 })
    .prefault(429)
    .describe(
      'Status of a refusal: below 500 the outcome is throttled, whatever it is (DynamoDB answers 400), from 500 on ' +
        'serverError. Unit: HTTP status, 400 to 599. Defaults to 429.',
    ),
  retryAfter: z
    .union([z.boolean(), z.literal('exact')])
    .default(false)
    .describe(
      'Whether a refusal says when to come back: true in whole seconds, rounded up, as the header Retry-After does; ' +
        '`exact` as a gRPC pushback could. Unit: boolean or `exact`. Defaults to false.',
    ),
});

/**
 * `throttle`: the quota of an account with a provider, or of a table, is suddenly too small. It is a token bucket
 * at the front door: one token a request, whatever comes of it; who finds none is refused at once, before any
 * work, any queue and any worker. Tokens flow in all the time, counted in whole ns (`tokenBucket`).
 *
 * The default of `burst` makes `100/s` what a quota says: what a second brings may come at once, as with the capacity
 * units of a table, which are counted by the second. Providers differ: an account of API Gateway has 10000/s with
 * a burst of 5000, a table of DynamoDB saves up to 300 s of what it does not use. The 1 of `rateLimit` would refuse
 * two requests that come within 1 / rate, which is pacing and no quota.
 */
export const throttle: FaultKind<typeof schema> = {
  kind: 'throttle',
  summary:
    'Lets a rate of requests through, and refuses the rest on arrival with 429; what is under way is not hit. All ' +
    'instances of a target share one bucket, each target has its own.',
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

/** Unit of the Retry-After of a refusal; 0 = it has none. */
function grainNsOf(retryAfter: boolean | 'exact'): Ns {
  if (retryAfter === 'exact') return 1;
  return retryAfter ? NS_PER_SECOND : 0;
}

function ofOneSecond(perSecond: number): number {
  return Math.min(BURST_MAX, Math.max(1, Math.round(perSecond)));
}
