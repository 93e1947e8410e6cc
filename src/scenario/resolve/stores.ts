import { NS_PER_SECOND } from '../../kernel/time.js';
import { kindText } from '../../spec/component-kind.js';
import type { Distribution } from '../../kernel/distribution.js';
import { PLAIN_BALANCING } from '../../spec/patterns/balancer.js';
import type { LoadBalancing } from '../../spec/scenario/policies.js';
import type { Step, StepModifiers } from '../../spec/scenario/steps.js';
import { mayLoad } from '../../spec/scenario/stores.js';
import type { EventStore, Projection, ReadOf } from '../../spec/scenario/stores.js';
import type { ScenarioModules } from '../../spec/scenario/modules.js';
import type { Pool, Queue } from '../../spec/scenario/resources.js';
import type { ScenarioOutput } from '../schema/scenario.js';
import type {
  AppendOutput,
  EventStoreOutput,
  LoadOutput,
  ProjectionOutput,
} from '../schema/stores.js';
import type { StepOutput } from '../schema/steps.js';
import { resolveClaims } from './claims.js';
import type { Context, Path } from './context.js';
import { report, writtenAt } from './context.js';
import { resolveCpu } from './cpu.js';
import { BUILT_IN_KEYS, sorted } from './names.js';
import { resolvePlacement } from './placement.js';
import { resolvePool } from './pools.js';
import { split, unknown, withPart } from './targets.js';
import { OFF_PLATFORM } from './off-platform.js';

const IN_TURN: LoadBalancing = { kind: 'roundRobin', config: {}, common: PLAIN_BALANCING };
const NOTHING: Distribution = { kind: 'constant', valueNs: 0 };
const UNBOUNDED: Queue = { capacity: Infinity, discipline: 'fifo', maxWaitNs: null };
/** Events of one read of Axon's JPA and JDBC engines. */
const AXON_BATCH = 100;
/** initialSegmentCount of Axon's pooled streaming processor. */
const AXON_SEGMENTS = 16;
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

/** One projection in its final form; null where it follows nothing. */
function resolveProjection(
  context: Context,
  name: string,
  output: ProjectionOutput,
  stores: ReadonlyMap<string, EventStore>,
  topics: ScenarioOutput['topics'],
): Projection | null {
  const path = ['projections', name];
  const { from } = output;
  const source = resolveSource(context, from, topics, [...path, 'from']);
  if (source === null) return null;
  checkLifecycle(context, output, path);
  if (source === 'topic') checkOfTopic(context, output, path);
  const service = checkService(context, name, output.service ?? null, path);
  const { lifecycle, work, batchSize, checkpoint, onError, rebuild } = output;
  const kind = stores.get(from)?.kind;
  const axon = kind === 'axon';
  const mode = output.mode ?? (kind === 'marten' ? 'hotCold' : 'spread');
  return {
    name,
    title: output.title ?? null,
    description: output.description ?? null,
    critical: output.critical,
    from,
    source,
    lifecycle,
    service,
    work,
    writes: resolveWrites(context, output.writes, [...path, 'writes']),
    batchSize,
    concurrency: output.concurrency ?? (axon ? AXON_SEGMENTS : 1),
    checkpoint,
    onError,
    claims: resolveClaims(context, output, { isHosted: service !== null, axon, mode }, path),
    hotCold: mode === 'hotCold',
    rebuild:
      rebuild === undefined ? null : { atNs: rebuild.at, rate: rebuild.rate, mode: rebuild.mode },
  };
}

/** Whether a projection follows a store or a log; null where it can follow neither. */
function resolveSource(
  context: Context,
  name: string,
  topics: ScenarioOutput['topics'],
  path: Path,
): Projection['source'] | null {
  const thing = context.names.things.get(name);
  if (thing === undefined) return unknown(context, name, path, ['eventStore', 'topic']);
  if (thing.kind === 'eventStore') return 'eventStore';
  const bus = topics?.[name]?.kind === 'bus';
  if (thing.kind === 'topic' && !bus) return 'topic';
  const what = bus ? 'a topic of kind bus, which has no log to follow' : kindText(thing.kind);
  const message = `a projection follows an event store or a topic of kind kafka; ${name} is ${what}`;
  report(context, 'FL405', path, message);
  return null;
}

