import type { Plan } from '../../contracts/plan/plan.js';
import {
  allOf,
  coreOf,
  keyOf,
  presumed,
  subsetsOf,
  without,
  type FaultSet,
  type Likeness,
} from './fault-sets.js';

/** Up to this number of faults that matter, every combination of them runs, which gives exact shares. */
export const ALL_SUBSETS = 3;

/** Most faults that are tried one by one. */
const MOST_SINGLE = 30;

/** The faults of a plan, for the search of those that matter. */
export interface Suspects {
  /** All faults by index, the one that the account blames most first. */
  readonly ranked: readonly number[];
  /** How many of them the account blames. */
  readonly blamed: number;
}

/** The sets of faults to run at the same time; the answer says how each of them compares. */
export type Questions = Generator<readonly FaultSet[], void, readonly Likeness[]>;

/**
 * Finds the faults that matter with as few runs as possible: first those that the account blames, together and then one
 * by one, and last the others alone, which are presumed to do nothing until then. Where those that it blames are not
 * enough, the others run in halves (Zeller and Hildebrandt, *Simplifying and Isolating Failure-Inducing Input*, 2002). Of
 * up to three that are left every combination runs. Runs without any fault, and with all of them, exist already.
 */
export function* faultSearch(faults: number, suspects: Suspects): Questions {
  const { ranked } = suspects;
  const known = new Map<string, Likeness>([
    [keyOf([]), { all: false, none: true }],
    [keyOf(allOf(faults)), { all: true, none: false }],
  ]);
  const blamed = ranked.slice(0, Math.max(1, suspects.blamed));
  const together = [...blamed].sort((a, b) => a - b);
  const others = without(allOf(faults), ...blamed);
  yield* asked(known, [together]);
  if (others.length > 0 && known.get(keyOf(together))?.all === true) {
    yield* amongBlamed(known, blamed, () => coreOf(faults, presumed(faults, together, known)));
    yield* asked(known, [others]);
    if (known.get(keyOf(others))?.none === true) return;
  }
  yield* amongBlamed(known, blamed, () => coreOf(faults, known));
  yield* amongOthers(known, suspects, new Set(blamed));
}

/** Where a single fault does all of the harm, the first two runs settle it. */
function* amongBlamed(
  known: Map<string, Likeness>,
  blamed: FaultSet,
  coreNow: () => FaultSet,
): Questions {
  for (const first of blamed) {
    const core = coreNow();
    yield* asked(known, [[first], without(core, first)]);
    if (known.get(keyOf(without(core, first)))?.all !== true) break;
  }
  // The parts of the faults that are blamed, whatever the others do.
  const few = coreNow().filter((index) => blamed.includes(index));
  if (few.length <= ALL_SUBSETS) yield* asked(known, subsetsOf(few));
}

/** The faults that the account does not blame, in halves, then each alone. */
function* amongOthers(
  known: Map<string, Likeness>,
  { ranked }: Suspects,
  blamed: ReadonlySet<number>,
): Questions {
  const faults = ranked.length;
  const isBlamed = (index: number): boolean => blamed.has(index);
  yield* asked(known, split(coreOf(faults, known), isBlamed));
  const halves: FaultSet[] = [coreOf(faults, known).filter((index) => !isBlamed(index))];
  for (let half = halves.pop(); half !== undefined; half = halves.pop()) {
    const own = new Set(half);
    const core = coreOf(faults, known);
    yield* asked(
      known,
      split(core, (index) => !own.has(index)),
    );
    const isOut = !coreOf(faults, known).some((index) => own.has(index));
    if (!isOut && half.length > 1) halves.push(...halved(half));
  }
  for (const index of ranked.slice(0, MOST_SINGLE)) {
    const core = coreOf(faults, known);
    if (core.includes(index))
      yield* asked(
        known,
        split(core, (one) => one !== index),
      );
  }
  const core = coreOf(faults, known);
  if (core.length <= ALL_SUBSETS) yield* asked(known, subsetsOf(core));
}

/** All faults, those that the account blames first. */
export function suspectsOf({ faults }: Plan, blamed: readonly string[]): Suspects {
  const first = blamed.flatMap((id) => {
    const index = faults.findIndex((fault) => fault.id === id);
    return index < 0 ? [] : [index];
  });
  return { ranked: [...first, ...without(allOf(faults.length), ...first)], blamed: first.length };
}

/** The faults that the account blames, by index and in ascending order. */
export function blamedOf({ ranked, blamed }: Suspects): FaultSet {
  return ranked.slice(0, blamed).sort((a, b) => a - b);
}

/** Each fault alone and taken away, up to a number of them; of a few faults every combination. */
export function everySet(faults: number): readonly FaultSet[] {
  const all = allOf(faults);
  if (faults <= ALL_SUBSETS) return subsetsOf(all);
  if (faults > MOST_SINGLE) return [];
  return [...all.map((index) => [index]), ...all.map((index) => without(all, index))];
}

/** A set in two parts; none if one of them is empty. */
function split(set: FaultSet, isFirst: (index: number) => boolean): readonly FaultSet[] {
  const first = set.filter(isFirst);
  const second = set.filter((index) => !isFirst(index));
  return first.length === 0 || second.length === 0 ? [] : [first, second];
}

/** Asks for the sets that have not run yet. */
function* asked(known: Map<string, Likeness>, sets: readonly FaultSet[]): Questions {
  const open = sets.filter((set) => !known.has(keyOf(set)));
  if (open.length === 0) return;
  const answers = yield open;
  open.forEach((set, k) => known.set(keyOf(set), answers[k]));
}

/** The later half first, so that the earlier one is taken first from a stack. */
function halved(set: FaultSet): readonly FaultSet[] {
  const middle = Math.ceil(set.length / 2);
  return [set.slice(middle), set.slice(0, middle)];
}
