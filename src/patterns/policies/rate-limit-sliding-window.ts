import { z } from 'zod';
import type { Ns } from '../../kernel/time.js';
import type { PolicyKind } from '../../contracts/patterns/policy.js';
import { callFields, limiterFields, metered, type Meter } from '../mechanisms/meters.js';
import { traitsOfWindow, windowFields } from '../mechanisms/window-fields.js';

const schema = z.strictObject({ ...windowFields, ...limiterFields });

/**
 * RussellLuo/slidingwindow: estimates the sliding window from two clock-aligned windows, previous * (share of it that
 * is still covered) + current. A call is admitted while the estimate is below the limit.
 */
class SlidingWindow implements Meter {
  private window = 0;
  private previous = 0;
  private current = 0;

  constructor(
    private readonly limit: number,
    private readonly windowNs: Ns,
  ) {}

  take(now: Ns): Ns {
    const window = Math.floor(now / this.windowNs);
    if (window !== this.window) {
      this.previous = window === this.window + 1 ? this.current : 0;
      this.current = 0;
      this.window = window;
    }
    const coveredNs = this.windowNs - (now - window * this.windowNs);
    const room = this.limit - this.current;
    if (!isProductBelow(this.previous, coveredNs, room, this.windowNs)) return -1;
    this.current++;
    return 0;
  }

  /**
   * Time until the weight of the previous window has room for one more. If this window is full by itself, that is just
   * after its end.
   */
  retryNs(now: Ns): Ns {
    const { windowNs, previous } = this;
    const elapsed = now - this.window * windowNs;
    const room = this.limit - this.current;
    if (room <= 0) return windowNs - elapsed + 1;
    let covered = Math.floor((room / previous) * windowNs);
    while (!isProductBelow(previous, covered, room, windowNs)) covered--;
    return windowNs - covered - elapsed;
  }

  isIdle(now: Ns): boolean {
    const behind = Math.floor(now / this.windowNs) - this.window;
    return behind > 1 || (behind === 1 && this.current === 0);
  }
}

/** Below 2^33 for every time, so that its product with a count of at most 2^20 is exact. */
const SPLIT = 1_048_576;

/**
 * count * time < otherCount * otherTime for counts up to a million, exactly. The products exceed 53 bits, so they are
 * compared in two parts.
 */
function isProductBelow(count: number, time: Ns, otherCount: number, otherTime: Ns): boolean {
  const low = count * (time % SPLIT);
  const otherLow = otherCount * (otherTime % SPLIT);
  const high = count * Math.floor(time / SPLIT) + Math.floor(low / SPLIT);
  const otherHigh = otherCount * Math.floor(otherTime / SPLIT) + Math.floor(otherLow / SPLIT);
  return high < otherHigh || (high === otherHigh && low % SPLIT < otherLow % SPLIT);
}

/** `rateLimit` of kind `slidingWindow`: the weighted counter of two windows. */
export const rateLimitSlidingWindow: PolicyKind<'rateLimit', typeof schema> = {
  kind: 'slidingWindow',
  summary:
    'Estimates the calls of the last window from two counters, as if those of the previous ' +
    'window had arrived evenly: no double burst at a window boundary.',
  sources: ['RussellLuo/slidingwindow slidingwindow.go'],
  schema,
  example: 'rateLimit: { kind: slidingWindow, limit: 5, window: 100ms }\n',
  traits: ({ limit, window }) => traitsOfWindow(limit, window),
  readsClock: true,
  callFields: callFields(true),
  ...metered(({ limit, window }) => new SlidingWindow(limit, window)),
};
