import type { CountDistribution } from '../kernel/counts.js';
import type { Distribution } from '../kernel/distribution.js';
import type { Ns } from '../kernel/time.js';
import type { Host } from './scenario.js';
import type { Pool } from './resources.js';

/** Loads of one strand that an append may refer to, and loop registers of a strand. */
export const LOADS = 4;
export const REGISTERS = 4;

/** The product whose rules and defaults an event store has. */
export type EventStoreKind = 'simple' | 'eventStoreDb' | 'marten' | 'axon';

/** A store of streams of events, with its client-side pools. */
export interface EventStore extends Host {
  readonly kind: EventStoreKind;
  /** CPU of the store for one append, and for one read whatever it brings. */
  readonly append: Distribution;
  readonly read: Distribution;
  /** CPU of the store for each event of a read. */
  readonly readPerEventNs: Ns;
  /** CPU in the loading service: for each event, and more for each that was there at time 0. */
  readonly applyNs: Ns;
  readonly upcastNs: Ns;
  /** Events of one read at most. */
  readonly batch: number;
  /** From the end of an append's work until it is committed. */
  readonly commitLatency: Distribution;
  /** Nodes, each with streams of its own; 1 = it is in one piece. */
  readonly partitions: number;
  /** When an append takes its places in the order of all events; null = with its commit. */
  readonly appendMode: 'quick' | 'rich' | null;
  /** How long projections wait for places that were taken and are empty. */
  readonly staleAfterNs: Ns;
  readonly stream: { readonly key: string; readonly initialLength: number };
  readonly snapshots: {
    readonly every: number;
    readonly read: Distribution;
    readonly write: Distribution;
    /** Whether the ones before the last are still there. */
    readonly keep: 'last' | 'all';
  } | null;
  readonly maxConnections: number;
  readonly reserved: number;
  readonly connect: Distribution;
  readonly pool: Pool;
  readonly pools: ReadonlyMap<string, Pool>;
}

/** Whether reads of a kind may load the stream instead of the view. */
export function mayLoad(consistency: ReadOf['consistency']): boolean {
  if (consistency.kind === 'waitForVersion') return consistency.then === 'primary';
  return consistency.kind === 'stickyPrimary';
}

/** What can be asked of an event store: the names of its parts. */
export type StorePart = 'append' | 'prepare' | 'read' | 'readSnapshot' | 'writeSnapshot';

/** The parts that a store has: those of snapshots, and of appends in two steps, only where there are any. */
export function partsOfStore(
  hasSnapshots: boolean,
  appendMode: EventStore['appendMode'] | undefined,
): readonly StorePart[] {
  const plain = appendMode === 'rich' ? (['append', 'prepare', 'read'] as const) : PLAIN_PARTS;
  return hasSnapshots ? [...plain, 'readSnapshot', 'writeSnapshot'] : plain;
}

const PLAIN_PARTS = ['append', 'read'] as const;

/** How long the claims of an instance on its segments hold without it, and how often others look for free ones. */
export interface ClaimRules {
  /** After its death, and from the beginning of a pause; null = until it is back. */
  readonly deadNs: Ns | null;
  readonly pausedNs: Ns | null;
  readonly intervalNs: Ns;
}

/** A read model that follows the events of a store, or the messages of a log. */
export interface Projection {
  readonly name: string;
  readonly title: string | null;
  readonly description: string | null;
  readonly critical: boolean;
  /** What it follows, and which of the two that is. */
  readonly from: string;
  readonly source: 'eventStore' | 'topic';
  readonly lifecycle: 'inline' | 'async' | 'live';
  /** Service in whose instances it runs; null = on a core of its own. */
  readonly service: string | null;
  /** Per event. */
  readonly work: Distribution;
  /** Query made once for each batch. */
  readonly writes: { readonly database: string; readonly operation: string } | null;
  readonly batchSize: number;
  /** Segments: streams are dealt over them by their key. */
  readonly concurrency: number;
  readonly checkpoint: 'transactional' | 'afterBatch';
  readonly onError: 'skip' | 'pause' | 'retry';
  /** When the instances of its service take segments of each other over; null = never. */
  readonly claims: ClaimRules | null;
  /** All segments are in one instance, which holds the lock; the others wait for it. */
  readonly hotCold: boolean;
  readonly rebuild: {
    readonly atNs: Ns;
    /** Events per second. */
    readonly rate: number;
    readonly mode: 'offline' | 'sideBySide';
  } | null;
}

/** The part of a projection whose work is not done by a service: its own process, or those of its callers. */
export const OWN_PROJECTOR = 'batch';

/** Whether the work of a projection is a part of its own: no service does it. */
export function hasOwnPart({
  lifecycle,
  service,
}: {
  readonly lifecycle: Projection['lifecycle'];
  readonly service?: string | null;
}): boolean {
  return lifecycle !== 'async' || (service ?? null) === null;
}

/** What a `load` step does. */
export interface LoadStep {
  readonly store: string;
  /** Key whose value is the stream. */
  readonly stream: string;
  readonly fromVersion: 'snapshot' | 'start';
  /** Version whose state is wanted, as for an audit; null = the last one. */
  readonly version: CountDistribution | null;
  /** Events of all streams that are read in the place of those of one, oldest first; null = one stream is. */
  readonly range: CountDistribution | null;
}

