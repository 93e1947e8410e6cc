import { z } from 'zod';
import { NS_PER_SECOND } from '../../kernel/time.js';
import type { Ns } from '../../kernel/time.js';
import { duration, rate, share, whole } from '../../spec/quantities.js';
import type { TokenBucket } from './token-bucket.js';
import { tokenBucket } from './token-bucket.js';

const tokens = (least: number, most: number): z.ZodNumber => z.number().min(least).max(most);

/**
 * `budget` of a retry: what all calls of one state together may retry. Without `kind` it is a
 * ratio.
 */
export const retryBudgetSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z
      .literal('ratio')
      .optional()
      .default('ratio')
      .describe('Finagle, Linkerd: a share of the first tries. Unit: name. The default kind.'),
    ratio: share()
      .prefault('20%')
      .describe('Retries per first try, within the window. Unit: share. Defaults to 20%.'),
    minPerSecond: whole({ max: 1_000_000 })
      .prefault(10)
      .describe(
        'Reserve for quiet times: so many retries per second of the window beside the ratio, ' +
          'all of them at once from cold. Unit: retries per second. Defaults to 10.',
      ),
    window: duration({ min: 1000 })
      .prefault('10s')
      .describe(
        'Time after which first tries and retries are forgotten, in ten slots. Unit: duration. ' +
          'Defaults to 10s.',
      ),
  }),
  z.strictObject({
    kind: z
      .literal('concurrent')
      .describe('Envoy max_retries: so many retries at once. Unit: name. Required.'),
    max: whole({ min: 0 })
      .prefault(3)
      .describe(
        'Retries under way at once, from the decision through the back-off to the end of the ' +
          'attempt. Unit: retries. Defaults to 3.',
      ),
  }),
  z.strictObject({
    kind: z
      .literal('grpc')
      .describe('gRPC retryThrottling: failures cost, successes earn. Unit: name. Required.'),
    maxTokens: tokens(0.001, 1000)
      .default(10)
      .describe(
        'Tokens at the start and at most; each failure that would be retried costs one, and ' +
          'retries are made while more than half are left. Unit: tokens, to a thousandth. ' +
          'Defaults to 10.',
      ),
    tokenRatio: tokens(0.001, 1000)
      .default(0.1)
      .describe('Tokens a success earns. Unit: tokens, to a thousandth. Defaults to 0.1.'),
  }),
  z.strictObject({
    kind: z
      .literal('aws')
      .describe('AWS SDK standard mode: retries cost, successes give back. Unit: name. Required.'),
    tokens: whole({ min: 1 })
      .prefault(500)
      .describe('Tokens at the start and at most. Unit: tokens. Defaults to 500.'),
    cost: whole({ min: 0 })
      .prefault(5)
      .describe(
        'Price of a retry, given back when it succeeds; a first try that succeeds earns one ' +
          'token. Unit: tokens. Defaults to 5.',
      ),
    timeoutCost: whole({ min: 0 })
      .prefault(10)
      .describe('Price of a retry after a timeout. Unit: tokens. Defaults to 10.'),
  }),
  z.strictObject({
    kind: z.literal('rate').describe('A token bucket of retries. Unit: name. Required.'),
    rate: rate().describe('Retries in the long run. Unit: rate. Required.'),
    burst: whole({ min: 1, max: 1_000_000 })
      .prefault(1)
      .describe('Retries at once after a quiet time. Unit: retries. Defaults to 1.'),
  }),
]);
export type RetryBudgetConfig = z.output<typeof retryBudgetSchema>;

/** What a retry tells its budget, and asks of it. All calls of one state share it. */
export interface RetryBudget {
  /** A call begins with its first try. */
  started(now: Ns): void;
  /** An attempt has failed with an outcome that is retried. */
  failed(): void;
  /** An attempt has succeeded; `afterTimeout` is what allow() was told when it was granted. */
  succeeded(isRetry: boolean, afterTimeout: boolean): void;
  /** May one more retry be made? Takes its price when it may, and nothing when it may not. */
  allow(now: Ns, afterTimeout: boolean): boolean;
  /** A granted retry has ended, or was given up. */
  ended(): void;
  reset(): void;
  /** Retries that hold a place until they end. */
  held(): number;
}

/** The budget of a configuration. */
export function retryBudget(config: RetryBudgetConfig): RetryBudget {
  switch (config.kind) {
    case 'ratio':
      return new RatioBudget(config.ratio, config.minPerSecond, config.window);
    case 'concurrent':
      return new ConcurrentBudget(config.max);
    case 'grpc':
      return new GrpcBudget(config.maxTokens, config.tokenRatio);
    case 'aws':
      return new AwsBudget(config.tokens, config.cost, config.timeoutCost);
    case 'rate':
      return new RateBudget(tokenBucket(config.rate, config.burst, 'continuous'));
  }
}

