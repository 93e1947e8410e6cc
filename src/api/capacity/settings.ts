import {
  entries,
  get,
  items,
  pathText,
  text,
  type MapNode,
  type Node,
} from '../../scenario/located.js';
import { OUTBOX_BATCH } from '../../contracts/scenario/outbox.js';
import type { ComponentHeadroom } from '../../contracts/result/headroom.js';

interface Present {
  readonly path: string;
  /** Its present value; null if it is not written, and 1 by default. */
  readonly now: number | null;
}

/** A setting that gives a component more of a resource. */
export interface MoreOf extends Present {
  /** Settings that must not be less, and so are raised to the same. */
  readonly beside?: readonly Present[];
  /** The most that it may be beside the other settings of the file. */
  readonly most?: number;
  /** What is written after the number, such as `/s`. */
  readonly unit?: string;
}

const SERVERS = ['services', 'gateways', 'functions'] as const;
const POOLS = ['maxOpen', 'maximumPoolSize', 'defaultPoolSize'] as const;

/** The setting to raise where a resource is full; null if the file has none. */
export function settingFor(written: MapNode, full: ComponentHeadroom): MoreOf | null {
  const { component, resource, of, limit, busiest } = full;
  // More consumers or partitions leave the values of a key where they are.
  if (busiest?.key !== undefined) return null;
  const partitions = resource === 'consumers' && of !== null ? partitionsOf(written, of) : null;
  // A partition has one consumer of a group at most.
  if (partitions !== null && limit >= (partitions.now ?? 1)) return partitions;
  if (resource === 'relay') return batchOf(written, component);
  if (resource === 'segments') return segmentsOf(written, of ?? component);
  if (resource === 'connections')
    return of === null ? connectionsOf(written, component) : poolOf(written, of);
  if (resource === 'bandwidth' || resource === 'memory' || resource === 'lock') return null;
  if (resource === 'concurrency') return concurrencyOf(written, component, of);
  if (resource === 'readUnits' || resource === 'writeUnits') {
    // No capacity of the table raises the maximum of a partition.
    return of === null
      ? unitsOf(written, component, resource === 'readUnits' ? 'read' : 'write')
      : null;
  }
  const server = SERVERS.find((section) => get(get(written, section), component) !== undefined);
  if (server !== undefined) return replicasOf(written, [server, component], full);
  return resource === 'cores' ? coresOf(written, ['databases', component]) : null;
}

/**
 * What a multiple of a resource means in whole replicas, cores or connections. Members of a group between two divisions of
 * the partitions hold no more: 5 of 6 partitions have one with 2, as 4 have.
 */
export function raised(
  { now }: MoreOf,
  by: number,
  busiest?: ComponentHeadroom['busiest'],
): number {
  const present = now ?? 1;
  const each = busiest === undefined ? 0 : Math.max(1, Math.floor(busiest.partitions / by));
  const factor = busiest === undefined ? by : Math.ceil(busiest.of / each) / busiest.members;
  return Math.max(present + 1, Math.ceil(present * factor - 1e-9));
}

/**
 * Replicas: each has the workers, the cores and the pools of one. An autoscaler whose metric stays low while the resource
 * is full adds none, as that of CPU for consumers that wait, so that only more from the start help.
 */
function replicasOf(
  written: MapNode,
  path: readonly string[],
  { resource, replicas }: ComponentHeadroom,
): MoreOf {
  const own = nodeAt(written, path);
  const scaling = get(own, 'autoscaling');
  const [min, max] = ['min', 'max'].map((name) => numberOf(get(scaling, name)));
  const fixed = { path: pathText([...path, 'replicas']), now: numberOf(get(own, 'replicas')) };
  if (scaling === undefined || max === null || max === undefined) return fixed;
  const isIdle = resource === 'consumers' ? !followsBacklog(scaling) : (replicas ?? max) < max;
  if (isIdle && (min ?? 1) < max)
    return {
      path: pathText([...path, 'autoscaling', 'min']),
      now: min ?? null,
      most: max,
      ...(fixed.now !== null && { beside: [fixed] }),
    };
  return { path: pathText([...path, 'autoscaling', 'max']), now: max };
}

