import { momentsOf } from '../../stats/moments.js';
import { wilsonInterval } from '../../stats/interval.js';
import { studentQuantile } from '../../stats/student.js';
import type { Measured } from './model.js';

/** Observations below which a number is marked. */
export const FEW = 30;

const UNITS = [
  ['s', 1e9],
  ['ms', 1e6],
  ['us', 1e3],
  ['ns', 1],
] as const;

/** A duration as the language writes it, with four digits. */
export function durationText(ns: number): string {
  const [unit, size] = UNITS.find(([, least]) => ns >= least) ?? UNITS[3];
  return `${digits(Math.max(0, ns) / size)}${unit}`;
}

/** At most four significant digits, without an exponent. */
export function digits(value: number): string {
  const rounded = Number(value.toPrecision(4));
  return Math.abs(rounded) >= 1e-6 || rounded === 0 ? String(rounded) : '0';
}

/** 95 % interval of the mean of durations; null with fewer observations than `FEW`. */
export function durationInterval(values: ArrayLike<number>): string | null {
  if (values.length < FEW) return null;
  const { mean, sd } = momentsOf(values);
  const half = (studentQuantile(0.975, values.length - 1) * sd) / Math.sqrt(values.length);
  return `${durationText(Math.max(0, mean - half))} to ${durationText(mean + half)}`;
}

/** Half of an interval as a share of its middle: `9.8ms to 10.2ms` is 2 %. null without one. */
export function halfOf(interval: string | null): number | null {
  const [low, high] = (interval ?? '').split(' to ').map(sizeOf);
  if (low === undefined || high === undefined || !(low + high > 0)) return null;
  return (high - low) / (high + low);
}

/** A number with or without a unit. */
function sizeOf(text: string): number {
  const unit = UNITS.find(([name]) => new RegExp(`\\d${name}$`).test(text));
  return Number.parseFloat(text) * (unit?.[1] ?? 1);
}

/** A share of trials. */
export function shareOf(hits: number, trials: number): Measured {
  const interval = trials < FEW ? null : wilsonInterval(hits, trials);
  return {
    text: digits(hits / trials),
    n: trials,
    interval: interval === null ? null : `${digits(interval.low)} to ${digits(interval.high)}`,
  };
}

/** A rate of events that were counted over a time, one of `weight`. */
export function rateOf(count: number, seconds: number, weight: number): Measured {
  const perSecond = (n: number): number => (n * weight) / seconds;
  const half = 1.96 * Math.sqrt(count);
  return {
    text: `${digits(perSecond(count))}/s`,
    n: count,
    interval:
      count < FEW
        ? null
        : `${digits(perSecond(count - half))}/s to ${digits(perSecond(count + half))}/s`,
  };
}

/** How often something is repeated: a number, or a distribution of whole numbers. */
export function countOf(counts: readonly number[]): Measured {
  const n = counts.length;
  const byValue = new Map<number, number>();
  for (const count of counts) byValue.set(count, (byValue.get(count) ?? 0) + 1);
  const values = [...byValue].sort((a, b) => a[0] - b[0]);
  const { mean, sd } = momentsOf(counts);
  const half = (1.96 * (n > 1 ? sd : 0)) / Math.sqrt(n);
  const interval = n < FEW ? null : `${digits(mean - half)} to ${digits(mean + half)}`;
  return { text: countText(values, n, mean), n, interval };
}

/** Most values of a `choice`. */
const VALUES_MAX = 8;

function countText(
  values: readonly (readonly [value: number, times: number])[],
  n: number,
  mean: number,
): string {
  const common = values.filter(([, times]) => times >= 0.01 * n);
  if (common.length === 1) return String(common[0][0]);
  if (values.length > VALUES_MAX && values[0][0] >= 1 && isGeometric(values, n, mean)) {
    return `geometric(mean=${digits(mean)})`;
  }
  if (isUniform(values, n)) return `uniform(${values[0][0]} ${values[values.length - 1][0]})`;
  if (values.length <= VALUES_MAX) return choice(values, n);
  if (values[0][0] >= 1 && mean > 1) return `geometric(mean=${digits(mean)})`;
  return choice(grouped(values), n);
}

/** Percentages with one digit that add up to 100. */
function choice(values: readonly (readonly [value: number, times: number])[], n: number): string {
  const tenths = values.map(([, times]) => Math.round((1000 * times) / n));
  const most = tenths.indexOf(Math.max(...tenths));
  tenths[most] += 1000 - tenths.reduce((sum, one) => sum + one, 0);
  const parts = values.flatMap(([value], k) =>
    tenths[k] > 0 ? [`${tenths[k] / 10}%=${value}`] : [],
  );
  return `choice(${parts.join(' ')})`;
}

/** Many values as a few: neighbours share their mean. */
function grouped(
  values: readonly (readonly [value: number, times: number])[],
): readonly (readonly [number, number])[] {
  const size = Math.ceil(values.length / VALUES_MAX);
  const groups = new Map<number, number>();
  for (let from = 0; from < values.length; from += size) {
    const group = values.slice(from, from + size);
    const times = group.reduce((sum, [, own]) => sum + own, 0);
    const mean = Math.round(group.reduce((sum, [value, own]) => sum + value * own, 0) / times);
    groups.set(mean, (groups.get(mean) ?? 0) + times);
  }
  return [...groups];
}

function isUniform(values: readonly (readonly [number, number])[], n: number): boolean {
  const span = values[values.length - 1][0] - values[0][0] + 1;
  if (span !== values.length || span < 3 || n < 10 * span) return false;
  return chiSquare(values.map(([, times]) => [times, n / span])) < limit(span - 1);
}

/** Of rounds from 1 on. */
function isGeometric(
  values: readonly (readonly [number, number])[],
  n: number,
  mean: number,
): boolean {
  const goOn = 1 - 1 / mean;
  let left = n;
  const cells: [number, number][] = [];
  let expected = n * (1 - goOn);
  const byValue = new Map(values);
  for (let value = 1; expected >= 5; value++, expected *= goOn) {
    cells.push([byValue.get(value) ?? 0, expected]);
    left -= byValue.get(value) ?? 0;
  }
  cells.push([left, expected / (1 - goOn)]);
  return cells.length > 2 && chiSquare(cells) < limit(cells.length - 2);
}

function chiSquare(cells: readonly (readonly [observed: number, expected: number])[]): number {
  return cells.reduce(
    (sum, [seen, expected]) => sum + ((seen - expected) * (seen - expected)) / expected,
    0,
  );
}

/** About the 99.9th percentile of chi-square. Source: Wilson and Hilferty 1931. */
function limit(df: number): number {
  const a = 2 / (9 * df);
  const root = 1 - a + 3.09 * Math.sqrt(a);
  return df * root * root * root;
}
