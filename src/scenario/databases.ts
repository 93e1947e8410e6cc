import { NS_PER_SECOND } from '../kernel/time.js';
import type { Ns } from '../kernel/time.js';
import type { Failover } from '../spec/replication.js';
import type { Database, Operation } from '../spec/database.js';

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
  /** Where it has replicas; null = nobody takes the place of the primary. */
  readonly failover: Failover | null;
}

const GENERIC: Product = {
  maxConnections: Infinity,
  reserved: 0,
  lockTimeoutNs: null,
  deadlockTimeoutNs: NS_PER_SECOND,
  isSingleThreaded: false,
  failover: null,
};

const failover = (detect: number, promote: number, reconnect: number): Failover => ({
  detectNs: detect * NS_PER_SECOND,
  promoteNs: promote * NS_PER_SECOND,
  reconnectNs: reconnect * NS_PER_SECOND,
});

export const PRODUCTS: Readonly<Record<Database['kind'], Product>> = Object.freeze({
  generic: GENERIC,
  // max_connections, superuser_reserved_connections, deadlock_timeout; Patroni with its ttl of 30 s.
  postgres: { ...GENERIC, maxConnections: 100, reserved: 3, failover: failover(30, 5, 0) },
  // max_connections, innodb_lock_wait_timeout; innodb_deadlock_detect looks at every wait at once; a
  // managed pair of zones, whose clients ask the DNS again.
  mysql: {
    ...GENERIC,
    maxConnections: 151,
    lockTimeoutNs: 50 * NS_PER_SECOND,
    deadlockTimeoutNs: 0,
    failover: failover(30, 30, 30),
  },
  // maxIncomingConnections; electionTimeoutMillis, and an election of two seconds.
  mongo: { ...GENERIC, maxConnections: 65_536, failover: failover(10, 2, 0) },
  // maxclients; one thread runs all commands; Sentinel's down-after-milliseconds.
  redis: {
    ...GENERIC,
    maxConnections: 10_000,
    isSingleThreaded: true,
    failover: failover(30, 1, 0),
  },
  // cluster.fault_detection.follower_check.interval (LeaderChecker and FollowersChecker): a node that has
  // disconnected is removed at once, one that is silent after three checks of 10 s.
  elasticsearch: { ...GENERIC, failover: failover(1, 0, 0) },
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
  const scans = database?.operations.get(operation)?.scan ?? false;
  return scans ? (database?.shards?.count ?? 1) : 1;
}
