import type { RunRecord } from '../../contracts/record/record.js';
import { areaOf, betweenOf, gaugesByComponent } from '../measure/gauges.js';
import { sumCells } from '../measure/sums.js';
import { partsOf, type VariantData } from '../measure/variant-data.js';
import type { CellSet } from '../measure/window.js';
import type { Demands } from './demands.js';
import { shareOf, type Room } from './rooms/room.js';
import { isDraining, isFalling, lastHalf } from './trends.js';

/** Share of a resource in use from which its load may keep it full. */
export const BUSY = 0.9;
/** Growth of the attempts per user request from which repeated work is a sustaining loop. */
const AMPLIFIED = 1.2;
/** Share of the capacity that all attempts together must need at least. */
const ENOUGH = 0.95;
/** Share of the work that no caller uses, from which work itself is the loop: each attempt is repeated. */
const WASTED = 0.8;
/** Fewest attempts per second that count. */
const SOME = 0.1;

/** A resource that repeated work keeps full, although the requests of users alone would not. */
export interface Sustained {
  readonly room: Room;
  /**
   * Attempts per user request, as a multiple of those while it was healthy; Infinity if there were none then, or if no
   * user sends a new request.
   */
  readonly factor: number;
  /** No user sends a new request, so all attempts are repeated. */
  readonly isOnlyRepeated: boolean;
  /** Share of its work that no caller uses, if only this keeps it full; otherwise null. */
  readonly wasted: number | null;
  /** Whether its backlog, or the attempts that it gets, shrink. */
  readonly isShrinking: boolean;
}

/**
 * The resource with the largest growth of attempts per user request among those that are full at the end; null without
 * one. `after`: the windows since trouble ended.
 */
export function sustainedBy(
  data: VariantData,
  record: RunRecord,
  rooms: readonly Room[],
  demands: Demands,
  before: CellSet,
  end: CellSet,
  after: readonly CellSet[],
): Sustained | null {
  let found: Sustained | null = null;
  for (const room of rooms) {
    const now = room.useIn(end);
    // A limit holds no work of its own: what is in progress is at its component.
    if (room.resource === 'permits' || shareOf(now) < BUSY) continue;
    const attempts = room.attemptsIn(demands, end);
    const users = demands.usersOf(room.component, end);
    const was = room.attemptsIn(demands, before);
    const usersBefore = demands.usersOf(room.component, before);
    // Users that wait for the response of one request send no other: all attempts are repeated then.
    if (attempts < SOME || Math.max(users, usersBefore) === 0) continue;
    const factor = was > 0 && usersBefore > 0 ? attempts / users / (was / usersBefore) : Infinity;
    if (factor < AMPLIFIED || factor <= (found?.factor ?? 0)) continue;
    // Work that takes longer while calls are in each other's way is no use if it ends too late.
    const isEnough = needOf(room, before, attempts / was, now.capacity) >= ENOUGH;
    const wasted = isEnough ? null : wastedIn(data, record, room, end);
    if (wasted !== null && wasted < WASTED) continue;
    const perUser = lastHalf(after).flatMap((window) => {
      const all = demands.usersOf(room.component, window);
      return all > 0 ? [room.attemptsIn(demands, window) / all] : [];
    });
    const isShrinking = isDraining(backlogIn(data, record, room, after)) || isFalling(perUser);
    found = { room, factor, isOnlyRepeated: users === 0, wasted, isShrinking };
  }
  return found;
}

/**
 * Items that wait for a component or are in it, in windows: its queue and those of all that call it, whose workers wait for
 * it; its jobs, the callers that wait for a connection, and what waits in the line of the resource.
 */
export function backlogIn(
  data: VariantData,
  record: RunRecord,
  room: Room,
  windows: readonly CellSet[],
): readonly number[] {
  const { component } = room;
  const gauges = gaugesByComponent(data, record);
  const jobs = gauges[component].filter(({ kind }) => kind === 'concurrency');
  const queues = callersOf(data, component).flatMap((id) =>
    gauges[id].filter(({ kind }) => kind === 'queue'),
  );
  const waiting = data.edges
    .filter(({ to }) => to === component)
    .flatMap(({ from, to }) => betweenOf(data, record, 'waiting', from, to));
  const levels = [...jobs, ...queues, ...waiting];
  return windows.map((window) => {
    const { cells, lengthNs } = window;
    return lengthNs > 0 ? areaOf(levels, cells) / lengthNs + room.queueIn(window) : 0;
  });
}

/** A component, and those that call it, directly or through others. */
function callersOf({ edges }: VariantData, component: number): readonly number[] {
  const found = new Set([component]);
  for (const id of found) for (const { from, to } of edges) if (to === id) found.add(from);
  return [...found];
}

/** Share of the work of a component in a window that no caller uses. */
function wastedIn(
  { plan }: VariantData,
  { parts }: RunRecord,
  { component }: Room,
  { cells }: CellSet,
): number {
  const rows = partsOf(plan, component).map((part) => parts[part]);
  const sum = (of: 'busyNs' | 'wastedNs'): number =>
    rows.reduce((total, row) => total + sumCells(row[of], cells), 0);
  const busy = sum('busyNs');
  return busy > 0 ? sum('wastedNs') / busy : 0;
}

/** Share of the capacity that the attempts need, by the work of each while it was healthy; Infinity if it is unknown. */
function needOf(room: Room, before: CellSet, growth: number, capacity: number): number {
  const { used } = room.useIn(before);
  if (!(used > 0) || !Number.isFinite(growth)) return Infinity;
  return capacity > 0 ? (used * growth) / capacity : Infinity;
}
