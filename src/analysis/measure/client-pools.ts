import { sumOf } from '../../stats/sums.js';
import type { Plan, PlanEdge } from '../../contracts/plan/plan.js';
import type { NodeRoute } from '../../contracts/plan/replication.js';
import { poolsInto } from '../../contracts/plan/pools-into.js';
import { wiringOf } from '../../contracts/plan/wiring.js';
import { isShared, poolSizeOf, userOf } from '../../contracts/scenario/pool-size.js';
import type { RunRecord } from '../../contracts/record/record.js';
import type { Histogram } from '../../stats/histogram.js';
import { largestOf, meanOf, nothing } from './estimate.js';
import { areaOf, betweenOf, picked, pickOf, type GaugePick } from './gauges.js';
import { levels } from './levels.js';
import { isScaled, meanInstances, thereBySteps } from './presence.js';
import type { Asked, Measurement, Question } from './question.js';
import { constantColumn } from './step-columns.js';
import { meanLevels, type Steps } from './steps.js';
import { mergeSegments } from './sums.js';
import { instancesOf } from './variant-data.js';

type Pools = Pick<Question, 'data' | 'selection'>;

/**
 * Connections that the client pools of a selection may open together, by step, with the instances that exist then.
 */
export function poolCapacities(question: Pools, record: RunRecord, steps: Steps): Float64Array {
  const { data } = question;
  const counts = new Map<number, Float64Array>();
  const fixed = (component: number): number => {
    const own = instancesOf(data.plan, component);
    if (!counts.has(component) && isScaled(data, own)) {
      counts.set(component, thereBySteps(data, record, own, steps));
    }
    return own.length;
  };
  const all = poolsOf(question, fixed);
  const sizes = constantColumn(steps, all);
  const isResized = data.plan.changes?.settings.some(({ pools }) => pools.length > 0) === true;
  if (all === 0 || (counts.size === 0 && !isResized)) return sizes;
  const columns = new Map<string, Float64Array>();
  const resizedAt = (from: number, to: number, step: number): number => {
    const pool = resizedPool(data.plan, from, to);
    if (pool === null) return 1;
    const column = (kind: 'size' | 'open'): Float64Array => {
      const key = `${kind} ${from} ${to}`;
      const known = columns.get(key) ?? meanLevels(betweenOf(data, record, kind, from, to), steps);
      columns.set(key, known);
      return known;
    };
    return timesAsLarge(pool, column('size')[step], column('open')[step] ?? 0);
  };
  return sizes.map((_, step) =>
    poolsOf(question, (component) => counts.get(component)?.[step] ?? fixed(component), {
      resized: (from, to) => resizedAt(from, to, step),
    }),
  );
}

/** How many times its size in the file the pool of a caller has, as the mean over a window and all runs. */
function resizedIn({ data, window }: Asked, from: number, to: number): number {
  const pool = resizedPool(data.plan, from, to);
  if (pool === null || window.lengthNs === 0) return 1;
  const mean = (kind: 'size' | 'open'): number =>
    sumOf(
      data.records.map((record) => areaOf(betweenOf(data, record, kind, from, to), window.cells)),
    ) /
    (window.lengthNs * data.records.length);
  return timesAsLarge(pool, mean('size'), mean('open'));
}

/** The pools of a caller to a component that changes resize. */
interface ResizedPool {
  /** Connections that the pools of all its instances may open in the file. */
  readonly size: number;
  /** By how much an open connection counts: all instances share it, or each node has its own. */
  readonly each: number;
}

function resizedPool({ changes, components }: Plan, from: number, to: number): ResizedPool | null {
  const own = changes?.settings.find(({ component }) => component === from)?.pools;
  const pool = own?.find((pools) => pools.to === to)?.each[0];
  if (pool === undefined) return null;
  const { instances } = components[from];
  const each = (isShared(pool) ? instances : 1) / components[to].instances;
  return { size: poolSizeOf(pool).size * instances, each };
}

/** Connections beyond a lower size are still there until they are closed. */
function timesAsLarge({ size, each }: ResizedPool, allowed: number, open: number): number {
  return Math.max(allowed, open * each) / size;
}

/** The same as `poolCapacities`, as the mean over a window and all runs, or with other numbers of instances. */
export function poolCapacity(
  question: Asked,
  countOf = (component: number): number => meanInstances(question, component),
): number {
  return poolsOf(question, countOf, { resized: (from, to) => resizedIn(question, from, to) });
}

/**
 * The node whose pools are fullest, of components that are called at several nodes, each of which has pools of its own:
 * its gauges and what its pools may open. null = the components have one node. The pools of a node that is never called
 * are empty, and are no room for the calls of another one.
 */
