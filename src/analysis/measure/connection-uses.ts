import type { PlanComponent } from '../../contracts/plan/plan.js';
import { wiringOf } from '../../contracts/plan/wiring.js';
import { SESSION } from '../../contracts/scenario/sections.js';
import { sumOf } from '../../stats/sums.js';
import { poolCapacity, poolPick, poolWaits } from './client-pools.js';
import { growth, rateOf, type Measuring } from './due.js';
import { meanOf } from './estimate.js';
import { levels } from './levels.js';
import { callRate } from './loads.js';
import { meanInstances } from './presence.js';
import type { Asked } from './question.js';
import { replicasAtFull } from './scaled-limits.js';
import { selectStats } from './subjects.js';
import { sumCells } from './sums.js';
import type { Use } from './use.js';
import type { ComponentEdge, VariantData } from './variant-data.js';
import type { Loss } from './visits.js';
import { cellsAround } from './window.js';

/** Connections that the calls on an edge take, mean over time and runs. */
export interface Taken {
  readonly used: number;
  /** Calls per second that get one, that ask for one, and that are due. */
  readonly granted: number;
  readonly asked: number;
  readonly due: number;
}

/** How many times as many calls ask for a connection, and are due, as get one. */
export function lossIn(taken: readonly Taken[]): Loss {
  const granted = sumOf(taken.map((own) => own.granted));
  if (!(granted > 0)) return { local: 1, due: 1 };
  const local = sumOf(taken.map(({ asked }) => asked)) / granted;
  return { local, due: sumOf(taken.map(({ due }) => due)) / granted };
}

/** Connections of a component's pools to a component that it calls. */
export function poolUse(asked: Measuring, component: PlanComponent, edge: ComponentEdge): Use {
  const { data, window } = asked;
  const { plan } = data;
  const pool = poolOf(asked, edge);
  const limitWith = (countOf?: (id: number) => number): number =>
    poolCapacity(pool, countOf) || Infinity;
  const taken = connectionsTaken(asked, edge);
  const { used } = taken;
  const present = limitWith();
  const share = used / present;
  const loss = lossIn([taken]);
  const own = rateOf(asked, loss, share);
  const replicas = replicasAtFull(asked, component, edge.from, share);
  const countOf = (id: number): number =>
    id === edge.from && replicas !== null ? replicas : meanInstances({ data, window }, id);
  return {
    component: component.name,
    resource: 'connections',
    of: plan.components[edge.to].name,
    used,
    limit: replicas === null ? present : limitWith(countOf),
    ...(replicas !== null && { replicas }),
    need: used * growth(loss, share),
    fixed: 0,
    share,
    rate: own > 0 ? own : callRate(pool),
  };
}

/** What the calls on an edge take of the connections to its callee. */
export function connectionsTaken(asked: Measuring, edge: ComponentEdge): Taken {
  const { data, window, visits, waits } = asked;
  const pool = poolOf(asked, edge);
  const taken = meanOf(levels(data, window, poolPick(pool, 'used')).means).value ?? 0;
  // A transaction also holds its connection during its other calls.
  const asking = edge.stats.filter((stat) => sessionsOf(data, stat).some(isAsking));
  const holds = asking.some((stat) => sessionsOf(data, stat).includes(SESSION.holds));
  const elsewhere = holds ? waits.of(edge.from) - waits.at(edge) : 0;
  const seconds = (window.lengthNs / 1e9) * data.records.length;
  const granted = sumOf(poolWaits(pool).map(({ count }) => count)) * partOfCalls(asked, edge);
  return {
    used: Math.max(0, taken - waits.held(edge) - elsewhere),
    granted: granted / seconds,
    asked: visits.calls(asking),
    due: visits.dueAttempts(asking),
  };
}

function poolOf({ data, window }: Asked, { stats }: ComponentEdge): Asked {
  return { data, selection: selectStats(stats, data), window };
}

/** Calls of an edge in a window, as a share of those in its segments, for which waits are kept. */
function partOfCalls({ data, window }: Asked, { stats }: ComponentEdge): number {
  const around = cellsAround(data.plan, window);
  if (around.length === window.cells.length) return 1;
  const [own, all] = [window.cells, around].map((cells) =>
    sumOf(data.records.flatMap(({ edges }) => stats.map((at) => sumCells(edges[at].calls, cells)))),
  );
  return all > 0 ? own / all : 1;
}

function sessionsOf({ plan }: VariantData, stat: number): readonly number[] {
  return wiringOf(plan).edgesOf[stat].map(({ session }) => session);
}

function isAsking(session: number): boolean {
  return session !== SESSION.inside;
}
