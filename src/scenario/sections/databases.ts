import {
  PRIMARY,
  type Replication,
  type Shards,
  type WrittenReplicas,
} from '../../contracts/scenario/replication.js';
import {
  OF_SERVER,
  type Database,
  type Operation,
  type WrittenDatabase,
  type WrittenOperation,
} from '../../contracts/scenario/database.js';
import { except } from '../../contracts/fields/pick.js';
import type { Cpu } from '../../contracts/scenario/process.js';
import { isSearch, PRODUCTS, type Product } from '../../language/databases.js';
import { resolveCapacity } from './capacity.js';
import { cursorAt, type Context, type Cursor } from '../resolve/context.js';
import { resolveCpu, resolveSerialCpu } from './cpu.js';
import { sorted } from '../resolve/names.js';
import { checkKey } from '../resolve/sections.js';
import { plainHost } from '../resolve/plain-host.js';
import { resolvePool, resolvePools } from './pools.js';
import { resolvePlacement } from '../resolve/placement.js';
import { nodesOf, resolveSearch } from './search.js';
import { lockTimeoutOf, resolveLocks } from './table-locks.js';

/** Fields of an entry that a database does not have, or has in another form or order. */
const ELSEWHERE = [
  ...OF_SERVER,
  ...(['extends', 'storage', 'zone', 'route', 'failover', 'shards', 'cluster'] as const),
  ...(['capacity', 'lockTimeoutNs', 'deadlockTimeoutNs'] as const),
  ...(['serverSelectionTimeoutNs', 'retryReads', 'retryWrites'] as const),
] as const;

/** Resolves a database. */
export function resolveDatabase(context: Context, name: string, output: WrittenDatabase): Database {
  const here = cursorAt(context, 'databases', name);
  const operations = resolveOperations(here.in('operations'), output);
  const product = PRODUCTS[output.kind];
  const cpu = coresOf(here.in('cpu'), output, product);
  const maxConnections = output.maxConnections ?? product.maxConnections;
  const reserved = output.reserved ?? product.reserved;
  if (reserved >= maxConnections) {
    const message = 'reserved must be below maxConnections, or no connection is left';
    here.in('reserved').conflict(message);
  }
  const placement = resolvePlacement(here, nodesOf(output), output.zone);
  checkInterval(here, output);
  checkCluster(here, output);
  return {
    ...except(output, ELSEWHERE),
    ...plainHost(name, output, { ...placement, cpu }),
    operations,
    maxConnections,
    reserved,
    cancellation: output.onAbandon === 'cancel' ? 'immediate' : 'ignore',
    ...resolveReplication(here, output, product),
    shards: resolveShards(here, output),
    cluster: output.cluster,
    capacity: resolveCapacity(here, output),
    search: resolveSearch(here, output, cpu),
    lockTimeoutNs: lockTimeoutOf(output),
    deadlockTimeoutNs: output.deadlockTimeoutNs ?? product.deadlockTimeoutNs,
    deadlockVictim: product.deadlockVictim,
    ...resolveDriver(here, output, product),
    pool: resolvePool(here.in('pool'), output.pool, product.maxOpen),
    pools: resolvePools(here, output.pools, product.maxOpen),
  };
}

/** Only PostgreSQL looks for lost clients while it executes a statement. */
function checkInterval(here: Cursor, { kind, clientCheckIntervalNs }: WrittenDatabase): void {
  if (clientCheckIntervalNs !== null && kind !== 'postgres' && kind !== 'generic') {
    const message =
      `${kind} does not look for lost clients during a statement: remove clientCheckInterval, or ` +
      'write statementTimeout';
    here.in('clientCheckInterval').conflict(message);
  }
}

