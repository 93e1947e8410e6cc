import { OUTCOME_KINDS } from '../../spec/outcome.js';
import type { Plan } from '../../spec/plan/plan.js';
import { isZero, type Counts } from '../../stats/record-columns.js';
import { cellSums, type Gauge } from './gauges.js';

/** The steps of the timeline: absolute starts and lengths in ns. Only the last may be shorter. */
export interface Steps {
  readonly count: number;
  readonly startNs: Float64Array;
  readonly lengthNs: Float64Array;
  readonly stepOfCell: Int32Array;
}

/** Steps of a plan's grid. */
export function stepsOf(plan: Plan): Steps {
  const { edges, stepOfCell, steps } = plan.grid;
  const startNs = new Float64Array(steps).fill(Infinity);
  const lengthNs = new Float64Array(steps);
  for (let cell = 0; cell < edges.length - 1; cell++) {
    const step = stepOfCell[cell];
    startNs[step] = Math.min(startNs[step], edges[cell]);
    lengthNs[step] += edges[cell + 1] - edges[cell];
  }
  return { count: steps, startNs, lengthNs, stepOfCell };
}

/** The step that contains a time; the number of steps for a time after the last one. */
export function stepAt(steps: Steps, timeNs: number): number {
  let low = 0;
  let high = steps.count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (steps.startNs[middle] + steps.lengthNs[middle] <= timeNs) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The first step that begins at or after a time; the number of steps where none does. */
export function stepAfter(steps: Steps, timeNs: number): number {
  const step = stepAt(steps, timeNs);
  return step < steps.count && steps.startNs[step] < timeNs ? step + 1 : step;
}

/** Sums of a column of cells by step, over several columns. */
export function bySteps(columns: readonly ArrayLike<number>[], steps: Steps): Float64Array {
  const sums = new Float64Array(steps.count);
  for (const column of columns) {
    for (let cell = 0; cell < steps.stepOfCell.length; cell++) {
      sums[steps.stepOfCell[cell]] += column[cell];
    }
  }
  return sums;
}

/** Tables without an outcome, one for each list of steps: most edges of a large run have one. */
const blank = new WeakMap<Steps, Float64Array>();

/** Sums of outcome tables by step: steps x 18, row by step. The table must not be written. */
export function outcomesBySteps(
  rows: readonly { readonly outcomes: Counts }[],
  steps: Steps,
): Float64Array {
  if (rows.every(({ outcomes }) => isZero(outcomes))) {
    const known = blank.get(steps) ?? new Float64Array(steps.count * OUTCOME_KINDS);
    blank.set(steps, known);
    return known;
  }
  const sums = new Float64Array(steps.count * OUTCOME_KINDS);
  for (const { outcomes } of rows) {
    for (let cell = 0; cell < steps.stepOfCell.length; cell++) {
      const row = steps.stepOfCell[cell] * OUTCOME_KINDS;
      for (let kind = 0; kind < OUTCOME_KINDS; kind++) {
        sums[row + kind] += outcomes[cell * OUTCOME_KINDS + kind];
      }
    }
  }
  return sums;
}

/** Mean level by step, summed over gauges. */
export function meanLevels(gauges: readonly Gauge[], steps: Steps): Float64Array {
  const means = new Float64Array(steps.count);
  for (const { table, from, until } of gauges) {
    for (let at = from; at < until; at++) means[steps.stepOfCell[table.cell[at]]] += table.area[at];
  }
  for (let step = 0; step < steps.count; step++) {
    if (steps.lengthNs[step] > 0) means[step] /= steps.lengthNs[step];
  }
  return means;
}

/** Largest level by step: over its cells the largest sum of the gauges' maxima. */
export function maxLevels(gauges: readonly Gauge[], steps: Steps): Float64Array {
  return largestBySteps(cellSums(gauges, 'max', steps.stepOfCell.length), steps);
}

/** Largest of a column of cells by step, at least 0. */
export function largestBySteps(column: ArrayLike<number>, steps: Steps): Float64Array {
  const maxima = new Float64Array(steps.count);
  for (let cell = 0; cell < steps.stepOfCell.length; cell++) {
    const step = steps.stepOfCell[cell];
    if (column[cell] > maxima[step]) maxima[step] = column[cell];
  }
  return maxima;
}
