import { exp, log } from '../kernel/math.js';
import { show } from '../contracts/quantities/quantity-text.js';
import type { AxisUnit, SweepValue } from '../contracts/result/sweep.js';
import { ExpressionError, Scanner } from '../language/expression-scan.js';
import { plain, scalar, type Node } from './located.js';

/** A value of an axis, with the node to set in the scenario. */
export interface Setting extends SweepValue {
  readonly node: Node;
  readonly unit: AxisUnit;
}

/** Converts a value of the file into a setting. */
export function settingOf(node: Node): Setting {
  const value = plain(node);
  const quantity = quantityOf(value);
  return {
    text: textOf(value),
    number: quantity?.number ?? null,
    unit: quantity?.unit ?? null,
    node,
  };
}

/** The values between two quantities of one unit, in the format of a scenario. */
export class Range {
  readonly scale: 'linear' | 'log';
  /** Unit of all values, in text. */
  private readonly suffix: string;
  /** The two ends, in the unit `suffix`. */
  private readonly low: number;
  private readonly high: number;
  /** Value of one `suffix` in the unit of results: seconds, per second, share. */
  private readonly factor: number;
  /** True if both ends are whole numbers without a unit. Then all values are whole. */
  readonly isWhole: boolean;

  private constructor(
    readonly from: Setting,
    readonly to: Setting,
    scale: Range['scale'],
    ends: Ends,
    mayBeWhole = true,
  ) {
    this.scale = scale;
    this.suffix = ends.suffix;
    this.low = ends.low;
    this.high = ends.high;
    this.factor = to.number === 0 ? from.number! / ends.low : to.number! / ends.high;
    this.isWhole =
      mayBeWhole && ends.suffix === '' && Number.isInteger(ends.low) && Number.isInteger(ends.high);
  }

  /** The same range including fractions, for fields that accept them. */
  fractional(): Range {
    const { from, to, scale, suffix, low, high } = this;
    return new Range(from, to, scale, { suffix, low, high }, false);
  }

  /** A range between two values, or the reason why there is none. */
  static between(from: Node, to: Node, scale: Range['scale']): Range | string {
    const [first, last] = [settingOf(from), settingOf(to)];
    for (const end of [first, last]) {
      if (end.number === null) return `${end.text} is not a quantity: a range needs numbers`;
    }
    if (first.unit !== last.unit) {
      return `${first.text} and ${last.text} have different units`;
    }
    if (first.unit === 'bytes' && partsOf(first.text)[1] !== partsOf(last.text)[1]) {
      return `write ${first.text} and ${last.text} in the same unit`;
    }
    if (first.number === last.number) return 'from and to are the same: write two different values';
    const isPositive = first.number! > 0 && last.number! > 0;
    if (scale === 'log' && !isPositive) return 'a log scale needs values above 0';
    return new Range(first, last, scale, endsOf(first, last));
  }

  /** The value at a position from 0 (the first end) to 1 (the other end). */
  at(way: number): Setting {
    if (way <= 0) return this.from;
    if (way >= 1) return this.to;
    const { low, high } = this;
    return this.setting(
      this.scale === 'linear' ? low + (high - low) * way : exp(log(low) + log(high / low) * way),
    );
  }

  /** `count` values from the first to the last; fewer if neighbours would be equal after rounding. */
  steps(count: number): readonly Setting[] {
    const all = Array.from({ length: count }, (_, i) => this.at(i / (count - 1)));
    return all.filter((one, i) => i === 0 || one.text !== all[i - 1]!.text);
  }

  /** The value halfway between two values; null if rounding leaves none between them. */
  middle(a: Setting, b: Setting): Setting | null {
    const [one, other] = [a.number!, b.number!];
    const between = this.scale === 'linear' ? (one + other) / 2 : Math.sqrt(one * other);
    const middle = this.setting(between / this.factor);
    const isBetween =
      middle.number! > Math.min(one, other) && middle.number! < Math.max(one, other);
    return isBetween ? middle : null;
  }

