import { exp, log } from '../../kernel/math.js';

/** A function from data to picture coordinates. */
export type Scale = (value: number) => number;

/** Straight-line scale; a value outside its domain lands outside its range. */
export function linear(domain: readonly [number, number], range: readonly [number, number]): Scale {
  const span = domain[1] - domain[0];
  if (span === 0) return () => range[0];
  return (value) => range[0] + ((value - domain[0]) / span) * (range[1] - range[0]);
}

/** Logarithmic scale; values at or below zero are drawn at the lower end. */
export function logarithmic(
  domain: readonly [number, number],
  range: readonly [number, number],
): Scale {
  const low = log(domain[0]);
  const span = log(domain[1]) - low;
  if (span === 0) return () => range[0];
  return (value) =>
    value <= 0 ? range[0] : range[0] + ((log(value) - low) / span) * (range[1] - range[0]);
}

/** 141 values between two bounds, both included, in equal steps of their logarithm. */
export function logSteps([low, high]: readonly [number, number]): number[] {
  const from = log(low);
  const step = (log(high) - from) / STEPS;
  return Array.from({ length: STEPS + 1 }, (_, i) => exp(from + i * step));
}

const STEPS = 140;

/** Keeps a value between two bounds. */
export function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}

/** Round steps of 1, 2 or 5 times a power of ten inside a domain, about `count` of them. */
export function niceTicks(domain: readonly [number, number], count: number): number[] {
  const span = domain[1] - domain[0];
  if (!(span > 0)) return [domain[0]];
  let step = 1;
  while (span / step > count * 10) step *= 10;
  while (span / step < count) step /= 10;
  const many = span / step / count;
  step *= many > 5 ? 10 : many > 2 ? 5 : many > 1 ? 2 : 1;
  return stepsWithin(domain, step);
}

/** All multiples of a step within bounds. */
export function stepsWithin(domain: readonly [number, number], step: number): number[] {
  const first = Math.ceil(domain[0] / step - 1e-9);
  const ticks: number[] = [];
  for (let i = first; i * step <= domain[1] + step * 1e-9; i++) ticks.push(clean(i * step));
  return ticks;
}

/** The smallest 1, 2 or 5 times a power of ten that is not below a value. */
export function niceCeiling(value: number): number {
  if (!(value > 0)) return 1;
  return ROUND.find((step) => step >= value * (1 - 1e-9)) ?? value;
}

/** The smallest round number of at most two digits that is not below a value, in steps of about a fifth. */
export function roundCeiling(value: number): number {
  if (!(value > 0)) return 1;
  const base = ROUND[3 * Math.floor(ROUND.indexOf(niceFloor(value)) / 3)]!;
  for (const digit of [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10]) {
    if (digit * base >= value * (1 - 1e-9)) return Number((digit * base).toPrecision(3));
  }
  return 10 * base;
}

/** The largest 1, 2 or 5 times a power of ten that is not above a value. */
export function niceFloor(value: number): number {
  return ROUND.findLast((step) => step <= value * (1 + 1e-9)) ?? ROUND[0]!;
}

/** All 1, 2 and 5 times powers of ten within bounds, both included. */
export function oneTwoFive(low: number, high: number): number[] {
  return ROUND.filter((tick) => tick >= low * (1 - 1e-9) && tick <= high * (1 + 1e-9));
}

/** 1, 2 and 5 times the powers of ten from 1e-9 to 1e12. */
const ROUND: readonly number[] = Array.from({ length: 22 }, (_, i) =>
  [1, 2, 5].map((digit) => Number(`${digit}e${i - 9}`)),
).flat();

/** Powers of ten within bounds, both included. */
export function decadesIn(low: number, high: number): number[] {
  return oneTwoFive(low, high).filter((tick) => tick.toExponential().startsWith('1'));
}

/** At most six of them, evenly spaced; always the largest. */
export function fewDecades(low: number, high: number): number[] {
  const all = decadesIn(low, high);
  const every = Math.ceil(all.length / 6);
  return all.filter((_, i) => (all.length - 1 - i) % every === 0);
}

function clean(value: number): number {
  return Number(value.toPrecision(12));
}
