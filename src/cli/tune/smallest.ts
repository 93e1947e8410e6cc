import type { Move } from '../../scenario/tuning/moves.js';

/** A set of changes; their order has no meaning. */
export type Moves = readonly Move[];

/** What runs with some changes show. */
export interface Holding {
  /** Every goal holds. */
  readonly holds: boolean;
}

/** A set of changes with what its runs show. */
export interface TriedSet<O extends Holding> {
  readonly moves: Moves;
  readonly outcome: O;
}

/** Runs sets of changes as long as there are runs left. */
export interface Asker<O extends Holding> {
  /** Runs of a proper answer. */
  readonly replications: number;
  /** Whether a set can run once, and then with all replications. */
  canGoOn(): boolean;
  /** The outcome of each set with the first replications; fewer than the sets where no runs are left. */
  ask(sets: readonly Moves[], replications: number): Promise<readonly (O | null)[]>;
}

/** A part of a set that holds all goals. */
export interface Smallest<O extends Holding> extends TriedSet<O> {
  /** No runs were left to leave out each of its changes. */
  readonly isCut: boolean;
}

/** The part of a set that holds all goals in all replications, and of which no change can be left out. */
export async function smallest<O extends Holding>(
  whole: TriedSet<O>,
  by: Asker<O>,
): Promise<Smallest<O>> {
  const { replications } = by;
  const all = whole.moves;
  if (all.length < 2) return { ...whole, isCut: false };
  const one = async (moves: Moves, count: number): Promise<O | null> =>
    (await by.ask([moves], count))[0] ?? null;
  // In one run each, then together: most changes of a variant are not needed, or not one by one.
  const lone = await by.ask(
    all.map((move) => all.filter((own) => own !== move)),
    1,
  );
  let isCut = lone.length < all.length;
  const spare = all.filter((_, k) => lone[k]?.holds === true);
  const needed = all.filter((move) => !spare.includes(move));
  const least = needed.length === 0 ? null : await one(needed, replications);
  if (least?.holds === true) return { moves: needed, outcome: least, isCut };
  let kept = whole;
  for (const move of [...spare].sort((a, b) => b.effort - a.effort)) {
    if (kept.moves.length < 2) break;
    if (!by.canGoOn()) {
      isCut = true;
      break;
    }
    const fewer = kept.moves.filter((own) => own !== move);
    const quick = replications > 1 ? await one(fewer, 1) : null;
    if (quick !== null && !quick.holds) continue;
    const outcome = await one(fewer, replications);
    if (outcome?.holds === true) kept = { moves: fewer, outcome };
  }
  return { ...kept, isCut };
}
