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

/** Traits of a limiter that admits this many calls per window and refuses the rest at once. */
export function traitsOfWindow(calls: number, windowNs: Ns): RateLimitTraits {
  return { perSecond: (calls * NS_PER_SECOND) / windowNs, longestWaitNs: 0 };
}
