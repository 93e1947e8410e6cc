import type { Plan } from '../../contracts/plan/plan.js';
import { NS_PER_SECOND } from '../../kernel/time.js';
import { evenLoss, largest, type Places } from '../../stats/loss.js';
import { sumOf } from '../../stats/sums.js';
import type { Asked } from './question.js';
import { mergeSegments } from './sums.js';
import type { VariantData } from './variant-data.js';
import { visitsIn } from './visits.js';
import { FULL } from './waits-below.js';

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

/** Deviation of what passes from what passes of evenly spaced calls. */
const CLOSE = 0.02;

/**
 * Calls per second of which a limit refuses 1 %, where as many pass as of evenly spaced ones, or of requests that make all
 * of their calls at once; else null. Beyond that load it may refuse half of them: each second one comes a little too early.
 * `passed`: calls per second; `states`: limits that each have a part of them.
 */
export function evenHold(
  { data, window }: Pick<Asked, 'data' | 'window'>,
  { passed, refused }: { readonly passed: number; readonly refused: number },
  limit: Places,
  states: number,
): number | null {
  const { plan, requests } = data;
  // Several loads come together however evenly spaced each of them is.
  if (!isEven(plan) || plan.loads.length !== 1 || !(limit.seconds > 0)) return null;
  const asks = passed / (1 - refused);
  const each = Math.round(asks / sumOf(requests.map(visitsIn({ data, window }).arrived)));
  const isSeen = (together: number): boolean =>
    Math.abs((1 - evenLoss(asks / states, together, limit)) / (1 - refused) - 1) < CLOSE;
  const most = limit.servers / limit.seconds;
  // A full limit passes as many, whichever calls come together.
  const isFull = passed >= FULL * most * states;
  const together = (isFull ? [1] : [each, 1]).find((own) => own > 0 && isSeen(own));
  if (together === undefined) return null;
  return states * largest(most, (rate) => evenLoss(rate, together, limit));
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
