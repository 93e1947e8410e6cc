import type { PlanComponent, PlanFault } from '../../contracts/plan/plan.js';
import { processOf } from '../../contracts/plan/versions.js';
import { sumOf } from '../../stats/sums.js';
import { keepingPools, poolCapacity } from './client-pools.js';
import { edgesFrom, edgesInto } from './component-edges.js';
import { connectionsTaken, lossIn, poolUse } from './connection-uses.js';
import { busiestNode } from './busiest-node.js';
import { consumersOf, type ConsumerUse } from './consumers.js';
import { concurrencyUse } from './concurrency-uses.js';
import { FEW, growth, rateOf, type Measuring } from './due.js';
import { meanOf } from './estimate.js';
import { pickOf, type GaugePick } from './gauges.js';
import { levels } from './levels.js';
import { callUses } from './guarded-calls.js';
import { requestUses, usableConnections, usableWorkers } from './limit-uses.js';
import { lineUse, type LineUse } from './lines.js';
import { locksOf } from './lock-uses.js';
import { outgrownIn } from './outgrown.js';
import type { Capacity } from './in-force.js';
import { meanCapacity, meanInstances, varies } from './presence.js';
import type { Asked } from './question.js';
import { relayUses } from './relays.js';
import { replicasAtFull } from './scaled-limits.js';
import { segmentUses } from './segments.js';
import { unitsOf } from './units.js';
import type { Use } from './use.js';
import { isUnsteady, levelsAtEnds, lossOf, type Loss } from './visits.js';
import { FULL } from './waits-below.js';
import { writtenWork } from './written.js';

/** Below this share of its cores a component has no pile of requests that wait for them. */
const BUSY = 0.5;
/** The use of each resource of a component. */
export function resourceUses(
  asked: Measuring,
  component: PlanComponent,
  id: number,
): readonly Use[] {
  return [
    ...ownUses(asked, component, id),
    ...edgesFrom(asked.data, id).map((edge) => poolUse(asked, component, edge)),
    ...serverUse(asked, component, id),
    ...consumerUses(asked, component, id),
    ...segmentUses(asked, id),
    ...relayUses(asked, id),
    ...concurrencyUse(asked, component, id),
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
    const first = processOf(asked.data.plan, component.firstInstance);
    // With fewer instances it refused before its autoscaler had started all.
    const isWhole = resource === 'workers' && limits.replicas === undefined;
    const usable = isWhole ? usableWorkers(asked, id, limits, first) : null;
    const outgrown = grows ? outgrownIn(asked, each) : null;
    return {
      component: component.name,
      resource,
      of: null,
      ...shown,
      ...needOf(asked, shown, loss),
      ...(usable !== null && { usable }),
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

/** Connections that a server has for all of its callers. */
function serverUse(asked: Measuring, component: PlanComponent, id: number): readonly Use[] {
  const { data, window } = asked;
  // Pools that it has room for are the limit of their callers.
  if (poolCapacity(asked) <= component.maxConnections * component.initial) return [];
  const taken = edgesInto(data, id).map((edge) => connectionsTaken(asked, edge));
  const used = sumOf(taken.map((own) => own.used));
  const each: Capacity = () => component.maxConnections;
  const fixed: Capacity = () => 0;
  const limits = limited(asked, component, used, each, fixed);
  const usedBy = (node: number): number => {
    const passes: GaugePick['passes'] = (_, callee) => callee === node;
    return mean(levels(data, window, { kind: 'usedOfNode', instances: null, passes }).means);
  };
  const node = asked.isFaulty
    ? null
    : busiestNode(asked, { usedBy, each, fixed, share: limits.share });
  const shown = node ?? limits;
  const loss = lossIn(taken);
  const refused = 1 - 1 / Math.max(1, loss.local);
  return [
    {
      component: component.name,
      resource: 'connections',
      of: null,
      ...shown,
      usable: usableConnections(asked, shown, { refused, keeping: keepingPools(data.plan, id) }),
      need: shown.used * growth(loss, shown.share),
      rate: rateOf(asked, loss, shown.share),
    },
  ];
}

function consumerUses(asked: Measuring, component: PlanComponent, id: number): readonly Use[] {
  const works = 1 - asked.waits.share(id);
  return consumersOf(asked, id).map((own, at) => {
    const { source, used: held, batch, due } = own;
    const rate = steadyRate(asked, own);
    const busy = held * works;
    const by = rate > 0 && (batch > 1 || due > FEW * rate) ? due / rate : 1;
    const used = busy * Math.min(1, by);
    const share = used / own.limit;
    const replicas = replicasAtFull(asked, component, id, share);
    const { limit, busiest } = replicas === null ? own : consumersOf(asked, id, replicas)[at];
    return {
      component: component.name,
      resource: 'consumers',
      of: source,
      ...(busiest !== null && { busiest }),
      ...(replicas !== null && limit !== own.limit && { replicas }),
      used,
      limit,
      need: busy * by,
      fixed: 0,
      share,
      rate: rate * by * batch,
    };
  });
}

/**
 * Executions per second that keep as many handlers busy as there are: those that begin, without half of those by which
 * the busy ones grow. Jobs of minutes that fill new replicas begin more often than the replicas can end them.
 */
function steadyRate(asked: Measuring, { handler, rate, isOfBegins }: ConsumerUse): number {
  if (!isOfBegins) return rate;
  const { data, selection, window } = asked;
  const passes: GaugePick['passes'] = (_, part) => part === handler;
  const pick: GaugePick = { kind: 'handling', instances: selection.instances, passes };
  const [before, after] = levelsAtEnds(asked, pick);
  const grown = ((after - before) / data.records.length) * (1e9 / window.lengthNs);
  return Math.abs(grown) > (FEW - 1) * rate ? Math.max(0, rate - grown / 2) : rate;
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
  const total = (capacity: Capacity): number => {
    const own = instances.map((id) => capacity(processOf(data.plan, id)));
    const isPart = isFaulty || varies(data, instances, capacity);
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
