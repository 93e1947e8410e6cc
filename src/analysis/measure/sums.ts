import type { PartRecord, RunRecord } from '../../contracts/record/record.js';
import { EDGE_COUNTERS } from '../../contracts/patterns/policy.js';
import { OUTCOME_KINDS, OUTCOME_NAMES, type OutcomeName } from '../../contracts/outcome.js';
import { Histogram, type HistogramData } from '../../stats/histogram.js';
import type { Counts } from '../../stats/record-columns.js';

const UNFINISHED = OUTCOME_NAMES.indexOf('unfinished');
const DEGRADED = OUTCOME_NAMES.indexOf('degraded');

/** Outcomes of requests that a component refuses. */
const REFUSALS = ['rejectedOverload', 'rejectedRateLimit', 'throttled'] as const;
/** Outcomes of requests that are not executed to their end. */
const CUT_SHORT = ['cancelled', 'abandoned', 'unfinished', 'deadlineExceeded'] as const;

/** Counts of the 18 outcomes, in the order of OUTCOME_NAMES. */
export type OutcomeCounts = Float64Array;

/** Counts of outcomes over some cells of some rows; `rows` are parts or edges. */
export function sumOutcomes(
  rows: readonly { readonly outcomes: Counts }[],
  cells: Int32Array,
): OutcomeCounts {
  const tables = rows.map((row) => row.outcomes);
  return sumTable(tables, cells, OUTCOME_KINDS);
}

/** Counts of outcomes of some parts of a run over some cells. */
export function sumParts(
  record: RunRecord,
  parts: readonly number[],
  cells: Int32Array,
): OutcomeCounts {
  return sumOutcomes(rowsAt(record, parts), cells);
}

/** The rows of some parts of a run. */
export function rowsAt(record: RunRecord, parts: readonly number[]): readonly PartRecord[] {
  return parts.map((part) => record.parts[part]);
}

/** Sums of each column over some cells of tables stored row by cell. */
export function sumTable(
  tables: readonly ArrayLike<number>[],
  cells: Int32Array,
  columns: number,
): Float64Array {
  const sums = new Float64Array(columns);
  for (const table of tables) {
    for (let i = 0; i < cells.length; i++) {
      const row = cells[i] * columns;
      for (let column = 0; column < columns; column++) sums[column] += table[row + column];
    }
  }
  return sums;
}

/** Sum of a column over some cells. */
export function sumCells(column: ArrayLike<number>, cells: Int32Array): number {
  let sum = 0;
  for (let i = 0; i < cells.length; i++) sum += column[cells[i]];
  return sum;
}

/** Sum of one counter of EDGE_COUNTERS over some cells. */
export function sumCounter(counters: Uint32Array, counter: number, cells: Int32Array): number {
  let sum = 0;
  for (let i = 0; i < cells.length; i++) sum += counters[cells[i] * EDGE_COUNTERS.length + counter];
  return sum;
}

/** Number of requests that arrived. */
export function arrivedOf(counts: ArrayLike<number>, at = 0): number {
  let sum = 0;
  for (let kind = 0; kind < OUTCOME_KINDS; kind++) sum += counts[at + kind];
  return sum;
}

/** Number of requests that ended: all but `unfinished`. */
export function finishedOf(counts: ArrayLike<number>, at = 0): number {
  return arrivedOf(counts, at) - counts[at + UNFINISHED];
}

/** Number of successes: `ok` and `degraded`. */
export function succeededOf(counts: ArrayLike<number>, at = 0): number {
  return counts[at] + counts[at + DEGRADED];
}

/** Count of one outcome by name. */
export function outcomeOf(counts: ArrayLike<number>, name: OutcomeName): number {
  return counts[OUTCOME_NAMES.indexOf(name)];
}

/** Number of requests that were not refused: they got a worker, or wait for one. */
export function admittedOf(counts: ArrayLike<number>): number {
  return REFUSALS.reduce((sum, name) => sum - outcomeOf(counts, name), arrivedOf(counts));
}

/** Number of requests that were executed to their end. */
export function executedOf(counts: ArrayLike<number>): number {
  return CUT_SHORT.reduce((sum, name) => sum - outcomeOf(counts, name), admittedOf(counts));
}

/** Outcomes that occurred, by name, in the order of OUTCOME_NAMES. */
export function namedOutcomes(counts: ArrayLike<number>): Partial<Record<OutcomeName, number>> {
  const named: Partial<Record<OutcomeName, number>> = {};
  OUTCOME_NAMES.forEach((name, kind) => {
    if (counts[kind] > 0) named[name] = counts[kind];
  });
  return named;
}

/** Merges the same segments of several rows into one histogram. */
export function mergeSegments(
  rows: readonly (readonly HistogramData[])[],
  segments: Int32Array,
): Histogram {
  let merged: Histogram | null = null;
  for (const row of rows) {
    for (let i = 0; i < segments.length; i++) {
      const data = row[segments[i]];
      if (data === undefined || data.count === 0) continue;
      merged ??= new Histogram(data.subBits);
      merged.addAll(data);
    }
  }
  return merged ?? new Histogram();
}

/** Merges several histograms into a new one. */
export function mergeAll(histograms: readonly Histogram[]): Histogram {
  const filled = histograms.filter((histogram) => histogram.count > 0);
  const merged = new Histogram(filled[0]?.subBits ?? 7);
  for (const histogram of filled) merged.merge(histogram);
  return merged;
}
