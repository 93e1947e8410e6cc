import { NS_PER_SECOND } from '../../../kernel/time.js';
import type { Distribution } from '../../../kernel/distribution.js';
import { PLAIN_BALANCING } from '../../../spec/patterns/balancer.js';
import type { LoadBalancing } from '../../../spec/scenario/scenario.js';
import type { EventStore, Projection } from '../../../spec/scenario/stores.js';
import type { ScenarioModules } from '../../../spec/scenario/modules.js';
import type { Pool, Queue } from '../../../spec/scenario/resources.js';
import type { ScenarioOutput } from '../../schema/scenario-output.js';
import type { EventStoreOutput } from '../../schema/stores.js';
import type { Context, Path } from '../../resolve/context.js';
import { report } from '../../resolve/context.js';
import { resolveCpu } from '../../resolve/cpu.js';
import { BUILT_IN_KEYS, sorted } from '../../resolve/names.js';
import { resolvePlacement } from '../../resolve/placement.js';
import { resolvePool } from '../../resolve/pools.js';
import { unknown } from '../../resolve/targets.js';
import { OFF_PLATFORM } from '../../resolve/off-platform.js';
import { resolveProjection } from '../projections/resolve.js';

const IN_TURN: LoadBalancing = { kind: 'roundRobin', config: {}, common: PLAIN_BALANCING };

const NOTHING: Distribution = { kind: 'constant', valueNs: 0 };

const UNBOUNDED: Queue = { capacity: Infinity, discipline: 'fifo', maxWaitNs: null };

/** Events of one read of Axon's JPA and JDBC engines. */
const AXON_BATCH = 100;

/** StaleSequenceThreshold of Marten's DaemonSettings. */
const MARTEN_STALE = 3 * NS_PER_SECOND;

/** The event stores and projections of a scenario. */
export function resolveStores(
  context: Context,
  output: ScenarioOutput,
): Pick<ScenarioModules, 'eventStores' | 'projections'> {
  const eventStores = new Map<string, EventStore>();
  for (const [name, own] of sorted(output.eventStores)) {
    eventStores.set(name, resolveEventStore(context, name, own));
  }
  const projections = new Map<string, Projection>();
  for (const [name, own] of sorted(output.projections)) {
    const projection = resolveProjection(context, name, own, eventStores, output.topics);
    if (projection !== null) projections.set(name, projection);
  }
  return { eventStores, projections };
}

/** One event store in its final form. */
function resolveEventStore(context: Context, name: string, output: EventStoreOutput): EventStore {
  const path = ['eventStores', name];
  checkKey(context, output.stream.key, [...path, 'stream', 'key']);
  const { kind, append, read, readPerEvent, apply, upcast, commitLatency } = output;
  checkOrder(context, output, path);
  return {
    name,
    title: output.title ?? null,
    description: output.description ?? null,
    critical: output.critical,
    ...resolvePlacement(context, output.partitions, output.zone, path),
    runtime: 'threads',
    concurrency: Infinity,
    queue: UNBOUNDED,
    cpu: resolveCpu(context, output.cpu, [...path, 'cpu']),
    cancellation: 'ignore',
    rejectWork: NOTHING,
    admission: null,
    gc: null,
    memory: null,
    lifecycle: null,
    ...OFF_PLATFORM,
    loadBalancing: IN_TURN,
    outlierDetection: null,
    protocol: null,
    external: output.external,
    labels: new Map(sorted(output.labels)),
    kind,
    append,
    read,
    readPerEventNs: readPerEvent,
    applyNs: apply,
    upcastNs: upcast,
    batch: output.batch ?? (kind === 'axon' ? AXON_BATCH : Infinity),
    commitLatency,
    partitions: output.partitions,
    appendMode: kind === 'marten' ? (output.appendMode ?? 'quick') : null,
    staleAfterNs: output.staleAfter ?? MARTEN_STALE,
    stream: output.stream,
    snapshots: output.snapshots ?? null,
    maxConnections: output.maxConnections,
    reserved: 0,
    connect: output.connect,
    pool: resolvePool(context, output.pool, [...path, 'pool']),
    pools: resolvePools(context, output, path),
  };
}

/** The order of all events is that of the commits, but at Marten. */
function checkOrder(context: Context, output: EventStoreOutput, path: Path): void {
  const { kind } = output;
  if (kind === 'marten') return;
  for (const field of ['appendMode', 'staleAfter'] as const) {
    if (output[field] === undefined) continue;
    const message =
      `the events of ${kind} are in commit order without gaps: remove ${field}, or use kind: ` +
      'marten';
    report(context, 'FL208', [...path, field], message);
  }
}

function resolvePools(
  context: Context,
  output: EventStoreOutput,
  path: Path,
): ReadonlyMap<string, Pool> {
  const pools = new Map<string, Pool>();
  for (const [caller, own] of sorted(output.pools)) {
    const kind = context.names.things.get(caller)?.kind;
    if (kind !== 'service' && kind !== 'gateway')
      unknown(context, caller, [...path, 'pools', caller], ['service', 'gateway']);
    pools.set(caller, resolvePool(context, own, [...path, 'pools', caller]));
  }
  return pools;
}

export function checkKey(context: Context, key: string, path: Path): void {
  const allowed = [...context.names.keys, ...BUILT_IN_KEYS];
  if (allowed.includes(key)) return;
  report(context, 'FL404', path, `there is no key ${key} in keys`, { found: key, allowed });
}
