import { NS_PER_SECOND, type Ns } from '../../kernel/time.js';
import type { TokenBucket } from './token-bucket.js';

/** What a retry follows, as far as its price depends on it: two bits. */
export const FOLLOWS = { failure: 0, timeout: 1, throttled: 2 } as const;

/** Limits retries. All calls of one state share it. */
export interface RetryBudget {
  /** True = it needs a notification when the back-off of a retry ends. */
  readonly followsAttempts: boolean;
  /** A call starts its first attempt. */
  started(now: Ns): void;
  /** An attempt failed with a retryable outcome. */
  failed(): void;
  /** An attempt succeeded; `follows` is the value passed to allow() when it was granted. */
  succeeded(isRetry: boolean, follows: number): void;
  /** Whether one more retry may be made. Charges its price only if it may. */
  allow(now: Ns, follows: number): boolean;
  /** The back-off of a granted retry is over and its attempt starts; called only if `followsAttempts`. */
  resumed(): void;
  /** A granted retry ended or was abandoned; called before its outcome is processed. */
  ended(): void;
  /** An attempt, first try or retry, is over; called after its outcome is processed. */
  left(): void;
  reset(): void;
  /** With no call in flight: true if a new budget would grant the same from now on. */
  isIdle(now: Ns): boolean;
  /** Places held by retries that have not ended. */
  held(): number;
}

/** No-op defaults: a budget reacts to few of the events. */
abstract class Budget implements RetryBudget {
  readonly followsAttempts: boolean = false;

  started(_now: Ns): void {}

  failed(): void {}

  succeeded(_isRetry: boolean, _follows: number): void {}

  abstract allow(now: Ns, follows: number): boolean;

  resumed(): void {}

  ended(): void {}

  left(): void {}

  abstract reset(): void;

  abstract isIdle(now: Ns): boolean;

  held(): number {
    return 0;
  }
}

const SLOTS = 10;
/**
 * One retry in the units of the ratio budget, so that the share of a first try is a whole number.
 */
const RETRY = 1_000_000;

/**
 * Finagle RetryBudget.scala, tower tps_budget.rs: a first try deposits `ratio` of a retry and a retry withdraws one,
 * both for the length of the window. The balance may fall to minus the reserve. Slots start at multiples of window /
 * 10.
 */
export class RatioBudget extends Budget {
  private readonly deposit: number;
  private readonly reserve: number;
  private readonly slotNs: Ns;
  private readonly slots = new Float64Array(SLOTS);
  private slot = 0;
  private sum = 0;

  constructor(ratio: number, minPerSecond: number, windowNs: Ns) {
    super();
    this.deposit = Math.round(ratio * RETRY);
    this.reserve = Math.floor((minPerSecond * windowNs * (RETRY / 1000)) / (NS_PER_SECOND / 1000));
    this.slotNs = Math.ceil(windowNs / SLOTS);
  }

  override started(now: Ns): void {
    this.roll(now);
    this.book(this.deposit);
  }

  allow(now: Ns): boolean {
    this.roll(now);
    if (this.sum + this.reserve < RETRY) return false;
    this.book(-RETRY);
    return true;
  }

  reset(): void {
    this.slots.fill(0);
    this.sum = 0;
  }

  isIdle(now: Ns): boolean {
    this.roll(now);
    return this.slots.every((amount) => amount === 0);
  }

  private book(amount: number): void {
    this.slots[this.slot % SLOTS] += amount;
    this.sum += amount;
  }

  private roll(now: Ns): void {
    const slot = Math.floor(now / this.slotNs);
    if (slot - this.slot >= SLOTS) this.reset();
    else {
      for (let k = this.slot + 1; k <= slot; k++) {
        this.sum -= this.slots[k % SLOTS];
        this.slots[k % SLOTS] = 0;
      }
    }
    this.slot = slot;
  }
}

/** Envoy max_retries (resource_manager_impl.h): a retry holds its place through its back-off. */
export class ConcurrentBudget extends Budget {
  private active = 0;

  constructor(private readonly max: number) {
    super();
  }

  allow(): boolean {
    if (this.active >= this.max) return false;
    this.active++;
    return true;
  }

  override ended(): void {
    this.active--;
  }

  reset(): void {
    this.active = 0;
  }

  isIdle(): boolean {
    return this.active === 0;
  }

  override held(): number {
    return this.active;
  }
}

/**
 * Envoy retry_budget (resource_manager_impl.h). The attempt that just failed still counts as active: its stream is
 * closed after the decision.
 */
export class EnvoyBudget extends Budget {
  override readonly followsAttempts = true;
  private attempts = 0;
  private retries = 0;

  constructor(
    private readonly ratio: number,
    private readonly least: number,
  ) {
    super();
  }

  override started(): void {
    this.attempts++;
  }

  override allow(): boolean {
    if (this.retries >= Math.max(this.least, Math.floor(this.ratio * this.attempts))) return false;
    this.retries++;
    return true;
  }

  override resumed(): void {
    this.attempts++;
  }

  override ended(): void {
    this.retries--;
  }

  override left(): void {
    this.attempts--;
  }

  reset(): void {
    this.attempts = 0;
    this.retries = 0;
  }

  isIdle(): boolean {
    return this.held() === 0;
  }

  override held(): number {
    return this.attempts + this.retries;
  }
}

/** gRPC A6 retryThrottling, in thousandths of a token. First tries are never throttled. */
export class GrpcBudget extends Budget {
  private readonly maxTokens: number;
  private readonly earned: number;
  private tokens: number;

  constructor(maxTokens: number, tokenRatio: number) {
    super();
    this.maxTokens = Math.round(maxTokens * 1000);
    this.earned = Math.round(tokenRatio * 1000);
    this.tokens = this.maxTokens;
  }

  override failed(): void {
    this.tokens = Math.max(0, this.tokens - 1000);
  }

  override succeeded(): void {
    this.tokens = Math.min(this.maxTokens, this.tokens + this.earned);
  }

  allow(): boolean {
    return this.tokens * 2 > this.maxTokens;
  }

  reset(): void {
    this.tokens = this.maxTokens;
  }

  isIdle(): boolean {
    return this.tokens === this.maxTokens;
  }
}

/** AWS SDK standard retry quota: a retry that succeeds gets its price back. */
export class AwsBudget extends Budget {
  private tokens: number = this.capacity;

  constructor(
    private readonly capacity: number,
    private readonly cost: number,
    private readonly timeoutCost: number,
    private readonly throttledCost: number,
  ) {
    super();
  }

  override succeeded(isRetry: boolean, follows: number): void {
    const earned = isRetry ? this.price(follows) : 1;
    this.tokens = Math.min(this.capacity, this.tokens + earned);
  }

  allow(_now: Ns, follows: number): boolean {
    const price = this.price(follows);
    if (this.tokens < price) return false;
    this.tokens -= price;
    return true;
  }

  reset(): void {
    this.tokens = this.capacity;
  }

  isIdle(): boolean {
    return this.tokens === this.capacity;
  }

  private price(follows: number): number {
    if (follows === FOLLOWS.timeout) return this.timeoutCost;
    return follows === FOLLOWS.throttled ? this.throttledCost : this.cost;
  }
}

/** A fixed rate of retries per second, independent of the traffic. */
export class RateBudget extends Budget {
  constructor(private readonly bucket: TokenBucket) {
    super();
  }

  allow(now: Ns): boolean {
    if (this.bucket.waitNs(now) > 0) return false;
    this.bucket.take(now);
    return true;
  }

  reset(): void {
    this.bucket.reset();
  }

  isIdle(now: Ns): boolean {
    return this.bucket.isFull(now);
  }
}
