import type { LabelSet } from './labels.js';

/**
 * Time after which a sample is too old for an instant. Source: prometheus/cmd/prometheus/main.go
 * (query.lookback-delta), 5 minutes.
 */
export const LOOKBACK = 300;

/** The samples of one series, in order of time. Times are seconds. */
export class Series {
  readonly times: number[] = [];
  readonly values: number[] = [];
  /** By sample: the sum of all increases up to it, a fall counted as a new start at 0. */
  readonly grown: number[] = [];
  /** Times at which a scrape found it gone. Source: prometheus/docs/querying/basics.md (Staleness). */
  readonly ends: number[] = [];

  constructor(readonly labels: LabelSet) {}

  add(at: number, value: number): void {
    const last = this.values.length - 1;
    const before = this.values[last] ?? value;
    const rise = value < before ? value : value - before;
    this.grown.push((this.grown[last] ?? 0) + rise);
    this.times.push(at);
    this.values.push(value);
  }

  /** It is gone from now on, until its next sample. */
  end(at: number): void {
    this.ends.push(at);
  }

  /** Index of the last sample at or before a time; -1 = none. */
  indexAt(at: number): number {
    return lastUpTo(this.times, at);
  }

  /** The value at an instant; null = there is none, or it is too old. */
  valueAt(at: number): number | null {
    const index = this.indexAt(at);
    if (index < 0 || this.times[index] <= at - LOOKBACK) return null;
    const end = lastUpTo(this.ends, at);
    return end >= 0 && this.ends[end] > this.times[index] ? null : this.values[index];
  }
}

/** Index of the last of some ascending numbers that is at most a limit; -1 = none. */
function lastUpTo(numbers: readonly number[], limit: number): number {
  let low = -1;
  let high = numbers.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (numbers[middle] <= limit) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** All series of a run, by the name of their metric. */
export class SeriesStore {
  private readonly byName = new Map<string, Series[]>();
  private readonly byKey = new Map<string, Series>();

  /** The series of these labels, made if it is new. */
  of(name: string, labels: LabelSet): Series {
    const key = `${name}${labels.key}`;
    let series = this.byKey.get(key);
    if (series === undefined) {
      this.byKey.set(key, (series = new Series(labels)));
      const list = this.byName.get(name);
      if (list === undefined) this.byName.set(name, [series]);
      else list.push(series);
    }
    return series;
  }

  /** All series of a metric, in the order in which they were made. */
  named(name: string): readonly Series[] {
    return this.byName.get(name) ?? NONE;
  }
}

const NONE: readonly Series[] = [];
