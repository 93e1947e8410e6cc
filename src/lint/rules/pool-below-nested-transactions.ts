import { poolSizeOf } from '../../contracts/scenario/pool-size.js';
import type { Database } from '../../contracts/scenario/database.js';
import type { Endpoint } from '../../contracts/scenario/services.js';
import type { Step } from '../../contracts/scenario/steps.js';
import { innerLists } from '../../language/each-step.js';
import type { Finding, Rule } from '../rule.js';
import type { Subject } from '../subject.js';
import { formatCount } from '../../text/figures.js';
import { yamlAt } from '../words.js';

/**
 * Requests that need several connections of one pool at once. With one connection less than Tn x (Cm - 1) + 1 they can
 * hold all of them and wait for each other (brettwooldridge/HikariCP wiki, About Pool Sizing, pool-locking).
 */
export const poolBelowNestedTransactions: Rule = {
  name: 'pool-below-nested-transactions',
  severity: 'error',
  reason:
    'Requests that hold a connection wait for a second one. Once they hold all connections of the pool, each waits for the others until the pool gives up.',
  remedy:
    'Allow requests x (connections of a request - 1) + 1 connections, admit fewer requests, or use one transaction.',
  check: (subject) =>
    [...subject.scenario.services.values()].flatMap(({ name, endpoints, concurrency }) =>
      [...endpoints].flatMap(([part, endpoint]) =>
        [...subject.scenario.databases.values()].flatMap(
          (database) =>
            shortage(subject, { caller: name, part, endpoint, concurrency }, database) ?? [],
        ),
      ),
    ),
};

interface Client {
  readonly caller: string;
  readonly part: string;
  readonly endpoint: Endpoint;
  /** Requests that an instance of it executes at once. */
  readonly concurrency: number;
}

function shortage(subject: Subject, client: Client, database: Database): Finding | null {
  const { caller, part, endpoint } = client;
  const from = `${caller}.${part}`;
  if (!subject.calls.some((call) => call.from === from && call.callee === database.name))
    return null;
  const pool = database.pools.get(caller) ?? database.pool;
  const { size, field } = poolSizeOf(pool);
  const each = connectionsAtOnce(endpoint.steps, database.name, false);
  // Without a transaction around it, a query holds no connection while it waits for another one.
  if (each < 2 || size === Infinity || pool.kind === 'pgbouncer') return null;
  const requests = Math.min(client.concurrency, limitOf(endpoint));
  const needed = requests * (each - 1) + 1;
  if (needed <= size) return null;
  const place = [
    'databases',
    database.name,
    ...(database.pools.has(caller) ? ['pools', caller] : ['pool']),
  ];
  const fitting = Math.max(1, Math.floor((size - 1) / (each - 1)));
  const isBounded = Number.isFinite(requests);
  return {
    path: [...place, field],
    entities: [caller, database.name],
    message: `requests of ${from} need ${formatCount(each)} connections each and can hold all of the pool`,
    measured: isBounded
      ? `${formatCount(size)} connections for ${formatCount(requests)} x (${each} - 1) + 1 = ${formatCount(needed)}`
      : `${formatCount(size)} connections, and no limit of concurrent requests`,
    limit: isBounded
      ? `at least ${formatCount(needed)}`
      : `at most ${formatCount(fitting)} requests at once`,
    fix: isBounded
      ? yamlAt(place, `${field}: ${needed}`)
      : yamlAt(['services', caller], `concurrency: ${fitting}`),
  };
}

/** Executions of an endpoint at once. */
function limitOf({ concurrency }: Endpoint): number {
  return concurrency === null ? Infinity : (concurrency.config as { readonly limit: number }).limit;
}

/** Connections of a database that a request holds while it waits for another one, and that one. */
function connectionsAtOnce(steps: readonly Step[], database: string, isInside: boolean): number {
  let most = 0;
  for (const step of steps) {
    if (step.background) continue;
    const isQuery = step.verb === 'query' && step.database === database && !isInside;
    const isBegin = step.verb === 'transaction' && step.database === database;
    // Branches of `parallel` have their own connections.
    const isWithin = isBegin || (isInside && step.verb !== 'parallel');
    const lists = [...innerLists(step), step.onError ?? []];
    const inner = Math.max(...lists.map((list) => connectionsAtOnce(list, database, isWithin)));
    most = Math.max(most, isQuery ? 1 : 0, inner + (isBegin ? 1 : 0));
  }
  return most;
}
