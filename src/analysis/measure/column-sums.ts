import { EDGE_COUNTER, type EdgeCounter } from '../../spec/patterns/policy.js';
import type { Asked } from './question.js';
import { sumCells, sumCounter } from './sums.js';
import type { VariantData } from './variant-data.js';
import type { CellSet } from './window.js';

/** Sums of a column of parts in the window, by run. */
export function partSums(
  { data, selection, window }: Asked,
  column: 'busyNs' | 'wastedNs' | 'duplicates' | 'coalesced' | 'wouldReject',
): readonly number[] {
  return data.records.map((record) => {
    let sum = 0;
    for (const part of selection.parts) sum += sumCells(record.parts[part][column], window.cells);
    return sum;
  });
}

/** Sums of a column of edges, by run: in the window of the question, or in a window per run. */
export function edgeSums(
  { data, selection, window }: Asked,
  column: 'attempts' | 'calls' | 'wastedNs',
  windows: readonly CellSet[] | null = null,
): readonly number[] {
  return data.records.map((record, run) => {
    const { cells } = windows === null ? window : windows[run];
    let sum = 0;
    for (const stat of selection.stats) sum += sumCells(record.edges[stat][column], cells);
    return sum;
  });
}

/** Sums of a counter of edges in the window, by run. */
export function counterSums(asked: Asked, counter: EdgeCounter): readonly number[] {
  const { data, window } = asked;
  const stats = statsOf(asked);
  return data.records.map((record) => {
    let sum = 0;
    for (const stat of stats) {
      sum += sumCounter(record.edges[stat].counters, EDGE_COUNTER[counter], window.cells);
    }
    return sum;
  });
}

/** Edges of the selection; for a component, all edges into it. */
function statsOf({ data, selection }: Pick<Asked, 'data' | 'selection'>): readonly number[] {
  if (selection.callers !== null) return selection.stats;
  return statsInto(data, selection.callees);
}

function statsInto({ plan }: VariantData, callees: ReadonlySet<number>): readonly number[] {
  const stats: number[] = [];
  plan.statEdges.forEach((edge, stat) => {
    if (callees.has(plan.parts[edge.to].component)) stats.push(stat);
  });
  return stats;
}
