import type { RunRecord } from '../../spec/record/record.js';
import { areaOf, betweenOf } from '../measure/gauges.js';
import { rowsAt, sumCells } from '../measure/sums.js';
import { partsOf, type VariantData } from '../measure/variant-data.js';
import { cellsOf, type CellSet } from '../measure/window.js';
import type { Ns } from '../../kernel/time.js';
import type { Demands } from './demands.js';
import { FULL, INFEASIBLE, type Feasibility } from './feasibility.js';
import { shareOf, type Room } from './rooms.js';
import { BUSY } from './sustaining.js';

/** Calls that wait for a connection, as a mean, from which there are too few connections. */
const SOME_WAIT = 1;
/** Part of the work from which waiting for locks explains it. */
const LOCKED = 0.05;

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
    const parts = rowsAt(record, partsOf(plan, component));
    const work = parts.reduce((sum, { busyNs }) => sum + sumCells(busyNs, since.cells), 0);
    // A lock holds work up without any component being full.
    if (lockWaits(record, since.segments) >= LOCKED * work) continue;
    const need = demands.neededAt(component, 'busy', end, since) / capacity;
    if (need >= INFEASIBLE) return { kind: 'infeasible', room, need, isLost: false };
  }
  return null;
}

/** Time that executions wait for locks in some segments, ns. */
function lockWaits({ meters }: RunRecord, segments: Int32Array): number {
  return meters.reduce((total, meter) => {
    if (meter.name !== 'lockWait' || meter.form !== 'durations') return total;
    return segments.reduce((sum, segment) => sum + (meter.segments[segment]?.sum ?? 0), total);
  }, 0);
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
