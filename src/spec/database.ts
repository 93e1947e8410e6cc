import type { Distribution } from '../kernel/distribution.js';
import type { Ns } from '../kernel/time.js';
import type { Capacity } from './capacity.js';
import type { Failover, ReadRoute, Replication, Shards } from './replication.js';
import type { Knee, Pool } from './resources.js';
import type { SearchEngine } from './search.js';
import type { Host } from './scenario.js';

/** A database with its client-side pools. */
export interface Database extends Host {
  /** The product whose defaults it has. */
  readonly kind:
    'generic' | 'postgres' | 'mysql' | 'mongo' | 'redis' | 'elasticsearch' | 'dynamodb';
  readonly operations: ReadonlyMap<string, Operation>;
  readonly maxConnections: number;
  readonly reserved: number;
  readonly connect: Distribution;
  /** The server ends a statement that takes longer; null = it takes as long as it has to. */
  readonly statementTimeoutNs: Ns | null;
  /** Above so many statements under way each step takes longer by `alpha` for each of them. */
  readonly knee: Knee | null;
  /** null = it has one node. */
  readonly replication: Replication | null;
  /** null = every node has all rows. */
  readonly shards: Shards | null;
  /** Provisioned throughput; null = it has none. */
  readonly capacity: Capacity | null;
  /** Thread pools, copies of shards and refreshes; null where the product has none. */
  readonly search: SearchEngine | null;
  /** For operations that write nothing. */
  readonly route: ReadRoute;
  /** null = a primary that has died is waited for. */
  readonly failover: Failover | null;
  /** Longest wait for a row; null = as long as it has to. */
  readonly lockTimeoutNs: Ns | null;
  /** Wait for a row after which a deadlock is looked for. */
  readonly deadlockTimeoutNs: Ns;
  /** Client side, one per calling instance. */
  readonly pool: Pool;
  /** Caller component -> its pool. */
  readonly pools: ReadonlyMap<string, Pool>;
}

export interface Operation {
  readonly name: string;
  readonly work: Distribution | null;
  readonly wait: Distribution | null;
  readonly write: boolean;
  /** Key whose value says which row it is about; null = none. */
  readonly key: string | null;
  /** Holds that row until its transaction ends. */
  readonly lock: boolean;
  /** Asks every shard, and is over with the slowest. */
  readonly scan: boolean;
  /** Shards that it asks, one after the other from its own on; it is over with the slowest. */
  readonly fanout: number;
  /** Units of the capacity that it takes. */
  readonly units: number;
}
