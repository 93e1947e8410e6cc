import { OUTCOME_KINDS } from '../../contracts/outcome.js';
import { EDGE_COUNTERS } from '../../contracts/patterns/policy.js';
import type { Plan } from '../../contracts/plan/plan.js';
import type { EdgeRecord } from '../../contracts/record/record.js';
import type { Counts } from '../../stats/record-columns.js';
import { cellSums, isQuiet, type Gauge } from './gauges.js';
import {
  columnOf,
  constantColumn,
  outcomeTable,
  type OutcomeTable,
  type Steps,
} from './step-columns.js';

export type { Steps } from './step-columns.js';

const known = new WeakMap<Plan, Steps>();

/** Steps of a plan's grid. */
export function stepsOf(plan: Plan): Steps {
  let steps = known.get(plan);
  if (steps === undefined) known.set(plan, (steps = madeOf(plan)));
  return steps;
}

function madeOf({ grid }: Plan): Steps {
  const { edges, stepOfCell, steps } = grid;
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

/** Sums of a column of cells by step, over several columns. The result must not be written, as those below. */
export function bySteps(columns: readonly ArrayLike<number>[], steps: Steps): Float64Array {
  return columnOf(steps, (sums) => {
    for (const column of columns) {
      for (let cell = 0; cell < steps.stepOfCell.length; cell++) {
        sums[steps.stepOfCell[cell]] += column[cell];
      }
    }
  });
}

/** Sums of one counter of some edges by step. */
export function countersBySteps(
  rows: readonly Pick<EdgeRecord, 'counters'>[],
  counter: number,
  steps: Steps,
): Float64Array {
  return columnOf(steps, (sums) => {
    for (const { counters } of rows) {
      for (let cell = 0; cell < steps.stepOfCell.length; cell++)
        sums[steps.stepOfCell[cell]] += counters[cell * EDGE_COUNTERS.length + counter];
    }
  });
}

/** Sums of outcome tables by step. */
export function outcomesBySteps(
  rows: readonly { readonly outcomes: Counts }[],
  steps: Steps,
): OutcomeTable {
  return outcomeTable(steps, (sums) => {
    for (const { outcomes } of rows) {
      for (let cell = 0; cell < steps.stepOfCell.length; cell++) {
        const row = steps.stepOfCell[cell] * OUTCOME_KINDS;
        for (let kind = 0; kind < OUTCOME_KINDS; kind++) {
          sums[row + kind] += outcomes[cell * OUTCOME_KINDS + kind];
        }
      }
    }
  });
}

/** Mean level by step, summed over gauges. */
export function meanLevels(gauges: readonly Gauge[], steps: Steps): Float64Array {
  if (gauges.every(isQuiet)) return constantColumn(steps, 0);
  return columnOf(steps, (means) => {
    for (const { table, from, until } of gauges) {
      for (let at = from; at < until; at++)
        means[steps.stepOfCell[table.cell[at]]] += table.area[at];
    }
    for (let step = 0; step < steps.count; step++) {
      if (steps.lengthNs[step] > 0) means[step] /= steps.lengthNs[step];
    }
  });
}

/** Largest level by step: over its cells the largest sum of the gauges' maxima. */
export function maxLevels(gauges: readonly Gauge[], steps: Steps): Float64Array {
  if (gauges.every(isQuiet)) return constantColumn(steps, 0);
  return largestBySteps(cellSums(gauges, 'max', steps.stepOfCell.length), steps);
}

/** Largest of a column of cells by step, at least 0. */
export function largestBySteps(column: ArrayLike<number>, steps: Steps): Float64Array {
  return columnOf(steps, (maxima) => {
    for (let cell = 0; cell < steps.stepOfCell.length; cell++) {
      const step = steps.stepOfCell[cell];
      if (column[cell] > maxima[step]) maxima[step] = column[cell];
    }
  });
}
