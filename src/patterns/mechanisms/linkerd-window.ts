import type { Ns } from '../../kernel/time.js';

const BUCKETS = 10;
/** Below 10 ms the window is 10 ms: a bucket is not shorter than 1 ms. */
const SHORTEST: Ns = 10_000_000;

/**
 * Recent successes and results in ten buckets, as linkerd2-proxy success_rate.rs counts them. The first bucket starts
 * with the window; a result clears the expired buckets.
 */
export class LinkerdWindow {
  results = 0;
  successes = 0;
  private readonly widthNs: Ns;
  private readonly resultsOf = new Float64Array(BUCKETS);
  private readonly successesOf = new Float64Array(BUCKETS);
  private current = 0;
  private bucketStart: Ns = 0;

  constructor(windowNs: Ns) {
    this.widthNs = Math.floor(Math.max(windowNs, SHORTEST) / BUCKETS);
  }

  add(now: Ns, success: boolean): void {
    this.roll(now);
    this.results++;
    this.resultsOf[this.current]++;
    if (!success) return;
    this.successes++;
    this.successesOf[this.current]++;
  }

  /** Empty, with the first bucket beginning now. */
  clear(now: Ns): void {
    this.empty();
    this.current = 0;
    this.bucketStart = now;
  }

  private roll(now: Ns): void {
    const steps = Math.floor((now - this.bucketStart) / this.widthNs);
    if (steps <= 0) return;
    this.bucketStart += steps * this.widthNs;
    if (steps >= BUCKETS) {
      this.empty();
      this.current = (this.current + steps) % BUCKETS;
      return;
    }
    for (let k = 0; k < steps; k++) {
      this.current = (this.current + 1) % BUCKETS;
      this.results -= this.resultsOf[this.current];
      this.successes -= this.successesOf[this.current];
      this.resultsOf[this.current] = 0;
      this.successesOf[this.current] = 0;
    }
  }

  private empty(): void {
    this.results = 0;
    this.successes = 0;
    this.resultsOf.fill(0);
    this.successesOf.fill(0);
  }
}
