import { limitsBelow, type FullLimit } from '../../analysis/tune.js';
import type { Plan } from '../../contracts/plan/plan.js';
import type { Headroom } from '../../contracts/result/headroom.js';
import type { Move } from '../../scenario/tuning/moves.js';
import { rangeOf } from '../../scenario/tuning/range.js';
import { raisable } from './limits.js';
import { SIZE } from './outcome.js';
import type { Moves } from './smallest.js';

/** What there is of a raised limit, by what is needed: room for arrivals that come close together. */
const ROOM = 1.2;

/** A limit with less than this share of what is needed is full whatever the others have; a queue may make up for less. */
const CLEARLY = 0.85;

/**
 * More of each limit that a fault, or the load without one, fills, as one change: a request passes all of them, so that
 * raising one alone moves the queue to the next. null where fewer than two are full, or one of them has no such setting.
 */
export function raisedTogether(headroom: Headroom, moves: Moves, plan: Plan): Move | null {
  const all = limitsBelow(headroom, CLEARLY);
  // Calls that wait for the tightest limit of a component hold its other ones, and the connections to it.
  const placeOf = ({ component, of }: FullLimit): string => of ?? component;
  const full = all
    .filter((own, k) => all.findIndex((other) => placeOf(other) === placeOf(own)) === k)
    .map((own) => ({ ...own, factor: own.factor / ROOM }));
  const raising = raisable(full, moves, plan).map((own) => wideEnough(own.moves[0]!, own.factor));
  const [first, ...others] = raising;
  const areApart = new Set(raising.map(({ path }) => path)).size === raising.length;
  if (first === undefined || others.length === 0 || !areApart) return null;
  if (raising.length < full.length || raising.length > SIZE) return null;
  const needs = raising.flatMap((move) => move.needs ?? []);
  const { stronger: _, at: __, ...own } = first;
  return { ...own, needs: [...others, ...needs], settings: raising.length };
}

/** A change of a number that gives as much as is needed, and some room; others as they are. */
function wideEnough(move: Move, factor: number): Move {
  const range = rangeOf(move);
  if (range === null) return move;
  const needed = Math.ceil(range.from / factor);
  return needed < range.to ? { ...move, value: range.node(needed) } : move;
}
