import type { Move } from '../../scenario/tuning/moves.js';

/** A set of changes; their order has no meaning. */
export type Moves = readonly Move[];

/** What runs with some changes show. */
export interface Holding {
  /** Every goal holds. */
  readonly holds: boolean;
  /** No goal is certainly broken: more runs may show that all hold. */
  readonly mayHold?: boolean;
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
  /** Runs that may still be made; 0 after an interrupt. */
  left(): number;
  /** The outcome of each set with the first replications. */
  ask(sets: readonly Moves[], replications: number): Promise<readonly (O | null)[]>;
}

/** A part of a set that holds all goals. */
export interface Smallest<O extends Holding> extends TriedSet<O> {
  /** Fewer changes may be enough: no runs were left to leave out each of them. */
  readonly isCut: boolean;
}

/**
 * The part of a set that holds all goals in all replications, and of which no change can be left out. Searches for the
 * last change that is needed in one run for each half of those before it, then for the one before that (Junker,
 * "QuickXplain", 2004, without its division), and confirms what is left with all replications. Changes that are the
 * first of their effort are left out last.
 */
export async function smallest<O extends Holding>(
  whole: TriedSet<O>,
  by: Asker<O>,
): Promise<Smallest<O>> {
  const all = [...whole.moves].sort((a, b) => a.effort - b.effort);
  const search = new Reduction(all, by);
  if (all.length > 1) await search.reduce();
  const { trail } = search;
  let { isCut } = search;
  for (const moves of trail.toReversed()) {
    if (by.left() < by.replications) break;
    const [outcome] = await by.ask([moves], by.replications);
    if (outcome?.holds === true) return { moves, outcome, isCut };
    isCut = true;
  }
  return { ...whole, isCut: isCut || trail.length > 0 };
}

class Reduction<O extends Holding> {
  /** Sets that hold in one run, each a part of the one before. */
  readonly trail: Moves[] = [];
  isCut = false;

  constructor(
    private readonly all: Moves,
    private readonly by: Asker<O>,
  ) {}

  async reduce(): Promise<void> {
    let needed: Moves = [];
    /** With these and those that are needed all goals hold. */
    let open = this.all;
    while (open.length > 0) {
      const length = await this.shortest(needed, open);
      if (length === null) return;
      if (length === 0) break;
      needed = [...needed, open[length - 1]!];
      open = open.slice(0, length - 1);
    }
  }

  /** How many of the first of some changes are enough beside those that are needed; null if no runs were left. */
  private async shortest(needed: Moves, open: Moves): Promise<number | null> {
    // Without any change not all goals hold.
    let short = needed.length === 0 ? 0 : -1;
    let enough = open.length;
    while (enough - short > 1) {
      const middle = Math.floor((short + enough) / 2);
      const chosen = new Set([...needed, ...open.slice(0, middle)]);
      // In one order, whichever of them was found first.
      const moves = this.all.filter((move) => chosen.has(move));
      const holds = await this.hold(moves);
      if (holds === null) return null;
      if (holds) {
        enough = middle;
        this.trail.push(moves);
      } else short = middle;
    }
    return enough;
  }

  /** Whether a set holds in one run; null if no run is left beside those of the answer. */
  private async hold(moves: Moves): Promise<boolean | null> {
    if (this.by.left() <= this.by.replications) {
      this.isCut = true;
      return null;
    }
    const [outcome] = await this.by.ask([moves], 1);
    return outcome?.holds === true;
  }
}
