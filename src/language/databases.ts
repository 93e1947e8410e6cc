import { NS_PER_SECOND, type Ns } from '../kernel/time.js';
import type { Failover, Replication } from '../contracts/scenario/replication.js';
import type { Host } from '../contracts/scenario/host.js';
import type { Database, Operation } from '../contracts/scenario/database.js';
import type { Query, Target } from '../contracts/scenario/target.js';

export interface Product extends Pick<
  Database,
  'maxConnections' | 'reserved' | 'lockTimeoutNs' | 'deadlockTimeoutNs' | 'deadlockVictim'
> {
  /** Wait of its drivers for a node that takes an operation; 0 = an operation without one fails at once. */
  readonly serverSelectionTimeoutNs: Ns;
  /** Connections that the pool of a driver has at most. */
  readonly maxOpen: number;
  /** Its drivers repeat an operation once. */
  readonly repeats: boolean;
  /** It ends a statement when its client asks for it on a second connection. */
  readonly takesCancelRequests?: true;
  /** Each core executes one command at a time. */
  readonly isSingleThreaded: boolean;
  /** Confirmations that a commit waits for. */
  readonly mode: Replication['mode'];
  /** With semiSync: wait for a replica after which the primary stops waiting; null = never. */
  readonly semiSyncTimeoutNs: Ns | null;
  /** Failover if it has replicas; null = no replica is promoted. */
  readonly failover: Failover | null;
}

/** CancelRequest of the protocol of PostgreSQL, KILL QUERY of MySQL. */
const CANCELS = { takesCancelRequests: true } as const;

const GENERIC: Product = {
  maxConnections: Infinity,
  reserved: 0,
  lockTimeoutNs: null,
  deadlockTimeoutNs: NS_PER_SECOND,
  deadlockVictim: 'youngest',
  serverSelectionTimeoutNs: 0,
  maxOpen: Infinity,
  repeats: false,
  isSingleThreaded: false,
  mode: 'async',
  semiSyncTimeoutNs: null,
  failover: null,
};

/** Time until the primary is considered lost, and until its successor accepts writes. Unit: s. */
const failover = (detect: number, promote: number): Failover => ({
  detectNs: detect * NS_PER_SECOND,
  promoteNs: promote * NS_PER_SECOND,
  reconnectNs: 0,
  fencing: true,
});

export const PRODUCTS: Readonly<Record<Database['kind'], Product>> = Object.freeze({
  generic: { ...GENERIC, ...CANCELS },
  // max_connections, superuser_reserved_connections, deadlock_timeout; the process that finds a deadlock fails itself
  // (postgres/postgres src/backend/storage/lmgr/proc.c, CheckDeadLock). Patroni: the leader lock expires after ttl 30;
  // the old leader has stepped down by then, because loop_wait 10 + 2 x retry_timeout 10 <= ttl (zalando/patroni
  // docs/dynamic_configuration.rst). 5 s for the promotion is our value. A managed Multi-AZ pair takes 60 to 120 s in
  // total (Amazon RDS user guide, Multi-AZ failover).
  postgres: {
    ...GENERIC,
    ...CANCELS,
    maxConnections: 100,
    reserved: 3,
    deadlockVictim: 'finder',
    failover: failover(30, 5),
  },
  // max_connections, innodb_lock_wait_timeout; innodb_deadlock_detect checks every wait immediately. InnoDB Cluster: a
  // member is suspected after 5 s and expelled after group_replication_member_expel_timeout 5; without a majority there
  // are no writes (MySQL reference manual, expel timeout). 1 s for the election is our value.
  // rpl_semi_sync_source_timeout 10000 (MySQL reference manual, semisynchronous replication).
  mysql: {
    ...GENERIC,
    ...CANCELS,
    maxConnections: 151,
    lockTimeoutNs: 50 * NS_PER_SECOND,
    deadlockTimeoutNs: 0,
    semiSyncTimeoutNs: 10 * NS_PER_SECOND,
    failover: failover(10, 1),
  },
  // maxIncomingConnections. electionTimeoutMillis 10000, after which a primary without a majority steps down too; the
  // median election takes 12 s in total (MongoDB manual, replica set elections). A primary needs the votes of a
  // majority of all members (replica set deployment architectures). Implicit default write concern since 5.0: w:
  // "majority" without arbiters (MongoDB manual, write concern). serverSelectionTimeoutMS 30000 (mongodb/specifications
  // source/server-selection/server-selection.md); retryReads and retryWrites are true (source/retryable-reads,
  // source/retryable-writes). maxPoolSize 100, for each server; waitQueueTimeoutMS is not set
  // (source/connection-monitoring-and-pooling/connection-monitoring-and-pooling.md).
  mongo: {
    ...GENERIC,
    serverSelectionTimeoutNs: 30 * NS_PER_SECOND,
    maxOpen: 100,
    repeats: true,
    maxConnections: 65_536,
    mode: 'majority',
    failover: { ...failover(10, 2), quorum: true },
  },
  // Clients send HTTP requests, so connections are not limited.
  dynamodb: GENERIC,
  // maxclients; one thread runs all commands. Sentinel: down-after-milliseconds 30000 (redis/redis sentinel.conf); the
  // old primary is not fenced, as min-replicas-to-write is 0 (redis.conf); 1 s to elect and promote is our value.
  redis: {
    ...GENERIC,
    maxConnections: 10_000,
    isSingleThreaded: true,
    failover: { ...failover(30, 1), fencing: false },
  },
  // cluster.fault_detection.follower_check.interval (LeaderChecker and FollowersChecker): a disconnected node is
  // removed at once, a silent one after three checks of 10 s.
  elasticsearch: { ...GENERIC, failover: failover(1, 0) },
});

/** Whether a host is a database whose product takes cancel requests. */
export function takesCancelRequests(host: Host): boolean {
  const { kind, onAbandon } = host as Partial<Database>;
  return onAbandon !== undefined && PRODUCTS[kind!].takesCancelRequests === true;
}

/** Whether an operation searches a shard instead of reading or writing a known document. */
export function isSearch({ write, key }: Pick<Operation, 'write' | 'key'>): boolean {
  return !write && key === null;
}

/** Number of nodes that execute an operation: all copies for a write, else one. */
export function copiesWritten({ search }: Database, { write }: Operation): number {
  return write ? (search?.copies ?? 1) : 1;
}

/** Number of nodes that one query of an operation goes to. */
export function nodesAsked(database: Database | undefined, operation: string): number {
  const own = database?.operations.get(operation);
  if (own === undefined) return 1;
  return own.scan ? (database?.shards?.count ?? 1) : own.fanout;
}

/** A query as the target of a call. */
export function targetOf({ database, operation }: Query): Target {
  return { component: database, part: operation };
}
