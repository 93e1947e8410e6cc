import { partsOfStore } from '../../contracts/scenario/event-stores.js';
import { layPools } from '../inherit-pools.js';
import { fits } from '../resolve/fault-fits.js';
import { eventStoreSchema } from '../../contracts/scenario/event-stores.js';
import { wrapCores } from '../short-forms.js';
import { STORE_REFERENCE } from './event-stores/reference.js';
import { resolveEventStore } from './event-stores/resolve.js';
import { none, nothing, unchanged, type Module } from './kind.js';

/** Event stores. */
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
