import type { Pool } from './pools.js';

/** Whether one pool serves all callers with the same user: PgBouncer, unless it assigns connections per session. */
export function isShared(pool: Pool): boolean {
  return pool.kind === 'pgbouncer' && pool.mode !== 'session';
}

/** The user that a caller connects to a pooler as. */
export function userOf(pool: Pool, caller: string): string {
  return pool.kind === 'pgbouncer' ? (pool.user ?? caller) : caller;
}

/** Largest number of connections of a pool, and the field of the library that sets it. */
export function poolSizeOf(pool: Pool): { readonly size: number; readonly field: string } {
  if (pool.kind === 'pgbouncer') {
    return { size: pool.defaultPoolSize + pool.reservePoolSize, field: 'defaultPoolSize' };
  }
  return 'maximumPoolSize' in pool
    ? { size: pool.maximumPoolSize, field: 'maximumPoolSize' }
    : { size: pool.maxOpen, field: 'maxOpen' };
}
