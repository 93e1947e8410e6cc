/** Running mean and variance. Source: Welford 1962. */
export class Moments {
  /** Values added. */
  count = 0;
  /** Arithmetic mean, NaN when empty. */
  get mean(): number {
    return this.count > 0 ? this.centre : NaN;
  }
  private centre = 0;
  private squares = 0;

  add(value: number): void {
    this.count++;
    const before = value - this.centre;
    this.centre += before / this.count;
    this.squares += before * (value - this.centre);
  }

  /** Sample variance with divisor n - 1; NaN below two values. */
  get variance(): number {
    return this.count > 1 ? this.squares / (this.count - 1) : NaN;
  }

  /** Sample standard deviation; NaN below two values. */
  get sd(): number {
    return Math.sqrt(this.variance);
  }
}

/** Mean and variance of a list. */
export function momentsOf(values: ArrayLike<number>): Moments {
  const moments = new Moments();
  for (let i = 0; i < values.length; i++) moments.add(values[i]);
  return moments;
}
