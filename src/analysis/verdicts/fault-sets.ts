/** Some faults of a plan, by index and in ascending order. */
export type FaultSet = readonly number[];

/** By `keyOf` of a set of faults: one value for each replication in which these faults alone strike. */
export type BySet<T> = ReadonlyMap<string, T>;

/** A set as the key of a map. */
export function keyOf(set: FaultSet): string {
  return set.join(' ');
}

/** The set of all faults. */
export function allOf(faults: number): FaultSet {
  return Array.from({ length: faults }, (_, index) => index);
}

/** A set without some of its faults. */
export function without(set: FaultSet, ...taken: readonly number[]): FaultSet {
  const gone = new Set(taken);
  return set.filter((index) => !gone.has(index));
}

/** Every subset of a small set, the empty one first. */
export function subsetsOf(set: FaultSet): readonly FaultSet[] {
  return Array.from({ length: 1 << set.length }, (_, mask) =>
    set.filter((_index, k) => ((mask >> k) & 1) === 1),
  );
}

/** Share of the harm below which a change is none, as a mean over the runs and in each of them. */
const NOTHING = 0.02;
const NOTHING_IN_ONE = 0.05;
/** From ten requests on, one more or less is chance. */
const SOME = 10;

/**
 * The change of some harm that is nothing: 2 % of it as a mean over the runs, 5 % in each of them or in a single one, and
 * one request of ten or more. Any change of a crowded system moves a few requests over the limit from which they count.
 */
export function nothingOf(scale: number): { readonly mean: number; readonly one: number } {
  const least = scale >= SOME ? 1 : 0;
  return { mean: Math.max(NOTHING * scale, least), one: Math.max(NOTHING_IN_ONE * scale, least) };
}

/**
 * Whether two groups of runs with the same random numbers have the same harm. A pair of runs that differ by nothing
 * proves it, so one pair is enough. `scale`: the harm of which a small part is nothing.
 */
export function isAlike(a: readonly number[], b: readonly number[], scale: number): boolean {
  const differences = a.map((value, run) => value - b[run]);
  const nothing = nothingOf(scale);
  return (
    Math.abs(mean(differences)) <= nothing.mean &&
    differences.every((value) => Math.abs(value) <= nothing.one)
  );
}

/** How a set of faults compares: it has all of the harm, none of what the faults add, or neither. */
export interface Likeness {
  readonly all: boolean;
  readonly none: boolean;
}

/** How the runs with some faults compare with those with all of them and with none. */
export function likenessOf(
  harm: readonly number[],
  usual: readonly number[],
  none: readonly number[],
): Likeness {
  const scale = Math.max(mean(usual), mean(none));
  return { all: isAlike(harm, usual, scale), none: isAlike(harm, none, scale) };
}

/**
 * The faults that matter, as far as runs show: the others make no difference, neither beside these, which do all of the
 * harm without them, nor by themselves. `likeness`: by set of faults that ran.
 */
export function coreOf(faults: number, likeness: BySet<Likeness>): FaultSet {
  let core = allOf(faults);
  for (;;) {
    const next = [...likeness]
      .filter(([, { all }]) => all)
      .map(([key]) => setOf(key))
      .find((set) => isWithin(set, core) && likeness.get(keyOf(without(core, ...set)))?.none);
    if (next === undefined) return core;
    core = next;
  }
}

/**
 * The same, where faults that the account does not blame, and that make no difference beside those that it blames, do
 * nothing by themselves either. Runs with these alone say more.
 */
export function presumed(
  faults: number,
  blamed: FaultSet,
  likeness: BySet<Likeness>,
): BySet<Likeness> {
  const others = keyOf(without(allOf(faults), ...blamed));
  const isEnough = blamed.length > 0 && likeness.get(keyOf(blamed))?.all === true;
  if (!isEnough || likeness.has(others)) return likeness;
  return new Map([...likeness, [others, { all: false, none: true }]]);
}

/** The set of a key. */
export function setOf(key: string): FaultSet {
  return key === '' ? [] : key.split(' ').map(Number);
}

/** Whether a set is a part of another one, and smaller. */
function isWithin(set: FaultSet, other: FaultSet): boolean {
  const all = new Set(other);
  return set.length < other.length && set.every((index) => all.has(index));
}

/** By fault: the key of the set in `keys` that is `set` without this fault. */
export function withoutEach(set: FaultSet, keys: Iterable<string>): ReadonlyMap<number, string> {
  const found = new Map<number, string>();
  for (const key of keys) {
    const own = setOf(key);
    if (own.length === set.length - 1 && isWithin(own, set))
      found.set(without(set, ...own)[0], key);
  }
  return found;
}

/** The arithmetic mean. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
