import type { Lifetimes } from './lifetimes.js';
import { boundText, type Labels, type Samples } from './series.js';
import type { Scrapes } from './scrapes.js';

interface Series {
  readonly labels: Labels;
  /** Process that counts; null = something that never dies. */
  readonly instance: string | null;
  /** By scrape: additions since the one before, the buckets, their sum last. */
  readonly bins: Map<number, Float64Array>;
}

/** The same for equal labels of one family. */
export function keyOf(labels: Labels): string {
  return labels.map(([, value]) => value).join('\u0000');
}

/** Counters or histograms of one family in one run. `bounds` without any: a counter. */
export class Counting {
  private readonly all = new Map<string, Series>();

  constructor(
    private readonly scrapes: Scrapes,
    private readonly lifetimes: Lifetimes,
    private readonly bounds: readonly number[] | null,
  ) {}

  /** Counts one event at a time; `seconds` only matters for a histogram. */
  add(at: number, instance: string | null, labels: Labels, seconds: number): void {
    this.addTo(this.seriesOf(keyOf(labels), instance, labels), at, seconds);
  }

  /** The series of these labels, made if it is new. `key` is that of the labels. */
  seriesOf(key: string, instance: string | null, labels: Labels): Series {
    let series = this.all.get(key);
    if (series === undefined) this.all.set(key, (series = { labels, instance, bins: new Map() }));
    return series;
  }

  addTo(series: Series, at: number, seconds: number): void {
    const { instance } = series;
    const scrape = this.scrapes.at(at);
    // What a process counts after its last scrape dies with it.
    if (instance !== null && this.lifetimes.died(instance, at, this.scrapes.timeOf(scrape))) return;
    let bin = series.bins.get(scrape);
    const buckets = (this.bounds?.length ?? 0) + 1;
    if (bin === undefined) series.bins.set(scrape, (bin = new Float64Array(buckets + 1)));
    const bucket = this.bounds?.findIndex((bound) => seconds <= bound) ?? 0;
    bin[bucket < 0 ? buckets - 1 : bucket]++;
    bin[buckets] += seconds;
  }

  /** Writes all samples up to the last scrape of the run. */
  write(family: Samples, first: number, last: number): void {
    for (const series of this.all.values()) this.writeSeries(family, series, first, last);
  }

  private writeSeries(family: Samples, series: Series, first: number, last: number): void {
    const { scrapes, lifetimes, bounds } = this;
    const { labels, instance, bins } = series;
    const total = new Float64Array((bounds?.length ?? 0) + 2);
    let seen = false;
    for (let scrape = first; scrape <= last; scrape++) {
      const at = scrapes.timeOf(scrape);
      if (instance !== null && lifetimes.died(instance, scrapes.timeOf(scrape - 1), at)) {
        total.fill(0);
        seen = false;
      }
      const bin = bins.get(scrape);
      if (bin !== undefined) for (let k = 0; k < bin.length; k++) total[k] += bin[k];
      seen ||= bin !== undefined;
      // A series appears with its first event, as client libraries create it.
      if (!seen || (instance !== null && !lifetimes.isUp(instance, at))) continue;
      if (bounds === null) family.add('_total', labels, { scrape, value: total[0] });
      else writePoint(family, labels, bounds, total, scrape);
    }
  }
}

/** The buckets, which include all smaller ones, the count and the sum. */
function writePoint(
  family: Samples,
  labels: Labels,
  bounds: readonly number[],
  total: Float64Array,
  scrape: number,
): void {
  let count = 0;
  [...bounds, Infinity].forEach((bound, k) => {
    count += total[k];
    family.add('_bucket', [...labels, ['le', boundText(bound)]], { scrape, value: count });
  });
  family.add('_count', labels, { scrape, value: count });
  family.add('_sum', labels, { scrape, value: total[bounds.length + 1] });
}
