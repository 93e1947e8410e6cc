import { NS_PER_SECOND, type Ns } from '../../kernel/time.js';

/** Periods from the shortest to the longest, as Kong's schema orders them. */
export const PERIODS = ['second', 'minute', 'hour', 'day', 'month', 'year'] as const;

const DAY = 86_400 * NS_PER_SECOND;
/** Lengths of the periods as Kong's headers count them: a month is 30 days. */
const LENGTHS = [
  NS_PER_SECOND,
  60 * NS_PER_SECOND,
  3_600 * NS_PER_SECOND,
  DAY,
  30 * DAY,
  365 * DAY,
] as const;
const MONTH = PERIODS.indexOf('month');
const YEAR = PERIODS.indexOf('year');
/** Starts of the months a run can reach: 104 days. */
const MONTH_STARTS = [0, 31 * DAY, 59 * DAY, 90 * DAY, 120 * DAY];

function windowStart(period: number, now: Ns): Ns {
  if (period === YEAR) return 0;
  if (period < MONTH) return Math.floor(now / LENGTHS[period]) * LENGTHS[period];
  return MONTH_STARTS.findLast((start) => start <= now)!;
}

/** End of the window of a period that holds this time. */
export function windowEnd(period: number, now: Ns): Ns {
  if (period === YEAR) return Infinity;
  if (period < MONTH) return windowStart(period, now) + LENGTHS[period];
  return MONTH_STARTS.find((start) => start > now) ?? Infinity;
}

/** The rest of a window, as Kong's headers report it. */
export function restNs(period: number, now: Ns): Ns {
  return windowStart(period, now) + LENGTHS[period] - now;
}
