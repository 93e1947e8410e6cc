import { NS_PER_SECOND } from '../../kernel/time.js';
import { DURATION_UNITS } from '../../contracts/quantities/quantity-text.js';
import { scalar, type Node } from '../located.js';
import { shortest } from '../sweep-values.js';
import type { SettingChange } from './change.js';

/** A number with its unit. */
export interface Quantity {
  readonly number: number;
  /** '' = none. Times have the unit `s`. */
  readonly unit: string;
}

/** The values between the present one of a setting and another one. */
export interface Range {
  readonly from: number;
  readonly to: number;
  /** A value between two others, with as few digits as possible; null if they are as close as it makes sense. */
  between(a: number, b: number): number | null;
  /** The value as the scenario writes it. */
  node(value: number): Node;
}

/** Two values are as close as it makes sense if they differ by 3 %. */
const CLOSE = 1.03;

/** The range of a change of a number or a quantity; null for any other change. */
export function rangeOf({ before, value, bounds }: SettingChange): Range | null {
  const [from, to] = [quantityOf(before), quantityOf(value ?? undefined)];
  if (from === null || to === null || from.unit !== to.unit) return null;
  if (from.number <= 0 || to.number <= 0 || from.number === to.number) return null;
  const isCount = from.unit === '' && Number.isInteger(from.number) && Number.isInteger(to.number);
  const isWhole = bounds?.isWhole ?? isCount;
  return {
    from: from.number,
    to: to.number,
    between: (a, b) => {
      const [low, high] = a < b ? [a, b] : [b, a];
      return isWhole ? wholeBetween(low, high) : roundBetween(low, high);
    },
    node: (number) => scalar(textOf({ number, unit: from.unit }), value!.at),
  };
}

/** How far a change goes: its factor, or the inverse of it. Where it is none of a number, as much as a factor of 16. */
export function sizeOf(change: SettingChange): number {
  const range = rangeOf(change);
  if (change.size !== undefined) return change.size;
  return range === null ? 16 : Math.max(range.to / range.from, range.from / range.to);
}

/** The quantity of a value; null if it is none. */
export function quantityOf(node: Node | undefined): Quantity | null {
  if (node?.type !== 'scalar') return null;
  const match = /^(\d+(?:\.\d+)?)(%|[A-Za-z]+|\/[a-z]+)?$/.exec(String(node.value));
  if (match === null) return null;
  const [, digits, unit = ''] = match;
  const ns = DURATION_UNITS.get(unit);
  const number = Number(digits);
  return ns === undefined ? { number, unit } : { number: (number * ns) / NS_PER_SECOND, unit: 's' };
}

/** A quantity as a scenario writes it. */
export function textOf({ number, unit }: Quantity): string | number {
  return unit === '' ? number : shortest(number, unit);
}

function wholeBetween(low: number, high: number): number | null {
  if (high - low < 2 || high / low <= CLOSE) return null;
  const middle = Math.round(Math.sqrt(low * high));
  return Math.min(high - 1, Math.max(low + 1, middle));
}

/** A number in the middle half, on a logarithmic scale, with the fewest digits. */
function roundBetween(low: number, high: number): number | null {
  if (high / low <= CLOSE) return null;
  const middle = Math.sqrt(low * high);
  const quarter = Math.sqrt(middle / low);
  for (let digits = 1; digits < 12; digits++) {
    const number = Number(middle.toPrecision(digits));
    if (number >= low * quarter && number <= high / quarter) return number;
  }
  return middle;
}
