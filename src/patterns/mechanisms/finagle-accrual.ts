import { exp, powi } from '../../kernel/math.js';
import { unit, type StreamKey } from '../../kernel/rng.js';
import type { Ns } from '../../kernel/time.js';

/** Returned instead of a duration: the endpoint is not marked dead. */
export const NOT_DEAD = -1;

const MS: Ns = 1_000_000;

/**
 * Finagle's Backoff.equalJittered: first the shortest time, then half of the doubled time plus a random part up to as
 * much again. It stays at the longest time once that is reached.
 */
export class EqualJittered {
  private taken = 0;
  private atMax = false;
  private draws = 0;

  constructor(
    private readonly minNs: Ns,
    private readonly maxNs: Ns,
    private readonly key: StreamKey,
  ) {}

  next(a: number, b: number): Ns {
    const { minNs, maxNs, key } = this;
    if (this.taken++ === 0) return minNs;
    if (this.atMax) return maxNs;
    const half = Math.min(minNs * powi(2, this.taken - 2), maxNs);
    const more = Math.floor(unit(key.a, key.b, a, b, this.draws++) * half);
    if (half < maxNs - more) return half + more;
    this.atMax = true;
    return maxNs;
  }

  reset(): void {
    this.taken = 0;
    this.atMax = false;
  }
}

/** twitter/util WindowedAdder with five slices: a sum over the last four to five of them. */
class WindowedAdder {
  private readonly sliceMs: number;
  private readonly slices = new Float64Array(4);
  private present = 0;
  private place = 0;
  private old = 0;

  constructor(windowMs: number) {
    this.sliceMs = Math.max(1, Math.floor(windowMs / 5));
  }

  add(nowMs: number): void {
    this.expire(nowMs);
    this.present++;
  }

  sum(nowMs: number): number {
    this.expire(nowMs);
    let sum = this.present;
    for (const count of this.slices) sum += count;
    return sum;
  }

  reset(nowMs: number): void {
    this.slices.fill(0);
    this.present = 0;
    this.old = nowMs;
  }

  private expire(nowMs: number): void {
    const { slices, sliceMs } = this;
    if (nowMs - this.old < sliceMs) return;
    slices[this.place] = this.present;
    this.present = 0;
    this.place = (this.place + 1) % slices.length;
    const skipped = Math.min(Math.floor((nowMs - this.old) / sliceMs) - 1, slices.length);
    for (let k = 0; k < skipped; k++) {
      slices[this.place] = 0;
      this.place = (this.place + 1) % slices.length;
    }
    this.old = nowMs;
  }
}

/**
 * Finagle's policy `successRateWithinDuration`: an exponentially weighted average of the results, which fade by a
 * factor of e per window. Times are whole ms since the start of the client or the last revival.
 */
export class SuccessRatePolicy {
  private readonly windowMs: number;
  private readonly requests: WindowedAdder;
  private startMs = 0;
  private lastMs = -1;
  private average = 0;

  constructor(
    private readonly required: number,
    windowNs: Ns,
    private readonly least: number,
    private readonly backoff: EqualJittered,
  ) {
    this.windowMs = Math.floor(windowNs / MS);
    this.requests = new WindowedAdder(this.windowMs);
  }

  success(now: Ns): void {
    this.update(Math.floor(now / MS), 1);
  }

  /** How long the endpoint is marked dead, or NOT_DEAD. */
  failure(now: Ns, a: number, b: number): Ns {
    const nowMs = Math.floor(now / MS);
    this.update(nowMs, 0);
    if (nowMs - this.startMs < this.windowMs || this.average >= this.required) return NOT_DEAD;
    return this.requests.sum(nowMs) >= this.least ? this.backoff.next(a, b) : NOT_DEAD;
  }

  revived(now: Ns): void {
    this.startMs = Math.floor(now / MS);
    this.requests.reset(this.startMs);
    this.lastMs = -1;
    this.average = 0;
    this.backoff.reset();
  }

  private update(nowMs: number, result: number): void {
    this.requests.add(nowMs);
    const kept = this.lastMs < 0 ? 0 : exp(-(nowMs - this.lastMs) / this.windowMs);
    this.average = result * (1 - kept) + this.average * kept;
    this.lastMs = nowMs;
  }
}

/** Finagle's policy `consecutiveFailures`. */
export class ConsecutivePolicy {
  private failures = 0;

  constructor(
    private readonly threshold: number,
    private readonly backoff: EqualJittered,
  ) {}

  success(): void {
    this.failures = 0;
  }

  failure(a: number, b: number): Ns {
    return ++this.failures >= this.threshold ? this.backoff.next(a, b) : NOT_DEAD;
  }

  revived(): void {
    this.failures = 0;
    this.backoff.reset();
  }
}
