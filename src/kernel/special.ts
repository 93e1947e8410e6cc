import { exp, log, sin } from './math.js';

const PI = 3.141592653589793;
const HALF_LOG_TWO_PI = 0.9189385332046728;

const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313,
  -176.61502916214059, 12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6,
  1.5056327351493116e-7,
];

/** Logarithm of |gamma(x)|, relative error about 1e-14. Source: Lanczos 1964, g = 7, nine terms. */
export function lgamma(x: number): number {
  if (x < 0.5) return log(PI / Math.abs(sin(PI * x))) - lgamma(1 - x);
  const y = x - 1;
  let sum = LANCZOS[0];
  for (let i = 1; i < LANCZOS.length; i++) sum += LANCZOS[i] / (y + i);
  const t = y + 7.5;
  return HALF_LOG_TWO_PI + (y + 0.5) * log(t) - t + log(sum);
}

/** Gamma function of x > 0: (x - 1)! for whole numbers. Infinity from 171.7. */
export function gamma(x: number): number {
  if (Math.floor(x) === x && x > 0 && x <= 24) {
    let product = 1;
    for (let i = 2; i < x; i++) product *= i;
    return product;
  }
  return exp(lgamma(x));
}

/** Density of the standard normal distribution. */
export function normalPdf(x: number): number {
  return 0.3989422804014327 * exp(-0.5 * x * x);
}

/**
 * Probability that a standard normal variable is at most x; relative error about 1e-14 in both
 * tails. Source: series of Marsaglia 2004 around 0, continued fraction of the Mills ratio (Laplace)
 * outside.
 */
export function normalCdf(x: number): number {
  if (x !== x) return NaN;
  if (x < -38.5) return 0;
  if (x > 8.5) return 1;
  if (x < -2.5) return normalPdf(x) * mills(-x);
  if (x > 2.5) return 1 - normalPdf(x) * mills(x);
  let term = x;
  let sum = x;
  for (let i = 3; Math.abs(term) > 1e-18; i += 2) {
    term *= (x * x) / i;
    sum += term;
  }
  return 0.5 + sum * normalPdf(x);
}

/** (1 - cdf) / pdf for x >= 2.5 from x + 1/(x + 2/(x + 3/(x + ...))). */
function mills(x: number): number {
  let fraction = x;
  for (let i = 160; i >= 1; i--) fraction = x + i / fraction;
  return 1 / fraction;
}

/**
 * Inverse of normalCdf for 0 < p < 1, relative error about 1e-16. Source: Wichura 1988, AS 241,
 * PPND16.
 */
export function normalQuantile(p: number): number {
  if (!(p > 0 && p < 1)) return p === 0 ? -Infinity : p === 1 ? Infinity : NaN;
  const q = p - 0.5;
  if (Math.abs(q) <= 0.425) {
    const r = 0.180625 - q * q;
    return (q * polynomial(CENTRE_OVER, r)) / polynomial(CENTRE_UNDER, r);
  }
  const r = Math.sqrt(-log(Math.min(p, 1 - p)));
  const size =
    r <= 5
      ? polynomial(SHOULDER_OVER, r - 1.6) / polynomial(SHOULDER_UNDER, r - 1.6)
      : polynomial(TAIL_OVER, r - 5) / polynomial(TAIL_UNDER, r - 5);
  return Math.sign(q) * size;
}

function polynomial(coefficients: readonly number[], x: number): number {
  let value = 0;
  for (let i = coefficients.length - 1; i >= 0; i--) value = value * x + coefficients[i];
  return value;
}

const CENTRE_OVER = [
  3.387132872796366608, 133.14166789178437745, 1971.5909503065514427, 13731.693765509461125,
  45921.953931549871457, 67265.770927008700853, 33430.575583588128105, 2509.0809287301226727,
];
const CENTRE_UNDER = [
  1, 42.313330701600911252, 687.1870074920579083, 5394.1960214247511077, 21213.794301586595867,
  39307.89580009271061, 28729.085735721942674, 5226.495278852854561,
];
const SHOULDER_OVER = [
  1.42343711074968357734, 4.6303378461565452959, 5.7694972214606914055, 3.64784832476320460504,
  1.27045825245236838258, 0.24178072517745061177, 0.0227238449892691845833,
  7.7454501427834140764e-4,
];
const SHOULDER_UNDER = [
  1, 2.05319162663775882187, 1.6763848301838038494, 0.68976733498510000455, 0.14810397642748007459,
  0.0151986665636164571966, 5.475938084995344946e-4, 1.05075007164441684324e-9,
];
const TAIL_OVER = [
  6.6579046435011037772, 5.4637849111641143699, 1.7848265399172913358, 0.29656057182850489123,
  0.026532189526576123093, 0.0012426609473880784386, 2.71155556874348757815e-5,
  2.01033439929228813265e-7,
];
const TAIL_UNDER = [
  1, 0.59983220655588793769, 0.1369298809227358053, 0.0148753612908506148525,
  7.868691311456132591e-4, 1.8463183175100546818e-5, 1.4215117583164458887e-7,
  2.04426310338993978564e-15,
];
