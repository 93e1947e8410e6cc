/**
 * Smooth weighted round robin, as in nginx. In each pick, every available instance gains its weight. The one with the
 * highest balance is picked (the first on a tie) and pays the total of the gains. Unavailable instances keep their
 * balance.
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

  /** Adds an available instance to this pick, in list order. */
  offer(instance: number, weight: number): void {
    const { current } = this;
    current[instance] += weight;
    this.gained += weight;
    if (this.best < 0 || current[instance] > current[this.best]) this.best = instance;
  }

  /** The picked instance, or -1 if none was offered. */
  take(): number {
    const { best } = this;
    if (best >= 0) this.current[best] -= this.gained;
    return best;
  }

  reset(): void {
    this.current.fill(0);
  }
}
