import { scaled } from '../scaling.js';
import { pathText, scalar, type Node, type PathKey } from '../located.js';
import type { SettingChange } from './change.js';

/** The effort of a change that costs money. */
export const CAPACITY = 2;

/** A change of one setting to try. */
export interface Move extends SettingChange {
  /** 1 = another value; 2 = more capacity, which costs money; 3 = another mechanism. */
  readonly effort: 1 | 2 | 3;
  /** Goes further in the same direction; to be tried where this one helps, but is not enough. */
  readonly stronger?: Move;
  /** How many settings it counts as, if what it needs is more than what makes it valid. Defaults to 1. */
  readonly settings?: number;
  /** The same with another value, where what it needs depends on the value. */
  readonly at?: (value: Node) => Move;
}

/** A setting of a component, or of a bundle of policies, with the changes to try. */
export interface Setting {
  /** The name of a component, or the id of a bundle as plans have it. */
  readonly of: { readonly component: string } | { readonly bundle: string };
  readonly moves: readonly Move[];
}

/** Factors on a number, and those that go on in the same direction. */
const FACTORS: readonly (readonly number[])[] = [
  [2, 4, 8],
  [0.5, 0.25, 0.125],
];

/** A number, or a number with its unit; a rate has that of a time. */
const QUANTITY = /^\d+(\.\d+)?(%|[A-Za-z]+|\/[a-z]+)?$/;

/** The changes of a number or a quantity: more and less of it. Empty for other values. */
export function multiples(
  path: readonly PathKey[],
  value: Node,
  effort: Move['effort'],
): readonly Move[] {
  return FACTORS.flatMap((chain) => multiple(path, value, effort, chain) ?? []);
}

function multiple(
  path: readonly PathKey[],
  value: Node,
  effort: Move['effort'],
  [factor, ...further]: readonly number[],
): Move | null {
  const changed = factor === undefined ? null : times(value, factor);
  if (changed === null) return null;
  const stronger = multiple(path, value, effort, further);
  return {
    path: pathText(path),
    value: changed,
    before: value,
    effort,
    ...(stronger !== null && { stronger }),
  };
}

/** The value times a factor; null if that is no quantity, or no other one. Whole numbers stay whole. */
function times(value: Node, factor: number): Node | null {
  if (value.type !== 'scalar' || !QUANTITY.test(String(value.value))) return null;
  const product = scaled(value, factor);
  if (product?.type !== 'scalar') return null;
  if (!Number.isInteger(value.value)) return product;
  const whole = Math.max(1, Math.round(product.value as number));
  return whole === value.value ? null : scalar(whole, value.at);
}
