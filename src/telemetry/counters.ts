import type { Lifetimes } from './lifetimes.js';
import { boundText } from './series.js';
import type { Labels, Family } from './series.js';

/** The instants at which all series are sampled, ns from the end of the warm-up. */
export class Scrapes {
  readonly intervalNs: number;
  private readonly startNs: bigint;

  constructor(intervalSec: number, startNs: bigint) {
    this.intervalNs = Math.round(intervalSec * 1e9);
    this.startNs = startNs;
  }

  /** The first scrape at or after a time. */
  at(ns: number): number {
    return Math.ceil(ns / this.intervalNs);
  }

  timeOf(scrape: number): number {
    return scrape * this.intervalNs;
  }

  /** Seconds since 1970, exact to the millisecond that Prometheus keeps. */
  text(scrape: number): string {
    const ms = (this.startNs + BigInt(this.timeOf(scrape))) / 1_000_000n;
    return `${ms / 1000n}.${String(ms % 1000n).padStart(3, '0')}`;
  }
}

interface Series {
  readonly labels: Labels;
  /** Process that counts; null = something that never dies. */
  readonly instance: string | null;
  /** By scrape: additions since the one before, the buckets, their sum last. */
  readonly bins: Map<number, Float64Array>;
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
    const scrape = this.scrapes.at(at);
    // What a process counts after its last scrape dies with it.
    if (instance !== null && this.lifetimes.died(instance, at, this.scrapes.timeOf(scrape))) return;
    const key = labels.map(([, value]) => value).join('\u0000');
    let series = this.all.get(key);
    if (series === undefined) this.all.set(key, (series = { labels, instance, bins: new Map() }));
    let bin = series.bins.get(scrape);
    const buckets = (this.bounds?.length ?? 0) + 1;
    if (bin === undefined) series.bins.set(scrape, (bin = new Float64Array(buckets + 1)));
    const bucket = this.bounds?.findIndex((bound) => seconds <= bound) ?? 0;
    bin[bucket < 0 ? buckets - 1 : bucket]++;
    bin[buckets] += seconds;
  }

  /** Writes all samples up to the last scrape of the run. */
  write(family: Family, first: number, last: number): void {
    for (const series of this.all.values()) this.writeSeries(family, series, first, last);
  }

  private writeSeries(family: Family, series: Series, first: number, last: number): void {
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
      if (bounds === null)
        family.add('_total', labels, { at: scrapes.text(scrape), value: total[0] });
      else writePoint(family, labels, bounds, total, scrapes.text(scrape));
    }
  }
}

/** The buckets, which include all smaller ones, the count and the sum. */
function writePoint(
  family: Family,
  labels: Labels,
  bounds: readonly number[],
  total: Float64Array,
  at: string,
): void {
  let count = 0;
  [...bounds, Infinity].forEach((bound, k) => {
    count += total[k];
    family.add('_bucket', [...labels, ['le', boundText(bound)]], { at, value: count });
  });
  family.add('_count', labels, { at, value: count });
  family.add('_sum', labels, { at, value: total[bounds.length + 1] });
}
