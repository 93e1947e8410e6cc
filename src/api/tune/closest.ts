import { rangeOf, type Range } from '../../scenario/tuning/range.js';
import type { Asker, Holding, Moves, TriedSet } from './smallest.js';

/**
 * The same change with each number as near to the present one as all goals hold: the distance between a number that
 * holds them and one that does not is halved until the two are as close as it makes sense. A value is tried in one run,
 * and with all replications unless that one breaks a goal. Where goals hold, break and hold again, it finds one of the limits.
 */
export async function closest<O extends Holding>(
  whole: TriedSet<O>,
  by: Asker<O>,
): Promise<TriedSet<O>> {
  let best = whole;
  for (const index of whole.moves.keys()) {
    const range = rangeOf(whole.moves[index]!);
    if (range !== null) best = await nearer(best, index, range, by);
  }
  return best;
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