export function fullestNode(
  question: Asked,
): { readonly pick: GaugePick; readonly capacity: number } | null {
  const { data, selection, window } = question;
  const nodes = nodesOf(question).map(({ to, node }) => {
    const callees = new Set([to]);
    const one = { data, selection: { ...selection, callees }, window };
    const capacity = poolsOf(one, (component) => meanInstances(question, component), {
      most: 1,
      resized: (from) => resizedIn(question, from, to),
    });
    const pick: GaugePick = {
      ...poolPick(one, 'used'),
      kind: 'usedOfNode',
      passes: (instance, callee) =>
        callee === node && isPoolOf(one, data.plan.instances[instance].component, to),
    };
    let area = 0;
    for (const record of data.records) area += areaOf(picked(record, pick), window.cells);
    return { pick, capacity, share: area / capacity };
  });
  return nodes.reduce<(typeof nodes)[number] | null>(
    (fullest, one) => (fullest === null || one.share > fullest.share ? one : fullest),
    null,
  );
}

/** The nodes of components that are called with a route to one of them. */
function nodesOf({ data, selection }: Pools): readonly { to: number; node: number }[] {
  const { plan } = data;
  const called = wiringOf(plan)
    .between(selection.callers, selection.callees)
    .filter(({ pool, route }) => pool !== null && route !== null)
    .map(({ to }) => plan.parts[to].component);
  return [...new Set(called)].flatMap((to) => instancesOf(plan, to).map((node) => ({ to, node })));
}

/**
 * Connections that the client pools may open together, to the nodes that are called. `countOf` gives the number of
 * instances of a component; `most`: number of nodes to count; `resized`: how many times its size in the file a pool has.
 */
function poolsOf(
  { data, selection }: Pools,
  countOf: (component: number) => number,
  {
    most = Infinity,
    resized,
  }: { readonly most?: number; readonly resized?: (from: number, to: number) => number } = {},
): number {
  const { plan } = data;
  const pools = new Map<string, number>();
  const nodes = new Map<string, Reach>();
  for (const edge of wiringOf(plan).between(selection.callers, selection.callees)) {
    if (edge.pool === null && edge.connections === null) continue;
    const from = plan.parts[edge.from].component;
    const to = plan.parts[edge.to].component;
    // At a service each bundle has its own pool; at a database all bundles share the caller's pool.
    const bundle = edge.pool === null ? edge.bundle : -1;
    const isPooler = edge.pool?.kind === 'pgbouncer';
    // A pooler has a pool for each user.
    const user = isPooler ? userOf(edge.pool, plan.components[from].name) : null;
    const key = isPooler ? `${to} ${user}` : `${from} ${to} ${bundle}`;
    const reach = nodes.get(key) ?? { primary: false, replicas: false };
    nodes.set(key, reach);
    const max = poolSize(edge, Math.min(most, reached(reach, edge.route, countOf(to))));
    if (max === null) continue;
    const size = max * (resized?.(from, to) ?? 1);
    pools.set(key, isPooler ? size : size * countOf(from));
  }
  return sumOf([...pools.values()]);
}

/** Number of the pools to a server that keep their idle connections, so that no other pool can have them. */
export function keepingPools(plan: Plan, server: number): number {
  const keeping = poolsInto(plan, server).filter(
    ({ pool }) => !('maxIdle' in pool) || pool.maxIdle >= pool.maxOpen,
  );
  return sumOf(keeping.map(({ count }) => count));
}

/** The nodes of a component that the calls of a pool are routed to. */
interface Reach {
  primary: boolean;
  replicas: boolean;
}

/** Number of nodes that calls are routed to, with a further route. */
function reached(reach: Reach, route: NodeRoute | null, nodes: number): number {
  if (route === null) return nodes;
  if (route.kind !== 'replica') reach.primary = true;
  if (route.kind !== 'primary') reach.replicas = true;
  return (reach.primary ? 1 : 0) + (reach.replicas ? nodes - 1 : 0);
}

/** Connections that one calling instance may open on an edge; null if it has no pool. */
function poolSize({ pool, connections, route }: PlanEdge, instances: number): number | null {
  if (pool !== null) return poolSizeOf(pool).size * (route === null ? 1 : instances);
  if (connections === null) return null;
  return connections.max * (connections.shared ? 1 : instances);
}

/** Picks the gauges of the client pools of a selection. */
export function poolPick(
  question: Pools,
  kind: 'open' | 'used' | 'waiting' | 'abandoned' | 'leftBehind',
): GaugePick {
  const { plan } = question.data;
  const { callers, callees } = question.selection;
  const passes: GaugePick['passes'] = (instance, callee) =>
    instance >= 0 && isPoolOf(question, plan.instances[instance].component, callee);
  const [callee] = callees;
  const within =
    kind === 'open' && callees.size === 1
      ? pickOf('sessions', instancesOf(plan, callee))
      : undefined;
  const instances = callers === null ? null : [...callers].flatMap((id) => instancesOf(plan, id));
  return { kind, instances, within, passes };
}

/** The level of a gauge of calling instances, summed over them; `absent`: without any gauge. */
export function gaugeOf(
  kind: 'open' | 'waiting' | 'abandoned' | 'leftBehind',
  absent: number | null = null,
): Measurement {
  return (question) => {
    const { means, maxima } = levels(question.data, question.window, poolPick(question, kind));
    if (means.every((value) => value === null)) {
      return absent === null ? nothing(means.length) : meanOf(means.map(() => absent));
    }
    return question.ending === 'max' ? largestOf(maxima) : meanOf(means);
  };
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
