import { z } from 'zod';
import { field } from '../../contracts/fields/field.js';
import { unit, type StreamKey } from '../../kernel/rng.js';
import type { Ns } from '../../kernel/time.js';
import type { PolicyKind } from '../../contracts/patterns/policy.js';
import { adaptive, boundProblems, SampledLimit } from '../mechanisms/concurrency-limiter.js';

const schema = z.strictObject({
  initial: field.whole(20, 'First limit.', { unit: 'calls', min: 1 }),
  max: field.whole(1000, 'Largest limit; the smallest is 1.', { unit: 'calls', min: 1 }),
  smoothing: field.share(1, 'Weight of the new limit against the old one.'),
  probeMultiplier: field.whole(
    30,
    'Interval between resets of the minimum latency, in multiples of the limit in calls, shortened at random by up ' +
      'to half; the next call then sets the minimum.',
    { unit: 'calls per unit of the limit', min: 1 },
  ),
});

/**
 * TCP Vegas: calls beyond those that the shortest latency explains are a queue. Steps and thresholds are multiples of
 * the whole part of the limit's base-10 logarithm.
 */
export class VegasRule extends SampledLimit {
  private shortestNs: Ns = 0;
  private probeCount = 0;
  /** 0 until the first call draws it. */
  private probeJitter = 0;
  estimate: number = this.config.initial;

  constructor(
    private readonly config: z.output<typeof schema>,
    private readonly stream: StreamKey,
  ) {
    super();
  }

  update(rttNs: Ns, inflight: number, didDrop: boolean, lineageA: number, lineageB: number): void {
    if (this.probeJitter === 0) this.drawJitter(lineageA, lineageB);
    this.probeCount++;
    const { probeMultiplier } = this.config;
    if (this.probeJitter * probeMultiplier * this.estimate <= this.probeCount) {
      this.drawJitter(lineageA, lineageB);
      this.probeCount = 0;
      this.shortestNs = rttNs;
    } else if (this.shortestNs === 0 || rttNs < this.shortestNs) {
      this.shortestNs = rttNs;
    } else {
      this.step(rttNs, inflight, didDrop);
    }
  }

  reset(): void {
    this.estimate = this.config.initial;
    this.shortestNs = 0;
    this.probeCount = 0;
    this.probeJitter = 0;
  }

  private step(rttNs: Ns, inflight: number, didDrop: boolean): void {
    const { max, smoothing } = this.config;
    const { estimate } = this;
    const queue = Math.ceil(estimate * (1 - this.shortestNs / rttNs));
    const log = log10Of(estimate);
    let next: number;
    if (didDrop) next = estimate - log;
    else if (inflight * 2 < estimate) return;
    else if (queue <= log) next = estimate + 6 * log;
    else if (queue < 3 * log) next = estimate + log;
    else if (queue > 6 * log) next = estimate - log;
    else return;
    next = Math.max(1, Math.min(max, next));
    this.estimate = (1 - smoothing) * estimate + smoothing * next;
  }

  private drawJitter(lineageA: number, lineageB: number): void {
    const uniform = unit(this.stream.a, this.stream.b, lineageA, lineageB, 0);
    this.probeJitter = 0.5 + 0.5 * uniform;
  }
}

/** Whole part of the base-10 logarithm, at least 1. */
function log10Of(limit: number): number {
  let log = 1;
  for (let power = 100; limit >= power; power *= 10) log++;
  return log;
}

/** `concurrencyLimit` of kind `vegas`: estimates the queue from latencies. */
export const concurrencyLimitVegas: PolicyKind<'concurrencyLimit', typeof schema> = {
  ...adaptive((config, stream) => new VegasRule(config, stream('probe'))),
  kind: 'vegas',
  summary: 'A limit on calls in flight that keeps the queue at the callee short, like TCP Vegas.',
  sources: [
    'Netflix/concurrency-limits VegasLimit.java, Log10RootFunction.java',
    'Netflix/concurrency-limits ConcurrencyLimitClientInterceptor.java',
    'Netflix/concurrency-limits ConcurrencyLimitServerInterceptor.java',
  ],
  schema,
  example: 'concurrencyLimit: { kind: vegas, initial: 4, max: 100 }\n',
  check: (config) => boundProblems({ ...config, min: 1 }),
};
