import { z } from 'zod';
import { choice } from '../../contracts/quantities/fields.js';
import { NS_PER_SECOND, type Ns } from '../../kernel/time.js';
import { offeredToWindow } from '../../stats/loss.js';
import type { PolicyKind } from '../../contracts/patterns/policy.js';
import { duration, whole } from '../../contracts/quantities/quantities.js';
import { callFields, limiterFields, metered, type Meter } from '../mechanisms/meters.js';
import { rateOver } from '../mechanisms/rational-rate.js';
import { BucketMeter, continuousBucket } from '../mechanisms/token-bucket.js';
import { traitsOfBucket, traitsOfWindow } from '../mechanisms/window-fields.js';

const schema = z.strictObject({
  maxTokens: whole({ min: 1, max: 1_000_000 }).describe(
    'Size of the bucket, which starts full: the burst admitted after a quiet period. Per ' +
      'state (by default each instance of the caller and each callee). Unit: calls. Required.',
  ),
  tokensPerFill: whole({ min: 1, max: 500_000 })
    .prefault(1)
    .describe('Tokens added per `fillInterval`. Unit: calls. Defaults to 1.'),
  fillInterval: duration({ min: 50_000_000 }).describe(
    'Time in which `tokensPerFill` tokens are added. Unit: duration, at least 50ms. Required.',
  ),
  refill: choice(['continuous', 'timer'], 'continuous').describe(
    'Whether tokens are added continuously, as since Envoy 1.31, or all at once at the end ' +
      'of each interval, as before. Intervals are aligned to the start of the process; after ' +
      'a restart to its first call. Unit: name. Defaults to continuous.',
  ),
  ...limiterFields,
});

/** Whole fills at multiples of the interval since the start; tokens beyond the maximum are lost. */
class TimerBucket implements Meter {
  private fills = 0;
  private tokens: number = this.maxTokens;

  constructor(
    private readonly maxTokens: number,
    private readonly tokensPerFill: number,
    private readonly intervalNs: Ns,
    private readonly start: Ns,
  ) {}

  take(now: Ns): Ns {
    const fills = this.fillsUntil(now);
    this.tokens = this.tokensAfter(fills);
    this.fills = fills;
    if (this.tokens === 0) return -1;
    this.tokens--;
    return 0;
  }

  retryNs(now: Ns): Ns {
    return this.start + (this.fillsUntil(now) + 1) * this.intervalNs - now;
  }

  isIdle(now: Ns): boolean {
    return this.tokensAfter(this.fillsUntil(now)) === this.maxTokens;
  }

  private fillsUntil(now: Ns): number {
    return Math.floor((now - this.start) / this.intervalNs);
  }

  private tokensAfter(fills: number): number {
    return Math.min(this.maxTokens, this.tokens + (fills - this.fills) * this.tokensPerFill);
  }
}

/** `rateLimit` of kind `envoy`: the local rate limit filter with its own field names. */
export const rateLimitEnvoy: PolicyKind<'rateLimit', typeof schema> = {
  kind: 'envoy',
  summary: "Envoy's local rate limit: a token bucket configured by fills; calls never wait.",
  sources: [
    'envoyproxy/envoy source/extensions/filters/common/local_ratelimit/local_ratelimit_impl.cc',
    'envoyproxy/envoy source/common/common/token_bucket_impl.cc',
  ],
  schema,
  example: 'rateLimit: { kind: envoy, maxTokens: 5, tokensPerFill: 5, fillInterval: 250ms }\n',
  traits: ({ maxTokens, tokensPerFill, fillInterval, refill }) =>
    refill === 'timer' && maxTokens <= tokensPerFill
      ? traitsOfWindow(maxTokens, fillInterval, offeredToWindow(maxTokens))
      : traitsOfBucket((tokensPerFill * NS_PER_SECOND) / fillInterval, maxTokens),
  silent: true,
  callFields: callFields(false),
  ...metered(({ maxTokens, tokensPerFill, fillInterval, refill }, start) =>
    refill === 'timer'
      ? new TimerBucket(maxTokens, tokensPerFill, fillInterval, start)
      : new BucketMeter(continuousBucket(rateOver(tokensPerFill, fillInterval), maxTokens), 0),
  ),
};
