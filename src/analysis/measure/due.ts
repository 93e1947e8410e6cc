import { sumOf } from '../../stats/sums.js';
import type { Asked } from './question.js';
import type { Loss, Visits } from './visits.js';
import { FULL, type WaitsBelow } from './waits-below.js';

/** A component in a window, and the requests of all components in it. */
export interface Measuring extends Asked {
  readonly visits: Visits;
  readonly waits: WaitsBelow;
  /** A fault is active in this time: what is refused may be refused at its begin only. */
  readonly isFaulty: boolean;
}

/** A smaller part of the requests that is missing is in flight at the end of the window. */
export const FEW = 1.01;

/**
 * How many times the present use of a resource all requests that are due would need. A full resource causes
 * repetitions, and refusals on the way to it: then the requests of the users are due. Else those are due that ask for it,
 * because a breaker or a limit in front of it refuses the others on purpose.
 */
export function growth({ local, due, exact }: Loss, share: number): number {
  if (exact !== undefined) return exact;
  const all = share >= FULL ? due : Math.min(local, due);
  return all > FEW ? all : 1;
}

/** Requests per second at a component that are due. */
export function rateOf({ visits, selection }: Measuring, loss: Loss, share: number): number {
  if (loss.exact !== undefined) return sumOf(selection.parts.map(visits.due));
  const isDue = growth(loss, share) > 1 && (share >= FULL || loss.due < loss.local);
  return sumOf(selection.parts.map(isDue ? visits.due : visits.arrived));
}
