import { OUTCOME_KINDS } from '../../contracts/outcome.js';
import { edgeSums, partSums } from './column-sums.js';
import type { Asked } from './question.js';
import { arrivedOf, sumTable } from './sums.js';

/** Requests per second of the parts of a selection that arrive in the window, mean of the runs. */
export function requestRate({ data, selection, window }: Asked): number {
  let arrived = 0;
  for (const record of data.records) {
    for (const part of selection.parts)
      arrived += arrivedOf(sumTable([record.parts[part].outcomes], window.cells, OUTCOME_KINDS));
  }
  return arrived * perSecondOf({ data, window });
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
