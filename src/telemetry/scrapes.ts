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
