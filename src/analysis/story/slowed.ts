import type { RunRecord } from '../../contracts/record/record.js';
import { areaOf, betweenOf } from '../measure/gauges.js';
import type { VariantData } from '../measure/variant-data.js';
import { cellsOf, type CellSet } from '../measure/window.js';
import type { Ns } from '../../kernel/time.js';
import type { Demands } from './demands.js';
import { FULL, INFEASIBLE, type Feasibility } from './feasibility.js';
import { shareOf, type Room } from './rooms/room.js';
import { BUSY } from './sustaining.js';
import { locksHold } from './lock-waits.js';

/** Calls that wait for a connection, as a mean, from which there are too few connections. */
const SOME_WAIT = 1;

/**
 * A component that is full at the end because its work takes longer for good, such as calls to a primary that has moved
 * to another region: all that it calls has room, nothing waits for a connection, and its first attempts need more than its
 * workers. null without one. `sinceNs`: trouble is over.
 */
export function slowedIn(
  data: VariantData,
  record: RunRecord,
  rooms: readonly Room[],
  demands: Demands,
  sinceNs: Ns,
  end: CellSet,
): Feasibility | null {
  const { plan } = data;
  const busy = new Set(
    rooms.filter((room) => shareOf(room.useIn(end)) >= BUSY).map(({ component }) => component),
  );
  const since = cellsOf([{ fromNs: sinceNs, untilNs: plan.endNs }], plan);
  for (const room of rooms) {
    const { component, resource } = room;
    const { used, capacity } = room.useIn(end);
    if (resource !== 'workers' || !(capacity > 0) || used < FULL * capacity) continue;
    if (!haveRoom(data, record, component, busy, end)) continue;
    // A lock holds work up without any component being full.
    if (locksHold(data, record, component, since)) continue;
    const need = demands.neededAt(component, 'busy', end, since) / capacity;
    if (need >= INFEASIBLE) return { kind: 'infeasible', room, need, isLost: false };
  }
  return null;
}

/** Whether all components that one calls, over any number of steps, have room, and no call waits for a connection. */
function haveRoom(
  data: VariantData,
  record: RunRecord,
  component: number,
  busy: ReadonlySet<number>,
  { cells, lengthNs }: CellSet,
): boolean {
  const reached = new Set([component]);
  for (const each of reached) {
    for (const { from, to } of data.edges) {
      if (from !== each) continue;
      const waiting = areaOf(betweenOf(data, record, 'waiting', from, to), cells) / lengthNs;
      if (waiting >= SOME_WAIT || (to !== component && busy.has(to))) return false;
      reached.add(to);
    }
  }
  return true;
}
