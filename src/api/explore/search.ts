import type { SizeTally } from '../../contracts/result/explore.js';

/** The result of the runs with a set of faults. */
export interface Trial {
  /** `open`: the runs did not finish, or leave a budget undecided. */
  readonly end: 'holds' | 'breaks' | 'open';
  /** Places that the requests still use while the faults are active. */
  readonly used: ReadonlySet<string>;
  /** Share of the room to the limit of a budget that the faults use up, 0 to 1; sets with more are tried first. */
  readonly strain: number;
}

/** A search for the smallest sets that break a budget. */
interface Hunt {
  /** The place of each candidate. */
  readonly places: readonly string[];
  readonly healthy: Trial;
  /** Largest size of a set. */
  readonly size: number;
  /** Most sets that may be tried. */
  readonly most: number;
  /** True = no more sets are tried. */
  isOver(): boolean;
  /** Runs sets of candidates. */
  ask(sets: readonly (readonly number[])[]): Promise<readonly Trial[]>;
}

/** What the search found. */
interface Caught {
  readonly sets: readonly (readonly number[])[];
  readonly tallies: readonly SizeTally[];
  readonly open: number;
  readonly untried: number;
}

/** Sets that are asked for at once. */
const AT_ONCE = 16;

/**
 * Tries single faults, then pairs of those that the system survives, and so on. A set is not run if it contains one
 * that breaks a budget, so every found set is minimal; nor if, with some of its faults, the requests no longer use the
 * place of another one, because that fault then changes nothing.
 *
 * Source: Alvaro, Rosen, Hellerstein, Lineage-driven Fault Injection (SIGMOD 2015): only what a good outcome depends on
 * can prevent it, and redundancy shows in the outcome with a fault.
 */
export async function hunt(by: Hunt): Promise<Caught> {
  const known: Known = new Map([['', by.healthy]]);
  const sets: (readonly number[])[] = [];
  const tallies: SizeTally[] = [];
  let open = 0;
  let left = by.most;
  let untried = 0;
  for (let size = 1; size <= by.size; size++) {
    const { asked, superset, redundant, unknown } = nextSets(by.places, size, known);
    const most = asked.slice(0, left);
    const some: (readonly number[])[] = [];
    for (let from = 0; from < most.length && !by.isOver(); from += AT_ONCE) {
      const part = most.slice(from, from + AT_ONCE);
      const trials = await by.ask(part);
      // An interrupt ends the last sets before they have a result.
      if (trials.length < part.length) break;
      part.forEach((set, i) => known.set(set.join(), trials[i]!));
      some.push(...part);
    }
    untried += asked.length - some.length + unknown;
    const ends = some.map((set) => known.get(set.join())!.end);
    const found = some.filter((_, i) => ends[i] === 'breaks');
    sets.push(...found);
    open += ends.filter((end) => end === 'open').length;
    left -= some.length;
    tallies.push({ size, tried: some.length, broken: found.length, superset, redundant });
  }
  return { sets, tallies, open, untried };
}

/** By set, its candidates joined by commas: its result, or that of an equal smaller set. */
type Known = Map<string, Trial>;

interface Next {
  /** Sets that are worth a run, the most promising first. */
  readonly asked: readonly (readonly number[])[];
  readonly superset: number;
  readonly redundant: number;
  /** Sets that contain one which was not tried. */
  readonly unknown: number;
}

/** The sets of a size. Those that equal a smaller one get its result. */
function nextSets(places: readonly string[], size: number, known: Known): Next {
  let [superset, redundant, unknown] = [0, 0, 0];
  const asked: { readonly set: readonly number[]; readonly strain: number }[] = [];
  for (const set of combinations(places.length, size)) {
    if (meets(set.map((one) => places[one]!))) continue;
    const rests = set.map((one) => known.get(set.filter((other) => other !== one).join()));
    const broken = rests.find((rest) => rest?.end === 'breaks');
    const equal = rests.find((rest, i) => rest?.used.has(places[set[i]!]!) === false);
    const same = broken ?? equal;
    if (same !== undefined) {
      known.set(set.join(), same);
      if (broken === undefined) redundant++;
      else superset++;
    } else if (rests.includes(undefined)) unknown++;
    else asked.push({ set, strain: rests.reduce((sum, rest) => sum + rest!.strain, 0) });
  }
  asked.sort((a, b) => b.strain - a.strain);
  return { asked: asked.map(({ set }) => set), superset, redundant, unknown };
}

/** Whether two of the places are the same, or one is an edge and the other one of its ends. */
function meets(places: readonly string[]): boolean {
  return places.some((one, i) =>
    places.some((other, k) => i !== k && (one === other || one.split('->').includes(other))),
  );
}

/** All ascending lists of `size` numbers below `count`. */
function* combinations(count: number, size: number, from = 0): Generator<readonly number[]> {
  if (size === 0) {
    yield [];
    return;
  }
  for (let first = from; first <= count - size; first++) {
    for (const rest of combinations(count, size - 1, first + 1)) yield [first, ...rest];
  }
}
