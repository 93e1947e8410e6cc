import type { ComponentHeadroom, Headroom } from '../../spec/result/headroom.js';
import type { PlanComponent } from '../../spec/plan/plan.js';
import { processOf } from '../../spec/plan/versions.js';
import { poolCapacity, poolPick } from './client-pools.js';
import { consumersOf } from './consumers.js';
import { sumOf } from '../../stats/sums.js';
import { meanOf } from './estimate.js';
import { pickOf, type GaugePick } from './gauges.js';
import { levels } from './levels.js';
import { lineUse, type LineUse } from './lines.js';
import { callRates, requestRates, type Rates } from './loads.js';
import { isScaled, meanCapacity, type Capacity } from './presence.js';
import type { Asked } from './question.js';
import { selectComponent, selectStats } from './subjects.js';
import { byCodeUnit } from '../../text/order.js';
import { isPlaced, type VariantData } from './variant-data.js';

/** Use of one resource of a component, mean over time and runs. */
interface Use extends Pick<
  ComponentHeadroom,
  'component' | 'resource' | 'of' | 'direction' | 'replicas'
> {
  readonly used: number;
  readonly limit: number;
  /** Part of the use that does not grow with the load. */
  readonly fixed: number;
  readonly rates: Rates;
}

/** From this share of a limit, requests that were refused or wait would have used it too. */
const FULL = 0.95;

/**
 * Headroom of every component, by the law of utilisation: use grows in proportion to the load. It is exact where the
 * time that a request holds the resource does not depend on the load; time spent in the queues of others does.
 */
export function headroomOf(data: VariantData): Headroom {
  const isBefore = data.before.lengthNs > 0;
  const window = isBefore ? data.before : data.whole;
  const { edges } = data.plan.grid;
  const at = (ns: number): number => (ns - data.plan.warmupNs) / 1e9;
  const [first = 0] = window.cells;
  const last = window.cells[window.cells.length - 1] ?? 0;
  const components: ComponentHeadroom[] = [];
  const unlimited: string[] = [];
  data.plan.components.forEach((component, id) => {
    if (!isPlaced(component)) return;
    const asked = { data, selection: selectComponent(id, data), window };
    const uses = [
      ...usesOf(asked, component, id),
      ...(isTurned(data, isBefore, 'bandwidth') ? [] : linesOf(asked, component.name, id)),
      ...(isTurned(data, isBefore, 'leaking') ? [] : memoryOf(asked, component)),
    ].filter(isUsed);
    const tightest = uses.map(roomOf).sort(byRoom)[0];
    if (tightest !== undefined) components.push(tightest);
    else if (requestRates(asked).arrived > 0) unlimited.push(component.name);
  });
  return {
    from: at(edges[first]),
    until: at(edges[last + 1]),
    underFault: !isBefore,
    components: components.sort(byRoom),
    unlimited,
  };
}

/** Workers, cores, connections and consumers of a component. */
function usesOf(asked: Asked, component: PlanComponent, id: number): readonly Use[] {
  const { name } = component;
  const rates = requestRates(asked);
  const uses: Use[] = [];
  const { grown, total } = capacities(asked, component);
  const own = (resource: 'workers' | 'cores', limit: number, used: number, fixed = 0): void => {
    uses.push({ component: name, resource, of: null, used, limit, fixed, rates, ...grown });
  };
  const workers = total(({ concurrency }) => concurrency);
  own('workers', workers, levelOf(asked, 'busy'));
  const background = total(({ cpu }) => cpu.background);
  const cores = total(({ cpu: { cores: all, quota } }) => Math.min(all, quota?.limit ?? Infinity));
  own('cores', cores, levelOf(asked, 'cpu'), background);
  uses.push(...connectionsOf(asked, name, id));
  for (const { source, limit, used, rate } of consumersOf(asked, id)) {
    const messages = { arrived: rate, served: rate };
    uses.push({
      component: name,
      resource: 'consumers',
      of: source,
      used,
      limit,
      fixed: 0,
      rates: messages,
    });
  }
  return uses;
}

function isUsed({ used, fixed, limit, rates: { arrived } }: Use): boolean {
  return Number.isFinite(limit) && limit > fixed && used > fixed && arrived > 0;
}

/** Whether a fault in the time in which use is measured changes a resource. */
function isTurned({ plan }: VariantData, isBefore: boolean, knob: string): boolean {
  return !isBefore && plan.faults.some(({ knobs }) => knobs.includes(knob));
}

