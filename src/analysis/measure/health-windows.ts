import type { Lane } from './lanes.js';

/** Steps [from, until) that are judged together. */
export interface StepWindow {
  readonly from: number;
  readonly until: number;
}

/** A window with fewer arrivals is merged with the steps after it, up to MERGE_MAX steps. */
export const FEW_ARRIVALS = 20;
const MERGE_MAX = 5;
/** A window with fewer arrivals is not judged, so it grows until it has this many. */
export const TOO_FEW = 5;

/**
 * Merges steps of a lane until they hold enough arrivals to judge: 20, or 5 where five steps have fewer. No window
 * spans a step in `cuts`, so that the time before a fault and the time after it are never judged together. A window
 * that ends at a cut may have too few arrivals to say anything.
 */
export function mergedWindows(
  lane: Lane,
  steps: number,
  cuts: ReadonlySet<number>,
): readonly StepWindow[] {
  const windows: StepWindow[] = [];
  let from = 0;
  while (from < steps) {
    let until = from + 1;
    let arrivals = lane.arrivals[from];
    while (until < steps && !cuts.has(until) && isThin(arrivals, until - from)) {
      arrivals += lane.arrivals[until];
      until++;
    }
    windows.push({ from, until });
    from = until;
  }
  return windows;
}

/** Sum of a column over a window. */
export function sumOf(column: Float64Array, window: StepWindow): number {
  let sum = 0;
  for (let step = window.from; step < window.until; step++) sum += column[step];
  return sum;
}

/** Largest value of a window; NaN if there is none. */
export function worstOf(column: Float64Array, window: StepWindow): number {
  let worst = NaN;
  for (let step = window.from; step < window.until; step++) {
    if (!(column[step] <= worst)) worst = Number.isNaN(column[step]) ? worst : column[step];
  }
  return worst;
}

function isThin(arrivals: number, steps: number): boolean {
  return arrivals < TOO_FEW || (arrivals < FEW_ARRIVALS && steps < MERGE_MAX);
}
