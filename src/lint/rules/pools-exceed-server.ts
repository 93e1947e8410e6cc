import { poolSizeOf, userOf } from '../../contracts/scenario/pool-size.js';
import type { Database } from '../../contracts/scenario/database.js';
import { mostOf } from '../demand.js';
import type { Finding, Rule } from '../rule.js';
import type { Subject } from '../subject.js';
import { formatCount } from '../../text/figures.js';
import { yamlAt } from '../words.js';

/** Pools that together can open more connections than the server allows. */
export const poolsExceedServer: Rule = {
  name: 'pools-exceed-server',
  severity: 'error',
  reason:
    'Under load every pool grows to its limit. Once the server has no connection left, connecting fails.',
  remedy:
    'Keep the sum of all pools below the connection limit of the server, or put a pooler in front of it. A pooler has a pool for each user.',
  check: (subject) =>
    [...subject.scenario.databases.values()].flatMap((database) => excess(subject, database) ?? []),
};

function excess(subject: Subject, database: Database): Finding | null {
  const { name, maxConnections, reserved } = database;
  if (maxConnections === Infinity) return null;
  const callers = callersOf(subject, name);
  const pools = poolsOf(subject, database, callers);
  // A pool without a limit is bounded elsewhere (by the workers), or not at all.
  if (pools.some(({ size }) => size === Infinity)) return null;
  const total = sumOf(pools);
  const limit = maxConnections - reserved;
  if (total <= limit) return null;
  const terms = pools.map(({ user, count, size }) =>
    user === null
      ? `${formatCount(count)} x ${formatCount(size)}`
      : `${formatCount(size)} (user ${user})`,
  );
  const { field } = poolSizeOf(database.pool);
  // What other kinds of pools, and reserves, leave to those with this setting.
  const own = pools.filter(({ kind }) => kind === database.pool.kind);
  const rest =
    total - sumOf(own) + own.reduce((sum, { count, reserve }) => sum + count * reserve, 0);
  const many = own.reduce((sum, { count }) => sum + count, 0);
  const fitting = Math.max(1, Math.floor((limit - rest) / Math.max(1, many)));
  return {
    path: ['databases', name, 'pool', field],
    entities: [name, ...callers],
    message: `the pools of ${name} may ask for more connections than it has`,
    measured: `${terms.join(' + ')} = ${formatCount(total)}`,
    limit: `at most ${formatCount(limit)}`,
    fix: yamlAt(['databases', name], `pool: { ${field}: ${fitting} }`),
  };
}

/** Pools of one size: that of each instance of a caller, or the only one of a user of a pooler. */
interface Sized {
  readonly kind: Database['pool']['kind'];
  /** Null = a caller without a pooler. */
  readonly user: string | null;
  readonly count: number;
  readonly size: number;
  /** Connections of a pool beside its usual ones. */
  readonly reserve: number;
}

function poolsOf(
  { scenario }: Subject,
  { pool: usual, pools }: Database,
  callers: readonly string[],
): readonly Sized[] {
  const users = new Set<string>();
  return callers.flatMap((caller): readonly Sized[] => {
    const pool = pools.get(caller) ?? usual;
    const { size } = poolSizeOf(pool);
    const { kind } = pool;
    if (kind !== 'pgbouncer')
      return [{ kind, user: null, count: mostOf(scenario, caller), size, reserve: 0 }];
    // A pooler has one pool for all callers with the same user.
    const user = userOf(pool, caller);
    if (users.has(user)) return [];
    users.add(user);
    return [{ kind, user, count: 1, size, reserve: pool.reservePoolSize }];
  });
}

function sumOf(pools: readonly Sized[]): number {
  return pools.reduce((sum, { count, size }) => sum + count * size, 0);
}

/** Names of the components that use a database. */
export function callersOf({ graph }: Subject, database: string): readonly string[] {
  const names = graph.takenBy(database).map(({ caller }) => caller);
  return [...new Set(names)].sort();
}
