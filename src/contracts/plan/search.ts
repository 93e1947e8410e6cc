import type { Failover } from '../scenario/replication.js';
import type { ThreadPool, Refresh } from '../scenario/search.js';

/** A search engine in a plan. Its nodes are the copies of the first shard, then those of the next. */
export interface PlanSearch {
  readonly component: number;
  readonly shards: number;
  readonly copies: number;
  /** In the order of THREAD_POOLS. */
  readonly threadPools: readonly ThreadPool[];
  readonly refresh: Refresh;
  readonly failover: Failover;
}

/** An operation needs a thread. */
export interface PlanThread {
  readonly act: 'thread';
  readonly part: number;
  /** Index into THREAD_POOLS. */
  readonly pool: number;
}

/** Start of a search at a copy. */
export interface PlanSearched {
  readonly act: 'searched';
  readonly part: number;
}

/** A copy has executed a write. */
export interface PlanIndexed {
  readonly act: 'indexed';
  readonly part: number;
  /** Start of the program that the other copies run to replicate it. */
  readonly program: number;
}
