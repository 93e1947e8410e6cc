import type { CountDistribution } from '../../kernel/counts.js';
import type { Distribution } from '../../kernel/distribution.js';
import type { Ns } from '../../kernel/time.js';
import type { Host } from './scenario.js';
import type { Pool } from './resources.js';

/** Number of loads of one strand that an append can refer to, and of loop registers of a strand. */
export const LOADS = 4;
export const REGISTERS = 4;

/** Product whose rules and defaults an event store has. */
export type EventStoreKind = 'simple' | 'eventStoreDb' | 'marten' | 'axon';

/** An event store with its client-side pools. */
export interface EventStore extends Host {
  readonly kind: EventStoreKind;
  /** CPU of the store for one append, and for one read regardless of its result. */
  readonly append: Distribution;
  readonly read: Distribution;
  /** CPU of the store for each event of a read. */
  readonly readPerEventNs: Ns;
  /** CPU in the loading service: per event, and extra per event from before time 0 (upcasting). */
  readonly applyNs: Ns;
  readonly upcastNs: Ns;
  /** Largest number of events of one read. */
  readonly batch: number;
  /** Time from the end of an append's work until it is committed. */
  readonly commitLatency: Distribution;
  /** Nodes, each with its own streams; 1 = not partitioned. */
  readonly partitions: number;
  /** When an append takes its positions in the global event order (Marten); null = at its commit. */
  readonly appendMode: 'quick' | 'rich' | null;
  /** How long projections wait for positions that were taken but are still empty. */
  readonly staleAfterNs: Ns;
  readonly stream: { readonly key: string; readonly initialLength: number };
  readonly snapshots: {
    readonly every: number;
    readonly read: Distribution;
    readonly write: Distribution;
    /** Whether earlier snapshots are kept. */
    readonly keep: 'last' | 'all';
  } | null;
  readonly maxConnections: number;
  readonly reserved: number;
  readonly connect: Distribution;
  readonly pool: Pool;
  readonly pools: ReadonlyMap<string, Pool>;
}

/** Whether reads with this consistency can load the stream instead of the view. */
export function mayLoad(consistency: ReadOf['consistency']): boolean {
  if (consistency.kind === 'waitForVersion') return consistency.then === 'primary';
  return consistency.kind === 'stickyPrimary';
}

/** Operations of an event store, the names of its parts. */
export type StorePart = 'append' | 'prepare' | 'read' | 'readSnapshot' | 'writeSnapshot';

/** Parts of a store. Parts for snapshots and for two-step appends exist only if they are used. */
export function partsOfStore(
  hasSnapshots: boolean,
  appendMode: EventStore['appendMode'] | undefined,
): readonly StorePart[] {
  const plain = appendMode === 'rich' ? (['append', 'prepare', 'read'] as const) : PLAIN_PARTS;
  return hasSnapshots ? [...plain, 'readSnapshot', 'writeSnapshot'] : plain;
}

const PLAIN_PARTS = ['append', 'read'] as const;

/** How long an instance's claims on its segments last without it, and how often others look for free ones. */
export interface ClaimRules {
  /** After its death, and from the start of a pause; null = until it is back. */
  readonly deadNs: Ns | null;
  readonly pausedNs: Ns | null;
  readonly intervalNs: Ns;
}

/** A read model that follows the events of a store, or the messages of a topic. */
export interface Projection {
  readonly name: string;
  readonly title: string | null;
  readonly description: string | null;
  readonly critical: boolean;
  /** Name of its source, and the kind of the source. */
  readonly from: string;
  readonly source: 'eventStore' | 'topic';
  readonly lifecycle: 'inline' | 'async' | 'live';
  /** Service whose instances run it; null = it has a core of its own. */
  readonly service: string | null;
  /** CPU per event. */
  readonly work: Distribution;
  /** Query made once per batch; null = none. */
  readonly writes: { readonly database: string; readonly operation: string } | null;
  readonly batchSize: number;
  /** Number of segments. Streams are distributed over them by key. */
  readonly concurrency: number;
  readonly checkpoint: 'transactional' | 'afterBatch';
  readonly onError: 'skip' | 'pause' | 'retry';
  /** When instances of its service take over segments from each other; null = never. */
  readonly claims: ClaimRules | null;
  /** One instance holds the lock and has all segments; the others wait for the lock. */
  readonly hotCold: boolean;
  readonly rebuild: {
    readonly atNs: Ns;
    /** Events per second. */
    readonly rate: number;
    readonly mode: 'offline' | 'sideBySide';
  } | null;
}

/** Part of a projection that does its own work: a separate process, or inline in its callers. */
export const OWN_PROJECTOR = 'batch';

/** Whether the work of a projection is a part of its own, instead of a part of a service. */
export function hasOwnPart({
  lifecycle,
  service,
}: {
  readonly lifecycle: Projection['lifecycle'];
  readonly service?: string | null;
}): boolean {
  return lifecycle !== 'async' || (service ?? null) === null;
}

/** A `load` step. */
export interface LoadStep {
  readonly store: string;
  /** Key whose value selects the stream. */
  readonly stream: string;
  readonly fromVersion: 'snapshot' | 'start';
  /** Version whose state is loaded, as for an audit; null = the latest. */
  readonly version: CountDistribution | null;
  /** Number of events read across all streams, oldest first; null = a single stream is read. */
  readonly range: CountDistribution | null;
}

/** An `append` step. */
export interface AppendStep {
  readonly store: string;
  readonly stream: string;
  readonly events: CountDistribution;
  /** null = `exact` if the stream was loaded before, else `any`. */
  readonly expectedVersion: 'exact' | 'any' | 'noStream' | null;
  readonly maxConflictRetries: number;
}

/** Read of a projection's view by a `query`. */
export interface ReadOf {
  readonly projection: string;
  /** Key whose value selects the entity that is read. */
  readonly key: string;
  readonly consistency:
    | { readonly kind: 'eventual' | 'monotonic' | 'clientMerge' }
    | {
        readonly kind: 'waitForVersion';
        readonly withinNs: Ns;
        /** After that time: read the current view, query the store, or return 409. */
        readonly then: 'stale' | 'primary' | 'refuse';
      }
    | { readonly kind: 'stickyPrimary'; readonly forNs: Ns };
}

/** An event store in a plan. */
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

/** A projection in a plan. */
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

/** Acts of programs with a projection. */
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