/** Resolves how its drivers look for a node. Only those of MongoDB do, and only without a router of shards. */
function resolveDriver(
  here: Cursor,
  { kind, shards, ...written }: WrittenDatabase,
  product: Product,
): Pick<Database, 'serverSelectionTimeoutNs' | 'retryReads' | 'retryWrites'> {
  const looks = product.repeats && shards === null;
  const problem = (field: string, value: number | boolean | null): void => {
    if (looks || !value) return;
    const why = product.repeats
      ? 'has no effect on shards, whose router looks for their nodes'
      : `is an option of the drivers of MongoDB, and the kind is ${kind}`;
    here.in(field).conflict(`${why}: remove ${field}`);
  };
  problem('serverSelectionTimeout', written.serverSelectionTimeoutNs);
  problem('retryReads', written.retryReads);
  problem('retryWrites', written.retryWrites);
  return {
    serverSelectionTimeoutNs: looks
      ? (written.serverSelectionTimeoutNs ?? product.serverSelectionTimeoutNs)
      : 0,
    retryReads: looks && (written.retryReads ?? true),
    retryWrites: looks && (written.retryWrites ?? true),
  };
}

/** Resolves the shards of a database, and checks its operations against them. */
function resolveShards(
  here: Cursor,
  { kind, shards, replicas, operations }: WrittenDatabase,
): Shards | null {
  for (const [name, operation] of sorted(operations)) {
    const { scan, key, lock, write } = operation;
    const at = here.in('operations', name);
    if (operation.fanout !== null) checkFanout(at, operation, kind, shards);
    if (scan && shards === null) {
      const message =
        'has no effect on a single node, which holds all rows: add shards to the database';
      at.in('scan').conflict(message);
    }
    if (scan && key !== null) {
      const message = `a scan asks every shard, and key: ${key} selects one row: remove one of them`;
      at.in('scan').conflict(message);
    }
    if (scan && write) {
      const message =
        'a scan only reads, because a write to all shards has no common commit: remove write';
      at.in('scan').conflict(message);
    }
    if (lock && shards !== null && kind !== 'elasticsearch' && key !== shards.key) {
      const message =
        `a row is locked on its shard, which the value of ${shards.key} selects: write key: ` +
        `${shards.key}, or remove lock`;
      at.in('lock').conflict(message);
    }
  }
  if (shards === null) return null;
  checkKey(here.in('shards', 'key'), shards.key);
  if ((replicas?.count ?? 0) > 0 && kind !== 'elasticsearch') {
    const message =
      'a database has either replicas or shards; only elasticsearch has replicas of shards: ' +
      'remove one of them';
    here.in('shards').conflict(message);
  }
  return shards;
}

/** Reports a cluster without shards of Redis. */
function checkCluster(here: Cursor, { kind, shards, cluster }: WrittenDatabase): void {
  if (cluster === null) return;
  if (kind !== 'redis') {
    const message = `describes a Redis Cluster, and the kind is ${kind}: remove cluster, or write kind: redis`;
    here.in('cluster').conflict(message);
  } else if (shards === null) {
    const message =
      'has no effect on a single node, which has all slots: add shards to the database';
    here.in('cluster').conflict(message);
  }
}

/** Reports invalid `fanout` of an operation. */
function checkFanout(
  here: Cursor,
  { scan, write, lock, fanout }: WrittenOperation,
  kind: WrittenDatabase['kind'],
  shards: Shards | null,
): void {
  const problem = (why: string): void => here.in('fanout').conflict(why);
  if (kind === 'elasticsearch') problem('a search asks every shard: remove fanout');
  else if (shards === null)
    problem('has no effect on a single node, which holds all rows: add shards to the database');
  else if (scan === true) problem('a scan asks every shard: remove fanout or scan');
  else if (write || lock) problem('a write to several shards has no common commit: remove fanout');
  else if (fanout! >= shards.count)
    problem(`expected fewer than all ${shards.count} shards: to ask all of them write scan: true`);
}

