import { appendsOnce } from '../../spec/plan/stores.js';
import { OP } from '../../spec/plan/program.js';
import { partsOfStore } from '../../spec/scenario/stores.js';
import { partOf } from '../layout.js';
import { connectionsOf, poolAt } from '../pools.js';
import { planStores, writeStorePart } from '../stores.js';
import type { PlanModule } from './kind.js';
import { program, sourcesOf } from './kind.js';

/** Event stores. */
export const eventStore: PlanModule<'eventStore', 'storePart', 'stores'> = {
  components: {
    eventStore: ({ eventStores }) =>
      sourcesOf('eventStore', eventStores, (store) => ({
        host: store,
        zones: store.zones,
        parts: partsOfStore(store.snapshots !== null, store.appendMode).map((does) => [
          does,
          { kind: 'storePart', does, store },
        ]),
        process: connectionsOf(store),
        poolOf: (caller) => poolAt(store, caller),
        checkBundle: () => {},
        keyedNode: 'the partition of its stream',
        takesMessages: false,
        faultTargets: { snapshots: (own) => [partOf(own, 'readSnapshot')] },
        partHome: null,
      })),
  },
  parts: {
    storePart: (source) => ({
      repeatable: source.does !== 'append' || appendsOnce(source.store),
      consumes: null,
      write: (w, _part, scope, keysAreSent) =>
        program(w, () => {
          if (keysAreSent) w.assembler.emit(OP.ONCE);
          writeStorePart(w, source, scope);
        }),
    }),
  },
  plan: ({ w }) => ({ stores: planStores(w) }),
};
