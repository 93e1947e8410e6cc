import { z } from 'zod';
import { widenFloat64 } from '../../kernel/pool.js';
import type { Ns } from '../../kernel/time.js';
import type { PolicyKind } from '../../contracts/patterns/policy.js';
import { callFields, limiterFields, metered, type Meter } from '../mechanisms/meters.js';
import { traitsOfWindow, windowFields } from '../mechanisms/window-fields.js';

const schema = z.strictObject({ ...windowFields, ...limiterFields });

/**
 * The times of the last `limit` admitted calls, in a ring. A call is admitted if fewer than `limit` of them are in (now
 * - window, now], that is, if the oldest in a full ring is not.
 */
class SlidingLog implements Meter {
  private times: Float64Array = new Float64Array(4);
  private length = 0;
  /** Index of the oldest time once the ring is full. */
  private oldest = 0;
  private newest: Ns = -Infinity;

  constructor(
    private readonly limit: number,
    private readonly windowNs: Ns,
  ) {}

  take(now: Ns): Ns {
    if (this.length < this.limit) {
      if (this.length === this.times.length) {
        this.times = widenFloat64(this.times, Math.min(this.limit, this.length * 2));
      }
      this.times[this.length++] = now;
    } else {
      if (now - this.times[this.oldest] < this.windowNs) return -1;
      this.times[this.oldest] = now;
      this.oldest = this.oldest + 1 === this.limit ? 0 : this.oldest + 1;
    }
    this.newest = now;
    return 0;
  }

  retryNs(now: Ns): Ns {
    return this.times[this.oldest] + this.windowNs - now;
  }

  isIdle(now: Ns): boolean {
    return now - this.newest >= this.windowNs;
  }
}

/** `rateLimit` of kind `slidingLog`: an exact limit on the calls in any window. */
export const rateLimitSlidingLog: PolicyKind<'rateLimit', typeof schema> = {
  kind: 'slidingLog',
  summary:
    'Keeps the times of admitted calls, so no window of that length, wherever it starts, ' +
    'exceeds the limit.',
  sources: ['Figma 2017 "An alternative approach to rate limiting"'],
  schema,
  example: 'rateLimit: { kind: slidingLog, limit: 5, window: 100ms }\n',
  traits: ({ limit, window }) => traitsOfWindow(limit, window),
  callFields: callFields(true),
  ...metered(({ limit, window }) => new SlidingLog(limit, window)),
};
