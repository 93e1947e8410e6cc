import type { Plan, PlanComponent, PlanEdge, PlanLink } from '../../contracts/plan/plan.js';
import { poolsInto } from '../../contracts/plan/pools-into.js';
import { wiringOf } from '../../contracts/plan/wiring.js';
import type { PlanProcess } from '../../contracts/plan/process.js';
import type { Resource } from '../../contracts/result/cause.js';
import { poolSizeOf } from '../../contracts/scenario/pool-size.js';
import type { Pool, PoolSettings } from '../../contracts/scenario/pools.js';
import type { Intervention, InterventionKind } from './kind.js';
import { processesOf, withComponent, withProcesses } from './processes.js';
import { usagePeak } from './signs.js';

/** Factors on a capacity that are tried in turn. */
const FACTORS: readonly number[] = [2, 4];

/** A capacity of a component, and how a plan gets more of it. */
interface Ceiling {
  readonly resource: Resource;
  readonly words: string;
  isLimited(plan: Plan, id: number): boolean;
  times(plan: Plan, id: number, factor: number): Plan;
}

const CEILINGS: readonly Ceiling[] = [
  {
    resource: 'workers',
    words: 'workers of',
    isLimited: ({ components }, id) => isFinite(components[id]!, ({ concurrency }) => concurrency),
    times: (plan, id, factor) =>
      withSettings(
        withProcesses(plan, id, ({ concurrency }) => ({ concurrency: concurrency * factor })),
        id,
        factor,
      ),
  },
  {
    resource: 'cores',
    words: 'cores of',
    isLimited: ({ components }, id) => isFinite(components[id]!, ({ cpu }) => cpu.cores),
    times: (plan, id, factor) =>
      withProcesses(plan, id, ({ cpu }) => ({
        cpu: {
          ...cpu,
          cores: cpu.cores * factor,
          quota: cpu.quota === null ? null : { ...cpu.quota, limit: cpu.quota.limit * factor },
        },
      })),
  },
  {
    resource: 'connections',
    words: 'connections to',
    isLimited: (plan, id) => wiringOf(plan).into[id]!.some((edge) => pooled(plan, edge, id)),
    times: (plan, id, factor) => {
      const more = withComponent(plan, id, ({ maxConnections }) => ({
        maxConnections: maxConnections * factor,
      }));
      // The server gives less than its pools may ask for: larger ones get no more.
      if (asksForMore(plan, id)) return { ...plan, ...more };
      return {
        ...plan,
        ...more,
        edges: plan.edges.map((edge) => (pooled(plan, edge, id) ? withPool(edge, factor) : edge)),
      };
    },
  },
  {
    resource: 'memory',
    words: 'memory of',
    isLimited: ({ components }, id) =>
      isFinite(components[id]!, ({ memory }) => memory?.limit ?? Infinity),
    times: (plan, id, factor) =>
      withProcesses(plan, id, ({ memory }) => ({
        memory: memory === null ? null : { ...memory, limit: memory.limit * factor },
      })),
  },
  {
    resource: 'concurrency',
    words: 'concurrency of',
    isLimited: ({ functions }, id) =>
      functions.some(({ component, limit }) => component === id && Number.isFinite(limit)),
    times: withConcurrency,
  },
  {
    resource: 'queue',
    words: 'places in the queue of',
    isLimited: ({ components }, id) =>
      processesOf(components[id]!).some(({ queue }) => hasPlaces(queue.capacity)),
    times: (plan, id, factor) =>
      withProcesses(plan, id, ({ queue }) => ({
        queue: { ...queue, capacity: queue.capacity * factor },
      })),
  },
  {
    resource: 'bandwidth',
    words: 'bandwidth of calls to',
    isLimited: (plan, id) => wiringOf(plan).linksInto[id]!.some(isNarrow),
    times: (plan, id, factor) => ({
      ...plan,
      links: plan.links.map((link) =>
        leadsTo(plan, link, id)
          ? {
              ...link,
              bandwidth: link.bandwidth * factor,
              answerBandwidth: link.answerBandwidth * factor,
            }
          : link,
      ),
    }),
  },
];

