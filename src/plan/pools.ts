import type { Distribution } from '../kernel/distribution.js';
import type { Database } from '../contracts/scenario/database.js';
import type { Pool } from '../contracts/scenario/pools.js';
import { isFree } from './free.js';

type Pooled = Pick<Database, 'pool' | 'pools' | 'maxConnections' | 'connect'> & {
  readonly connectWork?: Distribution;
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

/** Connection pool of a caller; null if connections are unlimited and free. */
export function poolAt(
  { pool, pools, maxConnections, connect, connectWork }: Pooled,
  caller: string,
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
    !isFree(connect) ||
    (connectWork !== undefined && !isFree(connectWork));
  return limited ? own : null;
}
