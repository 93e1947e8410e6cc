import type { Raisable } from './limits.js';
import { areApart, byOutcome, byWorth, SIZE, type Outcome, type Tried } from './outcome.js';
import type { Moves } from './smallest.js';

/** Runs each set of changes once. */
export type AskOnce = (sets: readonly Moves[]) => Promise<readonly (Outcome | null)[]>;

/** Most changes that are tried for one full limit. */
const WAYS = 3;
/** A limit is raised if it has this many times as much of what is needed as before. */
const RAISED = 1.2;

/**
 * Raises the limit that is full with some changes, then the one that is full after that, and so on, also where none of
 * these steps helps alone: a request passes all of its limits. Ends where all goals hold, or nothing that is full can be raised.
 */
export async function raised(start: Tried, ask: AskOnce): Promise<Tried> {
  let best = start;
  let own: Tried | null = start;
  while (own !== null && !own.outcome.holds && own.moves.length < SIZE) {
    own = await nextOf(own, ask);
    if (own !== null && byOutcome(own.outcome, best.outcome) < 0) best = own;
  }
  return best;
}

/**
 * With the tightest limit raised that can be, in the way that comes closest to the goals. A setting that was raised before
 * goes further before another one is changed.
 */
async function nextOf({ moves, outcome }: Tried, ask: AskOnce): Promise<Tried | null> {
  for (const limit of outcome.full ?? []) {
    const further = moves.flatMap(({ path, stronger }, k) =>
      stronger !== undefined && limit.moves.some((move) => move.path === path)
        ? [moves.with(k, stronger)]
        : [],
    );
    const ways = limit.moves.filter((move) => areApart([move], moves)).slice(0, WAYS);
    // Two settings may hold it together, such as the partitions of a topic and its consumers.
    const pairs = ways.flatMap((move, k) =>
      ways.slice(k + 1).flatMap((other) => (areApart([move], [other]) ? [[move, other]] : [])),
    );
    const isSmall = ({ length }: Moves): boolean => moves.length + length <= SIZE;
    const more = [ways.map((move) => [move]), pairs.filter(isSmall)].map((some) =>
      some.map((own) => [...moves, ...own]),
    );
    for (const sets of [further, ...more]) {
      const outcomes = await ask(sets);
      const found = sets
        .flatMap((own, k) => {
          const made = outcomes[k] ?? null;
          return made !== null && isRaised(limit, made) ? [{ moves: own, outcome: made }] : [];
        })
        .sort(byWorth);
      if (found[0] !== undefined) return found[0];
    }
  }
  return null;
}

function isRaised({ limit, factor }: Raisable, { holds, full = [] }: Outcome): boolean {
  const now = full.find((own) => own.limit === limit);
  return holds || now === undefined || now.factor > RAISED * factor;
}

/** Whether other limits are full with some changes than without them: the trouble has moved on. */
export function movesOn({ outcome: { full = [] } }: Tried, base: Outcome): boolean {
  const before = new Set((base.full ?? []).map(({ limit }) => limit));
  return full.some(({ limit }) => !before.has(limit));
}
