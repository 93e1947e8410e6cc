import { poolSizeOf, userOf } from '../../contracts/scenario/pool-size.js';
import type { Database } from '../../contracts/scenario/database.js';
import type { Scenario } from '../../contracts/scenario/scenario.js';
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
  const pools = poolsOf(subject.scenario, database, callers, (caller) =>
    workersOf(subject, caller),
  );
  // Without workers either, nothing says how many there may be.
  if (pools.some(({ size }) => size === Infinity)) return null;
  const total = sumOf(pools);
  const limit = maxConnections - reserved;
  if (total <= limit) return null;
  const terms = pools.map(({ user, count, size, isFree }) =>
    user === null
      ? `${formatCount(count)} x ${formatCount(size)}${isFree ? ' workers' : ''}`
      : `${formatCount(size)} (user ${user})`,
  );
  const fitting = fittingSize(pools, limit);
  const large = pools.filter(({ setting }) => setting > fitting);
  const at = ['databases', name];
  const { own, field } = (large[0] ?? pools[0])!;
  return {
    path: [...at, ...own, field],
    entities: [name, ...callers],
    message: `the pools of ${name} may ask for more connections than it has`,
    measured: `${terms.join(' + ')} = ${formatCount(total)}`,
    limit: `at most ${formatCount(limit)}`,
    fix: yamlAt(at, sizesYaml(large.length > 0 ? large : pools, fitting)),
  };
}

/** The largest size that pools may be set to, so that all of them together fit. The small ones keep theirs. */
function fittingSize(pools: readonly Sized[], limit: number): number {
  const left = limit - pools.reduce((sum, { count, reserve }) => sum + count * reserve, 0);
  const fits = (most: number): boolean =>
    pools.reduce((sum, { count, setting }) => sum + count * Math.min(setting, most), 0) <= left;
  let [low, high] = [1, Math.max(1, ...pools.map(({ setting }) => setting))];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (fits(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The lines that give pools a size, below the database. */
function sizesYaml(pools: readonly Sized[], size: number): string {
  const lineOf = ({ own, field }: Sized): string => `${own[own.length - 1]}: { ${field}: ${size} }`;
  const usual = pools.filter(({ own }) => own.length === 1).map(lineOf);
  const named = pools.filter(({ own }) => own.length > 1).map((pool) => `  ${lineOf(pool)}`);
  return [...new Set(usual), ...(named.length > 0 ? ['pools:', ...named] : [])].join('\n');
}

/** Pools of one size: that of each instance of a caller, or the only one of a user of a pooler. */
interface Sized {
  /** The place below the database: the pool of all callers, or that of one. */
  readonly own: readonly ['pool'] | readonly ['pools', string];
  /** The field that sets the size, and its value: without what a pooler has in reserve. */
  readonly field: string;
  readonly setting: number;
  /** Null = a caller without a pooler. */
  readonly user: string | null;
  readonly count: number;
  readonly size: number;
  /** Connections of a pool beside its usual ones. */
  readonly reserve: number;
  /** The pool has no limit: it has a connection for each worker. */
  readonly isFree: boolean;
}

function poolsOf(
  scenario: Scenario,
  { pool: usual, pools }: Database,
  callers: readonly string[],
  unlimited: (caller: string) => number = () => Infinity,
): readonly Sized[] {
  const users = new Set<string>();
  return callers.flatMap((caller): readonly Sized[] => {
    const pool = pools.get(caller) ?? usual;
    const { size: most, field } = poolSizeOf(pool);
    // Each worker has a connection when all of them query.
    const isFree = most === Infinity;
    const size = isFree ? unlimited(caller) : most;
    const own: Sized['own'] = pools.has(caller) ? ['pools', caller] : ['pool'];
    if (pool.kind !== 'pgbouncer') {
      const count = mostOf(scenario, caller);
      return [{ own, field, setting: size, user: null, count, size, reserve: 0, isFree }];
    }
    // A pooler has one pool for all callers with the same user.
    const user = userOf(pool, caller);
    if (users.has(user)) return [];
    users.add(user);
    const reserve = pool.reservePoolSize;
    return [{ own, field, setting: size - reserve, user, count: 1, size, reserve, isFree }];
  });
}

/** Workers of an instance of a caller. */
function workersOf({ hosts }: Subject, caller: string): number {
  return hosts.find(({ name }) => name === caller)?.concurrency ?? Infinity;
}

/** The most connections that the pools of some callers of a database have together. */
export function connectionsAsked(
  scenario: Scenario,
  database: Database,
  callers: readonly string[],
): number {
  return sumOf(poolsOf(scenario, database, callers));
}

function sumOf(pools: readonly Sized[]): number {
  return pools.reduce((sum, { count, size }) => sum + count * size, 0);
}

/** Names of the components that use a database. */
export function callersOf({ graph }: Subject, database: string): readonly string[] {
  const names = graph.takenBy(database).map(({ caller }) => caller);
  return [...new Set(names)].sort();
}
