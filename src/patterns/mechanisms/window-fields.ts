import { offeredTo, offeredToBucket } from '../../stats/loss.js';
import { NS_PER_SECOND, type Ns } from '../../kernel/time.js';
import type { RateLimitTraits } from '../../contracts/patterns/policy-traits.js';
import { duration, whole } from '../../contracts/quantities/quantities.js';

/** Fields of all limiters that count over a window. */
export const windowFields = {
  limit: whole({ min: 1, max: 1_000_000 }).describe(
    'Calls admitted in one window, per state (by default each instance of the caller and each ' +
      'callee). Refused calls do not count. Unit: calls. Required.',
  ),
  window: duration({ allowZero: false }).describe(
    'Length of the window. Fixed windows start at time 0, warm-up included, and follow each ' +
      'other without a gap. Unit: duration. Required.',
  ),
};

/**
 * Traits of a limiter that admits this many calls per window and refuses the rest at once. `offered`: mean calls per window
 * of which it refuses 1 %. A window that slides is a system of servers that each call holds for its length.
 */
export function traitsOfWindow(
  calls: number,
  windowNs: Ns,
  offered = offeredTo(calls, 0),
): RateLimitTraits {
  const perSecond = (mean: number): number => (mean * NS_PER_SECOND) / windowNs;
  return { perSecond: perSecond(calls), steadyPerSecond: perSecond(offered), longestWaitNs: 0 };
}

/** Traits of a bucket: a call that may wait finds as many more places as tokens come in that time. */
export function traitsOfBucket(
  perSecond: number,
  burst: number,
  longestWaitNs: Ns = 0,
): RateLimitTraits {
  const places = burst + (perSecond * longestWaitNs) / NS_PER_SECOND;
  const steadyPerSecond = perSecond * offeredToBucket(places);
  return { perSecond, steadyPerSecond, longestWaitNs, atOnce: burst };
}
