import { sumOf } from '../../stats/sums.js';
import { EDGE_COUNTER, type EdgeCounter } from '../../contracts/patterns/policy.js';
import type { Asked } from './question.js';
import { sumCells, sumCounter } from './sums.js';
import type { CellSet } from './window.js';

/** Sums of a column of parts in the window, by run. */
export function partSums(
  { data, selection, window }: Asked,
  column:
    | 'busyNs'
    | 'wastedNs'
    | 'duplicates'
    | 'coalesced'
    | 'wouldReject'
    | 'good'
    | 'hanging'
    | 'omitted',
): readonly number[] {
  return data.records.map(({ parts }) =>
    sumOf(selection.parts.map((part) => sumCells(parts[part][column], window.cells))),
  );
}

/** Sums of a column of edges, by run: in the window of the question, or in a window per run. */
export function edgeSums(
  { data, selection, window }: Asked,
  column: 'attempts' | 'calls' | 'wastedNs',
  windows: readonly CellSet[] | null = null,
): readonly number[] {
  return data.records.map(({ edges }, run) => {
    const { cells } = windows === null ? window : windows[run];
    return sumOf(selection.stats.map((stat) => sumCells(edges[stat][column], cells)));
  });
}

/** Sums of a counter of edges in the window, by run. */
export function counterSums(asked: Asked, counter: EdgeCounter): readonly number[] {
  const { cells } = asked.window;
  const stats = statsOf(asked);
  return asked.data.records.map(({ edges }) =>
    sumOf(stats.map((stat) => sumCounter(edges[stat].counters, EDGE_COUNTER[counter], cells))),
  );
}

/** Edges of the selection; for a component, all edges into it. */
function statsOf({ data, selection }: Pick<Asked, 'data' | 'selection'>): readonly number[] {
  if (selection.callers !== null) return selection.stats;
  const { parts, statEdges } = data.plan;
  return statEdges.flatMap(({ to }, stat) =>
    selection.callees.has(parts[to].component) ? [stat] : [],
  );
}
