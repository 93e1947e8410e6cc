import type { PlanAlerts } from '../contracts/plan/alerts.js';
import type { Series } from '../promql/series.js';
import type { Scrapes } from '../telemetry/scrapes.js';

/** Samples of one series as they were scraped. */
interface Scraped {
  readonly series: Series;
  readonly isCounter: boolean;
  readonly scrapes: number[];
  readonly values: number[];
}

/**
 * Writes the samples of series, and before them those of the calm time that the monitoring has seen: a counter rises as it
 * does on average until the first fault, a level is its mean. A series without samples in that time has no past: a
 * failure that has not happened has no counter.
 */
export class History {
  private readonly scrapes: Scrapes;
  private readonly past: number;
  private readonly calm: number;
  private readonly all = new Map<Series, Scraped>();

  constructor({ historyNs, calmNs }: PlanAlerts, scrapes: Scrapes) {
    this.scrapes = scrapes;
    this.past = Math.floor(historyNs / scrapes.intervalNs);
    // A scrape at the start of the fault may have seen it.
    this.calm = Math.ceil(calmNs / scrapes.intervalNs) - 1;
  }

  add(series: Series, scrape: number, value: number, isCounter: boolean): void {
    let own = this.all.get(series);
    if (own === undefined) {
      this.all.set(series, (own = { series, isCounter, scrapes: [], values: [] }));
    }
    own.scrapes.push(scrape);
    own.values.push(value);
  }

  /** Writes all series. */
  finish(): void {
    for (const own of this.all.values()) this.write(own);
  }

  private write(own: Scraped): void {
    const { series, isCounter, scrapes, values } = own;
    const calm = scrapes.findLastIndex((scrape) => scrape > 0 && scrape <= this.calm);
    const hasPast = this.past > 0 && calm >= 0;
    const slope = hasPast && isCounter ? values[calm] / scrapes[calm] : 0;
    // The counter has risen all the time that the monitoring has seen before.
    let risen = slope * this.past;
    if (hasPast) {
      const level = isCounter ? 0 : mean(values.slice(0, calm + 1));
      for (let scrape = -this.past; scrape < scrapes[0]; scrape++) {
        this.put(series, scrape, isCounter ? slope * (scrape + this.past) : level);
      }
    }
    let before = -Infinity;
    scrapes.forEach((scrape, index) => {
      const value = values[index];
      // A process that starts again counts from 0.
      if (value < before) risen = 0;
      before = value;
      const previous = scrapes[index - 1];
      if (previous !== undefined && scrape > previous + 1) series.end(this.timeOf(previous + 1));
      this.put(series, scrape, isCounter ? value + risen : value);
    });
    series.end(this.timeOf(scrapes.at(-1)! + 1));
  }

  private put(series: Series, scrape: number, value: number): void {
    series.add(this.timeOf(scrape), value);
  }

  private timeOf(scrape: number): number {
    return this.scrapes.timeOf(scrape) / 1e9;
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
