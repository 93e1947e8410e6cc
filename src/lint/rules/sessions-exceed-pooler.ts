import type { Database } from '../../contracts/scenario/database.js';
import { userOf } from '../../contracts/scenario/pool-size.js';
import type { PgbouncerSettings } from '../../contracts/scenario/pools.js';
import { mostOf } from '../demand.js';
import type { Finding, Rule } from '../rule.js';
import type { Subject } from '../subject.js';
import { yamlAt } from '../words.js';
import { callersOf } from './pools-exceed-server.js';

/** Clients of a pooler that keep more sessions than it has server connections. */
export const sessionsExceedPooler: Rule = {
  name: 'sessions-exceed-pooler',
  severity: 'error',
  reason:
    'An idle session keeps its server connection. The first sessions hold all of them, and the others wait until queryWaitTimeout.',
  remedy:
    'Pool by transaction, let clients close idle sessions, or open no more sessions than there are connections.',
  check: (subject) =>
    [...subject.scenario.databases.values()].flatMap((database) =>
      [...clientsOf(subject, database)].flatMap(
        ([user, clients]) => excess(subject, database, user, clients) ?? [],
      ),
    ),
};

/** A caller that connects to a pooler with a pool by session. */
interface Client {
  readonly caller: string;
  readonly pool: PgbouncerSettings;
  /** Where its pool is in the file. */
  readonly path: readonly string[];
}

/** The callers that share the pool of a user. */
function clientsOf(subject: Subject, database: Database): ReadonlyMap<string, Client[]> {
  const { name, pool: usual, pools } = database;
  const users = new Map<string, Client[]>();
  for (const caller of callersOf(subject, name)) {
    const own = pools.get(caller);
    const pool = own ?? usual;
    if (pool.kind !== 'pgbouncer' || pool.mode !== 'session') continue;
    const path = own === undefined ? ['pool'] : ['pools', caller];
    const user = userOf(pool, caller);
    users.set(user, [...(users.get(user) ?? []), { caller, pool, path }]);
  }
  return users;
}

function excess(
  { scenario }: Subject,
  { name }: Database,
  user: string,
  all: readonly Client[],
): Finding | null {
  // Clients that release idle sessions share the connections.
  const isKeeping = ({ pool: { clients } }: Client): boolean =>
    clients.maxIdle !== 0 && clients.maxIdleTimeNs === null;
  if (!all.every(isKeeping)) return null;
  const { pool, path } = all[0]!;
  const terms = all.map(({ caller, pool: { clients } }) => ({
    replicas: mostOf(scenario, caller),
    // A client without a limit opens at least one session.
    each: Number.isFinite(clients.maxOpen) ? clients.maxOpen : 1,
  }));
  const total = terms.reduce((sum, { replicas, each }) => sum + replicas * each, 0);
  if (total <= pool.defaultPoolSize) return null;
  return {
    path: ['databases', name, ...path, 'mode'],
    entities: [name, ...all.map(({ caller }) => caller)],
    message: `clients of ${name} with the user ${user} keep more sessions than its pooler has connections for it`,
    measured: `${terms.map(({ replicas, each }) => `${replicas} x ${each}`).join(' + ')} = ${total}`,
    limit: `at most ${pool.defaultPoolSize}`,
    fix: yamlAt(['databases', name, ...path], 'mode: transaction'),
  };
}