/** Bandwidth between a component and each one that it calls, in both directions. */
function linesOf({ data, window }: Asked, name: string, id: number): readonly Use[] {
  const asked = { data, window };
  return data.edgesFrom[id].flatMap(({ from, to, stats }) => {
    const rates = callRates({ ...asked, selection: selectStats(stats, data) });
    const use = (direction: 'to' | 'from', line: LineUse | null): readonly Use[] => {
      const of = data.plan.components[to].name;
      if (line === null) return [];
      return [{ component: name, resource: 'bandwidth', of, direction, ...line, fixed: 0, rates }];
    };
    return [...use('to', lineUse(asked, from, to)), ...use('from', lineUse(asked, to, from))];
  });
}

/**
 * Memory above its base. It grows with the requests that a process holds, and so with the load, unless admission
 * control or its workers refuse or delay them before the memory is full; a collector by allocation stops the process earlier.
 */
function memoryOf(asked: Asked, component: PlanComponent): readonly Use[] {
  const { plan } = asked.data;
  const canFill = asked.selection.instances.every((id) => {
    const { memory, admission, gc, concurrency } = processOf(plan, id);
    if (memory === null || admission !== null || (gc?.allocated ?? null) !== null) return false;
    return memory.base + memory.perRequest * concurrency > memory.limit;
  });
  if (!canFill) return [];
  const { grown, total } = capacities(asked, component);
  const limit = total(({ memory }) => memory?.limit ?? Infinity);
  const fixed = total(({ memory }) => memory?.base ?? 0);
  const used = levelOf(asked, 'memory');
  const own = { resource: 'memory', of: null, used, limit, fixed, ...grown } as const;
  return [{ ...own, component: component.name, rates: requestRates(asked) }];
}

/** Capacities of a component: of the replicas that exist, or of those that its autoscaler allows. */
function capacities(
  { data, selection, window }: Asked,
  { autoscaling, firstInstance }: PlanComponent,
): { readonly grown: { readonly replicas?: number }; readonly total: (one: Capacity) => number } {
  const { instances } = selection;
  if (autoscaling !== null) {
    const first = processOf(data.plan, firstInstance);
    return {
      grown: { replicas: autoscaling.max },
      total: (capacity) => times(autoscaling.max, capacity(first)),
    };
  }
  const all = isScaled(data, instances);
  return {
    grown: {},
    total: (capacity) => {
      const each = instances.map((id) => capacity(processOf(data.plan, id)));
      if (!all || each.includes(Infinity)) return sumOf(each);
      return meanCapacity(data, window, instances, capacity);
    },
  };
}

/** Connections of a component's pools to each component that it calls. */
function connectionsOf({ data, window }: Asked, name: string, id: number): readonly Use[] {
  const { plan } = data;
  return data.edgesFrom[id].map((edge) => {
    const asked = { data, selection: selectStats(edge.stats, data), window };
    const { maxConnections } = plan.components[edge.to];
    return {
      component: name,
      resource: 'connections',
      of: plan.components[edge.to].name,
      used: mean(levels(data, window, poolPick(asked, 'used')).means),
      limit: Math.min(poolLimit(asked), maxConnections),
      fixed: 0,
      rates: callRates(asked),
    };
  });
}

/** Connections that the pools of an edge may open; Infinity if it has none. */
function poolLimit(asked: Asked): number {
  const capacity = poolCapacity(asked);
  return capacity > 0 ? capacity : Infinity;
}

function roomOf({ used, limit, fixed, rates, ...use }: Use): ComponentHeadroom {
  const share = (used - fixed) / (limit - fixed);
  const { arrived, served } = rates;
  // All requests that arrived count; while the resource is full, only some of them have used it.
  const admitted = share >= FULL && served < arrived ? served / arrived : 1;
  const factor = admitted / share;
  return { ...use, used, limit, rate: arrived, factor, saturatesAt: arrived * factor };
}

function byRoom(a: ComponentHeadroom, b: ComponentHeadroom): number {
  return a.factor - b.factor || byCodeUnit(a.component, b.component);
}

function levelOf({ data, selection, window }: Asked, kind: GaugePick['kind']): number {
  return mean(levels(data, window, pickOf(kind, selection.instances)).means);
}

function mean(values: readonly (number | null)[]): number {
  return meanOf(values).value ?? 0;
}

/** a x b, where no replica of no limit has no limit either. */
function times(count: number, each: number): number {
  return count === 0 ? 0 : count * each;
}
