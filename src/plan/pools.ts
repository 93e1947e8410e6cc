import type { Database } from '../spec/scenario/database.js';
import type { Pool } from '../spec/scenario/resources.js';
import { isFree } from './free.js';

type Pooled = Pick<Database, 'pool' | 'pools' | 'maxConnections' | 'connect'>;

/** Connections that a server accepts. Reserved ones are held back from all pools. */
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

/** The connection pool of a caller at a database or a store, where connections are limited or cost something. */
export function poolAt(
  { pool, pools, maxConnections, connect }: Pooled,
  caller: string,
): Pool | null {
  const own = pools.get(caller) ?? pool;
  const limited =
    // A library has limits of its own.
    !('waiters' in own) ||
    own.maxOpen !== Infinity ||
    own.maxIdle !== Infinity ||
    own.maxLifetimeNs !== null ||
    own.maxIdleTimeNs !== null ||
    maxConnections !== Infinity ||
    !isFree(connect);
  return limited ? own : null;
}
