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
 * The part of a set that holds all goals in all replications, and of which no change can be left out. Leaves out halves,
 * then smaller parts, then single changes, in one run each (delta debugging: Zeller and Hildebrandt, "Simplifying and
 * Isolating Failure-Inducing Input", 2002), and confirms what is left with all replications.
 */
export async function smallest<O extends Holding>(
  whole: TriedSet<O>,
  by: Asker<O>,
): Promise<Smallest<O>> {
  const all = [...whole.moves].sort((a, b) => b.effort - a.effort);
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
  private kept: Moves;
  private readonly by: Asker<O>;

  constructor(all: Moves, by: Asker<O>) {
    this.kept = all;
    this.by = by;
  }

  async reduce(): Promise<void> {
    for (let size = this.kept.length; size > 1 && !this.isCut;) {
      size = Math.ceil(Math.min(size, this.kept.length) / 2);
      await this.leaveOut(partsOf(this.kept, size));
    }
  }

  /** Leaves out each part that is not needed. */
  private async leaveOut(parts: readonly Moves[]): Promise<void> {
    if (parts.length < 2) return;
    const alone = await this.hold(parts.map((part) => this.without(part)));
    const spare = parts.filter((_, k) => alone[k] === true);
    if (spare.length === 0) return;
    const together = this.without(spare.flat());
    const isAll = spare.length > 1 && together.length > 0 && (await this.hold([together]))[0];
    if (isAll === true) this.keep(together);
    else {
      // Each is not needed alone, but one of them may do what another does.
      this.keep(this.without(spare[0]!));
      for (const part of spare.slice(1)) {
        const fewer = this.without(part);
        if (fewer.length > 0 && (await this.hold([fewer]))[0] === true) this.keep(fewer);
      }
    }
  }

  private without(part: Moves): Moves {
    return this.kept.filter((move) => !part.includes(move));
  }

  private keep(moves: Moves): void {
    this.kept = moves;
    this.trail.push(moves);
  }

  /** Whether sets hold in one run, as far as runs are left beside those of the answer. */
  private async hold(sets: readonly Moves[]): Promise<readonly boolean[]> {
    const some = sets.slice(0, Math.max(0, this.by.left() - this.by.replications));
    if (some.length < sets.length) this.isCut = true;
    if (some.length === 0) return [];
    return (await this.by.ask(some, 1)).map((outcome) => outcome?.holds === true);
  }
}

function partsOf(moves: Moves, size: number): readonly Moves[] {
  const count = Math.ceil(moves.length / size);
  return Array.from({ length: count }, (_, k) => moves.slice(k * size, (k + 1) * size));
}
