import type { HistogramData } from '../../stats/histogram.js';
import type { Histogram } from '../../stats/histogram.js';
import type { Asked } from './question.js';
import { rowsOf } from './subjects.js';
import { mergeAll, mergeSegments, succeededOf, sumCells, sumOutcomes } from './sums.js';

/** Latency of a selection: pooled and by run. */
export function latencyOf(
  { data, selection, window }: Asked,
  which: 'latency' | 'successLatency',
): { readonly all: Histogram; readonly each: readonly Histogram[] } {
  const each = data.records.map((record) =>
    mergeSegments(
      rowsOf(record, selection).map((row): readonly HistogramData[] => row[which]),
      window.segments,
    ),
  );
  return { all: mergeAll(each), each };
}

/** Outcome counts in the window, by run. */
export function outcomesByRun({ data, selection, window }: Asked): readonly Float64Array[] {
  return data.records.map((record) => sumOutcomes(rowsOf(record, selection), window.cells));
}

/** Goodput counts by run: successes within patience; for edges, all successes. */
export function goodByRun(
  { data, selection, window }: Asked,
  outcomes: readonly Float64Array[],
): readonly number[] {
  if (selection.callers !== null) return outcomes.map((run) => succeededOf(run));
  return data.records.map((record) => {
    let good = 0;
    for (const part of selection.parts) good += sumCells(record.parts[part].good, window.cells);
    return good;
  });
}
