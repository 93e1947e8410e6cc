import type { Ns } from '../../kernel/time.js';

/**
 * When a cockatiel breaker opens. It does not know the state: `probe` marks a call admitted while half open. A failed
 * probe opens the breaker whatever failure() returns.
 */
export interface CockatielBreaker {
  success(now: Ns, probe: boolean): void;
  /** Returns true if the breaker should open. */
  failure(now: Ns): boolean;
  /** Forgets everything, as a restarted process does. */
  reset(): void;
  /** True if it would decide like a new one; only consecutive failures ever reset. */
  isIdle?(): boolean;
}

const MS = 1_000_000;

/** Counts consecutive failures. Only a success resets the count; opening and closing keep it. */
export class ConsecutiveBreaker implements CockatielBreaker {
  private failures = 0;

  constructor(private readonly threshold: number) {}

  success(): void {
    this.failures = 0;
  }

  failure(): boolean {
    return ++this.failures >= this.threshold;
  }

  isIdle(): boolean {
    return this.failures === 0;
  }

  reset(): void {
    this.failures = 0;
  }
}

/** A share of failures among the last `size` results; a probe that succeeds clears them first. */
export class CountBreaker implements CockatielBreaker {
  private readonly threshold: number;
  private readonly minimumNumberOfCalls: number;
  private readonly samples: Uint8Array;
  private place = 0;
  private total = 0;
  private failures = 0;

  constructor(threshold: number, size: number, minimumNumberOfCalls: number) {
    this.threshold = threshold;
    this.minimumNumberOfCalls = minimumNumberOfCalls;
    this.samples = new Uint8Array(size);
  }

  success(_now: Ns, probe: boolean): void {
    if (probe) this.clear();
    this.sample(SUCCEEDED);
  }

  failure(): boolean {
    this.sample(FAILED);
    return this.total >= this.minimumNumberOfCalls && this.failures > this.threshold * this.total;
  }

  reset(): void {
    this.clear();
    this.place = 0;
  }

  private clear(): void {
    this.samples.fill(NONE);
    this.total = 0;
    this.failures = 0;
  }

  private sample(result: number): void {
    const { samples, place } = this;
    if (samples[place] === NONE) this.total++;
    else if (samples[place] === FAILED) this.failures--;
    if (result === FAILED) this.failures++;
    samples[place] = result;
    this.place = place + 1 === samples.length ? 0 : place + 1;
  }
}

const NONE = 0;
const SUCCEEDED = 1;
const FAILED = 2;

/**
 * A failure rate over a duration, in at least 5 windows of at most 1 s each. A window starts with the first result
 * after the previous one is over, and the oldest window is then dropped. Each result drops at most one window, so
 * counts survive a silence of any length.
 */
export class SamplingBreaker implements CockatielBreaker {
  private readonly threshold: number;
  /** Minimum number of results in all windows; need not be whole. */
  private readonly minimum: number;
  private readonly windowNs: Ns;
  private readonly successesOf: Int32Array;
  private readonly failuresOf: Int32Array;
  private startedAt: Ns = -Infinity;
  private place = 0;
  private successes = 0;
  private failures = 0;

  /** `minimumRps` null: the default of the library, 5 failures per second at the threshold. */
  constructor(threshold: number, durationNs: Ns, minimumRps: number | null) {
    const durationMs = durationNs / MS;
    const windows = Math.max(5, Math.ceil(durationMs / 1000));
    const windowMs = Math.round(durationMs / windows);
    const perMs = minimumRps === null ? 5 / (threshold * 1000) : minimumRps / 1000;
    this.threshold = threshold;
    this.minimum = windowMs * windows * perMs;
    this.windowNs = windowMs * MS;
    this.successesOf = new Int32Array(windows);
    this.failuresOf = new Int32Array(windows);
  }

  success(now: Ns, probe: boolean): void {
    if (probe) this.clear();
    this.rotate(now);
    this.successes++;
    this.successesOf[this.place]++;
  }

  failure(now: Ns): boolean {
    this.rotate(now);
    this.failures++;
    this.failuresOf[this.place]++;
    const total = this.successes + this.failures;
    return total >= this.minimum && this.failures > this.threshold * total;
  }

  reset(): void {
    this.clear();
  }

  private clear(): void {
    this.successes = 0;
    this.failures = 0;
    this.successesOf.fill(0);
    this.failuresOf.fill(0);
    this.startedAt = -Infinity;
  }

  private rotate(now: Ns): void {
    if (now - this.startedAt < this.windowNs) return;
    this.place = this.place + 1 === this.successesOf.length ? 0 : this.place + 1;
    this.successes -= this.successesOf[this.place];
    this.failures -= this.failuresOf[this.place];
    this.successesOf[this.place] = 0;
    this.failuresOf[this.place] = 0;
    this.startedAt = now;
  }
}
