import type { Ns } from '../kernel/time.js';
import type { Failover } from './replication.js';

/** What a node of a search engine has threads for: searches, reads by id, writes. */
export const THREAD_POOLS = ['search', 'get', 'write'] as const;
export type ThreadPoolName = (typeof THREAD_POOLS)[number];

/** So many threads, and the operations that may wait for one. */
export interface ThreadPool {
  readonly size: number;
  readonly queueSize: number;
}

/** When writes become visible to searches. */
export interface Refresh {
  /** null = never. */
  readonly intervalNs: Ns | null;
  /** A copy that has not been searched for so long is not refreshed; null = it always is. */
  readonly idleAfterNs: Ns | null;
}

/** What a database is beyond others that answers searches out of shards and their copies. */
export interface SearchEngine {
  /** Of each shard: the primary and its replicas. */
  readonly copies: number;
  /** Of each node. */
  readonly threadPools: Readonly<Record<ThreadPoolName, ThreadPool>>;
  readonly refresh: Refresh;
}

/** A copy of a shard that an edge asks. */
export interface CopyRoute {
  readonly kind: 'copy';
  /** -1 = that of the value of `key`, an index into plan.keys. */
  readonly shard: number;
  readonly key: number;
  /** Whether it has to be the primary. */
  readonly write: boolean;
}

/** The nodes of a search engine: the copies of its first shard, then those of the next. */
export interface PlanSearch {
  readonly component: number;
  readonly shards: number;
  readonly copies: number;
  /** In the order of THREAD_POOLS. */
  readonly threadPools: readonly ThreadPool[];
  readonly refresh: Refresh;
  readonly failover: Failover;
}

/** An operation wants a thread. */
export interface PlanThread {
  readonly act: 'thread';
  readonly part: number;
  /** Index into THREAD_POOLS. */
  readonly pool: number;
}

/** A search begins at a copy. */
export interface PlanSearched {
  readonly act: 'searched';
  readonly part: number;
}

/** A copy has written. */
export interface PlanIndexed {
  readonly act: 'indexed';
  readonly part: number;
  /** Where the program begins that the other copies run for it. */
  readonly program: number;
}
