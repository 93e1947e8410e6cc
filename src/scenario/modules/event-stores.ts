import {
  partsOfStore,
  eventStoreSchema,
  type EventStore,
  type WrittenEventStore,
} from '../../contracts/scenario/event-stores.js';
import { layPools } from '../inherit-pools.js';
import { fits } from '../resolve/fault-fits.js';
import { wrapCores } from '../short-forms.js';
import { STORE_REFERENCE } from './event-stores/reference.js';
import { none, nothing, unchanged, type Module, type Entry } from './kind.js';
import { NS_PER_SECOND } from '../../kernel/time.js';
import type { Cursor } from '../resolve/context.js';
import { resolveCpu } from '../sections/cpu.js';
import { resolvePlacement } from '../resolve/placement.js';
import { plainHost } from '../resolve/plain-host.js';
import { resolvePool, resolvePools } from '../sections/pools.js';
import { checkKeyName } from '../resolve/targets.js';

export const eventStores: Module<'eventStores'> = {
  kind: 'eventStore',
  summary: 'Stores of event streams.',
  reference: STORE_REFERENCE,
  example: STORE_REFERENCE[0].example,
  schema: () => eventStoreSchema,
  expand: wrapCores,
  inherit: layPools,
  visit: unchanged,
  parts: ({ output }) => partsOfStore(output.snapshots !== null, output.appendMode),
  instead: (name) => `${name} is an event store: write load: ${name} or append: ${name}`,
  lags: none,
  resolve: resolveEventStore,
  subject: ({ snapshots, appendMode, replicas }) => ({
    parts: partsOfStore(snapshots !== null, appendMode),
    instances: replicas,
  }),
  host: (own) => own,
  calls: nothing,
  check: nothing,
  target: ({ here, kind, text, name, modules }) => {
    if (!kind.targets.includes('snapshots')) return 'asHost';
    const own = modules.eventStores.get(name);
    if (own !== undefined && text !== name) fits(here, kind, text, []);
    else if (own?.snapshots === null) {
      here.report('FL410', `${text} has no snapshots for ${kind.kind} to delete`);
    }
    return 'checked';
  },
};

/** Number of events per read of Axon's JPA and JDBC engines. */
const AXON_BATCH = 100;

/** StaleSequenceThreshold of Marten's DaemonSettings. */
const MARTEN_STALE = 3 * NS_PER_SECOND;

function resolveEventStore({ here, name, output }: Entry<'eventStores'>): EventStore {
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