/** What an `append` step does. */
export interface AppendStep {
  readonly store: string;
  readonly stream: string;
  readonly events: CountDistribution;
  /** null = `exact` where the stream was loaded before, else `any`. */
  readonly expectedVersion: 'exact' | 'any' | 'noStream' | null;
  readonly maxConflictRetries: number;
}

/** What a `query` says that reads the view of a projection. */
export interface ReadOf {
  readonly projection: string;
  /** Key whose value is the entity that is read. */
  readonly key: string;
  readonly consistency:
    | { readonly kind: 'eventual' | 'monotonic' | 'clientMerge' }
    | {
        readonly kind: 'waitForVersion';
        readonly withinNs: Ns;
        /** At the end of that time: read what there is, ask the store, or answer 409. */
        readonly then: 'stale' | 'primary' | 'refuse';
      }
    | { readonly kind: 'stickyPrimary'; readonly forNs: Ns };
}

/** An event store in a plan. */
export interface PlanStore {
  readonly component: number;
  /** What becomes of an append that comes a second time because nobody knew of the first. */
  readonly sameAppend: 'once' | 'conflict' | 'twice';
  /** Reads go on until one brings less than a whole batch, as those of Axon do. */
  readonly readsUntilShort: boolean;
  /** Component ids of its persistent subscriptions. */
  readonly pushesTo: readonly number[];
  /** Places in the order of all events that are taken before the commit; null = nobody could tell. */
  readonly numbering: { readonly mode: 'quick' | 'rich'; readonly staleAfterNs: Ns } | null;
  readonly spec: Pick<
    EventStore,
    'batch' | 'readPerEventNs' | 'applyNs' | 'upcastNs' | 'stream' | 'snapshots'
  >;
  /** Index into `keys` of its own streams. */
  readonly key: number;
  /** Part that reads its snapshots, -1 = it has none. */
  readonly snapshotPart: number;
  /** How many streams it has at time 0; 0 where their number is unbounded. */
  readonly streams: number;
}

/** A projection in a plan. */
export interface PlanProjection {
  readonly component: number;
  /** Index into `stores` of what it follows, and component id of the topic; -1 = it is the other one. */
  readonly store: number;
  readonly topic: number;
  /** Part that does the work, of the projection or of the service where it runs. */
  readonly part: number;
  /** Longest time for which any read sticks to the store after a write. */
  readonly sticksForNs: Ns;
  /** Component id of the database with replicas that holds the view, -1 = none. */
  readonly replicated: number;
  /** Index into `keys` of the clients whose reads are told apart, -1 = none are. */
  readonly client: number;
  /** Whether clients lay what they have written themselves over what they read. */
  readonly merged: boolean;
  readonly spec: Projection;
}

/** Fields that the acts of event stores have in common. */
interface StoreAct {
  readonly act: 'store';
  /** Part id whose program it stands in. */
  readonly from: number;
  /** Index into `stores`. */
  readonly store: number;
}

/** What programs do at and with an event store, beside the calls between them. */
export type PlanStoreAct = StoreAct &
  /** `key` is an index into `keys`, also below. */
  /** `version` is the id of the count of events that are wanted at most, -1 = all. */
  /** With key -1 those of all streams. */
  (
    | { readonly does: 'load'; readonly key: number; readonly version: number }
    /** The snapshot has come. */
    | { readonly does: 'restore' }
    /** A page of events has come: what it takes to apply them; `slowed` by faults of that part, -1 = none. */
    | {
        readonly does: 'page';
        readonly applyNs: Ns;
        readonly upcastNs: Ns;
        readonly slowed: number;
      }
    /** Asks for the next page at `again` while there is one; `register` tells the pages apart. */
    | {
        readonly does: 'next';
        readonly slot: number;
        readonly again: number;
        readonly register: number;
      }
    /** Goes on behind the next instruction where no snapshot is due. */
    | { readonly does: 'snapshot'; readonly key: number }
    /** Beside the program: the snapshot that is planned is what the next call writes. */
    | { readonly does: 'snapshotting'; readonly key: number }
    | {
        readonly does: 'append';
        readonly key: number;
        /** Of the load before it, -1 = none. */
        readonly slot: number;
        readonly expected: 'exact' | 'any' | 'noStream';
        /** Count id. */
        readonly events: number;
      }
    /** The append has ended: on a conflict the program runs again from `again`, so often; -1 = never. */
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

/** What programs do with a projection. */
export type PlanProjectionAct = {
  readonly act: 'projection';
  readonly from: number;
  /** Index into `projections`. */
  readonly projection: number;
} & (
  | {
      /** A read begins. `sticky` goes on behind the next instruction where the view is asked. */
      readonly does: 'ask';
      /** Index into `keys`. */
      readonly key: number;
      readonly consistency: ReadOf['consistency'];
    }
  /** The answer has come. */
  | { readonly does: 'judge' }
  /** A batch begins, an event of it has been worked on. */
  | { readonly does: 'batch' | 'event' }
  /** Inline: the CPU for the events of the append under way; a distribution id. */
  | { readonly does: 'inline'; readonly work: number }
);

/** An operation of a database whose views are read: notes what is missing when it begins. */
export interface PlanViewAct {
  readonly act: 'view';
  readonly from: number;
}

/** Whether a second append of the same events is known as such. */
export function appendsOnce({ kind }: EventStore): boolean {
  return kind === 'simple' || kind === 'eventStoreDb';
}
