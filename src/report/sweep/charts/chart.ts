import type { Drawing } from '../../drawing/draw.js';
import {
  exactNumber,
  exactShare,
  formatBytes,
  formatRate,
  formatSeconds,
  type Unit,
} from '../../../text/figures.js';
import type { Look } from '../../drawing/theme.js';
import {
  clamp,
  fewDecades,
  linear,
  logarithmic,
  niceCeiling,
  niceFloor,
  niceTicks,
  oneTwoFive,
  stepsWithin,
  type Scale,
} from '../../drawing/scale.js';
import type { AxisUnit } from '../../../contracts/result/sweep.js';
import type { SweepView } from '../cases.js';

/** Inputs for drawing charts. */
export interface Canvas {
  readonly view: SweepView;
  readonly looks: readonly Look[];
}

/** Draws a picture of a given width in px. */
export type Draw = (width: number) => Drawing;

/** Narrower pictures are drawn for a phone. Unit: px. */
export const NARROW_BELOW = 600;

/** A range of data with the values that get labels. */
export interface Extent {
  readonly type: 'linear' | 'log';
  readonly domain: readonly [number, number];
  readonly ticks: readonly number[];
}

/** From this ratio of the largest to the smallest value, an axis is logarithmic. */
const LOG_FROM = 30;

/** True if values span a range that needs a log axis; shares never do. */
export function isWide(values: readonly number[], unit: Unit | AxisUnit): boolean {
  const low = Math.min(...values);
  return unit !== 'share' && low > 0 && Math.max(...values) / low >= LOG_FROM;
}

/**
 * Round bounds around all values, with labels between them; from 0 if the values extend that far. Ends of intervals
 * widen the bounds, but not below 0 if no value is negative, not above 1 if all values are shares, and not far below
 * the values on a log axis.
 */
export function extentOf(
  values: readonly number[],
  unit: Unit | AxisUnit,
  ends: readonly number[] = [],
): Extent {
  const least = Math.min(...values);
  const isLog = isWide(values, unit);
  const floor = isLog ? least / 2 : least >= 0 ? 0 : -Infinity;
  const ceiling = unit === 'share' && Math.max(...values) <= 1 ? 1 : Infinity;
  const all = [...values, ...ends.map((end) => clamp(end, floor, ceiling))];
  const low = Math.min(...all);
  const high = Math.max(...all);
  if (isLog) {
    const domain: [number, number] = [niceFloor(low), niceCeiling(high)];
    return { type: 'log', domain, ticks: logTicks(domain, unit) };
  }
  const from = low >= 0 && low < high / 2 ? 0 : low;
  const span = high - from;
  const pad = span > 0 ? 0 : Math.abs(high) / 10 || 1;
  const step = stepOf([from - pad, high + pad]);
  const top = Math.ceil((high + pad) / step - 1e-9) * step;
  const bottom = Math.floor((from - pad) / step + 1e-9) * step;
  const domain: [number, number] = [
    low >= 0 ? Math.max(0, bottom) : bottom,
    unit === 'share' && high <= 1 ? Math.min(1, top) : top,
  ];
  return { type: 'linear', domain, ticks: stepsWithin(domain, step) };
}

/** The part of an interval within an extent. */
export function within(
  [low, high]: readonly [number, number],
  { domain }: Extent,
): readonly [number, number] {
  return [clamp(low, ...domain), clamp(high, ...domain)];
}

/** The scale of an extent over a range in px. */
export function scaleOf(extent: Extent, range: readonly [number, number]): Scale {
  return extent.type === 'log' ? logarithmic(extent.domain, range) : linear(extent.domain, range);
}

/** A round value on an axis without trailing zeros: `1.5 s`, `20 %`, `64 KiB`. */
export function tickLabel(value: number, unit: Unit | AxisUnit): string {
  switch (unit) {
    case 'seconds':
      return formatSeconds(value);
    case 'share':
      return exactShare(value);
    case 'perSecond':
      return formatRate(value);
    case 'bytes':
      return formatBytes(value);
    case null:
    case 'number':
      return exactNumber(value);
  }
}

/** At most seven of the 1, 2 and 5 times powers of ten, decades first; for bytes, powers of two. */
export function logTicks(domain: readonly [number, number], unit: Unit | AxisUnit): number[] {
  if (unit === 'bytes') return doublings(domain);
  const all = oneTwoFive(...domain);
  return all.length <= 7 ? all : fewDecades(...domain);
}

/** At most seven powers of two within bounds, evenly spaced. */
function doublings(domain: readonly [number, number]): number[] {
  const all: number[] = [];
  for (let at = 1; at <= domain[1]; at *= 2) if (at >= domain[0]) all.push(at);
  const every = Math.ceil(all.length / 7);
  return all.filter((_, i) => i % every === 0);
}

function stepOf(domain: readonly [number, number]): number {
  const ticks = niceTicks(domain, 4);
  return ticks.length > 1 ? Number((ticks[1]! - ticks[0]!).toPrecision(12)) : 1;
}
