import { sumOf } from '../../stats/sums.js';
import { processOf } from '../../contracts/plan/versions.js';
import { poolPick } from './client-pools.js';
import { edgesFrom } from './component-edges.js';
import { meanOf } from './estimate.js';
import { inService, pickOf, type GaugePick } from './gauges.js';
import { levels } from './levels.js';
import { meanTime } from './meter-of.js';
import { meanCapacity } from './presence.js';
import type { Asked } from './question.js';
import { selectStats } from './subjects.js';
import { remembered } from './remembered.js';
import { instancesOf, partsOf, type ComponentEdge } from './variant-data.js';
import type { Visits } from './visits.js';

/**
 * Requests of components that only wait, mean of the time: for a connection, in the queue of a callee, for a lock, for
 * cores that are all in use. Their worker or connection is held because of a limit elsewhere, so it says nothing about its own.
 */
export interface WaitsBelow {
  /** Calls of an edge that wait for a connection, at the callee or below it. */
  at(edge: ComponentEdge): number;
  /** Of them, those that hold their connection. */
  held(edge: ComponentEdge): number;
  /** All calls of a component that wait. */
  of(component: number): number;
  /** Requests in service that wait for cores, where all cores are in use. */
  forCores(component: number): number;
  /** Requests in service that wait for a lock: for a row of a database, or in a `lock` step. */
  forLocks(component: number): number;
  /** Share of the requests in service at a component that wait for any of these. */
  share(component: number): number;
}

/** From this share on, a resource is full. */
export const FULL = 0.95;

/** A window, and the requests in it. */
type Waiting = Pick<Asked, 'data' | 'window'> & { readonly visits: Visits };

/** The waits of all components in a window. */
export function waitsBelow({ data, window, visits }: Waiting): WaitsBelow {
  const { plan } = data;
  const known = new Map<number, number>();
  const shares = new Map<number, number>();
  const levelOf = (pick: GaugePick): number => meanOf(levels(data, window, pick).means).value ?? 0;
  const inCells = (kind: 'queue' | 'cpu', id: number): number =>
    levelOf(pickOf(kind, instancesOf(plan, id)));
  const waiting = ({ stats }: ComponentEdge): number =>
    levelOf(poolPick({ data, selection: selectStats(stats, data) }, 'waiting'));
  const held = (edge: ComponentEdge): number => {
    const pick: GaugePick = {
      kind: 'inFlight',
      instances: instancesOf(plan, edge.from),
      passes: (_, callee) => callee === edge.to,
    };
    return Math.max(0, levelOf(pick) - waiting(edge)) * shareAt(edge.to);
  };
  const at = (edge: ComponentEdge): number => waiting(edge) + held(edge);
  const of = (component: number): number => {
    const found = known.get(component);
    if (found !== undefined) return found;
    // Calls in a circle wait for themselves.
    known.set(component, 0);
    const all = sumOf(edgesFrom(data, component).map(at));
    known.set(component, all);
    return all;
  };
  const served = (id: number): number => levelOf(inService(instancesOf(plan, id)));
  const forLocks = remembered((component) => lockedOut({ data, window, visits }, component));
  const forCores = (id: number): number => {
    const own = instancesOf(plan, id);
    const cores = meanCapacity(data, window, own, ({ cpu: { cores: all, quota } }) =>
      Math.min(all, quota?.limit ?? Infinity),
    );
    const used = inCells('cpu', id);
    if (!Number.isFinite(cores) || cores === 0 || used < FULL * cores) return 0;
    const background = sumOf(own.map((one) => processOf(plan, one).cpu.background));
    return Math.max(0, served(id) - of(id) - forLocks(id) - (used - background));
  };
  const stopped = (id: number): number => of(id) + forLocks(id) + forCores(id);
  /** Share of the requests at a component that wait there or below it. */
  const shareAt = (id: number): number => {
    const found = shares.get(id);
    if (found !== undefined) return found;
    shares.set(id, 0);
    const queued = inCells('queue', id);
    const all = queued + served(id);
    const share = all > 0 ? Math.min(1, (queued + stopped(id)) / all) : 0;
    shares.set(id, share);
    return share;
  };
  const share = (id: number): number => {
    const all = served(id);
    return all > 0 ? Math.min(1, stopped(id) / all) : 0;
  };
  return { at, held, of, forCores, forLocks, share };
}

/**
 * Requests that wait for locks of a component, mean of the time: those that arrive, times their mean wait, which is kept
 * for segments.
 */
function lockedOut({ data, window, visits }: Waiting, id: number): number {
  const each = partsOf(data.plan, id).map(
    (part) => visits.arrived(part) * meanTime(data, 'lockWait', part, window.segments),
  );
  return sumOf(each);
}
