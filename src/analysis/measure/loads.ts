import { OUTCOME_KINDS } from '../../contracts/outcome.js';
import { edgeSums, partSums } from './column-sums.js';
import type { Asked } from './question.js';
import { admittedOf, arrivedOf, sumTable, type OutcomeCounts } from './sums.js';

/** Requests per second of the parts of a selection that arrive in the window, mean of the runs. */
export function requestRate(asked: Asked): number {
  return rateOf(asked, arrivedOf);
}

/** The same without those that are refused. */
export function admittedRate(asked: Asked): number {
  return rateOf(asked, admittedOf);
}

function rateOf(
  { data, selection, window }: Asked,
  count: (outcomes: OutcomeCounts) => number,
): number {
  let counted = 0;
  for (const record of data.records) {
    for (const part of selection.parts)
      counted += count(sumTable([record.parts[part].outcomes], window.cells, OUTCOME_KINDS));
  }
  return counted * perSecondOf({ data, window });
}

/** Calls per second of the edges of a selection in the window. */
export function callRate(asked: Asked): number {
  return edgeSums(asked, 'calls').reduce((sum, calls) => sum + calls, 0) * perSecondOf(asked);
}

/** Worker time of the parts of a selection per second of the window. */
export function busyOf(asked: Asked): number {
  const busyNs = partSums(asked, 'busyNs').reduce((sum, own) => sum + own, 0);
  return (busyNs / 1e9) * perSecondOf(asked);
}

function perSecondOf({ data, window }: Pick<Asked, 'data' | 'window'>): number {
  return window.lengthNs > 0 ? 1e9 / (window.lengthNs * data.records.length) : 0;
}
