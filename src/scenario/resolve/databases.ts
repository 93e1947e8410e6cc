import { PRIMARY, type Replication, type Shards } from '../../contracts/scenario/replication.js';
import type { Database, Operation } from '../../contracts/scenario/database.js';
import type { Cpu } from '../../contracts/scenario/process.js';
import { isSearch, PRODUCTS, type Product } from '../../language/databases.js';
import type { DatabaseOutput } from '../schema/components.js';
import { resolveCapacity } from './capacity.js';
import { cursorAt, type Context, type Cursor } from './context.js';
import { resolveCpu, resolveSerialCpu } from '../sections/cpu.js';
import { sorted } from './names.js';
import { checkKey } from './sections.js';
import { plainHost } from './plain-host.js';
import { resolvePool, resolvePools } from '../sections/pools.js';
import { resolvePlacement } from './placement.js';
import { nodesOf, resolveSearch } from './search.js';
import { lockTimeoutOf, resolveLocks } from './table-locks.js';

/** Resolves a database. */
export function resolveDatabase(context: Context, name: string, output: DatabaseOutput): Database {
  const here = cursorAt(context, 'databases', name);
  const operations = resolveOperations(here.in('operations'), output);
  const product = PRODUCTS[output.kind];
  const cpu = coresOf(here.in('cpu'), output, product);
  const { maxConnections = product.maxConnections, reserved = product.reserved } = output;
  if (reserved >= maxConnections) {
    const message = 'reserved must be below maxConnections, or no connection is left';
    here.in('reserved').conflict(message);
  }
  const placement = resolvePlacement(here, nodesOf(output), output.zone);
  return {
    ...plainHost(name, output, { ...placement, cpu }),
    kind: output.kind,
    operations,
    maxConnections,
    reserved,
    connect: output.connect,
    connectWork: output.connectWork,
    cancellation: output.onAbandon === 'cancel' ? 'immediate' : 'ignore',
    onAbandon: output.onAbandon,
    clientCheckIntervalNs: checkInterval(here, output),
    idleTimeoutNs: output.idleTimeout,
    statementTimeoutNs: output.statementTimeout,
    knee: output.knee ?? null,
    ...resolveReplication(here, output, product),
    shards: resolveShards(here, output),
    cluster: resolveCluster(here, output),
    capacity: resolveCapacity(here, output),
    search: resolveSearch(here, output, cpu),
    lockTimeoutNs: lockTimeoutOf(output),
    deadlockTimeoutNs: output.deadlockTimeout ?? product.deadlockTimeoutNs,
    deadlockVictim: product.deadlockVictim,
    pool: resolvePool(here.in('pool'), output.pool),
    pools: resolvePools(here, output.pools),
  };
}

/** Only PostgreSQL looks for lost clients while it executes a statement. */
function checkInterval(
  here: Cursor,
  { kind, clientCheckInterval }: DatabaseOutput,
): Database['clientCheckIntervalNs'] {
  if (clientCheckInterval !== null && kind !== 'postgres' && kind !== 'generic') {
    const message =
      `${kind} does not look for lost clients during a statement: remove clientCheckInterval, or ` +
      'write statementTimeout';
    here.in('clientCheckInterval').conflict(message);
  }
  return clientCheckInterval;
}

