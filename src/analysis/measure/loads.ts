import { OUTCOME_KINDS } from '../../contracts/outcome.js';
import { edgeSums, partSums } from './column-sums.js';
import type { Asked } from './question.js';
import { arrivedOf, sumTable } from './sums.js';

/** Requests per second, mean of the runs. */
export interface Rates {
  readonly arrived: number;
  /** Those that got a worker. */
  readonly served: number;
}

/** Requests of the parts of a selection that arrive in the window. */
export function requestRates({ data, selection, window }: Asked): Rates {
  let arrived = 0;
  let served = 0;
  for (const record of data.records) {
    for (const part of selection.parts) {
      const { outcomes, queueWait } = record.parts[part];
      arrived += arrivedOf(sumTable([outcomes], window.cells, OUTCOME_KINDS));
      for (const segment of window.segments) served += queueWait[segment].count;
    }
  }
  const perSecond = perSecondOf({ data, window });
  // Parts without workers, such as operations of a cache, record no waits.
  return { arrived: arrived * perSecond, served: (served > 0 ? served : arrived) * perSecond };
}

/** Calls of the edges of a selection in the window. */
export function callRates(asked: Asked): Rates {
  const rate = edgeSums(asked, 'calls').reduce((sum, calls) => sum + calls, 0) * perSecondOf(asked);
  return { arrived: rate, served: rate };
}

/** Worker time of the parts of a selection per second of the window. */
export function busyOf(asked: Asked): number {
  const busyNs = partSums(asked, 'busyNs').reduce((sum, own) => sum + own, 0);
  return (busyNs / 1e9) * perSecondOf(asked);
}

function perSecondOf({ data, window }: Pick<Asked, 'data' | 'window'>): number {
  return window.lengthNs > 0 ? 1e9 / (window.lengthNs * data.records.length) : 0;
}
