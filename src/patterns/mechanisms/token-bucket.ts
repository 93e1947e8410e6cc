import { invariant } from '../../kernel/invariant.js';
import type { Ns } from '../../kernel/time.js';
import type { Meter } from './meters.js';
import { eventsUntil, rationalRate, timeOfEvent, type RationalRate } from './rational-rate.js';

const BURST_MAX = 1e6;

/** A bucket of up to `burst` tokens. It starts full and may owe tokens that were reserved. */
export interface TokenBucket {
  /** Time until the next token is available, 0 if one is. Changes nothing. */
  waitNs(now: Ns): Ns;
  /** Takes the token that `waitNs` announced. */
  take(now: Ns): void;
  /** Returns the token that was taken last. */
  giveBack(): void;
  /** True if its state equals that of a new bucket. */
  isFull(now: Ns): boolean;
  reset(): void;
}

/** `continuous`: tokens accrue continuously; `ticks`: whole tokens arrive at multiples of 1 / rate. */
export function tokenBucket(
  perSecond: number,
  burst: number,
  refill: 'continuous' | 'ticks',
): TokenBucket {
  const rate = rationalRate(perSecond);
  return refill === 'ticks' ? new TickBucket(rate, burst) : new ContinuousBucket(rate, burst);
}

/** A continuous bucket for a rate that is already a fraction. */
export function continuousBucket(rate: RationalRate, burst: number): TokenBucket {
  return new ContinuousBucket(rate, burst);
}

/** A bucket as a rule for requests; a request can reserve a token up to `maxWaitNs` ahead. */
export class BucketMeter implements Meter {
  constructor(
    private readonly bucket: TokenBucket,
    private readonly maxWaitNs: Ns,
  ) {}

  take(now: Ns): Ns {
    const waitNs = this.bucket.waitNs(now);
    if (waitNs > this.maxWaitNs) return -1;
    this.bucket.take(now);
    return waitNs;
  }

  retryNs(now: Ns): Ns {
    return this.bucket.waitNs(now) - this.maxWaitNs;
  }

  isIdle(now: Ns): boolean {
    return this.bucket.isFull(now);
  }
}

/**
 * The bucket of golang x/time/rate, with whole numbers instead of floating-point tokens. It was last full at `anchor`
 * and has given `taken` tokens since, so it is full again at anchor + taken / rate. A token is available from anchor +
 * (taken - burst + 1) / rate. Admits the same calls as GCRA with this rate and burst.
 */
class ContinuousBucket implements TokenBucket {
  private anchor: Ns = 0;
  private taken = 0;

  constructor(
    private readonly rate: RationalRate,
    private readonly burst: number,
  ) {
    invariant(burst >= 1 && burst <= BURST_MAX, 'burst-out-of-range');
  }

  waitNs(now: Ns): Ns {
    const owed = this.taken - this.burst + 1;
    return Math.max(0, this.anchor + timeOfEvent(this.rate, owed) - now);
  }

  take(now: Ns): void {
    if (this.isFull(now)) {
      this.anchor = now;
      this.taken = 1;
      return;
    }
    this.taken++;
    // Moves whole spans from the count to the anchor, so that products stay within 53 bits. The anchor may then be
    // ahead of now, and `owed` below 0.
    if (this.taken >= 2 * this.rate.events) {
      this.taken -= this.rate.events;
      this.anchor += this.rate.spanNs;
    }
  }

  giveBack(): void {
    this.taken--;
  }

  isFull(now: Ns): boolean {
    return this.anchor + timeOfEvent(this.rate, this.taken) <= now;
  }

  reset(): void {
    this.anchor = 0;
    this.taken = 0;
  }
}

/** Whole tokens that arrive at multiples of 1 / rate since time 0; tokens beyond `burst` are lost. */
class TickBucket implements TokenBucket {
  private tokens: number;
  private ticks = 0;

  constructor(
    private readonly rate: RationalRate,
    private readonly burst: number,
  ) {
    invariant(burst >= 1 && burst <= BURST_MAX, 'burst-out-of-range');
    this.tokens = burst;
  }

  waitNs(now: Ns): Ns {
    const ticks = eventsUntil(this.rate, now);
    const tokens = Math.min(this.burst, this.tokens + ticks - this.ticks);
    return tokens >= 1 ? 0 : timeOfEvent(this.rate, ticks + 1 - tokens) - now;
  }

  take(now: Ns): void {
    const ticks = eventsUntil(this.rate, now);
    this.tokens = Math.min(this.burst, this.tokens + ticks - this.ticks) - 1;
    this.ticks = ticks;
  }

  giveBack(): void {
    this.tokens++;
  }

  isFull(now: Ns): boolean {
    return this.tokens + eventsUntil(this.rate, now) - this.ticks >= this.burst;
  }

  reset(): void {
    this.tokens = this.burst;
    this.ticks = 0;
  }
}
