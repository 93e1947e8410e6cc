import { poolSizeOf } from '../../contracts/scenario/pool-size.js';
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
    'Keep the sum of all pools below the connection limit of the server, or put a pooler in front of it.',
  check: (subject) =>
    [...subject.scenario.databases.values()].flatMap((database) => excess(subject, database) ?? []),
};

function excess(subject: Subject, database: Database): Finding | null {
  const { name, maxConnections, reserved } = database;
  if (maxConnections === Infinity) return null;
  const callers = callersOf(subject, name);
  const sizes = callers.map((caller) => {
    const { size } = poolSizeOf(database.pools.get(caller) ?? database.pool);
    return { caller, size, replicas: mostOf(subject.scenario, caller) };
  });
  // A pool without a limit is bounded elsewhere (by the workers), or not at all.
  if (sizes.some(({ size }) => size === Infinity)) return null;
  // One pooler serves all callers.
  if (database.pool.kind === 'pgbouncer') return null;
  const total = sizes.reduce((sum, { size, replicas }) => sum + size * replicas, 0);
  if (total <= maxConnections - reserved) return null;
  const terms = sizes
    .map(({ size, replicas }) => `${formatCount(replicas)} x ${formatCount(size)}`)
    .join(' + ');
  const { field } = poolSizeOf(database.pool);
  const instances = sizes.reduce((sum, { replicas }) => sum + replicas, 0);
  const fitting = Math.max(1, Math.floor((maxConnections - reserved) / instances));
  return {
    path: ['databases', name, 'pool', field],
    entities: [name, ...callers],
    message: `the pools of ${name} may ask for more connections than it has`,
    measured: `${terms} = ${formatCount(total)}`,
    limit: `at most ${formatCount(maxConnections - reserved)}`,
    fix: yamlAt(['databases', name], `pool: { ${field}: ${fitting} }`),
  };
}

/** Names of the components that use a database. */
export function callersOf({ graph }: Subject, database: string): readonly string[] {
  const names = graph.takenBy(database).map(({ caller }) => caller);
  return [...new Set(names)].sort();
}
