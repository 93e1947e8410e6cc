import { z } from 'zod';
import { field } from '../../contracts/fields/field.js';
import { widenFloat64 } from '../../kernel/pool.js';
import { unit, type StreamKey } from '../../kernel/rng.js';
import { NS_PER_MS, type Ns } from '../../kernel/time.js';
import type { PolicyKind } from '../../contracts/patterns/policy.js';
import type { LimitRule } from '../mechanisms/concurrency-limiter.js';
import { adaptive, boundProblems, LOCAL } from '../mechanisms/concurrency-limiter.js';

/** After this many consecutive windows at the smallest limit, the measured minimum is no longer trusted. */
const WINDOWS_AT_MIN = 5;

const schema = z.strictObject({
  min: field.whole(
    3,
    'Smallest limit; also the first limit and the limit while the minimum latency is measured.',
    { unit: 'calls', min: 1 },
  ),
  max: field.whole(1000, 'Largest limit.', { unit: 'calls', min: 1 }),
  sampleAggregatePercentile: field.share(
    '50%',
    'Percentile of the latencies that represents a window, and the minimum.',
  ),
  concurrencyUpdateInterval: field.duration(
    '100ms',
    'Length of a window; the limit is updated at its end, unless no response arrived in it. Envoy has no default.',
  ),
  minRttInterval: field.duration(
    '60s',
    'Time from the end of one measurement of the minimum latency to the next. Envoy has no default.',
    { min: NS_PER_MS },
  ),
  requestCount: field.whole(50, 'Responses per measurement of the minimum latency.', {
    unit: 'calls',
    min: 1,
    max: 1_000_000,
  }),
  buffer: field.share(
    '25%',
    'Tolerance: how much slower than the minimum responses may be before the limit shrinks.',
  ),
  jitter: field.share(
    '15%',
    'Random addition to `minRttInterval`, up to this share of it, in whole milliseconds.',
  ),
});

type Config = z.output<typeof schema>;

/** The limit after a window: the old limit times the gradient, plus its square root as headroom. */
export function gradientLimit(limit: number, minNs: Ns, sampleNs: Ns, config: Config): number {
  const gradient = Math.max(0.5, Math.min(2, (minNs + minNs * config.buffer) / sampleNs));
  const scaled = limit * gradient;
  const next = Math.floor(scaled + Math.sqrt(scaled));
  return Math.max(config.min, Math.min(config.max, next));
}

/**
 * Envoy's gradient_controller.cc. Its two timers are not events here: each call first catches up on their actions, at
 * the times at which they would have fired.
 */
export class EnvoyGradientRule implements LimitRule {
  /** The limit to restore after the measurement; 0 if none runs. */
  private deferred = 0;
  /** Calls that started before this time are not samples. */
  private epoch: Ns = 0;
  private minRttNs: Ns = 0;
  private windowEnd: Ns = 0;
  private measureAt: Ns = 0;
  private windowsAtMin = 0;
  private samples: Float64Array = new Float64Array(256);
  private count = 0;
  private current: number = this.config.min;

  constructor(
    private readonly config: Config,
    private readonly stream: StreamKey,
  ) {
    this.measure(0);
  }

  limit(now: Ns): number {
    this.catchUp(now, true);
    return this.current;
  }

  ended(
    now: Ns,
    beganAt: Ns,
    _inflight: number,
    result: number,
    lineageA: number,
    lineageB: number,
  ): void {
    // An answer comes before a timer of the same instant.
    this.catchUp(now, false);
    if (result === LOCAL || beganAt < this.epoch) return;
    if (this.count === this.samples.length) {
      this.samples = widenFloat64(this.samples, this.count * 2);
    }
    this.samples[this.count++] = now - beganAt;
    if (this.deferred === 0 || this.count < this.config.requestCount) return;
    this.minRttNs = this.percentile();
    this.setLimit(this.deferred, now);
    this.deferred = 0;
    this.windowEnd = now + this.config.concurrencyUpdateInterval;
    this.measureAt = now + this.jittered(lineageA, lineageB);
  }

  reset(now: Ns): void {
    this.current = this.config.min;
    this.windowsAtMin = 0;
    this.minRttNs = 0;
    this.measure(now);
  }

  /** Applies window ends and measurement starts before this time, and at it if `inclusive`. */
  private catchUp(now: Ns, inclusive: boolean): void {
    while (this.deferred === 0) {
      const due = Math.min(this.measureAt, this.windowEnd);
      if (due > now || (due === now && !inclusive)) return;
      if (this.measureAt <= this.windowEnd) this.measure(this.measureAt);
      else this.endWindow(Math.min(now, this.measureAt));
    }
  }

  private measure(at: Ns): void {
    this.deferred = this.current;
    this.setLimit(this.config.min, at);
    this.count = 0;
    this.epoch = at;
  }

  /** Windows without a response change nothing, so those that end before `until` are skipped. */
  private endWindow(until: Ns): void {
    const { concurrencyUpdateInterval } = this.config;
    const at = this.windowEnd;
    let windows = 1;
    if (this.count === 0) {
      windows = Math.max(1, Math.ceil((until - at) / concurrencyUpdateInterval));
    } else {
      this.setLimit(gradientLimit(this.current, this.minRttNs, this.percentile(), this.config), at);
    }
    this.windowEnd = at + windows * concurrencyUpdateInterval;
  }

  private setLimit(limit: number, at: Ns): void {
    const { min } = this.config;
    const isAtMin = this.deferred === 0 && this.current === min && limit === min;
    this.windowsAtMin = isAtMin ? this.windowsAtMin + 1 : 0;
    this.current = limit;
    if (this.windowsAtMin >= WINDOWS_AT_MIN) this.measureAt = at;
  }

  /** Drops the samples. The percentile is exact; Envoy's histogram keeps two digits of microseconds. */
  private percentile(): Ns {
    const sorted = this.samples.subarray(0, this.count).sort();
    const rank = Math.ceil(this.config.sampleAggregatePercentile * this.count);
    this.count = 0;
    return Math.max(1, sorted[Math.max(0, rank - 1)]);
  }

  private jittered(lineageA: number, lineageB: number): Ns {
    const { minRttInterval, jitter } = this.config;
    const rangeMs = Math.ceil((minRttInterval / NS_PER_MS) * jitter);
    const uniform = unit(this.stream.a, this.stream.b, lineageA, lineageB, 0);
    return minRttInterval + Math.floor(uniform * rangeMs) * NS_PER_MS;
  }
}

/** `concurrencyLimit` of kind `envoyGradient`: Envoy's adaptive concurrency filter. */
export const concurrencyLimitEnvoyGradient: PolicyKind<'concurrencyLimit', typeof schema> = {
  ...adaptive((config, stream) => new EnvoyGradientRule(config, stream('measurement'))),
  kind: 'envoyGradient',
  summary:
    "Envoy's adaptive concurrency: measures the minimum latency at a small limit and follows " +
    'the gradient.',
  sources: ['Envoy gradient_controller.cc, adaptive_concurrency_filter.rst'],
  schema,
  example: 'concurrencyLimit: { kind: envoyGradient, requestCount: 20, minRttInterval: 30s }\n',
  check: (config) => boundProblems({ ...config, initial: config.min }),
};