/** A component has more of one of its resources. */
export const capacity: InterventionKind = {
  kind: 'capacity',
  of: (plan) =>
    plan.components.flatMap((component, id) =>
      component.kind === 'workload'
        ? []
        : CEILINGS.filter((ceiling) => ceiling.isLimited(plan, id)).map((ceiling) =>
            more(component, id, ceiling, 0),
          ),
    ),
  worth: (variant, { subject, resource }, plan) => {
    const isFull = (own: Resource): boolean => usagePeak(variant, plan, subject, own) >= 0.9;
    if (!isFull(resource!)) return 0;
    // A queue is full wherever something else is: it only hides that for a while. Workers wait for the cores of their process.
    if (resource === 'queue' || (resource === 'workers' && isFull('cores'))) return 0.5;
    return 0.75;
  },
};

function more(component: PlanComponent, id: number, ceiling: Ceiling, step: number): Intervention {
  const { resource, words, times } = ceiling;
  const factor = FACTORS[step]!;
  return {
    kind: 'capacity',
    subject: component.name,
    part: 'condition',
    resource,
    words: `with ${factor}x the ${words} ${component.name}`,
    apply: ({ plan }) => times(plan, id, factor),
    ...(step + 1 < FACTORS.length ? { stronger: more(component, id, ceiling, step + 1) } : {}),
  };
}

/** The plan in which a function, and those that share its account, run more executions at once. */
export function withConcurrency(plan: Plan, id: number, factor: number): Plan {
  const isShared = plan.functions.some((own) => own.component === id && own.isShared);
  const functions = plan.functions.map((own) =>
    own.component === id || (own.isShared && isShared)
      ? { ...own, limit: own.limit * factor }
      : own,
  );
  return { ...plan, functions };
}

function isFinite(component: PlanComponent, of: (settings: PlanProcess) => number): boolean {
  return processesOf(component).some((settings) => Number.isFinite(of(settings)));
}

/** Whether a queue is limited, and is one at all. */
function hasPlaces(capacity: number): boolean {
  return Number.isFinite(capacity) && capacity > 0;
}

function isNarrow({ bandwidth, answerBandwidth }: PlanLink): boolean {
  return Number.isFinite(bandwidth) || Number.isFinite(answerBandwidth);
}

function leadsTo({ parts, statEdges }: Plan, { stat }: PlanLink, id: number): boolean {
  return stat >= 0 && parts[statEdges[stat]!.to]!.component === id;
}

/** Whether calls of an edge to this component need a connection of a limited number. */
function pooled({ parts }: Plan, { to, pool, connections }: PlanEdge, id: number): boolean {
  const isLimited = connections !== null && Number.isFinite(connections.max);
  return parts[to]!.component === id && (pool !== null || isLimited);
}

/** Whether the pools of the callers of a server may together ask for more connections than it has. */
function asksForMore(plan: Plan, id: number): boolean {
  const { maxConnections, initial } = plan.components[id]!;
  const asked = poolsInto(plan, id).reduce(
    (sum, { pool, count }) => sum + count * poolSizeOf(pool).size,
    0,
  );
  return asked > maxConnections * initial;
}

function withPool(edge: PlanEdge, factor: number): PlanEdge {
  const { pool, connections } = edge;
  return {
    ...edge,
    pool: pool === null ? null : larger(pool, factor),
    connections: connections === null ? null : { ...connections, max: connections.max * factor },
  };
}

function larger(pool: Pool, factor: number): Pool {
  switch (pool.kind) {
    case 'simple':
      return largerSimple(pool, factor);
    case 'go':
      return { ...pool, maxOpen: pool.maxOpen * factor, maxIdle: pool.maxIdle * factor };
    case 'hikari': {
      const { maximumPoolSize, minimumIdle } = pool;
      return {
        ...pool,
        maximumPoolSize: maximumPoolSize * factor,
        minimumIdle: minimumIdle * factor,
      };
    }
    case 'pgbouncer':
      return {
        ...pool,
        clients: largerSimple(pool.clients, factor),
        defaultPoolSize: pool.defaultPoolSize * factor,
        maxClientConn: pool.maxClientConn * factor,
      };
  }
}

function largerSimple(pool: PoolSettings, factor: number): PoolSettings {
  return { ...pool, maxOpen: pool.maxOpen * factor, maxIdle: pool.maxIdle * factor };
}

/** The numbers of workers that changes of the configuration set. */
function withSettings(plan: Plan, id: number, factor: number): Plan {
  if (plan.changes === null) return plan;
  const settings = plan.changes.settings.map((own) =>
    own.component === id
      ? { ...own, concurrency: own.concurrency.map((count) => count * factor) }
      : own,
  );
  return { ...plan, changes: { ...plan.changes, settings } };
}
