import { z } from 'zod';
import { field } from '../../contracts/fields/field.js';
import type { Ns } from '../../kernel/time.js';
import type { PolicyKind } from '../../contracts/patterns/policy.js';
import { factor } from '../../contracts/quantities/quantities.js';
import { adaptive, boundProblems, SampledLimit } from '../mechanisms/concurrency-limiter.js';
import { problemsOf } from '../mechanisms/problems.js';

/** Number of first responses over which the long average is the plain mean. */
const WARM_UP = 10;

const schema = z.strictObject({
  initial: field.whole(20, 'First limit.', { unit: 'calls', min: 1 }),
  min: field.whole(20, 'Smallest limit.', { unit: 'calls', min: 1 }),
  max: field.whole(200, 'Largest limit.', { unit: 'calls', min: 1 }),
  queueSize: field.whole(
    4,
    'Queue allowance, added to gradient x old limit: how much the limit may grow while responses are fast.',
    { unit: 'calls' },
  ),
  smoothing: field.share(0.2, 'Weight of the new limit against the old one.'),
  rttTolerance: field.of(
    factor(),
    1.5,
    'Ratio of latency to its long-term average above which the limit shrinks.',
    'factor, at least 1',
  ),
  longWindow: field.whole(
    600,
    'Responses in the long-term average; after the first 10 each has weight 2/(longWindow + 1).',
    { unit: 'calls', min: 1 },
  ),
});

/** The limit shrinks while responses are slower than the long average, and otherwise grows slowly. */
export class Gradient2Rule extends SampledLimit {
  private longNs = 0;
  private sumNs = 0;
  private count = 0;
  estimate: number = this.config.initial;

  constructor(private readonly config: z.output<typeof schema>) {
    super();
  }

  /** A drop counts like any other response, with the time it took. */
  update(rttNs: Ns, inflight: number): void {
    const { min, max, queueSize, smoothing, rttTolerance } = this.config;
    const longNs = this.average(rttNs);
    // Latencies are back to normal after a long overload: speed up the decay of the average.
    if (longNs / rttNs > 2) this.longNs = longNs * 0.95;
    if (inflight < this.estimate / 2) return;
    const gradient = Math.max(0.5, Math.min(1, (rttTolerance * longNs) / rttNs));
    let next = this.estimate * gradient + queueSize;
    next = this.estimate * (1 - smoothing) + next * smoothing;
    this.estimate = Math.max(min, Math.min(max, next));
  }

  reset(): void {
    this.estimate = this.config.initial;
    this.longNs = 0;
    this.sumNs = 0;
    this.count = 0;
  }

  private average(rttNs: Ns): number {
    if (this.count < WARM_UP) {
      this.count++;
      this.sumNs += rttNs;
      this.longNs = this.sumNs / this.count;
    } else {
      const weight = 2 / (this.config.longWindow + 1);
      this.longNs = this.longNs * (1 - weight) + rttNs * weight;
    }
    return this.longNs;
  }
}

/** `concurrencyLimit` of kind `gradient2`: compares latencies with their long average. */
export const concurrencyLimitGradient2: PolicyKind<'concurrencyLimit', typeof schema> = {
  ...adaptive((config) => new Gradient2Rule(config)),
  kind: 'gradient2',
  summary:
    'A limit on calls in flight that shrinks when latency rises above its long-term average.',
  sources: [
    'Netflix/concurrency-limits Gradient2Limit.java, ExpAvgMeasurement.java',
    'Netflix/concurrency-limits ConcurrencyLimitClientInterceptor.java',
    'Netflix/concurrency-limits ConcurrencyLimitServerInterceptor.java',
  ],
  schema,
  example: 'concurrencyLimit: { kind: gradient2, initial: 4, min: 1, max: 100 }\n',
  check: (config) => [
    ...boundProblems(config),
    ...problemsOf({
      rttTolerance:
        config.rttTolerance < 1 &&
        'below 1 the limit shrinks even at constant latency: write 1 or more',
    }),
  ],
};
