import { z } from 'zod';
import type { Ns } from '../../kernel/time.js';
import type { PolicyKind } from '../../contracts/patterns/policy.js';
import { callFields, limiterFields, metered, type Meter } from '../mechanisms/meters.js';
import { offeredToWindow } from '../../stats/loss.js';
import { traitsOfWindow, windowFields } from '../mechanisms/window-fields.js';

const schema = z.strictObject({ ...windowFields, ...limiterFields });

/**
 * A counter that resets at the start of each window [k * W, (k + 1) * W). Windows are aligned to the clock, not to the
 * first call, so a restart resets the counter but moves no boundary.
 */
class FixedWindow implements Meter {
  private window = -1;
  private used = 0;

  constructor(
    private readonly limit: number,
    private readonly windowNs: Ns,
  ) {}

  take(now: Ns): Ns {
    const window = Math.floor(now / this.windowNs);
    if (window !== this.window) {
      this.window = window;
      this.used = 0;
    }
    if (this.used >= this.limit) return -1;
    this.used++;
    return 0;
  }

  retryNs(now: Ns): Ns {
    return (Math.floor(now / this.windowNs) + 1) * this.windowNs - now;
  }

  isIdle(now: Ns): boolean {
    return Math.floor(now / this.windowNs) !== this.window;
  }
}

/** `rateLimit` of kind `fixedWindow`: a limit on the calls in each clock-aligned window. */
export const rateLimitFixedWindow: PolicyKind<'rateLimit', typeof schema> = {
  kind: 'fixedWindow',
  summary:
    'Limits the calls in each clock-aligned window; up to twice as many can pass around a ' +
    'window boundary.',
  sources: ['Kong/kong kong/plugins/rate-limiting/policies/init.lua'],
  schema,
  example: 'rateLimit: { kind: fixedWindow, limit: 5, window: 100ms }\n',
  traits: ({ limit, window }) => traitsOfWindow(limit, window, offeredToWindow(limit)),
  readsClock: true,
  callFields: callFields(true),
  ...metered(({ limit, window }) => new FixedWindow(limit, window)),
};
