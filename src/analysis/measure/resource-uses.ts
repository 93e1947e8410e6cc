import type { PlanComponent, PlanFault } from '../../contracts/plan/plan.js';
import { processOf } from '../../contracts/plan/versions.js';
import { wiringOf } from '../../contracts/plan/wiring.js';
import { SESSION } from '../../contracts/scenario/sections.js';
import { sumOf } from '../../stats/sums.js';
import { poolCapacity, poolPick, poolWaits } from './client-pools.js';
import { edgesFrom } from './component-edges.js';
import { busiestNode } from './busiest-node.js';
import { consumersOf, handlingParts } from './consumers.js';
import { meanOf } from './estimate.js';
import { inService, pickOf, type GaugePick } from './gauges.js';
import { levels } from './levels.js';
import { callUses, requestUses } from './limit-uses.js';
import { lineUse, type LineUse } from './lines.js';
import { callRate } from './loads.js';
import { locksOf } from './lock-uses.js';
import { outgrownIn } from './outgrown.js';
import { isScaled, meanCapacity, meanInstances, type Capacity } from './presence.js';
import type { Asked } from './question.js';
import { relayUses } from './relays.js';
import { replicasAtFull } from './scaled-limits.js';
import { segmentUses } from './segments.js';
import { selectStats } from './subjects.js';
import { unitsOf } from './units.js';
import { sumCells } from './sums.js';
import type { Use } from './use.js';
import { instancesOf, partsOf, type ComponentEdge } from './variant-data.js';
import { isUnsteady, lossOf, type Loss, type Visits } from './visits.js';
import { FULL, type WaitsBelow } from './waits-below.js';
import { cellsAround } from './window.js';
import { writtenWork } from './written-work.js';

/** A component in a window, and the requests of all components in it. */
export interface Measuring extends Asked {
  readonly visits: Visits;
  readonly waits: WaitsBelow;
  /** A fault is active in this time. */
  readonly isFaulty: boolean;
}

/** Below this share of its cores a component has no pile of requests that wait for them. */
const BUSY = 0.5;
/** A smaller part of the requests that is missing is in flight at the end of the window. */
const FEW = 1.01;

/**
 * How many times the present use of a resource all requests that are due would need. A full resource causes
 * repetitions, and refusals on the way to it: then the requests of the users are due. Else those are due that ask for it,
 * because a breaker or a limit in front of it refuses the others on purpose.
 */
function growth({ local, due, exact }: Loss, share: number): number {
  if (exact !== undefined) return exact;
  const all = share >= FULL ? due : Math.min(local, due);
  return all > FEW ? all : 1;
}

/** The use of each resource of a component. */
export function resourceUses(
  asked: Measuring,
  component: PlanComponent,
  id: number,
): readonly Use[] {
  return [
    ...ownUses(asked, component, id),
    ...edgesFrom(asked.data, id).map((edge) => connectionsOf(asked, component, edge)),
    ...consumerUses(asked, component, id),
    ...segmentUses(asked, id),
    ...relayUses(asked, id),
    ...concurrencyOf(asked, component, id),
    ...unitsOf(asked, component.name),
    ...locksOf(asked, component.name),
    ...callUses(asked, component.name, id),
    ...requestUses(asked, component.name, id),
    ...(isTurned(asked, 'bandwidth') ? [] : linesOf(asked, component.name, id)),
    ...(isTurned(asked, 'leaking') ? [] : memoryOf(asked, component, id)),
  ];
}

