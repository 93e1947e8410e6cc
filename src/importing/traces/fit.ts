import { exp, log } from '../../kernel/math.js';
import { lgamma, normalCdf, normalQuantile } from '../../kernel/special.js';
import { momentsOf } from '../../stats/moments.js';
import { sortedQuantile } from '../../stats/rank.js';
import { digits, durationInterval, durationText, FEW } from './measured.js';
import type { Measured } from './model.js';

/** A law with its parameters: density of one value, share of values up to one, and its text. */
interface Law {
  logDensity(ns: number): number;
  share(ns: number): number;
  readonly text: string;
}

type Fit = (values: ArrayLike<number>) => Law | null;

const FOLDS = 5;
/** Observations that choose a law: more do not change the choice. Its parameters are those of all. */
const FITTED = 5000;
/** Relative spread below which a time is constant. */
const CONSTANT_SPREAD = 0.02;
/** Distance from the data (Kolmogorov-Smirnov) from which no law is taken, and observations from which it is judged. */
const DISTANCE_MAX = 0.08;
const JUDGED = 200;
/** Values of an `empirical` distribution, and of its largest twentieth where that is skewed by this factor. */
const QUANTILES = 20;
const TAIL = 10;
const SKEWED = 2;
const NORMAL_P99 = normalQuantile(0.99);

/**
 * The distribution of durations in ns, by cross-validation: each law is fitted to four fifths of the observations, and the one
 * under which the other fifths are likeliest is taken. A time without spread is constant. Data that no law resembles are given
 * as 20 quantiles, or more if they are skewed. The mean is that of the data in any case. Source: Stone 1974, Cross-validatory choice.
 */
export function fitted(values: readonly number[]): Measured {
  return {
    text: lawText(values),
    n: values.length,
    interval: durationInterval(values),
  };
}

function lawText(values: readonly number[]): string {
  const sorted = Float64Array.from(values).sort();
  const { mean } = momentsOf(sorted);
  const low = sortedQuantile(sorted, 0.05);
  const high = sortedQuantile(sorted, 0.95);
  if (values.length < 5 || high - low <= CONSTANT_SPREAD * mean) return durationText(mean);
  if (values.length < FEW) return exponential(sorted)!.text;
  let best: Fit = exponential;
  let most = -Infinity;
  const some = thinned(values);
  for (const fit of [exponential, uniform, lognormal, gammaLaw]) {
    const score = heldOut(some, fit);
    if (score > most + SIMPLER * some.length) {
      most = score;
      best = fit;
    }
  }
  const law = best(sorted)!;
  if (values.length >= JUDGED && distance(sorted, law) > DISTANCE_MAX)
    return empirical(sorted, mean);
  return law.text;
}

/** Gain in log-likelihood of an observation that a law with more parameters must have. */
const SIMPLER = 1e-3;

/** Some of the values. */
function thinned(values: readonly number[]): readonly number[] {
  if (values.length <= FITTED) return values;
  const step = values.length / FITTED;
  return Array.from({ length: FITTED }, (_, k) => values[Math.floor(k * step)]);
}

/** Log-likelihood of each fifth of the values under the law of the others. */
function heldOut(values: readonly number[], fit: Fit): number {
  let sum = 0;
  for (let fold = 0; fold < FOLDS; fold++) {
    const law = fit(values.filter((_, k) => k % FOLDS !== fold));
    if (law === null) return -Infinity;
    for (let k = fold; k < values.length; k += FOLDS) {
      // One impossible value rules a law out only if there are more of them.
      sum += Math.max(-60, law.logDensity(Math.max(1, values[k])));
    }
  }
  return sum;
}

function distance(sorted: ArrayLike<number>, law: Law): number {
  let most = 0;
  const n = sorted.length;
  for (let k = 0; k < n; k++) {
    if (k + 1 < n && sorted[k + 1] === sorted[k]) continue;
    most = Math.max(most, Math.abs((k + 1) / n - law.share(sorted[k])));
  }
  return most;
}

function exponential(values: ArrayLike<number>): Law | null {
  const { mean } = momentsOf(values);
  if (!(mean > 0)) return null;
  return {
    logDensity: (ns) => -log(mean) - ns / mean,
    share: (ns) => 1 - exp(-ns / mean),
    text: `exponential(${durationText(mean)})`,
  };
}

/** Its limits lie a little outside of the least and the largest value. */
function uniform(values: ArrayLike<number>): Law | null {
  let least = Infinity;
  let largest = -Infinity;
  for (let k = 0; k < values.length; k++) {
    least = Math.min(least, values[k]);
    largest = Math.max(largest, values[k]);
  }
  const margin = (largest - least) / (values.length - 1);
  const from = Math.max(0, least - margin);
  const width = largest + margin - from;
  if (!(width > 0)) return null;
  return {
    logDensity: (ns) => (ns < from || ns > from + width ? -Infinity : -log(width)),
    share: (ns) => Math.min(1, Math.max(0, (ns - from) / width)),
    text: `uniform(${durationText(from)} ${durationText(from + width)})`,
  };
}

