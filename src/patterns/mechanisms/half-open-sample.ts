/** Decision at the end of a call of the sample. */
export const SAMPLE = Object.freeze({ continues: 0, closes: 1, opens: 2 } as const);

/** The sample of calls with which cockatiel 4 leaves half open: its size, and the share that may fail. */
export class HalfOpenSample {
  private readonly calls: number;
  private readonly bears: number;
  private inside = 0;
  private ended = 0;
  private failures = 0;

  constructor({ calls, threshold }: { readonly calls: number; readonly threshold: number }) {
    this.calls = calls;
    this.bears = threshold * calls;
  }

  /** Starts a half-open period. */
  begin(): void {
    this.inside = 0;
    this.ended = 0;
    this.failures = 0;
  }

  hasRoom(): boolean {
    return this.ended + this.inside < this.calls;
  }

  enter(): void {
    this.inside++;
  }

  /**
   * Records the end of a call of the sample and returns a SAMPLE: the first failure too many opens, the last call
   * closes.
   */
  end(hasFailed: boolean): number {
    this.inside--;
    this.ended++;
    if (hasFailed) this.failures++;
    if (this.failures > this.bears) return SAMPLE.opens;
    return this.ended >= this.calls && this.inside === 0 ? SAMPLE.closes : SAMPLE.continues;
  }
}
