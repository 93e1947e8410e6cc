import type { Ns } from '../../kernel/time.js';
import type { EventStore } from '../scenario/event-stores.js';
import type { Projection, ReadOf } from '../scenario/projections.js';

/** Number of loads of one strand that an append can refer to, and of loop registers of a strand. */
export const LOADS = 4;

export const REGISTERS = 4;

export interface PlanStore {
  readonly component: number;
  /** Result of an append that arrives again because its first result was lost. */
  readonly sameAppend: 'once' | 'conflict' | 'twice';
  /** Reads continue until one returns less than a full batch, as in Axon. */
  readonly readsUntilShort: boolean;
  /** Component ids of its persistent subscriptions. */
  readonly pushesTo: readonly number[];
  /**
   * Positions in the global event order that are taken before the commit; null = no effect, because no
   * projection depends on them.
   */
  readonly numbering: { readonly mode: 'quick' | 'rich'; readonly staleAfterNs: Ns } | null;
  readonly spec: Pick<
    EventStore,
    'batch' | 'readPerEventNs' | 'applyNs' | 'upcastNs' | 'stream' | 'snapshots'
  >;
  /** Index into `keys` of its streams. */
  readonly key: number;
  /** Part that reads its snapshots; -1 = none. */
  readonly snapshotPart: number;
  /** Number of streams at time 0; 0 = unbounded. */
  readonly streams: number;
}

export interface PlanProjection {
  readonly component: number;
  /** Index into `stores` of its source, or component id of its topic; -1 for the other one. */
  readonly store: number;
  readonly topic: number;
  /** Part that does the work: of the projection, or of the service that runs it. */
  readonly part: number;
  /** Longest time for which a read goes to the store after a write (stickyPrimary). */
  readonly sticksForNs: Ns;
  /** Component id of the replicated database that holds the view; -1 = none. */
  readonly replicated: number;
  /** Index into `keys` of the key that identifies the reading client; -1 = clients are not distinguished. */
  readonly client: number;
  /** Whether clients merge their own writes into the results of their reads. */
  readonly merged: boolean;
  readonly spec: Projection;
}

/** Common fields of the acts of event stores. */
interface StoreAct {
  readonly act: 'store';
  /** Part id of the program that contains the act. */
  readonly from: number;
  /** Index into `stores`. */
  readonly store: number;
}

/** Acts of programs at and with an event store, besides the calls. */
export type PlanStoreAct = StoreAct &
  /** `key` is an index into `keys`, here and below. */
  /** `version` is the id of a count: the largest number of events to load; -1 = all. */
  /** Key -1 = the events of all streams. */
  (
    | { readonly does: 'load'; readonly key: number; readonly version: number }
    /** The snapshot has arrived. */
    | { readonly does: 'restore' }
    /**
     * A page of events has arrived, with the CPU per event to apply it. `slowed`: part whose faults slow
     * this; -1 = none.
     */
    | {
        readonly does: 'page';
        readonly applyNs: Ns;
        readonly upcastNs: Ns;
        readonly slowed: number;
      }
    /** Requests the next page at `again` if there is one; `register` distinguishes the pages. */
    | {
        readonly does: 'next';
        readonly slot: number;
        readonly again: number;
        readonly register: number;
      }
    /** Skips the next instruction if no snapshot is due. */
    | { readonly does: 'snapshot'; readonly key: number }
    /** In the background: the next call writes the planned snapshot. */
    | { readonly does: 'snapshotting'; readonly key: number }
    | {
        readonly does: 'append';
        readonly key: number;
        /** Slot of the preceding load; -1 = none. */
        readonly slot: number;
        readonly expected: 'exact' | 'any' | 'noStream';
        /** Count id. */
        readonly events: number;
      }
    /** The append has ended. After a conflict the program restarts at `again`, up to `retries` times; -1 = never. */
    | {
        readonly does: 'appended';
        readonly slot: number;
        readonly again: number;
        readonly register: number;
        readonly retries: number;
      }
    /** At the store. */
    | { readonly does: 'servePage' | 'serveSnapshot' | 'number' | 'commit' | 'keepSnapshot' }
  );

export type PlanProjectionAct = {
  readonly act: 'projection';
  readonly from: number;
  /** Index into `projections`. */
  readonly projection: number;
} & (
  | {
      /** Start of a read. With `sticky`, skips the next instruction if the view is read. */
      readonly does: 'ask';
      /** Index into `keys`. */
      readonly key: number;
      readonly consistency: ReadOf['consistency'];
    }
  /** The response has arrived. */
  | { readonly does: 'judge' }
  /** Start of a batch; end of the work on one of its events. */
  | { readonly does: 'batch' | 'event' }
  /** Inline projection: CPU for the events of the current append; a distribution id. */
  | { readonly does: 'inline'; readonly work: number }
);

/** A database operation that reads views: records the events that the view lacks when it starts. */
export interface PlanViewAct {
  readonly act: 'view';
  readonly from: number;
}

/** Whether the store recognizes a repeated append of the same events. */
export function appendsOnce({ kind }: EventStore): boolean {
  return kind === 'simple' || kind === 'eventStoreDb';
}
