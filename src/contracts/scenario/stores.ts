import type { CountDistribution } from '../../kernel/counts.js';
import type { Distribution } from '../../kernel/distribution.js';
import type { Ns } from '../../kernel/time.js';
import type { Host } from './host.js';
import type { Pool } from './pools.js';
import type { Described } from './described.js';

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

/** When an instance loses its claims on segments, and how often others search for free segments. */
export interface ClaimRules {
  /** After its death, and from the start of a pause; null = until it is back. */
  readonly deadNs: Ns | null;
  readonly pausedNs: Ns | null;
  readonly intervalNs: Ns;
}

/** A read model that follows the events of a store, or the messages of a topic. */
export interface Projection extends Described {
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