const SLOTS = 10;
/**
 * One retry in the units of the ratio budget, so that the share of a first try is a whole number.
 */
const RETRY = 1_000_000;

/**
 * Finagle RetryBudget.scala, tower tps_budget.rs: a first try puts in `ratio` of a retry, a retry
 * takes one out, both for the length of the window; the balance may fall to minus the reserve.
 * Slots start at multiples of window / 10.
 */
class RatioBudget implements RetryBudget {
  private readonly deposit: number;
  private readonly reserve: number;
  private readonly slotNs: Ns;
  private readonly slots = new Float64Array(SLOTS);
  private slot = 0;
  private sum = 0;

  constructor(ratio: number, minPerSecond: number, windowNs: Ns) {
    this.deposit = Math.round(ratio * RETRY);
    this.reserve = Math.floor((minPerSecond * windowNs * (RETRY / 1000)) / (NS_PER_SECOND / 1000));
    this.slotNs = Math.ceil(windowNs / SLOTS);
  }

  started(now: Ns): void {
    this.roll(now);
    this.book(this.deposit);
  }

  failed(): void {}

  succeeded(): void {}

  allow(now: Ns): boolean {
    this.roll(now);
    if (this.sum + this.reserve < RETRY) return false;
    this.book(-RETRY);
    return true;
  }

  ended(): void {}

  reset(): void {
    this.slots.fill(0);
    this.sum = 0;
  }

  held(): number {
    return 0;
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
class ConcurrentBudget implements RetryBudget {
  private readonly max: number;
  private active = 0;

  constructor(max: number) {
    this.max = max;
  }

  started(): void {}

  failed(): void {}

  succeeded(): void {}

  allow(): boolean {
    if (this.active >= this.max) return false;
    this.active++;
    return true;
  }

  ended(): void {
    this.active--;
  }

  reset(): void {
    this.active = 0;
  }

  held(): number {
    return this.active;
  }
}

/** gRPC A6 retryThrottling, in thousandths of a token. First tries are never held up. */
class GrpcBudget implements RetryBudget {
  private readonly maxTokens: number;
  private readonly earned: number;
  private tokens: number;

  constructor(maxTokens: number, tokenRatio: number) {
    this.maxTokens = Math.round(maxTokens * 1000);
    this.earned = Math.round(tokenRatio * 1000);
    this.tokens = this.maxTokens;
  }

  started(): void {}

  failed(): void {
    this.tokens = Math.max(0, this.tokens - 1000);
  }

  succeeded(): void {
    this.tokens = Math.min(this.maxTokens, this.tokens + this.earned);
  }

  allow(): boolean {
    return this.tokens * 2 > this.maxTokens;
  }

  ended(): void {}

  reset(): void {
    this.tokens = this.maxTokens;
  }

  held(): number {
    return 0;
  }
}

/** AWS SDK standard retry quota: a retry that succeeds gets its price back. */
class AwsBudget implements RetryBudget {
  private readonly capacity: number;
  private readonly cost: number;
  private readonly timeoutCost: number;
  private tokens: number;

  constructor(capacity: number, cost: number, timeoutCost: number) {
    this.capacity = capacity;
    this.cost = cost;
    this.timeoutCost = timeoutCost;
    this.tokens = capacity;
  }

  started(): void {}

  failed(): void {}

  succeeded(isRetry: boolean, afterTimeout: boolean): void {
    const earned = isRetry ? this.price(afterTimeout) : 1;
    this.tokens = Math.min(this.capacity, this.tokens + earned);
  }

  allow(_now: Ns, afterTimeout: boolean): boolean {
    const price = this.price(afterTimeout);
    if (this.tokens < price) return false;
    this.tokens -= price;
    return true;
  }

  ended(): void {}

  reset(): void {
    this.tokens = this.capacity;
  }

  held(): number {
    return 0;
  }

  private price(afterTimeout: boolean): number {
    return afterTimeout ? this.timeoutCost : this.cost;
  }
}

/** So many retries per second, whatever the traffic. */
class RateBudget implements RetryBudget {
  private readonly bucket: TokenBucket;

  constructor(bucket: TokenBucket) {
    this.bucket = bucket;
  }

  started(): void {}

  failed(): void {}

  succeeded(): void {}

  allow(now: Ns): boolean {
    if (this.bucket.waitNs(now) > 0) return false;
    this.bucket.take(now);
    return true;
  }

  ended(): void {}

  reset(): void {
    this.bucket.reset();
  }

  held(): number {
    return 0;
  }
}
