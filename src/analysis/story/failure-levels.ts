import { sumOf, type StepWindow } from '../measure/health-windows.js';
import type { Lane } from '../measure/lanes.js';

const DOWN_GOOD = 0.05;
const FAILING_GOOD = 0.5;
const FAILING_ERRORS = 0.5;
const FAILING = 2;
const DOWN = 3;
/** The time before the first fault is divided into this many parts. */
const PARTS = 3;
/** It is steady if their shares of good requests differ by less than this. */
const STEADY = 0.1;
/** An interval is unusual only if it lasts more than this many times as long as any before the first fault. */
const LONGER = 1.5;

/** Shares of a lane's good and failed requests before the first fault. */
interface Usual {
  readonly good: number;
  readonly errors: number;
  /** The shares hardly change before the first fault. */
  readonly isSteady: boolean;
}

/**
 * Levels (0, 2 = failing, 3 = down) of windows by the share of requests that fail; the first `before` windows lie
 * before the first fault. Below half of the usual goodput is failing, below 5 % of it is down. Behind a quota most
 * requests may fail all the time, and all of them for a part of each second. Where that is usual, only longer
 * intervals count.
 */
export function failureLevels(
  lane: Lane,
  windows: readonly StepWindow[],
  before: number,
): readonly number[] {
  const usual = usualOf(lane, windows.slice(0, before));
  const levels = windows.map((window) => levelOf(lane, window, usual));
  if (!usual.isSteady) return levels;
  const isNews = [FAILING, DOWN].map((level) => longRuns(levels, level, before));
  return levels.map((level, i) =>
    level >= DOWN && isNews[1][i] ? DOWN : level >= FAILING && isNews[0][i] ? FAILING : 0,
  );
}

/** A lane that is good in any part of the time before the first fault is judged as if it always were. */
function usualOf(lane: Lane, baseline: readonly StepWindow[]): Usual {
  const size = Math.ceil(baseline.length / PARTS);
  let best = { good: -1, errors: 1 };
  let worst = 1;
  for (let from = 0; from < baseline.length; from += size) {
    const part = baseline.slice(from, from + size);
    const sum = (column: Float64Array): number =>
      part.reduce((total, window) => total + sumOf(column, window), 0);
    const arrivals = sum(lane.arrivals);
    const good = sum(lane.good) / arrivals;
    worst = Math.min(worst, good);
    if (good > best.good) best = { good, errors: sum(lane.errors) / arrivals };
  }
  const isSteady = best.good >= 0 && best.good - worst < STEADY;
  return isSteady && best.good < FAILING_GOOD
    ? { ...best, isSteady }
    : { good: 1, errors: 0, isSteady };
}

function levelOf(lane: Lane, window: StepWindow, usual: Usual): number {
  const arrivals = sumOf(lane.arrivals, window);
  if (arrivals === 0) return 0;
  const good = sumOf(lane.good, window) / arrivals;
  const errors = sumOf(lane.errors, window) / arrivals;
  if (good < DOWN_GOOD * usual.good) return DOWN;
  if (good < FAILING_GOOD * usual.good) return FAILING;
  return errors > usual.errors + FAILING_ERRORS * (1 - usual.errors) ? FAILING : 0;
}

/** Which windows are in an interval at that level or worse that lasts longer than those among the first `before`. */
function longRuns(levels: readonly number[], level: number, before: number): readonly boolean[] {
  const long = levels.map(() => false);
  let usual = 0;
  for (let from = 0; from < levels.length; from++) {
    if (levels[from] < level) continue;
    let until = from;
    while (until < levels.length && levels[until] >= level) until++;
    // An interval that reaches into the fault may be its effect, so it does not show what is usual.
    if (until < before) usual = Math.max(usual, until - from);
    // A part of usual length just before the fault is not an effect of the fault.
    const isOwn = from < before && before - from <= usual;
    long.fill(until - from > LONGER * usual, isOwn ? before : from, until);
    from = until;
  }
  return long;
}