/** Workers and cores. */
function ownUses(asked: Measuring, component: PlanComponent, id: number): readonly Use[] {
  const { waits } = asked;
  const forCores = waits.forCores(id);
  const holds = component.runtime === 'threads';
  const waiting = waits.of(id) + waits.forLocks(id) + forCores;
  const busy = levelOf(asked, 'busy') - (holds ? waiting : 0);
  const cores: Capacity = ({ cpu: { cores: all, quota } }) =>
    Math.min(all, quota?.limit ?? Infinity);
  const own = (
    resource: 'workers' | 'cores',
    used: number,
    each: Capacity,
    fixed: Capacity = () => 0,
  ): Use => {
    const limits = limited(asked, component, used, each, fixed);
    const usedBy = (instance: number): number =>
      levelOf({ ...asked, selection: { ...asked.selection, instances: [instance] } }, 'cpu');
    const isOfNodes = resource === 'cores' && component.kind === 'database' && !asked.isFaulty;
    const node = isOfNodes
      ? busiestNode(asked, { usedBy, each, fixed, share: limits.share })
      : null;
    const loss = lossAt(asked, id, resource, { ...limits, share: node?.share ?? limits.share });
    const shown = node ?? limits;
    const grows = resource === 'cores' && limits.replicas !== undefined && !asked.isFaulty;
    const outgrown = grows ? outgrownIn(asked, each) : null;
    return {
      component: component.name,
      resource,
      of: null,
      ...shown,
      ...needOf(asked, shown, loss),
      ...(outgrown !== null && { outgrown }),
    };
  };
  return [
    own('workers', Math.max(0, busy), ({ concurrency }) => concurrency),
    own('cores', levelOf(asked, 'cpu'), cores, ({ cpu }) => cpu.background),
  ];
}

type Limits = Pick<Use, 'used' | 'fixed' | 'share'>;

/**
 * The loss of a component. Where requests pile up on its cores, or a pile is served, the use of an execution does not show
 * how much CPU time it needs, so that the scenario says it.
 */
function lossAt(asked: Measuring, id: number, resource: 'workers' | 'cores', limits: Limits): Loss {
  const { data, selection, visits } = asked;
  const { parts } = selection;
  const loss = lossOf(visits, asked, id);
  if (resource === 'workers' || limits.share < BUSY) return loss;
  if (!isUnsteady(asked, sumOf(parts.map(visits.begun)), id) || isSlowed(asked)) return loss;
  const due = sumOf(parts.map((part) => visits.due(part) * writtenWork(data, part)));
  return due > 0 ? { ...loss, exact: due / (limits.used - limits.fixed) } : loss;
}

/** Whether a fault in the time in which use is measured has its work take longer than the scenario says. */
function isSlowed({ data: { plan }, selection, isFaulty }: Measuring): boolean {
  const ofIt = ({ instances, parts }: PlanFault): boolean =>
    instances.some((one) => selection.instances.includes(one)) ||
    parts.some((one) => selection.parts.includes(one));
  return isFaulty && plan.faults.some((own) => own.knobs.includes('speed') && ofIt(own));
}

/** What requests that got no worker would have used too, and the requests that are due. */
function needOf(
  asked: Measuring,
  { used, fixed, share }: Limits,
  loss: Loss,
): Pick<Use, 'need' | 'rate'> {
  return { need: fixed + (used - fixed) * growth(loss, share), rate: rateOf(asked, loss, share) };
}

/** Requests per second at a component that are due. */
function rateOf({ visits, selection }: Measuring, loss: Loss, share: number): number {
  if (loss.exact !== undefined) return sumOf(selection.parts.map(visits.due));
  const isDue = growth(loss, share) > 1 && (share >= FULL || loss.due < loss.local);
  return sumOf(selection.parts.map(isDue ? visits.due : visits.arrived));
}