function resolveReplication(
  here: Cursor,
  { kind, replicas, route, failover }: WrittenDatabase,
  product: Product,
): Pick<Database, 'replication' | 'route' | 'failover'> {
  const own = failover && {
    ...failover,
    promoteNs: failover.promoteNs ?? product.failover?.promoteNs ?? 0,
    fencing: failover.fencing ?? product.failover?.fencing ?? true,
    ...(product.failover?.quorum && { quorum: product.failover.quorum }),
  };
  const count = replicas?.count ?? 0;
  if (kind === 'elasticsearch') {
    if ((failover?.fencing ?? null) !== null) {
      const message =
        'the master of a cluster needs a majority, so no fencing is needed: remove fencing';
      here.in('failover', 'fencing').conflict(message);
    }
    return { replication: null, route: PRIMARY, failover: own ?? product.failover };
  }
  if (replicas === null || count === 0) {
    if (route.kind !== 'primary') {
      const message = 'has no effect without replicas: add replicas to the database';
      here.in('route').conflict(message);
    }
    if (failover !== null) {
      const message = 'no replica can take over: add replicas to the database';
      here.in('failover').conflict(message);
    }
    return { replication: null, route: PRIMARY, failover: null };
  }
  return {
    replication: replicationOf(here.in('replicas'), kind, replicas),
    route,
    failover: own ?? (here.in('failover').isSwitchedOff() ? null : product.failover),
  };
}

/** Resolves the replication. A time limit applies to semi-synchronous commits only. */
function replicationOf(
  here: Cursor,
  kind: WrittenDatabase['kind'],
  written: WrittenReplicas,
): Replication {
  const product = PRODUCTS[kind];
  const { semiSyncTimeoutNs = product.semiSyncTimeoutNs, ...own } = written;
  const isWritten = written.semiSyncTimeoutNs !== undefined;
  const mode = own.mode ?? product.mode;
  const problem = (why: string): void =>
    here.in('semiSyncTimeout').conflict(`${why}: remove semiSyncTimeout`);
  if (isWritten && mode !== 'semiSync') {
    problem(`applies only to mode: semiSync, and the mode is ${mode}`);
  } else if (isWritten && kind !== 'mysql' && kind !== 'generic') {
    problem(`a commit of ${kind} waits for its replica without a limit`);
  }
  const replication = { ...own, mode, applyRate: own.applyRate ?? Infinity };
  if (mode !== 'semiSync' || semiSyncTimeoutNs === null) return replication;
  return { ...replication, semiSyncTimeoutNs };
}

/** Resolves the cores of the server. A single-threaded product always has one core; another number is reported. */
function coresOf(here: Cursor, { cpu, kind }: WrittenDatabase, { isSingleThreaded }: Product): Cpu {
  if (!isSingleThreaded) return resolveCpu(here, cpu);
  if (here.in('cores').written() !== undefined && cpu.cores !== 1) {
    here.in('cores').conflict(`${kind} runs all commands in one thread: write cpu: 1`);
  }
  return resolveSerialCpu(here, { ...cpu, cores: 1 }, kind);
}

function resolveOperations(here: Cursor, output: WrittenDatabase): ReadonlyMap<string, Operation> {
  const operations = new Map<string, Operation>();
  for (const [operation, own] of sorted(output.operations)) {
    if (own.work === null && own.wait === null) {
      here.in(operation).reportKey('FL203', 'an operation needs work, wait or both');
    }
    const { write, key, lock } = own;
    // A search goes to every shard unless `scan: false` is written.
    const isAll =
      output.kind === 'elasticsearch' && output.shards !== null && isSearch({ write, key });
    if (key !== null) checkKey(here.in(operation, 'key'), key);
    if (lock && key === null) {
      const message = 'lock needs a key whose value selects the row: write key: NAME';
      here.in(operation, 'lock').conflict(message);
    }
    operations.set(operation, {
      name: operation,
      ...except(own, ['tableLock']),
      ...resolveLocks(here.in(operation), output, own),
      scan: own.scan ?? isAll,
      fanout: own.fanout ?? 1,
      units: own.units ?? 1,
    });
  }
  if (operations.size === 0) here.report('FL203', 'a database needs at least one operation');
  return operations;
}