/** Whether an autoscaler adds replicas for messages that wait: that of KEDA, and any by `lag`. */
function followsBacklog(scaling: Node): boolean {
  const metrics = [scaling, ...items(get(scaling, 'metrics'))].map((one) =>
    text(get(one, 'metric')),
  );
  return text(get(scaling, 'kind')) === 'keda' || metrics.includes('lag');
}

/** The rows that the outbox of a service publishes with each poll. */
function batchOf(written: MapNode, name: string): MoreOf {
  const path = ['services', name, 'outbox', 'batchSize'];
  return { path: pathText(path), now: numberOf(nodeAt(written, path)) ?? OUTBOX_BATCH };
}

/** The segments of a projection. */
function segmentsOf(written: MapNode, name: string): MoreOf {
  const path = ['projections', name, 'concurrency'];
  return { path: pathText(path), now: numberOf(nodeAt(written, path)) };
}

/** What a function reserves, or the limit that is written for its account; null: the quota of the provider. */
function concurrencyOf(written: MapNode, name: string, of: string | null): MoreOf | null {
  const limitOf = (one: string, field: string): Present => ({
    path: pathText(['functions', one, field]),
    now: numberOf(nodeAt(written, ['functions', one, field])),
  });
  const field = ['reserved', 'maxConcurrency'].find((one) => limitOf(name, one).now !== null);
  if (field === undefined) return null;
  if (of === null) return limitOf(name, field);
  // The functions of an account have the same limit, unless they reserve one.
  const others = entries(nodeAt(written, ['functions'])).flatMap(([one]) => {
    const limit = limitOf(one, 'maxConcurrency');
    const isReserved = limitOf(one, 'reserved').now !== null;
    return one === name || limit.now === null || isReserved ? [] : [limit];
  });
  return { ...limitOf(name, 'maxConcurrency'), beside: others };
}

function unitsOf(written: MapNode, name: string, does: 'read' | 'write'): MoreOf | null {
  const path = ['databases', name, 'capacity', does];
  const node = nodeAt(written, path);
  const rate = node?.type === 'scalar' ? /^([\d.]+)\/s$/u.exec(String(node.value)) : null;
  return rate === null ? null : { path: pathText(path), now: Number(rate[1]), unit: '/s' };
}

function coresOf(written: MapNode, path: readonly string[]): MoreOf | null {
  const cpu = get(nodeAt(written, path), 'cpu');
  if (cpu === undefined) return null;
  if (cpu.type !== 'map') return { path: pathText([...path, 'cpu']), now: numberOf(cpu) };
  return { path: pathText([...path, 'cpu', 'cores']), now: numberOf(get(cpu, 'cores')) };
}

/** The connections of a server. */
function connectionsOf(written: MapNode, database: string): MoreOf {
  const path = ['databases', database, 'maxConnections'];
  return { path: pathText(path), now: numberOf(nodeAt(written, path)) };
}

function poolOf(written: MapNode, database: string): MoreOf | null {
  const path = ['databases', database, 'pool'];
  const pool = nodeAt(written, path);
  const name = entries(pool).find(([key]) => (POOLS as readonly string[]).includes(key))?.[0];
  if (name === undefined) return null;
  return { path: pathText([...path, name]), now: numberOf(get(pool, name)) };
}

function partitionsOf(written: MapNode, topic: string): MoreOf | null {
  const own = nodeAt(written, ['topics', topic]);
  const kind = get(own, 'kind');
  if (kind?.type !== 'scalar' || kind.value !== 'kafka') return null;
  return {
    path: pathText(['topics', topic, 'partitions']),
    now: numberOf(get(own, 'partitions')),
  };
}

/** The node at a path; undefined if nothing is written there. */
export function nodeAt(written: MapNode, path: readonly string[]): Node | undefined {
  return path.reduce<Node | undefined>((node, key) => get(node, key), written);
}

/** The number of a node; null if it has none. */
export function numberOf(node: Node | undefined): number | null {
  const value = node?.type === 'scalar' ? Number(node.value) : NaN;
  return Number.isFinite(value) ? value : null;
}
