import type { HistogramRow } from '../../src/stats/histogram-row.js';
import type { Histogram } from '../../src/stats/histogram.js';

/** Concatenates single histograms in the format of a record. */
export function rowOf(histograms: readonly Histogram[]): HistogramRow {
  const data = histograms.map((histogram) => histogram.toJSON());
  const end: number[] = [];
  for (const { index } of data) end.push((end.at(-1) ?? 0) + index.length);
  return {
    subBits: data[0]!.subBits,
    count: Uint32Array.from(data, ({ count }) => count),
    sum: Float64Array.from(data, ({ sum }) => sum),
    min: Float64Array.from(data, ({ min }) => min),
    max: Float64Array.from(data, ({ max }) => max),
    end: Uint32Array.from(end),
    index: Uint16Array.from(data.flatMap(({ index }) => index)),
    n: Uint32Array.from(data.flatMap(({ n }) => n)),
  };
}