/** By its quantiles where these give the mean of the data, else by mean and variation. */
function lognormal(values: ArrayLike<number>): Law | null {
  const logs = Float64Array.from(values, (ns) => log(Math.max(1, ns)));
  const { mean: centre, sd: sigma } = momentsOf(logs);
  if (!(sigma > 1e-6)) return null;
  const { mean, sd } = momentsOf(values);
  const implied = exp(centre + (sigma * sigma) / 2);
  const isFaithful = Math.abs(implied - mean) <= 0.02 * mean;
  const quantiles = `p50=${durationText(exp(centre))} p99=${durationText(exp(centre + NORMAL_P99 * sigma))}`;
  const moments = `mean=${durationText(mean)} cv=${digits(sd / mean)}`;
  return {
    logDensity: (ns) => {
      const z = (log(ns) - centre) / sigma;
      return -log(ns * sigma) - 0.918938533204673 - (z * z) / 2;
    },
    share: (ns) => normalCdf((log(Math.max(1, ns)) - centre) / sigma),
    text: `lognormal(${isFaithful ? quantiles : moments})`,
  };
}

/** Shape by the approximation of Minka 2002, Estimating a gamma distribution, one step from its start. */
function gammaLaw(values: ArrayLike<number>): Law | null {
  const { mean } = momentsOf(values);
  const meanLog = momentsOf(Float64Array.from(values, (ns) => log(Math.max(1, ns)))).mean;
  const gap = log(mean) - meanLog;
  if (!(gap > 1e-9)) return null;
  const shape = (3 - gap + Math.sqrt((gap - 3) * (gap - 3) + 24 * gap)) / (12 * gap);
  if (!(shape > 0.01 && shape < 1e4)) return null;
  const scale = mean / shape;
  const constant = -lgamma(shape) - shape * log(scale);
  return {
    logDensity: (ns) => constant + (shape - 1) * log(ns) - ns / scale,
    share: (ns) => gammaShare(shape, ns / scale),
    text: `gamma(mean=${durationText(mean)} cv=${digits(1 / Math.sqrt(shape))})`,
  };
}

/** Regularised lower incomplete gamma function; its cube root is nearly normal. Source: Wilson and Hilferty 1931. */
function gammaShare(shape: number, x: number): number {
  if (x <= 0) return 0;
  if (shape > 20) {
    const root = exp(log(x / shape) / 3);
    return normalCdf((root - 1 + 1 / (9 * shape)) * 3 * Math.sqrt(shape));
  }
  const front = exp(shape * log(x) - x - lgamma(shape));
  if (x > shape + 60) return 1;
  let term = 1 / shape;
  let sum = term;
  for (let k = 1; k < 500 && term > 1e-12 * sum; k++) {
    term *= x / (shape + k);
    sum += term;
  }
  return Math.min(1, front * sum);
}

/**
 * Means of equal shares, scaled to the mean of the data. The largest twentieth of a skewed law is divided again, so that a few
 * long times are not spread over all of it.
 */
function empirical(sorted: ArrayLike<number>, mean: number): string {
  const n = sorted.length;
  const top = n - Math.floor(n / QUANTILES);
  if (!(sorted[n - 1] > SKEWED * sorted[top])) {
    const all = meansOf(sorted, 0, n, QUANTILES);
    return textOf(all, mean / momentsOf(all).mean);
  }
  const low = meansOf(sorted, 0, top, QUANTILES - 1);
  const high = meansOf(sorted, top, n, TAIL);
  const share = 1 / QUANTILES;
  const own = (1 - share) * momentsOf(low).mean + share * momentsOf(high).mean;
  const [most, rest] = [100 - 100 * share, 100 * share].map((one) => `${digits(one)}%`);
  return `mixture(${most}=${textOf(low, mean / own)} ${rest}=${textOf(high, mean / own)})`;
}

/** Means of equal shares of a part of sorted values. */
function meansOf(
  sorted: ArrayLike<number>,
  first: number,
  end: number,
  count: number,
): readonly number[] {
  return Array.from({ length: count }, (_, k) => {
    const from = first + Math.floor((k * (end - first)) / count);
    const to = first + Math.floor(((k + 1) * (end - first)) / count);
    let sum = 0;
    for (let i = from; i < to; i++) sum += sorted[i];
    return sum / Math.max(1, to - from);
  });
}

function textOf(values: readonly number[], factor: number): string {
  return `empirical(${values.map((ns) => durationText(ns * factor)).join(' ')})`;
}
