import type { Plan } from '../../contracts/plan/plan.js';

/** A variant of each side, by index. */
export interface Pair {
  readonly here: number;
  readonly there: number;
  /** Both are the same plan: one run is that of both. */
  readonly isSame: boolean;
}

/** A variant of a side; a stored result has no plans. */
export interface Named {
  readonly name: string;
  readonly plan: Plan | null;
}

/**
 * Variants of the same name; then those that are left and have the same plan, because only their name was changed; and
 * the only variants of both sides.
 */
export function pairsOf(here: readonly Named[], there: readonly Named[]): readonly Pair[] {
  const free = new Set(there.keys());
  const pairs: Pair[] = [];
  const join = (own: number, other: number): void => {
    free.delete(other);
    pairs.push({ here: own, there: other, isSame: isSame(here[own]!, there[other]!) });
  };
  here.forEach(({ name }, own) => {
    const other = there.findIndex((one) => one.name === name);
    if (other >= 0) join(own, other);
  });
  const isOpen = (own: number): boolean => pairs.every((pair) => pair.here !== own);
  here.forEach((one, own) => {
    const other = isOpen(own) ? [...free].find((index) => isSame(one, there[index]!)) : undefined;
    if (other !== undefined) join(own, other);
  });
  if (here.length === 1 && there.length === 1 && pairs.length === 0) join(0, 0);
  return pairs.sort((a, b) => a.here - b.here);
}

function isSame(one: Named, other: Named): boolean {
  if (one.plan === null || other.plan === null) return false;
  return areEqual({ ...one.plan, variant: '' }, { ...other.plan, variant: '' });
}

/** Whether two values of plain data have the same content: objects, lists, typed arrays, texts, numbers. */
function areEqual(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null)
    return false;
  const keys = Object.keys(one);
  return (
    Object.getPrototypeOf(one) === Object.getPrototypeOf(other) &&
    keys.length === Object.keys(other).length &&
    keys.every(
      (key) => Object.hasOwn(other, key) && areEqual(one[key as never], other[key as never]),
    )
  );
}
