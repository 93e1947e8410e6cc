import { scaled } from '../scaling.js';
import { pathText, scalar, type Node, type PathKey } from '../located.js';
import { fitted, type Bounds } from './bounds.js';
import type { SettingChange } from './change.js';
import { quantityOf, textOf } from './range.js';

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

/** The changes of a number or a quantity: more and less of it, as `bounds` allow. Empty for other values. */
export function multiples(
  path: readonly PathKey[],
  value: Node,
  effort: Move['effort'],
  bounds?: Bounds,
): readonly Move[] {
  const own = { path: pathText(path), before: value, effort, ...(bounds && { bounds }) };
  return FACTORS.flatMap((chain) => multiple(own, value, chain) ?? []);
}

/** `last`: the value before it in the same direction. */
function multiple(
  own: Pick<Move, 'path' | 'effort' | 'bounds'> & { readonly before: Node },
  last: Node,
  [factor, ...further]: readonly number[],
): Move | null {
  const changed = factor === undefined ? null : times(own.before, factor, own.bounds);
  if (changed === null || isSame(changed, last)) return null;
  const stronger = multiple(own, changed, further);
  return { ...own, value: changed, ...(stronger !== null && { stronger }) };
}

function isSame(a: Node, b: Node): boolean {
  const [one, other] = [quantityOf(a), quantityOf(b)];
  return one !== null && one.number === other?.number;
}

/** The value times a factor, as `bounds` allow; null if that is no quantity, or no other one. Whole numbers stay whole. */
function times(value: Node, factor: number, bounds: Bounds | undefined): Node | null {
  if (value.type !== 'scalar' || !QUANTITY.test(String(value.value))) return null;
  const product = scaled(value, factor);
  if (product?.type !== 'scalar') return null;
  const quantity = bounds === undefined ? null : quantityOf(product);
  if (bounds !== undefined && quantity !== null) {
    const number = fitted(quantity.number, bounds);
    return number === quantity.number ? product : scalar(textOf({ ...quantity, number }), value.at);
  }
  if (!Number.isInteger(value.value)) return product;
  const whole = Math.max(1, Math.round(product.value as number));
  return whole === value.value ? null : scalar(whole, value.at);
}
