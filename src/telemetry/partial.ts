import { kindIndex, OUTCOME } from '../contracts/outcome.js';
import { LEFT } from '../contracts/record/trace-forms.js';
import type { TraceRecord } from '../contracts/record/record.js';

const UNFINISHED = kindIndex(OUTCOME.unfinished);
const RESET = kindIndex(OUTCOME.reset);

/**
 * Whether the trace of a row lacks spans: of work that has not ended when the run does, or that its process took along
 * when it died. A host that has vanished records nothing for work that it has begun.
 */
export function lacksSpans(rows: TraceRecord, row: number): boolean {
  if (kindIndex(rows.outcome[row]) === UNFINISHED || rows.left[row] === LEFT.died) return true;
  if (rows.load[row] >= 0 || rows.begun[row] < 0) return false;
  const served = rows.served[row];
  return served === 0 || kindIndex(served) === UNFINISHED || kindIndex(served) === RESET;
}

/** Adds the ids of the traces that lack spans. */
export function addPartial(partial: Set<number>, rows: TraceRecord): void {
  for (let row = 0; row < rows.rows; row++) {
    if (lacksSpans(rows, row)) partial.add(rows.root[row]);
  }
}
