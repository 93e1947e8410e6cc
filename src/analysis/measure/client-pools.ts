import { sumOf } from '../../stats/sums.js';
import type { PlanEdge } from '../../spec/plan/plan.js';
import { edgesInto } from '../../plan/edge-index.js';
import { poolSizeOf } from '../../spec/scenario/pool-size.js';
import type { RunRecord } from '../../spec/record/record.js';
import type { Histogram } from '../../stats/histogram.js';
import type { GaugePick } from './gauges.js';
import { isScaled, meanInstances, thereBySteps } from './presence.js';
import type { Asked, Question } from './question.js';
import type { Steps } from './steps.js';
import { mergeSegments } from './sums.js';
import { instancesOf } from './variant-data.js';

type Pools = Pick<Question, 'data' | 'selection'>;

/**
 * Connections that the client pools of a selection may open together, by step, with the instances that exist then.
 */
export function poolCapacities(question: Pools, record: RunRecord, steps: Steps): Float64Array {
  const { data } = question;
  const fixed = (component: number): number => data.plan.components[component].instances;
  const all = poolsOf(question, fixed);
  const sizes = new Float64Array(steps.count).fill(all);
  if (all === 0) return sizes;
  const counts = new Map<number, Float64Array | null>();
  const countsOf = (component: number): Float64Array | null => {
    const found = counts.get(component);
    if (found !== undefined) return found;
    const own = instancesOf(data.plan, component);
    const column = isScaled(data, own) ? thereBySteps(data, record, own, steps) : null;
    counts.set(component, column);
    return column;
  };
  return sizes.map((_, step) =>
    poolsOf(question, (component) => countsOf(component)?.[step] ?? fixed(component)),
  );
}

/** The same, as the mean over a window and all runs. */
export function poolCapacity(question: Asked): number {
  return poolsOf(question, (component) => meanInstances(question, component));
}

/** Connections that the client pools may open together. `countOf` gives the number of instances of a component. */
function poolsOf({ data, selection }: Pools, countOf: (component: number) => number): number {
  const { plan } = data;
  const pools = new Map<string, number>();
  for (const edge of edgesInto(plan, selection.callees)) {
    const from = plan.parts[edge.from].component;
    const to = plan.parts[edge.to].component;
    if (!isPoolOf({ selection }, from, to)) continue;
    const max = poolSize(edge, countOf(to));
    if (max === null) continue;
    // At a service each bundle has its own pool; at a database all bundles share the caller's pool.
    const bundle = edge.pool === null ? edge.bundle : -1;
    const isShared = edge.pool?.kind === 'pgbouncer';
    const key = isShared ? String(to) : `${from} ${to} ${bundle}`;
    pools.set(key, isShared ? max : max * countOf(from));
  }
  return sumOf([...pools.values()]);
}

/** Connections that one calling instance may open on an edge; null if it has no pool. */
function poolSize({ pool, connections, route }: PlanEdge, instances: number): number | null {
  if (pool !== null) return poolSizeOf(pool).size * (route === null ? 1 : instances);
  if (connections === null) return null;
  return connections.max * (connections.shared ? 1 : instances);
}

/** Picks the gauges of the client pools of a selection. */
export function poolPick(question: Pools, kind: 'open' | 'used' | 'waiting'): GaugePick {
  const { plan } = question.data;
  const passes: GaugePick['passes'] = (instance, callee) =>
    instance >= 0 && isPoolOf(question, plan.instances[instance].component, callee);
  return { kind, passes };
}

/** Waits for a connection in the window, by run. */
export function poolWaits(question: Asked): readonly Histogram[] {
  const { data, window } = question;
  return data.records.map((record) => {
    const waits = record.pools.flatMap((pool) =>
      isPoolOf(question, pool.callerComponent, pool.calleeComponent) ? [pool.waits] : [],
    );
    return mergeSegments(waits, window.segments);
  });
}

function isPoolOf(question: Pick<Question, 'selection'>, from: number, to: number): boolean {
  const { callers, callees } = question.selection;
  return callees.has(to) && (callers === null || callers.has(from));
}