  /** The value for a uniform draw `share` in (0, 1). All whole numbers have the same probability. */
  drawn(share: number): Setting {
    if (!this.isWhole || this.scale === 'log') return this.at(share);
    const { low, high } = this;
    const least = Math.min(low, high);
    const size = Math.abs(high - low) + 1;
    return this.setting(least + Math.floor(share * size));
  }

  /** Rounds to four digits of the width of the range, or of the value on a log scale, and clamps to the ends. */
  private rounded(value: number): number {
    const { low, high, isWhole, scale } = this;
    if (isWhole) return Math.round(value);
    const places = scale === 'log' ? placesOf(value) : placesOf(Math.abs(high - low));
    const unit = Number(`1e${-places}`);
    const near =
      places > 0 ? Number(value.toFixed(Math.min(places, 20))) : Math.round(value / unit) * unit;
    return Math.min(Math.max(near, Math.min(low, high)), Math.max(low, high));
  }

  private setting(value: number): Setting {
    const rounded = this.rounded(value);
    const written = this.suffix === '' ? rounded : shortest(rounded, this.suffix);
    return settingOf(scalar(written, this.from.node.at));
  }
}

/** Decimal places for four significant digits of a width: 1 for 750, -2 for 750,000. */
function placesOf(width: number): number {
  return 3 - Number(width.toExponential(0).split('e')[1]);
}

/** Both ends in the unit of the first. */
interface Ends {
  readonly suffix: string;
  readonly low: number;
  readonly high: number;
}

function endsOf(from: Setting, to: Setting): Ends {
  const [low, suffix] = partsOf(from.text);
  const [high, other] = partsOf(to.text);
  if (suffix === other) return { suffix, low, high };
  // The first end can be 0, which is valid in every unit.
  if (low === 0) return { suffix: other, low, high };
  return { suffix, low, high: (to.number! * low) / from.number! };
}

function partsOf(text: string): [number: number, suffix: string] {
  const [, digits, suffix] = /^(-?[\d.]+(?:e[-+]?\d+)?)(.*)$/.exec(text)!;
  return [Number(digits), suffix!];
}

/** Units of short durations, the largest first, in ns. */
const SHORT: readonly (readonly [suffix: string, ns: number])[] = [
  ['s', 1e9],
  ['ms', 1e6],
  ['us', 1e3],
  ['ns', 1],
];

/** Formats a short duration in the largest unit that yields at least 1, and other values in the unit of the range. */
export function shortest(value: number, suffix: string): string {
  const unit = SHORT.find(([name]) => name === suffix);
  if (unit === undefined) return `${plainDigits(value)}${suffix}`;
  const ns = value * unit[1];
  const [name, size] = SHORT.find(([, least]) => ns >= least) ?? unit;
  return `${plainDigits(Number((ns / size).toPrecision(12)))}${name}`;
}

/** Digits without an exponent, which quantities do not allow. */
function plainDigits(value: number): string {
  const text = String(value);
  return text.includes('e') ? value.toFixed(9) : text;
}

function textOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return show(value);
  const text = JSON.stringify(value).replaceAll('"', '');
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

interface Known {
  readonly number: number;
  readonly unit: Exclude<AxisUnit, null>;
}

/** Parses a number or a quantity; null for other values. */
function quantityOf(value: unknown): Known | null {
  if (typeof value === 'number') {
    return Number.isFinite(value) ? { number: value, unit: 'number' } : null;
  }
  if (typeof value !== 'string') return null;
  try {
    const scanner = new Scanner(value);
    if (!scanner.atQuantity()) return null;
    const { value: number, unit, percent } = scanner.quantity();
    if (!scanner.atEnd()) return null;
    if (unit === 'size') return { number, unit: 'bytes' };
    return { number, unit: percent ? 'share' : unit };
  } catch (error) {
    if (error instanceof ExpressionError) return null;
    throw error;
  }
}
