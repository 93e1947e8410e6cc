import type { Pool } from './resources.js';

/** Whether one pool serves all callers: a pooler that gives a connection for a transaction. */
export function isShared(pool: Pool): boolean {
  return pool.kind === 'pgbouncer' && pool.mode !== 'session';
}

/** Connections that a pool may open at most, and the library's name of that limit. */
export function poolSizeOf(pool: Pool): { readonly size: number; readonly field: string } {
  if (pool.kind === 'pgbouncer') return { size: pool.defaultPoolSize, field: 'defaultPoolSize' };
  return 'maximumPoolSize' in pool
    ? { size: pool.maximumPoolSize, field: 'maximumPoolSize' }
    : { size: pool.maxOpen, field: 'maxOpen' };
}
