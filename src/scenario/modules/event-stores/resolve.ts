import { NS_PER_SECOND } from '../../../kernel/time.js';
import type { Entry } from '../kind.js';
import type { EventStore } from '../../../contracts/scenario/event-stores.js';
import type { WrittenEventStore } from '../../../contracts/scenario/event-stores.js';
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
  checkOrder(here, output);
  const { extends: _from, storage: _disk, zone, ...own } = output;
  const placement = resolvePlacement(here, own.partitions, zone);
  const cpu = resolveCpu(here.in('cpu'), own.cpu);
  return {
    ...own,
    ...plainHost(name, output, { ...placement, cpu }),
    batch: own.batch ?? (own.kind === 'axon' ? AXON_BATCH : Infinity),
    appendMode: own.kind === 'marten' ? (own.appendMode ?? 'quick') : null,
    staleAfterNs: own.staleAfterNs ?? MARTEN_STALE,
    reserved: 0,
    pool: resolvePool(here.in('pool'), own.pool),
    pools: resolvePools(here, own.pools),
  };
}

/** Reports fields about reserved positions at other stores than Marten, where commits determine the order of events. */
function checkOrder(here: Cursor, { kind }: WrittenEventStore): void {
  if (kind === 'marten') return;
  const why = (field: string): string =>
    `the events of ${kind} are in commit order without gaps: remove ${field}, or use kind: marten`;
  here.refuse(['appendMode', 'staleAfter'], why);
}
