import type { Distribution } from '../kernel/distribution.js';
import type { Database } from '../contracts/scenario/database.js';
import type { PlanEdge } from '../contracts/plan/plan.js';
import type { Pool } from '../contracts/scenario/pools.js';
import { SESSION, type Session } from '../contracts/scenario/sections.js';
import type { Ns } from '../kernel/time.js';
import { isFree } from './free.js';
import { isModule, type LaidComponent, type LaidPart } from './layout.js';

type Pooled = Pick<Database, 'pool' | 'pools' | 'maxConnections' | 'connect'> & {
  readonly connectWork?: Distribution;
  readonly idleTimeoutNs?: Ns | null;
};

/** Connections that a server accepts, and the cost of opening one. Pools cannot use reserved connections. */
export function connectionsOf({
  maxConnections,
  reserved,
  connect,
}: Pick<Database, 'maxConnections' | 'reserved' | 'connect'>) {
  return {
    maxConnections: Math.max(0, maxConnections - reserved),
    connect: isFree(connect) ? null : connect,
  };
}

/** Connection pool of a caller; null if connections are unlimited, free and last. `forgets`: devices end them. */
export function poolAt(
  { pool, pools, maxConnections, connect, connectWork, idleTimeoutNs = null }: Pooled,
  caller: string,
  forgets = false,
): Pool | null {
  const own = pools.get(caller) ?? pool;
  const limited =
    // Pools of libraries always have limits.
    !('waiters' in own) ||
    own.maxOpen !== Infinity ||
    own.maxIdle !== Infinity ||
    own.maxLifetimeNs !== null ||
    own.maxIdleTimeNs !== null ||
    maxConnections !== Infinity ||
    idleTimeoutNs !== null ||
    forgets ||
    !isFree(connect) ||
    (connectWork !== undefined && !isFree(connectWork));
  return limited ? own : null;
}

/** Connection pool of a caller for its callee; null = no pool. */
export function poolOf(
  { name }: LaidComponent,
  { source }: LaidComponent,
  forgets: boolean,
): Pool | null {
  if (isModule(source)) return source.poolOf?.(name) ?? null;
  return source.kind === 'database' ? poolAt(source.host, name, forgets) : null;
}

/** The driver of a database looks for a node for each operation but the statements of a transaction. */
export function selectionOf(
  { component: { source }, name }: LaidPart,
  session: Session,
): Pick<PlanEdge, 'selection'> {
  if (source.kind !== 'database' || session === SESSION.inside) return {};
  const { operations, replication, ...host } = source.host;
  const isWrite = operations.get(name)?.write === true;
  const own = isWrite ? host.retryWrites && replication !== null : host.retryReads;
  const repeats = own && session !== SESSION.holds;
  const timeoutNs = host.serverSelectionTimeoutNs;
  return repeats || timeoutNs > 0 ? { selection: { timeoutNs, repeats } } : {};
}
