import { appendsOnce } from '../../contracts/plan/stores.js';
import { DISK } from '../../contracts/plan/plan.js';
import { OP } from '../../contracts/plan/program.js';
import { partsOfStore, type StorePart } from '../../contracts/scenario/event-stores.js';
import { isFree } from '../free.js';
import { partOf } from '../layout.js';
import { connectionsOf, poolAt } from '../pools.js';
import { planStores, writeStorePart } from '../stores.js';
import { PASSIVE, program, sourcesOf, type PlanModule } from './kind.js';

/** Parts that write to the disk; the others read. */
const WRITES: ReadonlySet<StorePart> = new Set(['append', 'writeSnapshot']);

export const eventStore: PlanModule<'eventStore', 'storePart', 'stores'> = {
  components: {
    eventStore: ({ eventStores }) =>
      sourcesOf('eventStore', eventStores, (store) => ({
        ...PASSIVE,
        host: store,
        zones: store.zones,
        parts: partsOfStore(store.snapshots !== null, store.appendMode).map((does) => [
          does,
          { kind: 'storePart', does, store },
        ]),
        process: connectionsOf(store),
        poolOf: (caller) => poolAt(store, caller),
        keyedNode: 'the partition of its stream',
        faultTargets: { snapshots: (own) => [partOf(own, 'readSnapshot')] },
      })),
  },
  parts: {
    storePart: (source) => ({
      repeatable: source.does !== 'append' || appendsOnce(source.store),
      consumes: null,
      disk: {
        bits: WRITES.has(source.does) ? DISK.write : DISK.read,
        waits: source.does === 'append' && !isFree(source.store.commitLatency),
      },
      write: (w, _part, scope, keysAreSent) =>
        program(w, () => {
          if (keysAreSent) w.assembler.emit(OP.ONCE);
          writeStorePart(w, source, scope);
        }),
    }),
  },
  plan: ({ w }) => ({ stores: planStores(w) }),
};
