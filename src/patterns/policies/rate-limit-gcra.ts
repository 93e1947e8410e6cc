import { z } from 'zod';
import type { PolicyKind } from '../../contracts/patterns/policy.js';
import { rate, whole } from '../../contracts/quantities/quantities.js';
import { callFields, limiterFields, metered } from '../mechanisms/meters.js';
import { rateProblems } from '../mechanisms/rational-rate.js';
import { BucketMeter, tokenBucket } from '../mechanisms/token-bucket.js';
import { traitsOfBucket } from '../mechanisms/window-fields.js';

const schema = z.strictObject({
  rate: rate().describe(
    'Long-run rate of admitted calls, per state (by default each instance of the caller and ' +
      'each callee); its inverse is the emission interval. Unit: rate, up to 10000/ms. ' +
      'Required.',
  ),
  burst: whole({ min: 1, max: 1_000_000 })
    .prefault(1)
    .describe(
      'Burst admitted after a quiet period; the tolerance is (burst - 1) emission intervals. ' +
        'Unit: calls. Defaults to 1.',
    ),
  ...limiterFields,
});

/**
 * `rateLimit` of kind `gcra`: the generic cell rate algorithm, a leaky bucket as a meter. A call is admitted from its
 * theoretical arrival time minus the tolerance. That is exactly when a bucket of `burst` tokens has one, so it uses the
 * bucket's arithmetic.
 */
export const rateLimitGcra: PolicyKind<'rateLimit', typeof schema> = {
  kind: 'gcra',
  summary:
    'Generic cell rate algorithm: one theoretical arrival time instead of a bucket; calls ' +
    'never wait.',
  sources: ['throttled/throttled rate.go', 'ITU-T I.371'],
  schema,
  example: 'rateLimit: { kind: gcra, rate: 20/s, burst: 5 }\n',
  traits: ({ rate, burst }) => traitsOfBucket(rate, burst),
  callFields: callFields(true),
  ...metered((config) => new BucketMeter(tokenBucket(config.rate, config.burst, 'continuous'), 0)),
  check: (config) => rateProblems(config.rate),
};
