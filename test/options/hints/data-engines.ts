import type { Tree } from '../figures.js';
import type { Hint } from './hint.js';

/** A cache whose key is tried. */
function cached(tree: Tree): void {
  const { items } = tree.caches as Record<string, Tree>;
  items!.negativeTtl ??= '1s';
}

/** Refreshes are those of an index without searches. */
function searchedSeldom(tree: Tree): void {
  const { finders } = tree.workloads as Record<string, Tree>;
  finders!.arrivals = 'poisson(0.6/s)';
}

/** So few connections that those for administrators matter. */
function few(tree: Tree): void {
  const { db } = tree.databases as Record<string, Tree>;
  db!.maxConnections = 6;
}

/** Statements of two rows that also lock their table against each other. */
function altering(tree: Tree): void {
  const { db } = tree.databases as Record<string, Tree>;
  const operations = db!.operations as Record<string, Tree>;
  for (const name of ['debit', 'credit']) {
    operations[name]!.table ??= 'accounts';
    operations[name]!.tableLock ??= 'accessExclusive';
  }
}

/** Callers that leave long statements behind. */
function impatient(tree: Tree): void {
  const { db } = tree.databases as Record<string, Tree>;
  (db!.operations as Tree).select = { wait: '2s' };
  db!.maxConnections = 30;
  tree.policies = { ...(tree.policies as Tree | undefined), impatient: { timeout: '100ms' } };
  const { api } = tree.services as Record<string, Tree>;
  api!.outbound = { db: 'impatient' };
}

function of(name: string, path: string, values: readonly unknown[], beside?: Hint['beside']): Hint {
  const option = new RegExp(`^databases\\.\\*\\.${path}$`);
  const base = { base: 'data-engines.yaml', at: ['databases', name] };
  return { option, ...base, values, ...(beside === undefined ? {} : { beside }) };
}

function ofMongo(event: string, path: string, values: readonly unknown[]): Hint {
  const option = new RegExp(`^databases\\.\\*\\.${path}$`);
  return {
    option,
    base: `test/field/databases/mongo-${event}.yaml`,
    at: ['databases', 'db'],
    values,
  };
}

function ofCache(path: string, values: readonly unknown[], beside?: Hint['beside']): Hint {
  const option = new RegExp(`^caches\\.\\*\\.${path}$`);
  return { option, base: 'data-engines.yaml', values, ...(beside === undefined ? {} : { beside }) };
}

const CLUSTER = 'test/field/databases/redis-cluster-full-coverage.yaml';

/** Hints for kinds of databases and for caches. */
export const engines: readonly Hint[] = [
  {
    option: /^databases\.\*\.cluster\.requireFullCoverage$/,
    base: CLUSTER,
    at: ['databases', 'cache'],
    values: [false],
  },
  {
    option: /^databases\.\*\.cluster\.nodeTimeout$/,
    base: CLUSTER,
    at: ['databases', 'cache'],
    values: ['5s', '30s'],
  },
  ofMongo('election', 'serverSelectionTimeout', ['0s', '5s']),
  ofMongo('election', 'retryWrites', [false]),
  ofMongo('standalone', 'retryReads', [false]),
  of('db', 'deadlockTimeout', ['10ms', '400ms']),
  of('db', 'lockTimeout', ['20ms', '200ms']),
  of('db', 'onAbandon', ['cancel', 'close'], impatient),
  of('db', 'clientCheckInterval', ['200ms', 'none'], impatient),
  of('db', 'operations\\.\\*\\.write', [true, false]),
  of('db', 'operations\\.\\*\\.(table|tableLock)', ['accounts', 'other', 'rowExclusive'], altering),
  of('db', 'operations\\.\\*\\.lockTimeout', ['5ms', 'none']),
  of('db', 'connectWork', ['5ms', '50ms']),
  of('db', 'reserved', [1, 4], few),
  of('es', 'threadPools\\.\\w+\\.size', [1, 6]),
  of('es', 'threadPools\\.\\w+\\.queueSize', [0, 5]),
  of('es', 'refresh\\.interval', ['200ms', '5s']),
  of('es', 'refresh\\.idleAfter', ['200ms', '4s'], searchedSeldom),
  of('table', 'capacity\\.(read|write)', ['5/s', '15/s']),
  of('table', 'capacity\\.burst', ['0s', '3s']),
  of('table', 'capacity\\.adaptive', [true, false]),
  of('table', 'capacity\\.partitions', [1, 8]),
  of('table', 'capacity\\.indexes', [{ status: { write: '5/s' } }]),
  ofCache('negativeTtl', ['50ms', '1s']),
  ofCache('keys', ['item', 'other'], cached),
];
