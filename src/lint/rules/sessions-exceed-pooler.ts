import type { Database } from '../../contracts/scenario/database.js';
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
    [...subject.scenario.databases.values()].flatMap((database) => excess(subject, database) ?? []),
};

function excess(subject: Subject, { name, pool, pools }: Database): Finding | null {
  if (pool.kind !== 'pgbouncer' || pool.mode !== 'session') return null;
  const { clients, defaultPoolSize } = pool;
  // Clients that release idle sessions share the connections.
  if (clients.maxIdle === 0 || clients.maxIdleTimeNs !== null) return null;
  const callers = callersOf(subject, name).filter((caller) => !pools.has(caller));
  // A client without a limit opens at least one session.
  const each = Number.isFinite(clients.maxOpen) ? clients.maxOpen : 1;
  const counts = callers.map((caller) => mostOf(subject.scenario, caller));
  const total = counts.reduce((sum, replicas) => sum + replicas * each, 0);
  if (total <= defaultPoolSize) return null;
  return {
    path: ['databases', name, 'pool', 'mode'],
    entities: [name, ...callers],
    message: `clients of ${name} keep more sessions than its pooler has connections`,
    measured: `${counts.map((replicas) => `${replicas} x ${each}`).join(' + ')} = ${total}`,
    limit: `at most ${defaultPoolSize}`,
    fix: yamlAt(['databases', name, 'pool'], 'mode: transaction'),
  };
}
