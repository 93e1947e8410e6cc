import { NS_PER_SECOND } from '../kernel/time.js';
import type { Ns } from '../kernel/time.js';
import type { Failover, Replication } from '../spec/scenario/replication.js';
import type { Database, Operation } from '../spec/scenario/database.js';

/** What a kind of database brings where the scenario says nothing. */
export interface Product {
  readonly maxConnections: number;
  readonly reserved: number;
  /** Longest wait for a row. */
  readonly lockTimeoutNs: Ns | null;
  /** Wait for a row after which a deadlock is looked for. */
  readonly deadlockTimeoutNs: Ns;
  /** One core runs one command after the other. */
  readonly isSingleThreaded: boolean;
  /** Whose confirmation a commit waits for. */
  readonly mode: Replication['mode'];
  /** How long a commit waits for one replica before the primary waits for none; null = for ever. */
  readonly semiSyncTimeoutNs: Ns | null;
  /** Where it has replicas; null = no replica replaces the primary. */
  readonly failover: Failover | null;
}

const GENERIC: Product = {
  maxConnections: Infinity,
  reserved: 0,
  lockTimeoutNs: null,
  deadlockTimeoutNs: NS_PER_SECOND,
  isSingleThreaded: false,
  mode: 'async',
  semiSyncTimeoutNs: null,
  failover: null,
};

/** Seconds until it is seen that the primary is gone, and until another one is there. */
const failover = (detect: number, promote: number): Failover => ({
  detectNs: detect * NS_PER_SECOND,
  promoteNs: promote * NS_PER_SECOND,
  reconnectNs: 0,
  fencing: true,
});

export const PRODUCTS: Readonly<Record<Database['kind'], Product>> = Object.freeze({
  generic: GENERIC,
  // max_connections, superuser_reserved_connections, deadlock_timeout. Patroni: the lock of the leader is free
  // after ttl 30, and it has stepped down before, as loop_wait 10 + 2 x retry_timeout 10 <= ttl
  // (zalando/patroni docs/dynamic_configuration.rst); 5 s to be promoted are ours. A managed pair of zones
  // takes 60 to 120 s in all (Amazon RDS user guide, Multi-AZ failover).
  postgres: { ...GENERIC, maxConnections: 100, reserved: 3, failover: failover(30, 5) },
  // max_connections, innodb_lock_wait_timeout; innodb_deadlock_detect looks at every wait at once. InnoDB
  // Cluster: suspected after 5 s, expelled after group_replication_member_expel_timeout 5, and without a
  // majority nothing is written (MySQL reference manual, expel timeout); 1 s to elect another is ours.
  // rpl_semi_sync_source_timeout 10000 (MySQL reference manual, semisynchronous replication).
  mysql: {
    ...GENERIC,
    maxConnections: 151,
    lockTimeoutNs: 50 * NS_PER_SECOND,
    deadlockTimeoutNs: 0,
    semiSyncTimeoutNs: 10 * NS_PER_SECOND,
    failover: failover(10, 1),
  },
  // maxIncomingConnections. electionTimeoutMillis 10000, after which a primary without a majority steps down
  // too, and 12 s in all for the median election (MongoDB manual, replica set elections; a primary needs the votes of
  // a majority of all members: replica set deployment architectures). Implicit default write concern since 5.0:
  // w: "majority", where no member is an arbiter (MongoDB manual, write concern).
  mongo: {
    ...GENERIC,
    maxConnections: 65_536,
    mode: 'majority',
    failover: { ...failover(10, 2), quorum: true },
  },
  // A connection is a request over HTTP.
  dynamodb: GENERIC,
  // maxclients; one thread runs all commands. Sentinel: down-after-milliseconds 30000 (redis/redis sentinel.conf); the
  // old primary is not fenced, as min-replicas-to-write is 0 (redis.conf); 1 s to elect and promote is our value.
  redis: {
    ...GENERIC,
    maxConnections: 10_000,
    isSingleThreaded: true,
    failover: { ...failover(30, 1), fencing: false },
  },
  // cluster.fault_detection.follower_check.interval (LeaderChecker and FollowersChecker): a node that has
  // disconnected is removed at once, one that is silent after three checks of 10 s.
  elasticsearch: { ...GENERIC, failover: failover(1, 0) },
});

/** Whether an operation looks through what a shard has, and does not know the document that it wants. */
export function isSearch({ write, key }: Pick<Operation, 'write' | 'key'>): boolean {
  return !write && key === null;
}

/** How many nodes do the work of an operation. */
export function copiesWritten({ search }: Database, { write }: Operation): number {
  return write ? (search?.copies ?? 1) : 1;
}

/** How many nodes one query of an operation asks. */
export function nodesAsked(database: Database | undefined, operation: string): number {
  const own = database?.operations.get(operation);
  if (own === undefined) return 1;
  return own.scan ? (database?.shards?.count ?? 1) : own.fanout;
}
