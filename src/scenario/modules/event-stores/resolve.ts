import { NS_PER_SECOND } from '../../../kernel/time.js';
import type { Entry } from '../kind.js';
import type { EventStore } from '../../../contracts/scenario/stores.js';
import type { EventStoreOutput } from '../../schema/stores.js';
import { conflict, type Context, type Path } from '../../resolve/context.js';
import { resolveCpu } from '../../sections/cpu.js';
import { resolvePlacement } from '../../resolve/placement.js';
import { plainHost } from '../../resolve/plain-host.js';
import { resolvePool, resolvePools } from '../../sections/pools.js';
import { checkKeyName } from '../../resolve/targets.js';

/** Number of events per read of Axon's JPA and JDBC engines. */
const AXON_BATCH = 100;

/** StaleSequenceThreshold of Marten's DaemonSettings. */
const MARTEN_STALE = 3 * NS_PER_SECOND;

/** Resolves an event store. */
export function resolveEventStore({
  context,
  name,
  output,
  path,
}: Entry<'eventStores'>): EventStore {
  checkKeyName(context, output.stream.key, [...path, 'stream', 'key']);
  const { kind, append, read, readPerEvent, apply, upcast, commitLatency } = output;
  checkOrder(context, output, path);
  const placement = resolvePlacement(context, output.partitions, output.zone, path);
  const cpu = resolveCpu(context, output.cpu, [...path, 'cpu']);
  return {
    ...plainHost(name, output, { ...placement, cpu }),
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
    pools: resolvePools(context, output.pools, path),
  };
}

/** Reports fields about reserved positions at other stores than Marten, where commits determine the order of events. */
function checkOrder(context: Context, output: EventStoreOutput, path: Path): void {
  const { kind } = output;
  if (kind === 'marten') return;
  for (const field of ['appendMode', 'staleAfter'] as const) {
    if (output[field] === undefined) continue;
    const message =
      `the events of ${kind} are in commit order without gaps: remove ${field}, or use kind: ` +
      'marten';
    conflict(context, [...path, field], message);
  }
}
