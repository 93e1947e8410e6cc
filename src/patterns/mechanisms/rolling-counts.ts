/**
 * Counts of a breaker over a window of buckets, as sony/gobreaker v2 counter.go keeps them. Buckets
 * are numbered by `age`, which only grows; a result is booked in the bucket its call started in.
 * With one bucket this is a plain set of counters.
 */
export class RollingCounts {
  /** Number of the current bucket. */
  age = 0;
  requests = 0;
  successes = 0;
  failures = 0;
  exclusions = 0;
  consecutiveSuccesses = 0;
  consecutiveFailures = 0;
  private readonly buckets = new Int32Array(this.length * STRIDE);

  constructor(readonly length: number) {}

  request(): void {
    this.requests++;
    this.buckets[this.at(this.age) + REQUESTS]++;
  }

  success(age: number): void {
    const at = this.at(age);
    this.successes++;
    this.consecutiveSuccesses++;
    this.consecutiveFailures = 0;
    this.buckets[at + SUCCESSES]++;
    this.buckets[at + SUCCESS_RUN]++;
    this.buckets[at + FAILURE_RUN] = 0;
  }

  failure(age: number): void {
    const at = this.at(age);
    this.failures++;
    this.consecutiveFailures++;
    this.consecutiveSuccesses = 0;
    this.buckets[at + FAILURES]++;
    this.buckets[at + FAILURE_RUN]++;
    this.buckets[at + SUCCESS_RUN] = 0;
  }

  exclusion(age: number): void {
    this.exclusions++;
    this.buckets[this.at(age) + EXCLUSIONS]++;
  }

  /** Advances by `steps` buckets and subtracts the buckets that leave the window. */
  advance(steps: number): void {
    if (steps >= this.length) {
      this.age += steps;
      this.clear();
      return;
    }
    for (let k = 0; k < steps; k++) {
      this.age++;
      this.dropBucket(this.at(this.age));
    }
  }

  /** All counts to 0; the age stays. */
  clear(): void {
    this.requests = 0;
    this.successes = 0;
    this.failures = 0;
    this.exclusions = 0;
    this.consecutiveSuccesses = 0;
    this.consecutiveFailures = 0;
    this.buckets.fill(0);
  }

  /**
   * A run that covers every result since the start of the oldest bucket's own run began in that
   * bucket: it loses the part that leaves. Any other run began later and keeps its length.
   */
  private dropBucket(at: number): void {
    const b = this.buckets;
    const successesLater = this.successes - b[at + SUCCESSES];
    if (this.consecutiveSuccesses === b[at + SUCCESS_RUN] + successesLater) {
      this.consecutiveSuccesses -= b[at + SUCCESS_RUN];
    }
    const failuresLater = this.failures - b[at + FAILURES];
    if (this.consecutiveFailures === b[at + FAILURE_RUN] + failuresLater) {
      this.consecutiveFailures -= b[at + FAILURE_RUN];
    }
    this.requests -= b[at + REQUESTS];
    this.successes -= b[at + SUCCESSES];
    this.failures -= b[at + FAILURES];
    this.exclusions -= b[at + EXCLUSIONS];
    b.fill(0, at, at + STRIDE);
  }

  private at(age: number): number {
    return (age % this.length) * STRIDE;
  }
}

const REQUESTS = 0;
const SUCCESSES = 1;
const FAILURES = 2;
const EXCLUSIONS = 3;
const SUCCESS_RUN = 4;
const FAILURE_RUN = 5;
const STRIDE = 6;
