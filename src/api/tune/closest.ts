import { rangeOf, type Range } from '../../scenario/tuning/range.js';
import { CAPACITY, type Move } from '../../scenario/tuning/moves.js';
import type { Asker, Holding, Moves, TriedSet } from './smallest.js';

/**
 * The same change with each number as near to the present one as all goals hold: the distance between a number that
 * holds them and one that does not is halved until the two are as close as it makes sense. A value is tried in one run,
 * and with all replications unless that one breaks a goal. Numbers that cost money go first, as far as the others allow.
 * Where goals hold, break and hold again, it finds one of the limits.
 */
export async function closest<O extends Holding>(
  whole: TriedSet<O>,
  by: Asker<O>,
): Promise<TriedSet<O>> {
  let best = await furthest(whole, by);
  const { moves } = best;
  for (const index of [...moves.keys()].sort((a, b) => moves[b]!.effort - moves[a]!.effort)) {
    const range = rangeOf(whole.moves[index]!);
    if (range !== null) best = await nearer(best, index, range, by);
  }
  return best;
}

/** The same change with the numbers that cost nothing as far as they were tried, if others cost money and all goals hold. */
async function furthest<O extends Holding>(whole: TriedSet<O>, by: Asker<O>): Promise<TriedSet<O>> {
  const isFree = ({ effort }: Move): boolean => effort < CAPACITY;
  const moves = whole.moves.map((own) => (isFree(own) ? lastOf(own) : own));
  const isOther = moves.some((own, k) => own !== whole.moves[k]);
  if (!isOther || moves.every(isFree) || by.left() < by.replications) return whole;
  const outcome = (await heldBy(moves, by)) ?? null;
  return outcome === null ? whole : { moves, outcome };
}

function lastOf(move: Move): Move {
  return move.stronger === undefined ? move : lastOf(move.stronger);
}

async function nearer<O extends Holding>(
  whole: TriedSet<O>,
  index: number,
  range: Range,
  by: Asker<O>,
): Promise<TriedSet<O>> {
  let best = whole;
  let [breaks, holds] = [range.from, range.to];
  for (;;) {
    const next = range.between(breaks, holds);
    if (next === null || by.left() < by.replications) return best;
    const value = range.node(next);
    const moves: Moves = best.moves.map((own, k) =>
      k === index ? (own.at?.(value) ?? { ...own, value }) : own,
    );
    const outcome = await heldBy(moves, by);
    if (outcome === undefined) return best;
    if (outcome === null) breaks = next;
    else {
      best = { moves, outcome };
      holds = next;
    }
  }
}

/** The outcome of a set that holds all goals in all replications; null = it does not; undefined = no runs were left. */
async function heldBy<O extends Holding>(
  moves: Moves,
  by: Asker<O>,
): Promise<O | null | undefined> {
  for (const count of by.replications === 1 ? [1] : [1, by.replications]) {
    const [outcome] = await by.ask([moves], count);
    if (outcome === undefined) return undefined;
    if (outcome === null) return null;
    if (count === by.replications) return outcome.holds ? outcome : null;
    if (!(outcome.mayHold ?? outcome.holds)) return null;
  }
  return null;
}
