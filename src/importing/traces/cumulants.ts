import { powi } from '../../kernel/math.js';
import { momentsOf } from '../../stats/moments.js';
import { digits, durationInterval, durationText, FEW } from './measured.js';
import type { Measured } from './model.js';

/** Mean, variance and third central moment, in powers of ns. Those of a sum of independent times are the sums. */
export interface Cumulants {
  readonly mean: number;
  readonly variance: number;
  readonly third: number;
}

/** Cumulants of a sample. */
export function cumulantsOf(values: ArrayLike<number>): Cumulants {
  const { mean, variance } = momentsOf(values);
  let third = 0;
  for (let k = 0; k < values.length; k++) third += powi(values[k] - mean, 3) / values.length;
  return { mean, variance: Number.isNaN(variance) ? 0 : variance, third };
}

/** Least share of a time that must be left without the network. */
const LEFT = 0.2;

/**
 * Times without an independent part of them, of which only cumulants are known: the law with the mean, the variance and the
 * nearest skewness of the rest. Null if the data do not support it: too few of them, or nearly all is the other part.
 */
export function without(values: readonly number[], part: Cumulants): Measured | null {
  if (values.length < FEW) return null;
  const all = cumulantsOf(values);
  const mean = all.mean - part.mean;
  const variance = all.variance - part.variance;
  if (mean < LEFT * all.mean) return null;
  const shift = part.mean;
  const interval = durationInterval(values.map((ns) => Math.max(0, ns - shift)));
  return { text: lawOf(mean, variance, all.third - part.third), n: values.length, interval };
}

function lawOf(mean: number, variance: number, third: number): string {
  const cv = Math.sqrt(Math.max(0, variance)) / mean;
  if (cv < 0.05) return durationText(mean);
  if (Math.abs(cv - 1) < 0.1) return `exponential(${durationText(mean)})`;
  const skewness = third / (variance * Math.sqrt(variance));
  const ofGamma = Math.abs(skewness - 2 * cv);
  const ofLognormal = Math.abs(skewness - (3 * cv + cv * cv * cv));
  const name = ofGamma < ofLognormal ? 'gamma' : 'lognormal';
  return `${name}(mean=${durationText(mean)} cv=${digits(cv)})`;
}