/** Connections of a component's pools to a component that it calls. */
function connectionsOf(asked: Measuring, component: PlanComponent, edge: ComponentEdge): Use {
  const { data, window, visits, waits } = asked;
  const { plan } = data;
  const pool = { data, selection: selectStats(edge.stats, data), window };
  const { maxConnections } = plan.components[edge.to];
  const limitWith = (countOf?: (id: number) => number): number => {
    const capacity = poolCapacity(pool, countOf);
    return Math.min(capacity > 0 ? capacity : Infinity, maxConnections);
  };
  const taken = mean(levels(data, window, poolPick(pool, 'used')).means);
  // A transaction also holds its connection during its other calls.
  const asking = edge.stats.filter((stat) => sessionsOf(asked, stat).some(isAsking));
  const holds = asking.some((stat) => sessionsOf(asked, stat).includes(SESSION.holds));
  const elsewhere = holds ? waits.of(edge.from) - waits.at(edge) : 0;
  const used = Math.max(0, taken - waits.held(edge) - elsewhere);
  const seconds = (window.lengthNs / 1e9) * data.records.length;
  const granted =
    (sumOf(poolWaits(pool).map(({ count }) => count)) * partOfCalls(asked, edge)) / seconds;
  const present = limitWith();
  const share = used / present;
  const loss = {
    local: granted > 0 ? visits.calls(asking) / granted : 1,
    due: granted > 0 ? visits.dueAttempts(asking) / granted : 1,
  };
  const own = rateOf(asked, loss, share);
  const replicas = replicasAtFull(asked, component, edge.from, share);
  const countOf = (id: number): number =>
    id === edge.from && replicas !== null ? replicas : meanInstances(pool, id);
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

/** Calls of an edge in a window, as a share of those in its segments, for which waits are kept. */
function partOfCalls({ data, window }: Measuring, { stats }: ComponentEdge): number {
  const around = cellsAround(data.plan, window);
  if (around.length === window.cells.length) return 1;
  const [own, all] = [window.cells, around].map((cells) =>
    sumOf(data.records.flatMap(({ edges }) => stats.map((at) => sumCells(edges[at].calls, cells)))),
  );
  return all > 0 ? own / all : 1;
}

function sessionsOf({ data }: Measuring, stat: number): readonly number[] {
  return wiringOf(data.plan).edgesOf[stat].map(({ session }) => session);
}

function isAsking(session: number): boolean {
  return session !== SESSION.inside;
}

function consumerUses(asked: Measuring, component: PlanComponent, id: number): readonly Use[] {
  const works = 1 - asked.waits.share(id);
  return consumersOf(asked, id).map(({ source, limit, busiest, used: held, batch, rate, due }) => {
    const busy = held * works;
    const by = rate > 0 && (batch > 1 || due > FEW * rate) ? due / rate : 1;
    const used = busy * Math.min(1, by);
    return {
      component: component.name,
      resource: 'consumers',
      of: source,
      ...(busiest !== null && { busiest }),
      used,
      limit,
      need: busy * by,
      fixed: 0,
      share: used / limit,
      rate: rate * by * batch,
    };
  });
}

/**
 * Requests of a function at once; functions that reserve nothing share what their account has. Where calls per second are
 * limited too, short ones count as long as that limit makes them.
 */
function concurrencyOf(asked: Measuring, { name }: PlanComponent, id: number): readonly Use[] {
  const { data, visits } = asked;
  const { functions } = data.plan;
  const own = functions.find(({ component }) => component === id);
  if (own === undefined) return [];
  const all = own.isShared ? functions.filter(({ isShared }) => isShared) : [own];
  const instances = all.flatMap(({ component }) => instancesOf(data.plan, component));
  const handlers = handlingParts(data.plan);
  const called = all
    .flatMap(({ component }) => partsOf(data.plan, component))
    .filter((part) => !handlers.has(part));
  const calls = Math.min(own.limit, sumOf(called.map(visits.begun)) / own.spec.callRate);
  const used = Math.max(mean(levels(data, asked.window, inService(instances)).means), calls);
  const use = { used, fixed: 0, share: used / own.limit };
  const of = all.length > 1 ? 'account' : null;
  const need = needOf(asked, use, lossOf(asked.visits, asked, id));
  return [{ component: name, resource: 'concurrency', of, limit: own.limit, ...use, ...need }];
}

/** Whether a fault in the time in which use is measured changes a resource. */
function isTurned({ data: { plan }, isFaulty }: Measuring, knob: string): boolean {
  return isFaulty && plan.faults.some(({ knobs }) => knobs.includes(knob));
}

/** Bandwidth between a component and each one that it calls, in both directions. */
function linesOf(measuring: Measuring, name: string, id: number): readonly Use[] {
  const { data, window, visits } = measuring;
  return edgesFrom(data, id).flatMap(({ from, to, stats }) => {
    const [sent, due] = [visits.attempts(stats), visits.dueAttempts(stats)];
    const use = (direction: 'to' | 'from', line: LineUse | null): readonly Use[] => {
      const of = data.plan.components[to].name;
      if (line === null) return [];
      const share = line.used / line.limit;
      // All that is sent counts as used, also beyond the limit, so that fewer attempts can be due.
      const rate = share >= FULL ? due : sent;
      const need = sent > 0 ? (line.used * rate) / sent : 0;
      const own = { component: name, resource: 'bandwidth', of, direction } as const;
      return [{ ...own, ...line, share, need, fixed: 0, rate }];
    };
    const lines = { data, window };
    return [...use('to', lineUse(lines, from, to)), ...use('from', lineUse(lines, to, from))];
  });
}

/**
 * Memory above its base. It grows with the requests that a process holds, and so with the load, unless admission
 * control or its workers refuse or delay them before the memory is full; a collector by allocation stops the process earlier.
 */
function memoryOf(asked: Measuring, component: PlanComponent, id: number): readonly Use[] {
  const { plan } = asked.data;
  const canFill = asked.selection.instances.every((one) => {
    const { memory, admission, gc, concurrency } = processOf(plan, one);
    if (memory === null || admission !== null || (gc?.allocated ?? null) !== null) return false;
    return memory.base + memory.perRequest * concurrency > memory.limit;
  });
  if (!canFill) return [];
  const used = levelOf(asked, 'memory');
  const limits = limited(
    asked,
    component,
    used,
    ({ memory }) => memory?.limit ?? Infinity,
    ({ memory }) => memory?.base ?? 0,
  );
  const { name } = component;
  return [
    {
      component: name,
      resource: 'memory',
      of: null,
      ...limits,
      ...needOf(asked, limits, lossOf(asked.visits, asked, id)),
    },
  ];
}

/**
 * Use and limit of a resource that each instance has: of the replicas that exist (while a fault is active, that run), or
 * of those that the autoscaler has when the resource is full.
 */
function limited(
  asked: Measuring,
  component: PlanComponent,
  used: number,
  each: Capacity,
  fixed: Capacity,
): Pick<Use, 'used' | 'limit' | 'fixed' | 'share' | 'replicas'> {
  const { data, selection, window, isFaulty } = asked;
  const { instances } = selection;
  const isPart = isScaled(data, instances) || isFaulty;
  const total = (capacity: Capacity): number => {
    const own = instances.map((id) => capacity(processOf(data.plan, id)));
    if (!isPart || own.includes(Infinity)) return sumOf(own);
    return meanCapacity(data, window, instances, capacity, isFaulty);
  };
  const [limit, base] = [total(each), total(fixed)];
  const id = data.plan.instances[instances[0]].component;
  const share = (used - base) / (limit - base);
  const replicas = replicasAtFull(asked, component, id, share);
  if (replicas === null) return { used, limit, fixed: base, share };
  const first = processOf(data.plan, component.firstInstance);
  const fixedNow = base / meanInstances({ data, window }, id);
  return {
    used: used - base + fixedNow * replicas,
    limit: replicas * each(first),
    fixed: replicas * fixed(first),
    share,
    replicas,
  };
}

function levelOf({ data, selection, window }: Asked, kind: GaugePick['kind']): number {
  return mean(levels(data, window, pickOf(kind, selection.instances)).means);
}

function mean(values: readonly (number | null)[]): number {
  return meanOf(values).value ?? 0;
}
