import { partSums } from './column-sums.js';
import { shareOf, type Measured } from './estimate.js';
import type { HistogramData, Histogram } from '../../stats/histogram.js';
import type { Asked } from './question.js';
import { rowsOf } from './subjects.js';
import { finishedOf, mergeAll, mergeSegments, rowsAt, succeededOf, sumOutcomes } from './sums.js';

/** Latency of a selection: pooled and by run. */
export function latencyOf(
  { data, selection, window }: Asked,
  which: 'latency' | 'successLatency',
): { readonly all: Histogram; readonly each: readonly Histogram[] } {
  const each = data.records.map((record) => {
    const rows: readonly (readonly HistogramData[])[] = rowsOf(record, selection).map(
      (row) => row[which],
    );
    return mergeSegments(rows, window.segments);
  });
  return { all: mergeAll(each), each };
}

/** Waits of a selection's requests for a worker, by run. */
export function queueWaitsOf({ data, selection, window }: Asked): readonly Histogram[] {
  return data.records.map((record) => {
    const waits = rowsAt(record, selection.parts).map(({ queueWait }) => queueWait);
    return mergeSegments(waits, window.segments);
  });
}

/** Outcome counts in the window, by run. */
export function outcomesByRun({ data, selection, window }: Asked): readonly Float64Array[] {
  return data.records.map((record) => sumOutcomes(rowsOf(record, selection), window.cells));
}

/** Goodput counts by run: successes within patience; for edges, all successes. */
export function goodByRun(asked: Asked, outcomes: readonly Float64Array[]): readonly number[] {
  const isEdge = asked.selection.callers !== null;
  return isEdge ? outcomes.map((run) => succeededOf(run)) : partSums(asked, 'good');
}

/** Share of the finished requests that succeed, by the outcomes of each run. */
export function successOf(outcomes: readonly Float64Array[]): Measured {
  const succeeded = outcomes.map((run) => succeededOf(run));
  const finished = outcomes.map((run) => finishedOf(run));
  return shareOf(succeeded, finished);
}
