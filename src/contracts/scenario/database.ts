import type { Distribution } from '../../kernel/distribution.js';
import type { Ns } from '../../kernel/time.js';
import type { Capacity } from './capacity.js';
import type { Host } from './host.js';
import type { Failover, ReadRoute, Replication, Shards } from './replication.js';
import type { Knee } from './resources.js';
import type { Pool } from './pools.js';
import type { SearchEngine } from './search.js';

/** A database and its client-side pools. */
export interface Database extends Host {
  /** Product whose defaults apply. */
  readonly kind:
    'generic' | 'postgres' | 'mysql' | 'mongo' | 'redis' | 'elasticsearch' | 'dynamodb';
  readonly operations: ReadonlyMap<string, Operation>;
  readonly maxConnections: number;
  readonly reserved: number;
  readonly connect: Distribution;
  /** CPU of the server for each connection that is opened. */
  readonly connectWork: Distribution;
  /** How a client leaves a statement that it no longer waits for. */
  readonly onAbandon: 'close' | 'cancel';
  /** Interval at which the server looks for lost clients during a statement; null = it does not. */
  readonly clientCheckIntervalNs: Ns | null;
  /** Time without a statement after which the server closes a session; null = never. */
  readonly idleTimeoutNs: Ns | null;
  /** The server aborts a statement that takes longer; null = no limit. */
  readonly statementTimeoutNs: Ns | null;
  /** Slowdown above a number of concurrent statements; null = none. */
  readonly knee: Knee | null;
  /** Replicas of the primary; null = a single node. */
  readonly replication: Replication | null;
  /** Sharding; null = every node has all rows. */
  readonly shards: Shards | null;
  /** Its shards are the masters of a Redis Cluster; null = they do not know each other. */
  readonly cluster: RedisCluster | null;
  /** Provisioned throughput; null = unlimited. */
  readonly capacity: Capacity | null;
  /** Thread pools, shard copies and refreshes of a search engine; null for other products. */
  readonly search: SearchEngine | null;
  /** Node that serves operations without writes. */
  readonly route: ReadRoute;
  /** null = callers wait until a failed primary has recovered. */
  readonly failover: Failover | null;
  /** Longest wait for a lock; null = no limit. */
  readonly lockTimeoutNs: Ns | null;
  /** Wait for a row lock after which the server checks for a deadlock. */
  readonly deadlockTimeoutNs: Ns;
  /** Transaction of a deadlock that is rolled back: the one whose statement finds it, or the youngest one. */
  readonly deadlockVictim: 'finder' | 'youngest';
  /** Client-side pool; each calling instance has one. */
  readonly pool: Pool;
  /** Pool by calling component. */
  readonly pools: ReadonlyMap<string, Pool>;
}

export interface Operation {
  readonly name: string;
  readonly work: Distribution | null;
  readonly wait: Distribution | null;
  readonly write: boolean;
  /** Key whose value selects the row; null = no row. */
  readonly key: string | null;
  /** Locks that row until the end of the transaction. */
  readonly lock: boolean;
  /** Table that it locks until the end of the transaction, and how; null = none. */
  readonly table: TableLock | null;
  /** Longest wait for its row; null = no limit. */
  readonly lockTimeoutNs: Ns | null;
  /** Queries every shard; ends with the slowest. */
  readonly scan: boolean;
  /** Number of shards that it queries, consecutive from its own; ends with the slowest. */
  readonly fanout: number;
  /** Capacity units that it consumes. */
  readonly units: number;
}

/** Mode of a table lock, as in PostgreSQL. */
export type TableMode =
  | 'accessShare'
  | 'rowShare'
  | 'rowExclusive'
  | 'shareUpdateExclusive'
  | 'share'
  | 'shareRowExclusive'
  | 'exclusive'
  | 'accessExclusive';

/** A lock of a table. */
export interface TableLock {
  readonly name: string;
  readonly mode: TableMode;
  /** Longest wait for it; null = no limit. */
  readonly timeoutNs: Ns | null;
}

/** A Redis Cluster without replicas. */
export interface RedisCluster {
  /** All nodes refuse commands while the slots of one have no node. */
  readonly requireFullCoverage: boolean;
  /** Time after which the other nodes consider a node failed. */
  readonly nodeTimeoutNs: Ns;
}
