import type { Ns } from '../../kernel/time.js';

/** Thread pools of a node of a search engine: searches, reads by id, writes. */
export const THREAD_POOLS = ['search', 'get', 'write'] as const;

export type ThreadPoolName = (typeof THREAD_POOLS)[number];

/** Size of a thread pool, and of its queue of operations. */
export interface ThreadPool {
  readonly size: number;
  readonly queueSize: number;
}

/** When writes become visible to searches. */
export interface Refresh {
  /** null = never. */
  readonly intervalNs: Ns | null;
  /** A copy that was not searched for this long is not refreshed; null = always refreshed. */
  readonly idleAfterNs: Ns | null;
}

/** Settings of a database that is a search engine: it runs searches on shards and their copies. */
export interface SearchEngine {
  /** Copies of each shard: the primary and its replicas. */
  readonly copies: number;
  /** Thread pools of each node. */
  readonly threadPools: Readonly<Record<ThreadPoolName, ThreadPool>>;
  readonly refresh: Refresh;
}

/** Route of an edge to a copy of a shard. */
export interface CopyRoute {
  readonly kind: 'copy';
  /** -1 = the shard for the value of `key`, an index into plan.keys. */
  readonly shard: number;
  readonly key: number;
  /** Whether it must be the primary. */
  readonly write: boolean;
}
