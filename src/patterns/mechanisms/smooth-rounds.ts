/**
 * Smooth weighted round robin, as in nginx: an instance that may be picked gains its weight in each
 * pick, the one with the most is picked (the first of several) and pays what all have gained. Those
 * that may not be picked keep what they have.
 */
export class SmoothRounds {
  private readonly current: Float64Array;
  private gained = 0;
  private best = -1;

  constructor(size: number) {
    this.current = new Float64Array(size);
  }

  begin(): void {
    this.gained = 0;
    this.best = -1;
  }

  /** The next instance that may be picked, in the order of the list. */
  offer(instance: number, weight: number): void {
    const { current } = this;
    current[instance] += weight;
    this.gained += weight;
    if (this.best < 0 || current[instance] > current[this.best]) this.best = instance;
  }

  /** The picked one, or -1 where none was offered. */
  take(): number {
    const { best } = this;
    if (best >= 0) this.current[best] -= this.gained;
    return best;
  }

  reset(): void {
    this.current.fill(0);
  }
}
