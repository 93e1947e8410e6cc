import type { VariantData } from '../measure/variant-data.js';
import type { CellSet } from '../measure/window.js';
import type { Demands } from './demands.js';
import type { RunRecord } from '../../contracts/record/record.js';
import { locksHold } from './lock-waits.js';
import { shareOf, type Room } from './rooms/room.js';
import { LIKELY } from './trends.js';

/** Share of a resource in use from which it is saturated. */
export const FULL = 0.97;
/** Share of its capacity that the first attempts need, from which a load is not feasible. */
export const INFEASIBLE = 0.99;
/** Below this share a changed load, or a smaller capacity, is feasible. Between the two the run does not decide. */
const FEASIBLE = 0.95;
/** Relative change below which two loads, or two capacities, are the same. */
export const SAME = 0.01;

/** Whether the capacity is enough for the requests of users alone, without any repeated work. */
export interface Feasibility {
  readonly kind: 'feasible' | 'infeasible' | 'unknown';
  /** The resource with the least room, null if none has a ceiling. */
  readonly room: Room | null;
  /** Share of its capacity that the first attempts need. */
  readonly need: number;
  /** Whether capacity is missing and not the load higher. */
  readonly isLost: boolean;
}

/**
 * Feasibility of the load at the end of a run, from a healthy time before: the share of each resource that was in use
 * then, times the growth of the load of the users that reach it, over the part of its capacity that is left. `isRaised`:
 * the load is planned to rise in between, so an equal number of requests is chance.
 */
export function feasibilityOf(
  rooms: readonly Room[],
  demands: Demands,
  before: CellSet,
  end: CellSet,
  isRaised: boolean,
): Feasibility {
  let worst: Feasibility = { kind: 'feasible', room: null, need: 0, isLost: false };
  for (const room of rooms) {
    const was = room.useIn(before);
    const users = demands.usersOf(room.component, before);
    if (was.capacity === 0 || users === 0) continue;
    const now = demands.usersOf(room.component, end);
    const growth = now / users;
    const left = room.useIn(end).capacity / was.capacity;
    const need = left > 0 ? (shareOf(was) * growth) / left : was.used > 0 ? Infinity : 0;
    if (need <= worst.need) continue;
    const most = isRaised
      ? 1 + chanceIn((users * before.lengthNs) / 1e9, (now * end.lengthNs) / 1e9)
      : 1;
    const isChanged = growth * most > 1 + SAME || left < 1 - SAME;
    const isOpen = isChanged && need * most >= FEASIBLE;
    const kind = need >= INFEASIBLE ? 'infeasible' : isOpen ? 'unknown' : 'feasible';
    worst = { kind, room, need, isLost: shareOf(was) * growth < INFEASIBLE };
  }
  return worst;
}

/** Part by which the ratio of two counts of arrivals may be too small by chance. */
function chanceIn(one: number, other: number): number {
  return LIKELY * Math.sqrt(1 / one + 1 / other);
}

/** Share of those that ask for a resource from which refusals show that it is full. */
const REFUSING = 0.05;

/** Resources that are held for as long as the work below them takes. */
const HELD: ReadonlySet<Room['resource']> = new Set(['workers', 'connections', 'permits']);
/** Resources of a component itself: with one of them used up, its calls take longer. */
const OWN: ReadonlySet<Room['resource']> = new Set(['workers', 'cores', 'proxies']);

/**
 * A resource that is saturated in a window by first attempts alone, while those that its component calls are not; null
 * if there is none. Its need is the work of one execution times the first attempts, over its capacity. Without a place
 * to wait, a resource refuses requests long before all of it is in use on average.
 */
export function overloadIn(
  data: VariantData,
  record: RunRecord,
  rooms: readonly Room[],
  demands: Demands,
  window: CellSet,
): Feasibility | null {
  const full = rooms.filter(
    (room) => shareOf(room.useIn(window)) >= FULL || room.refusedIn(window) >= REFUSING,
  );
  // Connections that wait for a lock are held with the workers before them: neither delays the other.
  const busy = full.filter(
    (room) =>
      shareOf(room.useIn(window)) >= FULL &&
      (OWN.has(room.resource) || !locksHold(data, record, room.component, data.whole)),
  );
  for (const room of full) {
    if (HELD.has(room.resource) && isHeld(data, record, room, busy)) continue;
    const { capacity } = room.useIn(window);
    const needed = room.neededIn(demands, window, data.whole);
    const need = capacity > 0 ? needed / capacity : 0;
    if (need >= INFEASIBLE) return { kind: 'infeasible', room, need, isLost: false };
  }
  return null;
}

/** Whether a resource is held by work that other busy ones delay. */
function isHeld(
  data: VariantData,
  record: RunRecord,
  { component, resource }: Room,
  busy: readonly Room[],
): boolean {
  if (resource !== 'workers') {
    if (busy.some((other) => other.component === component && OWN.has(other.resource))) return true;
    if (locksHold(data, record, component, data.whole)) return true;
  }
  return data.edges.some(
    ({ from, to }) =>
      from === component && to !== component && busy.some((other) => other.component === to),
  );
}
