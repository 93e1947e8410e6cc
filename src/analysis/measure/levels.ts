import { withLevels } from './batches.js';
import { largestOf, meanOf, nothing, type Measured } from './estimate.js';
import { areaOf, maxOf, picked, type GaugePick } from './gauges.js';
import type { Question } from './question.js';
import type { VariantData } from './variant-data.js';

/** Mean level over the window, and the largest sum of the gauges' maxima in one cell, by run. */
export function levels(
  data: VariantData,
  window: Question['window'],
  pick: GaugePick,
): { readonly means: readonly (number | null)[]; readonly maxima: readonly (number | null)[] } {
  const means: (number | null)[] = [];
  const maxima: (number | null)[] = [];
  for (const record of data.records) {
    const gauges = picked(record, pick);
    const isEmpty = gauges.length === 0 || window.lengthNs === 0;
    means.push(isEmpty ? null : areaOf(gauges, window.cells) / window.lengthNs);
    const bounds = pick.within === undefined ? [] : picked(record, pick.within);
    const most = bounds.length === 0 ? Infinity : maxOf(bounds, window.cells);
    maxima.push(isEmpty ? null : Math.min(most, maxOf(gauges, window.cells)));
  }
  return { means, maxima };
}

/** A gauge as a share of a capacity: the mean, or the maximum. */
export function shareOfCapacity(
  question: Pick<Question, 'data' | 'window' | 'ending'>,
  pick: GaugePick,
  capacity: number,
): Measured {
  const { data, window, ending } = question;
  if (!(capacity > 0) || !Number.isFinite(capacity)) return nothing(data.records.length);
  const { means, maxima } = levels(data, window, pick);
  const divide = (value: number | null): number | null =>
    value === null ? null : value / capacity;
  if (ending !== 'max') return withLevels(meanOf(means.map(divide)), question, pick, 1 / capacity);
  return largestOf(maxima.map((value) => (value === null ? null : Math.min(1, value / capacity))));
}
