import { UNLIMITED_POOL, type Pool, type WrittenPool } from '../../contracts/scenario/pools.js';
import { meanOf } from '../../kernel/distribution.js';
import { NS_PER_SECOND, type Ns } from '../../kernel/time.js';
import type { Cursor } from '../resolve/context.js';
import { mapOf } from '../resolve/names.js';
import { unknown } from '../resolve/targets.js';

/** Resolves a client-side pool. A pool of kind simple without `maxOpen` has `most` connections. */
export function resolvePool(here: Cursor, output: WrittenPool, most = Infinity): Pool {
  switch (output.kind) {
    case 'go':
      // As in SetMaxOpenConns.
      return { ...output, maxIdle: Math.min(output.maxIdle, output.maxOpen) };
    case 'pgbouncer':
      if (output.clients !== null && output.mode !== 'session') {
        const message = `clients has no effect with mode: ${output.mode}: remove it`;
        here.in('clients').conflict(message);
      }
      if (output.reservePoolSize > 0 && output.mode === 'session') {
        const message =
          'has no effect with mode: session here: raise defaultPoolSize, or write mode: transaction';
        here.in('reservePoolSize').conflict(message);
      }
      if (meanOf(output.connectWork) > 0 && output.mode !== 'session') {
        const message =
          `has no effect with mode: ${output.mode}, whose clients stay connected here: remove it, or ` +
          'write mode: session';
        here.in('connectWork').conflict(message);
      }
      return { ...output, clients: { ...(output.clients ?? UNLIMITED_POOL), kind: 'simple' } };
    case 'hikari':
      return hikari(here, output);
    case 'simple':
    case null:
      return {
        ...output,
        kind: 'simple',
        maxOpen: isOpen(here) ? most : output.maxOpen,
      };
  }
}

/** Whether a pool leaves its largest size to its driver. */
function isOpen(here: Cursor): boolean {
  return !here.isSwitchedOff() && here.in('maxOpen').written() === undefined;
}

/** Resolves the pools of individual callers. */
export function resolvePools(
  here: Cursor,
  outputs: Readonly<Record<string, WrittenPool>> | null | undefined,
  most?: number,
): ReadonlyMap<string, Pool> {
  const pools = mapOf(outputs, (caller, own) => {
    const at = here.in('pools', caller);
    const kind = here.names.things.get(caller)?.kind;
    if (kind !== 'service' && kind !== 'gateway') {
      unknown(at, caller, ['service', 'gateway']);
    }
    return resolvePool(at, own, most);
  });
  checkPooler(here, pools);
  return pools;
}

type OfPooler = Extract<Pool, { readonly kind: 'pgbouncer' }>;

/** Settings of the pool of a user, with the names that a file has for them. */
const OF_USER = [
  ['mode', 'mode'],
  ['defaultPoolSize', 'defaultPoolSize'],
  ['reservePoolSize', 'reservePoolSize'],
  ['reservePoolTimeoutNs', 'reservePoolTimeout'],
  ['queryWaitTimeoutNs', 'queryWaitTimeout'],
] as const;

/** Callers meet in one PgBouncer: reports settings of it, or of a user, that they have different values for. */
function checkPooler(here: Cursor, pools: ReadonlyMap<string, Pool>): void {
  const all = [...pools].flatMap(([caller, pool]) =>
    pool.kind === 'pgbouncer' ? [[caller, pool] as const] : [],
  );
  const users = new Map<string, readonly [string, OfPooler]>();
  for (const [caller, pool] of all) {
    const [first, other] = all[0];
    const problem = here.in('pools', caller).conflicts();
    if (pool.maxClientConn !== other.maxClientConn) {
      const message = `the limit is one of the whole pooler, and pools.${first} has ${other.maxClientConn}: write the same`;
      problem('maxClientConn', message);
    }
    if (JSON.stringify(pool.connectWork) !== JSON.stringify(other.connectWork)) {
      const message = `the pooler has one thread for all clients, and pools.${first} says another time for it: write the same`;
      problem('connectWork', message);
    }
    const user = pool.user ?? caller;
    const [owner, same] = users.get(user) ?? [caller, pool];
    users.set(user, [owner, same]);
    for (const [field, name] of OF_USER) {
      if (pool[field] === same[field]) continue;
      const message = `${caller} and ${owner} connect as ${user} and share its pool: write the same in both, or another user`;
      problem(name, message);
    }
  }
}

/** DEFAULT_KEEPALIVE_TIME of HikariConfig.java, as pull requests 2372 and 2394 state it; 0 up to version 6.0. */
const HIKARI_KEEPALIVE: Ns = 120 * NS_PER_SECOND;

/** Reports settings that HikariConfig.java would silently disable because of other settings. */
function hikari(here: Cursor, output: Extract<WrittenPool, { readonly kind: 'hikari' }>): Pool {
  const { maximumPoolSize, idleTimeoutNs, maxLifetimeNs, leakDetectionThresholdNs } = output;
  const minimumIdle = output.minimumIdle ?? maximumPoolSize;
  const problem = here.conflicts();
  if (minimumIdle > maximumPoolSize) {
    problem('minimumIdle', 'minimumIdle is above maximumPoolSize: lower it');
  }
  const writesIdle = here.in('idleTimeout').written() !== undefined;
  const idles = minimumIdle < maximumPoolSize;
  if (writesIdle && idleTimeoutNs !== null && !idles) {
    const text =
      'no effect, because the pool has a fixed size; write minimumIdle below maximumPoolSize for it to act';
    here.in('idleTimeout').remark(text);
  }
  const outlived =
    idles &&
    idleTimeoutNs !== null &&
    maxLifetimeNs !== null &&
    idleTimeoutNs + NS_PER_SECOND > maxLifetimeNs;
  if (outlived) {
    const message =
      'HikariCP ignores an idleTimeout that is not at least a second shorter than ' +
      'maxLifetime: shorten idleTimeout';
    problem(writesIdle ? 'idleTimeout' : 'maxLifetime', message);
  }
  if (leakDetectionThresholdNs !== null && leakDetectionThresholdNs > (maxLifetimeNs ?? Infinity)) {
    const message = 'HikariCP ignores a leakDetectionThreshold longer than maxLifetime: shorten it';
    problem('leakDetectionThreshold', message);
  }
  const lifetimeNs = maxLifetimeNs ?? Infinity;
  const isKept = HIKARI_KEEPALIVE < lifetimeNs;
  const { keepaliveTimeNs = isKept ? HIKARI_KEEPALIVE : null } = output;
  if ((output.keepaliveTimeNs ?? 0) >= lifetimeNs) {
    const message =
      'HikariCP ignores a keepaliveTime that is not shorter than maxLifetime: shorten it';
    problem('keepaliveTime', message);
  }
  return { ...output, minimumIdle, keepaliveTimeNs };
}