/** What only an event store has: appends that a projection can be a part of, and streams to load. */
function checkOfTopic(context: Context, { from, lifecycle }: ProjectionOutput, path: Path): void {
  if (lifecycle === 'async') return;
  const why =
    lifecycle === 'live'
      ? 'it has no streams that a read could load'
      : 'it has no appends to run in';
  const message = `${from} is a topic, and ${why}: use lifecycle: async, or follow an event store`;
  report(context, 'FL208', [...path, 'lifecycle'], message);
}

/** Fields that mean nothing in a lifecycle. */
const OF_ASYNC = [
  'service',
  'batchSize',
  'concurrency',
  'checkpoint',
  'onError',
  'rebuild',
  'mode',
];

function checkLifecycle(context: Context, { lifecycle }: ProjectionOutput, path: Path): void {
  if (lifecycle === 'async') return;
  const unused = lifecycle === 'live' ? [...OF_ASYNC, 'writes'] : OF_ASYNC;
  const why =
    lifecycle === 'live'
      ? 'a live projection has no view, because every read loads the stream'
      : 'an inline projection runs in each append, in its process and transaction';
  for (const field of unused) {
    // A variant that turns the lifecycle keeps what belongs to the other; only what does harm is refused.
    if (field !== 'rebuild' || writtenAt(context, [...path, field]) === undefined) continue;
    report(context, 'FL208', [...path, field], `${why}: remove ${field}, or use lifecycle: async`);
  }
}

function checkService(
  context: Context,
  projection: string,
  service: string | null,
  path: Path,
): string | null {
  if (service === null) return null;
  const at = [...path, 'service'];
  const thing = context.names.things.get(service);
  if (thing === undefined) return unknown(context, service, at, ['service']);
  if (thing.kind !== 'service') {
    const message = `a projection runs inside the instances of a service; ${service} is ${kindText(thing.kind)}`;
    report(context, 'FL405', at, message);
    return null;
  }
  if (thing.parts.includes(projection)) {
    const message = `${service} has an endpoint called ${projection} too: give one of them another name`;
    report(context, 'FL402', at, message);
  }
  return service;
}

function resolveWrites(
  context: Context,
  reference: string | undefined,
  path: Path,
): Projection['writes'] {
  if (reference === undefined) return null;
  const [database, operation] = split(reference);
  const thing = context.names.things.get(database);
  if (thing === undefined) return unknown(context, database, path, ['database']);
  if (thing.kind !== 'database') {
    report(context, 'FL405', path, `${database} is ${kindText(thing.kind)}, not a database`);
    return null;
  }
  const target = withPart(context, database, operation, path);
  return target === null ? null : { database, operation: target.part! };
}

/** A `load` step. */
export function resolveLoad(
  context: Context,
  output: LoadOutput,
  modifiers: StepModifiers,
  path: Path,
): Step | null {
  const store = resolveStore(context, output.store, [...path, 'store']);
  if (store === null) return null;
  const stream = streamOf(context, store, output.stream, [...path, 'stream']);
  const { fromVersion, version = null, range = null } = output;
  for (const field of ['stream', 'fromVersion', 'version'] as const) {
    if (range === null || writtenAt(context, [...path, field]) === undefined) continue;
    const message = `range covers the events of all streams, ${field} those of one: remove one of them`;
    report(context, 'FL208', [...path, field], message);
  }
  return { verb: 'load', store, stream, fromVersion, version, range, ...modifiers };
}

