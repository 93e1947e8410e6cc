import { z } from 'zod';
import { field } from '../../contracts/fields/field.js';
import { NS_PER_SECOND, type Ns } from '../../kernel/time.js';
import type { PolicyKind } from '../../contracts/patterns/policy.js';
import type { Meter } from '../mechanisms/meters.js';
import {
  callFields,
  KeyedMeters,
  limiterFields,
  MeteredCalls,
  refusalOf,
  saysWhen,
} from '../mechanisms/meters.js';
import { RATE_LIMIT } from '../mechanisms/families.js';
import { traitsOfBucket, traitsOfWindow } from '../mechanisms/window-fields.js';
import { offeredToWindow } from '../../stats/loss.js';

/** Permissions are a Java int. */
const INT_MAX = 2_147_483_647;

const schema = z.strictObject({
  limitForPeriod: field.whole(
    50,
    'Permissions per cycle, per state (by default each instance of the caller and each callee); unused ones are ' +
      'lost at the end of the cycle.',
    { unit: 'calls', min: 1, max: INT_MAX },
  ),
  limitRefreshPeriod: field.duration(
    '500ns',
    'Length of a cycle. Cycles are aligned to the start of the process; after a restart to its first call. With ' +
      'the default, calls are hardly ever limited.',
  ),
  timeoutDuration: field.duration(
    '5s',
    'Longest wait for a permission; the permission of a later cycle is reserved at once. A caller that would have ' +
      'to wait longer still sleeps this long and is then refused; in a middleware it is refused at once, as by ' +
      'reservePermission.',
    { allowZero: true },
  ),
  ...limiterFields,
});

/**
 * AtomicRateLimiter: each cycle adds `limitForPeriod` permissions, up to that many in total. A balance below 0 counts
 * permissions reserved from future cycles.
 */
class AtomicCycles implements Meter {
  private cycle = 0;
  private permissions: number = this.limit;

  constructor(
    private readonly limit: number,
    private readonly periodNs: Ns,
    private readonly timeoutNs: Ns,
    private readonly start: Ns,
  ) {}

  take(now: Ns): Ns {
    const elapsed = now - this.start;
    const cycle = Math.floor(elapsed / this.periodNs);
    this.permissions = this.permissionsIn(cycle);
    this.cycle = cycle;
    const waitNs = this.permissions >= 1 ? 0 : this.waitNs(elapsed);
    if (waitNs > this.timeoutNs) return -1;
    this.permissions--;
    return waitNs;
  }

  retryNs(now: Ns): Ns {
    return this.waitNs(now - this.start) - this.timeoutNs;
  }

  isIdle(now: Ns): boolean {
    return this.permissionsIn(Math.floor((now - this.start) / this.periodNs)) === this.limit;
  }

  private permissionsIn(cycle: number): number {
    return Math.min(this.permissions + (cycle - this.cycle) * this.limit, this.limit);
  }

  /** Time to the start of the first cycle that is not fully reserved. */
  private waitNs(elapsed: Ns): Ns {
    const fullCycles = Math.floor(-this.permissions / this.limit);
    return (1 + fullCycles) * this.periodNs - (elapsed - this.cycle * this.periodNs);
  }
}

function cycles(config: z.output<typeof schema>, start: Ns): Meter {
  const { limitForPeriod, limitRefreshPeriod, timeoutDuration } = config;
  return new AtomicCycles(limitForPeriod, limitRefreshPeriod, timeoutDuration, start);
}

/** `rateLimit` of kind `resilience4j`: its AtomicRateLimiter with its own field names. */
export const rateLimitResilience4j: PolicyKind<'rateLimit', typeof schema> = {
  ...RATE_LIMIT,
  kind: 'resilience4j',
  summary:
    "resilience4j's rate limiter: permissions per cycle; callers reserve them in later cycles " +
    'and sleep until then.',
  sources: ['resilience4j AtomicRateLimiter.java, RateLimiterConfig.java'],
  schema,
  example:
    'rateLimit: { kind: resilience4j, limitForPeriod: 5, limitRefreshPeriod: 100ms, ' +
    'timeoutDuration: 150ms }\n',
  traits: ({ limitForPeriod: calls, limitRefreshPeriod: periodNs, timeoutDuration: waitNs }) =>
    waitNs === 0
      ? traitsOfWindow(calls, periodNs, offeredToWindow(calls))
      : traitsOfBucket((calls * NS_PER_SECOND) / periodNs, calls, waitNs),
  create: (config, setup) =>
    new MeteredCalls(setup, (start) => cycles(config, start), {
      refusal: refusalOf(config.status),
      afterNs: config.timeoutDuration,
      saysWhen: saysWhen(config),
    }),
  // RequestNotPermitted carries no time.
  waits: ['timeoutDuration'],
  callFields: callFields(false),
  limiter: (config) => new KeyedMeters((start) => cycles(config, start)),
};
