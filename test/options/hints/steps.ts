import type { Hint } from './hint.js';

/** Verbs of steps: the option, the endpoint of steps.yaml that has it, and values. */
const VERBS: readonly (readonly [string, string, readonly unknown[]])[] = [
  ['call', 'call', ['stock.take', 'second.take']],
  ['call.to', 'call', ['stock.take', 'second.take']],
  ['call.headers.*', 'gate', ['3ms', 'other']],
  ['call.host', 'gate', ['3ms', 'other']],
  ['call.method', 'gate', ['GET', 'POST']],
  ['call.requestSize', 'gate', ['64B', '40KiB']],
  ['query', 'query', ['db.read', 'db2.read']],
  ['query.database', 'query', ['db', 'db2']],
  ['query.route', 'query', ['primary', 'replica']],
  ['load', 'load', ['ledger', 'journal']],
  ['load.store', 'load', ['ledger', 'journal']],
  ['load.fromVersion', 'load', ['start']],
  ['append', 'append', ['ledger', 'journal']],
  ['append.store', 'append', ['ledger', 'journal']],
  ['append.expectedVersion', 'append', ['any', 'exact']],
  ['saga', 'saga', ['trip', 'tour']],
  ['saga.start', 'saga', ['trip', 'tour']],
  ['saga.await', 'saga', [true, false]],
  ['cache.get', 'get', ['items', 'others']],
  ['cache.set', 'set', ['items', 'others']],
  ['cache.delete', 'delete', ['items', 'others']],
  ['cache.key', 'get', ['item', 'other']],
  ['transaction.database', 'buy', ['db', 'db2']],
  ['publish.via', 'publish', ['direct', 'outbox']],
  ['respond.responseSize', 'respond', ['1KiB', '60KiB']],
];

const SHELF: ReadonlySet<string> = new Set(['get', 'set', 'delete', 'publish', 'buy', 'respond']);

/** Hints for names in the steps of services. */
export const steps: readonly Hint[] = VERBS.map(([option, endpoint, values]) => ({
  option: new RegExp(
    `^services\\.\\*\\.endpoints\\.\\*\\[\\]\\.${option.replace(/[.*]/g, '\\$&')}$`,
  ),
  base: 'steps.yaml',
  at: ['services', SHELF.has(endpoint) ? 'shelf' : 'shop', 'endpoints', endpoint],
  values,
}));
