import { exp, log } from '../../../kernel/math.js';

/** Up to this number of values the weights are summed exactly; beyond, an integral approximates them. */
const EXACT_MAX = 100_000;

/** Returns value i from 0 with weight (i + 1)^-exponent for a number in (0, 1); greater numbers give rarer values. */
export class Zipf {
  /** Cumulative sums of the weights; null for too many values. */
  private readonly sums: Float64Array | null =
    this.count <= EXACT_MAX ? cumulated(this.count, this.exponent) : null;

  constructor(
    private readonly count: number,
    private readonly exponent: number,
  ) {}

  at(u: number): number {
    const { sums, count, exponent } = this;
    if (sums === null) return byIntegral(count, exponent, u);
    const wanted = u * sums[count - 1];
    let low = 0;
    let high = count - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sums[middle] > wanted) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

function cumulated(count: number, exponent: number): Float64Array {
  const sums = new Float64Array(count);
  let sum = 0;
  for (let k = 0; k < count; k++) {
    sum += exp(-exponent * log(k + 1));
    sums[k] = sum;
  }
  return sums;
}

/** Inverts the integral of x^-exponent: exact in the tail, within a few percent for the first values. */
function byIntegral(count: number, exponent: number, u: number): number {
  const power = 1 - exponent;
  const top = count + 0.5;
  let x: number;
  if (Math.abs(power) < 1e-9) {
    x = 0.5 * exp(u * log(top / 0.5));
  } else {
    const low = exp(power * log(0.5));
    const high = exp(power * log(top));
    x = exp(log(low + u * (high - low)) / power);
  }
  const value = Math.floor(x + 0.5) - 1;
  return value < 0 ? 0 : value >= count ? count - 1 : value;
}
