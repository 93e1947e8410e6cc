import type { Plan } from '../../contracts/plan/plan.js';
import { NS_PER_SECOND } from '../../kernel/time.js';
import { sumOf } from '../../stats/sums.js';
import type { Asked } from './question.js';
import { mergeSegments } from './sums.js';
import type { VariantData } from './variant-data.js';
import { visitsIn } from './visits.js';

/** Spread of evenly spaced calls in progress that last for random times. */
export const EVEN = 0.5;

/** Whether all users arrive evenly spaced: then no calls come together by chance. */
export function isEven({ loads }: Plan): boolean {
  return loads.every(
    ({ arrivals }) =>
      arrivals.kind === 'constant' || ('process' in arrivals && arrivals.process === 'constant'),
  );
}

/**
 * Variance by mean of the number of calls in progress, if there were no limit: 1 for independent arrivals. Users that wait
 * for the response have one request each, so that their number is binomial. Calls of evenly spaced arrivals have at most the
 * range of the times of requests, by twice the time that each request holds the limit: 0 where all take the same time.
 * `used`: the mean number; `states`: limits that each have a part of it.
 */
export function spreadOf(
  { data, window }: Pick<Asked, 'data' | 'window'>,
  used: number,
  states: number,
): number {
  const { plan } = data;
  if (!isEven(plan)) return 1 - Math.min(1, used / usersOf(plan));
  // Which of several limits a call meets may be random.
  if (states > 1 || used === 0) return EVEN;
  return Math.min(EVEN, rangeAtRate({ data, window }) / (2 * used));
}

/** Of the last window of each variant, since all of its limits ask for the same. */
const known = new WeakMap<
  VariantData,
  { readonly window: Asked['window']; readonly spread: number }
>();

/** The range of the times of requests, times their rate. */
function rangeAtRate(asked: Pick<Asked, 'data' | 'window'>): number {
  const { data, window } = asked;
  const last = known.get(data);
  if (last?.window === window) return last.spread;
  const { plan, records, requests } = data;
  const rangeOf = (parts: readonly number[]): number => {
    const rows = records.flatMap(({ parts: all }) => parts.map((id) => all[id].successLatency));
    const { count, min, max } = mergeSegments(rows, window.segments);
    return count === 0 ? 0 : max - min;
  };
  const ranges = plan.parts.map((_, id) => rangeOf([id]));
  const range = Math.max(rangeOf(requests), ...ranges) / NS_PER_SECOND;
  const spread = range * sumOf(requests.map(visitsIn(asked).arrived));
  known.set(data, { window, spread });
  return spread;
}

/** Number of users, each of which waits for the response before the next request; Infinity where others come too. */
function usersOf({ loads }: Plan): number {
  return sumOf(
    loads.map(({ arrivals }) => (arrivals.kind === 'closed' ? arrivals.users : Infinity)),
  );
}
