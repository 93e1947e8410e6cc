import type { Move } from '../../scenario/tuning/moves.js';
import { sizeOf } from '../../scenario/tuning/range.js';
import type { Raisable } from './limits.js';
import type { Holding, Moves, TriedSet } from './smallest.js';

/** What runs with some changes show. */
export interface Outcome extends Holding {
  /** Broken goals, each by its distance to the limit: 1 = as without changes; a goal that only breaks now counts 2. */
  readonly penalty: number;
  /** Requests that fail or are late. */
  readonly harm: number;
  /** Part by which what is paid for grows: 1 = twice as much as now. */
  readonly growth: number;
  /** Limits that are full, and changes that raise them; the tightest first. */
  readonly full?: readonly Raisable[];
}

/** A set of changes with what its runs show. */
export type Tried = TriedSet<Outcome>;

/** Most settings of an answer. */
export const SIZE = 4;
/** Growth of what is paid for that counts as much as one more setting. */
const GROWTH = 0.1;
/** A change helps if it takes this share of the penalty, or of the harm. */
const HELPS = 0.02;

/** Whether an outcome is better than another one, by a share of what is to be gained at all. */
export function helps(outcome: Outcome, than: Outcome, base: Outcome = than): boolean {
  const gained = than.penalty - outcome.penalty;
  if (gained > HELPS * base.penalty) return true;
  return gained >= 0 && than.harm - outcome.harm > HELPS * base.harm;
}

/** Whether two changes are of one setting, or one is within the other. */
function isOfSame(a: Move, b: Move): boolean {
  return a.path === b.path || isWithin(a.path, b.path) || isWithin(b.path, a.path);
}

function isWithin(path: string, outer: string): boolean {
  return path.startsWith(`${outer}.`) || path.startsWith(`${outer}[`);
}

/** The order of outcomes, the best first: all goals hold, then the distance to the limits, then the harm. */
export function byOutcome(a: Outcome, b: Outcome): number {
  return Number(b.holds) - Number(a.holds) || a.penalty - b.penalty || a.harm - b.harm;
}

/** Whether some changes are of settings that others do not touch. */
export function areApart(some: Moves, others: Moves): boolean {
  return some.every((one) => others.every((own) => !isOfSame(own, one)));
}

/** What the growth of a set weighs, in settings. */
export function costOf({ outcome: { growth } }: Tried): number {
  return Math.floor(growth / GROWTH + 1e-9);
}

function effortOf({ moves }: Tried): number {
  return moves.reduce((sum, { effort }) => sum + effort, 0);
}

/** Settings that a set changes. */
function sizeIn({ moves }: Tried): number {
  return moves.reduce((sum, { settings = 1 }) => sum + settings, 0);
}

/** The order of sets, the best first: those that hold all goals by their size, others by what is left of the harm. */
export function byWorth(a: Tried, b: Tried): number {
  if (!a.outcome.holds || !b.outcome.holds) return byOutcome(a.outcome, b.outcome);
  const further = (moves: Moves): number => moves.reduce((all, own) => all * sizeOf(own), 1);
  return (
    sizeIn(a) + costOf(a) - sizeIn(b) - costOf(b) ||
    effortOf(a) - effortOf(b) ||
    further(a.moves) - further(b.moves) ||
    a.outcome.harm - b.outcome.harm
  );
}