/** Resolves the shards of a database, and checks its operations against them. */
function resolveShards(
  here: Cursor,
  { kind, shards: written, replicas, operations }: DatabaseOutput,
): Shards | null {
  const shards = written ?? null;
  for (const [name, operation] of sorted(operations)) {
    const { scan, key, lock, write } = operation;
    const at = here.in('operations', name);
    if (operation.fanout !== undefined) checkFanout(at, operation, kind, shards);
    if (scan && shards === null) {
      const message =
        'has no effect on a single node, which holds all rows: add shards to the database';
      at.in('scan').conflict(message);
    }
    if (scan && key !== undefined) {
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

/** Resolves the cluster that the shards of Redis are in. */
function resolveCluster(
  here: Cursor,
  { kind, shards, cluster }: DatabaseOutput,
): Database['cluster'] {
  if (cluster === undefined) return null;
  if (kind !== 'redis') {
    const message = `describes a Redis Cluster, and the kind is ${kind}: remove cluster, or write kind: redis`;
    here.in('cluster').conflict(message);
  } else if (shards === undefined) {
    const message =
      'has no effect on a single node, which has all slots: add shards to the database';
    here.in('cluster').conflict(message);
  }
  return cluster;
}

/** Reports invalid `fanout` of an operation. */
function checkFanout(
  here: Cursor,
  { scan, write, lock, fanout = 1 }: DatabaseOutput['operations'][string],
  kind: DatabaseOutput['kind'],
  shards: Shards | null,
): void {
  const problem = (why: string): void => here.in('fanout').conflict(why);
  if (kind === 'elasticsearch') problem('a search asks every shard: remove fanout');
  else if (shards === null)
    problem('has no effect on a single node, which holds all rows: add shards to the database');
  else if (scan === true) problem('a scan asks every shard: remove fanout or scan');
  else if (write || lock) problem('a write to several shards has no common commit: remove fanout');
  else if (fanout >= shards.count)
    problem(`expected fewer than all ${shards.count} shards: to ask all of them write scan: true`);
}

/** Resolves replicas, read route and failover. */
function resolveReplication(
  here: Cursor,
  { kind, replicas, route, failover }: DatabaseOutput,
  product: Product,
): Pick<Database, 'replication' | 'route' | 'failover'> {
  const own = failover && {
    ...failover,
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
  if (replicas === undefined || count === 0) {
    if (route.kind !== 'primary') {
      const message = 'has no effect without replicas: add replicas to the database';
      here.in('route').conflict(message);
    }
    if (failover !== undefined) {
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
  kind: DatabaseOutput['kind'],
  written: NonNullable<DatabaseOutput['replicas']>,
): Replication {
  const product = PRODUCTS[kind];
  const { count, lag, mode = product.mode, applyRate = Infinity, semiSyncTimeout } = written;
  const problem = (why: string): void =>
    here.in('semiSyncTimeout').conflict(`${why}: remove semiSyncTimeout`);
  if (semiSyncTimeout !== undefined && mode !== 'semiSync') {
    problem(`applies only to mode: semiSync, and the mode is ${mode}`);
  } else if (semiSyncTimeout !== undefined && kind !== 'mysql' && kind !== 'generic') {
    problem(`a commit of ${kind} waits for its replica without a limit`);
  }
  const limitNs = semiSyncTimeout === undefined ? product.semiSyncTimeoutNs : semiSyncTimeout;
  const replication = { count, lag, mode, applyRate };
  if (mode !== 'semiSync' || limitNs === null) return replication;
  return { ...replication, semiSyncTimeoutNs: limitNs };
}

/** Resolves the cores of the server. A single-threaded product always has one core; another number is reported. */
function coresOf(here: Cursor, { cpu, kind }: DatabaseOutput, { isSingleThreaded }: Product): Cpu {
  if (!isSingleThreaded) return resolveCpu(here, cpu);
  if (here.in('cores').written() !== undefined && cpu.cores !== 1) {
    here.in('cores').conflict(`${kind} runs all commands in one thread: write cpu: 1`);
  }
  return resolveSerialCpu(here, { ...cpu, cores: 1 }, kind);
}

function resolveOperations(here: Cursor, output: DatabaseOutput): ReadonlyMap<string, Operation> {
  const operations = new Map<string, Operation>();
  for (const [operation, own] of sorted(output.operations)) {
    if (own.work === undefined && own.wait === undefined) {
      here.in(operation).reportKey('FL203', 'an operation needs work, wait or both');
    }
    const { work = null, wait = null, write, key = null, lock, units = 1, fanout = 1 } = own;
    // A search goes to every shard unless `scan: false` is written.
    const {
      scan = output.kind === 'elasticsearch' &&
        output.shards !== undefined &&
        isSearch({ write, key }),
    } = own;
    if (key !== null) checkKey(here.in(operation, 'key'), key);
    if (lock && key === null) {
      const message = 'lock needs a key whose value selects the row: write key: NAME';
      here.in(operation, 'lock').conflict(message);
    }
    const locks = resolveLocks(here.in(operation), output, own);
    const asks = { scan, fanout, units };
    operations.set(operation, { name: operation, work, wait, write, key, lock, ...locks, ...asks });
  }
  if (operations.size === 0) here.report('FL203', 'a database needs at least one operation');
  return operations;
}