/** An `append` step. */
export function resolveAppend(
  context: Context,
  output: AppendOutput,
  modifiers: StepModifiers,
  path: Path,
): Step | null {
  const store = resolveStore(context, output.store, [...path, 'store']);
  if (store === null) return null;
  const { events, expectedVersion = null, maxConflictRetries } = output;
  const vain = expectedVersion === 'any' || expectedVersion === 'noStream';
  if (vain && writtenAt(context, [...path, 'maxConflictRetries']) !== undefined) {
    const message =
      `maxConflictRetries has no effect with expectedVersion: ${expectedVersion}: remove it, or ` +
      'write expectedVersion: exact';
    report(context, 'FL208', [...path, 'maxConflictRetries'], message);
  }
  const stream = streamOf(context, store, output.stream, [...path, 'stream']);
  return {
    verb: 'append',
    store,
    stream,
    events,
    expectedVersion,
    maxConflictRetries,
    ...modifiers,
  };
}

/** What a query says of the view that it reads. */
export function resolveRead(
  context: Context,
  query: NonNullable<StepOutput['query']>,
  path: Path,
): ReadOf | null {
  const { of, key, consistency } = query;
  if (of === undefined) {
    if (query.consistency !== undefined) {
      const message =
        'consistency applies to the view of a projection: write the projection in `of`';
      report(context, 'FL208', [...path, 'consistency'], message);
    }
    return null;
  }
  const thing = context.names.things.get(of);
  if (thing === undefined) return unknown(context, of, [...path, 'of'], ['projection']);
  if (thing.kind !== 'projection') {
    report(context, 'FL405', [...path, 'of'], `${of} is ${kindText(thing.kind)}, not a projection`);
    return null;
  }
  const from = context.names.followed.get(of) ?? '';
  if (context.names.things.get(from)?.kind === 'topic' && !readsTopic(context, query, from, path)) {
    return null;
  }
  const own = streamOf(context, from, key, [...path, 'key']);
  return { projection: of, key: own, consistency: consistency ?? { kind: 'eventual' } };
}

/** A view of a log has no key of its own, and nothing else that could be asked. */
function readsTopic(
  context: Context,
  { of, key, consistency }: NonNullable<StepOutput['query']>,
  topic: string,
  path: Path,
): boolean {
  if (consistency !== undefined && mayLoad(consistency)) {
    const message =
      `${consistency.kind} loads the stream from an event store, and ${of} follows the topic ` +
      `${topic}: use eventual or waitForVersion(200ms)`;
    report(context, 'FL208', [...path, 'consistency'], message);
  }
  if (consistency?.kind === 'clientMerge') {
    const message =
      `clientMerge needs events that the client appended to a store, and ${of} follows the ` +
      `topic ${topic}: use eventual or waitForVersion(200ms)`;
    report(context, 'FL208', [...path, 'consistency'], message);
  }
  if (key !== undefined) return true;
  const message = `${of} follows the topic ${topic}: write the key with which its messages are published`;
  report(context, 'FL203', [...path, 'key'], message);
  return false;
}

function resolveStore(context: Context, name: string, path: Path): string | null {
  const thing = context.names.things.get(name);
  if (thing === undefined) return unknown(context, name, path, ['eventStore']);
  if (thing.kind === 'eventStore') return name;
  report(context, 'FL405', path, `${name} is ${kindText(thing.kind)}, not an event store`);
  return null;
}

/** The key that names the stream: as written, else that of the store. */
function streamOf(
  context: Context,
  store: string,
  written: string | undefined,
  path: Path,
): string {
  if (written !== undefined) checkKey(context, written, path);
  return written ?? context.names.streamKeys.get(store) ?? '';
}

function checkKey(context: Context, key: string, path: Path): void {
  const allowed = [...context.names.keys, ...BUILT_IN_KEYS];
  if (allowed.includes(key)) return;
  report(context, 'FL404', path, `there is no key ${key} in keys`, { found: key, allowed });
}
