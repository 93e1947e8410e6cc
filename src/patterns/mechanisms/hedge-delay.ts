import { quantity, type Quantity } from '../../contracts/quantities/quantities.js';
import {
  DURATION_PATTERN,
  parseDuration,
  QuantityError,
  show,
} from '../../contracts/quantities/quantity-text.js';
import type { Ns } from '../../kernel/time.js';
import type { HedgeBudget, HedgeDelay } from './hedging.js';
import { LivePercentile } from './live-percentile.js';

const PERCENTILE = /^p([1-9][0-9]?|999)$/;

/** `40ms` -> ns; a percentile of observed latencies, such as `p95`, stays as written. */
export function durationOrPercentile(): Quantity<Ns | string> {
  return quantity(
    (input) => {
      if (typeof input !== 'string' || !/^p[0-9.]*$/.test(input)) return parseDuration(input);
      if (PERCENTILE.test(input)) return input;
      throw new QuantityError(`${show(input)} is not a percentile: expected p1 to p99, or p999`);
    },
    {
      anyOf: [
        { type: 'string', pattern: DURATION_PATTERN },
        { type: 'string', pattern: PERCENTILE.source },
        { const: 0 },
      ],
    },
  );
}

/** The same delay for all calls; Infinity = never by time. */
export class ConstantDelay implements HedgeDelay {
  constructor(private readonly delayNs: Ns) {}

  nextNs(): Ns {
    return this.delayNs;
  }

  took(): void {}

  reset(): void {}

  isFresh(): boolean {
    return true;
  }
}

/**
 * A percentile of the latencies of originals. An original that lost to its hedge counts with the time at which it lost.
 * That time is above the delay, so hedging does not shift the percentile that sets the delay.
 */
export class LiveDelay implements HedgeDelay {
  private readonly latencies: LivePercentile;

  /** `percentile` as written: `p95`, or `p999` for 99.9 %. */
  constructor(percentile: string) {
    const digits = percentile.slice(1);
    this.latencies = new LivePercentile(Number(digits) / (digits.length === 3 ? 1000 : 100));
  }

  nextNs(): Ns {
    return this.latencies.ns();
  }

  took(_now: Ns, nth: number, latencyNs: Ns): void {
    if (nth === 0) this.latencies.add(latencyNs);
  }

  reset(): void {
    this.latencies.reset();
  }
}

/** Units per hedge, so that the share that a call earns is a whole number. */
const HEDGE = 1_000_000;
/** Credit limit: hedges that can be saved for a burst. */
const SAVED = 10;

/** Each call earns a share of a hedge and each hedge costs one, so hedges never exceed that share of calls. */
export class CreditBudget implements HedgeBudget {
  private readonly earned: number;
  private credit = 0;

  constructor(share: number) {
    this.earned = Math.round(share * HEDGE);
  }

  started(): void {
    this.credit = Math.min(SAVED * HEDGE, this.credit + this.earned);
  }

  failed(): void {}

  succeeded(): void {}

  allow(): boolean {
    if (this.credit < HEDGE) return false;
    this.credit -= HEDGE;
    return true;
  }

  reset(): void {
    this.credit = 0;
  }

  isFresh(): boolean {
    return this.credit === 0;
  }
}
