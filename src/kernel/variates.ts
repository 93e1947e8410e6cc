import { exp, log } from './math.js';
import { unit } from './rng.js';
import { standardNormal, subKeyA, subKeyB, subUnit } from './ziggurat.js';

/** Normal draw truncated at 0: negative values are drawn again. */
export function drawNormal(
  mean: number,
  sd: number,
  ka: number,
  kb: number,
  la: number,
  lb: number,
  index: number,
): number {
  let value = mean + sd * standardNormal(ka, kb, la, lb, index);
  // A rejected draw continues with a key far from the ziggurat's own sub-draws.
  for (let nth = 0x10000; value < 0; nth += 0x10000) {
    value = mean + sd * standardNormal(subKeyA(ka, nth), subKeyB(kb, nth), la, lb, index);
  }
  return value;
}

/**
 * Gamma draw of mean `shape`. Source: Marsaglia and Tsang 2000; shape < 1 by the power of a
 * uniform.
 */
export function drawGamma(
  shape: number,
  ka: number,
  kb: number,
  la: number,
  lb: number,
  index: number,
): number {
  const d = (shape < 1 ? shape + 1 : shape) - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (let nth = 0x10000; ; nth += 0x20000) {
    const x = standardNormal(subKeyA(ka, nth), subKeyB(kb, nth), la, lb, index);
    const root = 1 + c * x;
    if (root <= 0) continue;
    const v = root * root * root;
    const u = subUnit(ka, kb, la, lb, index, nth + 0x10000);
    if (log(u) >= 0.5 * x * x + d * (1 - v + log(v))) continue;
    if (shape >= 1) return d * v;
    return d * v * exp(log(unit(ka, kb, la, lb, index)) / shape);
  }
}

/**
 * exp by table: 2^(k/64) times a polynomial of degree 5, relative error 3e-16, half the cost of the exact one. It uses
 * only + - * on tables made by the portable exp, so it is equally portable.
 */
export function fastExp(y: number): number {
  const steps = y * 92.33248261893024;
  if (!(steps > -4096 && steps < 4095)) return +exp(y);
  // Shifted to be positive, so that truncation rounds down and one conversion gives the integer.
  const shifted = (steps + 4096.5) | 0;
  const k = shifted - 4096;
  const r = y - k * STEP_HIGH - k * STEP_LOW;
  // Estrin's scheme: half the chain of dependent steps of Horner's.
  const rr = r * r;
  const p = 1 + r + rr * (0.5 + r * (1 / 6) + rr * (1 / 24 + r * (1 / 120)));
  // Multiplying by a power of two does not round, so it can run in parallel with the polynomial.
  return p * (fractions[shifted & 63] * octaves[shifted >> 6]);
}

/** log(2) / 64 in two parts: the first has enough zeros for an exact product with k. */
const STEP_HIGH = 0.6931471803691238 / 64;
const STEP_LOW = 1.9082149292705877e-10 / 64;
const fractions = new Float64Array(64);
for (let i = 0; i < 64; i++) fractions[i] = exp(i * STEP_HIGH + i * STEP_LOW);
const octaves = new Float64Array(128);
for (let i = 0; i < 128; i++) octaves[i] = i < 64 ? 1 / powerOfTwo(64 - i) : powerOfTwo(i - 64);

function powerOfTwo(n: number): number {
  let value = 1;
  for (let i = 0; i < n; i++) value *= 2;
  return value;
}
