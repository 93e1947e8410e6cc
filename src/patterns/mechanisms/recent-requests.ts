import type { Ns } from '../../kernel/time.js';

/**
 * Recent requests and successes, as Envoy's thread_local_controller.cc keeps them. An entry starts with the first use
 * at least `granularityNs` after the previous start, and expires as a whole `windowNs` after its own.
 */
export class RecentRequests {
  requests = 0;
  successes = 0;
  private readonly begin: Float64Array;
  private readonly requestsOf: Float64Array;
  private readonly successesOf: Float64Array;
  private head = 0;
  private count = 0;

  constructor(
    private readonly windowNs: Ns,
    private readonly granularityNs: Ns,
  ) {
    const entries = Math.ceil(windowNs / granularityNs) + 1;
    this.begin = new Float64Array(entries);
    this.requestsOf = new Float64Array(entries);
    this.successesOf = new Float64Array(entries);
  }

  /** Drops expired entries, and starts a new one if the newest is full. */
  roll(now: Ns): void {
    while (this.count > 0 && now - this.begin[this.head] >= this.windowNs) this.dropOldest();
    if (this.count === 0 || now - this.begin[this.newest()] >= this.granularityNs) {
      this.count++;
      const at = this.newest();
      this.begin[at] = now;
      this.requestsOf[at] = 0;
      this.successesOf[at] = 0;
    }
  }

  request(now: Ns): void {
    this.roll(now);
    this.requests++;
    this.requestsOf[this.newest()]++;
  }

  success(now: Ns): void {
    this.roll(now);
    this.successes++;
    this.successesOf[this.newest()]++;
  }

  /** Age of the oldest entry, 0 if there is none. Drops nothing. */
  age(now: Ns): Ns {
    return this.count === 0 ? 0 : now - this.begin[this.head];
  }

  /** True if every entry expires before the next use. */
  isOver(now: Ns): boolean {
    return this.count === 0 || now - this.begin[this.newest()] >= this.windowNs;
  }

  reset(): void {
    this.head = 0;
    this.count = 0;
    this.requests = 0;
    this.successes = 0;
  }

  private newest(): number {
    return (this.head + this.count - 1) % this.begin.length;
  }

  private dropOldest(): void {
    this.requests -= this.requestsOf[this.head];
    this.successes -= this.successesOf[this.head];
    this.head = (this.head + 1) % this.begin.length;
    this.count--;
  }
}
