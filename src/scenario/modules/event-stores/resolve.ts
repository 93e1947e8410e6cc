import { NS_PER_SECOND } from '../../../kernel/time.js';
import type { Entry } from '../kind.js';
import type { EventStore } from '../../../contracts/scenario/stores.js';
import type { EventStoreOutput } from '../../schema/stores.js';
import type { Cursor } from '../../resolve/context.js';
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
export function resolveEventStore({ here, name, output }: Entry<'eventStores'>): EventStore {
  checkKeyName(here.in('stream', 'key'), output.stream.key);
  const { kind, append, read, readPerEvent, apply, upcast, commitLatency } = output;
  checkOrder(here, output);
  const placement = resolvePlacement(here, output.partitions, output.zone);
  const cpu = resolveCpu(here.in('cpu'), output.cpu);
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
    pool: resolvePool(here.in('pool'), output.pool),
    pools: resolvePools(here, output.pools),
  };
}

/** Reports fields about reserved positions at other stores than Marten, where commits determine the order of events. */
function checkOrder(here: Cursor, output: EventStoreOutput): void {
  const { kind } = output;
  if (kind === 'marten') return;
  for (const field of ['appendMode', 'staleAfter'] as const) {
    if (output[field] === undefined) continue;
    const message =
      `the events of ${kind} are in commit order without gaps: remove ${field}, or use kind: ` +
      'marten';
    here.in(field).conflict(message);
  }
}
