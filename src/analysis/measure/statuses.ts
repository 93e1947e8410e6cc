import { ANOTHER, type StatusColumn } from '../../contracts/record/record.js';
import type { Asked } from './question.js';
import { rowsOf } from './subjects.js';
import { succeededOf, sumCells, sumOutcomes } from './sums.js';

/** Counts by HTTP status, ascending. */
export type StatusCounts = ReadonlyMap<number, number>;

const OK = 200;

/** Responses of a selection by HTTP status in the window, by run. */
export function statusesByRun({ data, selection, window }: Asked): readonly StatusCounts[] {
  return data.records.map((record) => {
    const rows = rowsOf(record, selection);
    const counts = new Map<number, number>();
    const add = ({ status, counts: column }: StatusColumn): void => {
      const n = sumCells(column, window.cells);
      counts.set(status, (counts.get(status) ?? 0) + n);
    };
    for (const row of rows) row.statuses.forEach(add);
    const others = counts.get(ANOTHER) ?? 0;
    counts.delete(ANOTHER);
    counts.set(OK, succeededOf(sumOutcomes(rows, window.cells)) - others);
    return new Map([...counts].filter(([, n]) => n > 0).sort(([a], [b]) => a - b));
  });
}

/** Responses that fit the ending of a metric: one status, `401`, or a class, `4xx`. */
export function statusCount(counts: StatusCounts, ending: string): number {
  const isClass = ending.endsWith('xx');
  const wanted = Number(isClass ? ending[0] : ending);
  let sum = 0;
  for (const [status, n] of counts) {
    if ((isClass ? Math.floor(status / 100) : status) === wanted) sum += n;
  }
  return sum;
}

/** Counts of all runs together, by status; empty if every response has 200. */
export function unusualStatuses(asked: Asked): Readonly<Record<string, number>> {
  const sums: Record<string, number> = {};
  let unusual = false;
  for (const run of statusesByRun(asked)) {
    for (const [status, n] of run) {
      sums[status] = (sums[status] ?? 0) + n;
      unusual ||= status !== OK;
    }
  }
  return unusual ? sums : {};
}
