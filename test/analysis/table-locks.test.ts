import { expect, it } from 'vitest';
import { Source } from '../../src/scenario/load.js';
import { INTERVENTIONS, suggested } from '../../src/plan/interventions/index.js';
import { settingsOf } from '../../src/scenario/tuning/settings.js';
import { runPlan } from '../support/built.js';
import { sourceOf } from '../support/proofs.js';
import { run } from '../theory/program.js';

/**
 * A report reads the table of the users from 10 s to 25 s. At 15 s a migration asks for it, waits for 10 s, and every later
 * statement waits behind it: 20 of 20 connections within 0.2 s. Of some 3,500 statements only these 20 wait, so that no
 * quantile of all waits shows them.
 */
const MIGRATION = (alter: string): string => `
faultline: 1
title: A migration behind a report
run: { duration: 40s, warmup: 0s, seed: 3 }
databases:
  db:
    kind: postgres
    pool: { maxOpen: 20, acquireTimeout: 3s }
    operations:
      read: { wait: exponential(5ms), table: orders }
      report: { wait: 15s, table: orders }
      alter: { wait: 100ms, write: true, table: orders, ${alter} }
services:
  api: { concurrency: 200, endpoints: { get: [ query: db.read ] } }
  office: { concurrency: 10, endpoints: { report: [ query: db.report ], migrate: [ query: db.alter ] } }
workloads:
  users: { arrivals: poisson(100/s), patience: 5s, requests: [ { call: api.get } ] }
  analyst: { arrivals: { at: [ 10s ] }, requests: [ { call: office.report } ] }
  deploy: { arrivals: { at: [ 15s ] }, requests: [ { call: office.migrate } ] }
budgets: [ users.success >= 99% ]
`;
const EXCLUSIVE = 'tableLock: accessExclusive';

it('statements behind a migration that waits for a report are told as such', () => {
  const ran = run(MIGRATION(EXCLUSIVE));
  const [locks, ...others] = ran.variant().cascade.causes;
  expect(locks).toMatchObject({ kind: 'locks', subject: 'db' });
  expect(locks!.text).toMatch(
    /^statements of db wait up to 10\.?\d* s behind db\.alter for its table$/u,
  );
  expect(locks!.evidence).toBe(
    'db.alter waits 10 s itself; the longest statement on the table is db.report, 15 s',
  );
  expect(others.map(({ text }) => text)).toEqual(['the request of deploy']);
});

it('no statement waits without the locks, or without the migration, and both are tried first', () => {
  const ran = run(MIGRATION(EXCLUSIVE));
  const [plan] = ran.plans;
  const failed = (words: string): number => {
    const own = INTERVENTIONS.flatMap((kind) => kind.of(plan!)).find((one) => one.words === words);
    const record = runPlan(own!.apply(sourceOf(ran)), 0);
    const part = plan!.parts.findIndex(
      ({ component }) => plan!.components[component]!.name === 'users',
    );
    const { outcomes } = record.parts[part]!;
    return [...outcomes].reduce((sum, count, k) => sum + (k % 18 === 0 ? 0 : count), 0);
  };
  expect(failed('without the requests of deploy')).toBe(0);
  expect(failed('without waits for the locks of db')).toBe(0);
  expect(failed('without the requests of analyst')).toBe(0);
  const first = suggested(plan!, ran.variant()).map(({ words }) => words);
  expect(first).toContain('without waits for the locks of db');
  expect(first).toContain('without the requests of deploy');
});

it('statements that wait for one row are not told to wait behind a short migration', () => {
  // From 10 s on 75/s lock the only row for 15 ms each, more than there is time for. The migration of 10 ms was before.
  const ran = run(`
faultline: 1
title: A hot row and a short migration
run: { duration: 40s, warmup: 0s, seed: 3 }
keys: { article: { kind: uniform, count: 1 } }
databases:
  db:
    kind: postgres
    pool: { maxOpen: 20, acquireTimeout: 3s }
    operations:
      stock: { wait: 15ms, write: true, table: orders, key: article, lock: true }
      alter: { wait: 10ms, write: true, table: orders, tableLock: accessExclusive }
services:
  api: { concurrency: 200, endpoints: { buy: [ query: db.stock ] } }
  office: { concurrency: 10, endpoints: { migrate: [ query: db.alter ] } }
workloads:
  users: { arrivals: { kind: stages, start: 20/s, stages: [ { duration: 10s, target: 20/s }, { duration: 1s, target: 75/s }, { duration: 29s, target: 75/s } ] }, patience: 5s, requests: [ { call: api.buy } ] }
  deploy: { arrivals: { at: [ 5s ] }, requests: [ { call: office.migrate } ] }
`);
  const locks = ran.variant().cascade.causes.find(({ kind }) => kind === 'locks');
  expect(locks?.text).toBe('requests of db wait for a lock');
});

/** The limits of waits for locks that are tried. */
function limitsOf(text: string): readonly string[] {
  const { texts, problems } = new Source('locks.yaml', () => ({ text })).load();
  expect(problems).toEqual([]);
  return settingsOf(texts.get('base')!.written)
    .flatMap(({ moves }) => moves)
    .filter(({ path }) => path.endsWith('lockTimeout'))
    .flatMap((move) => [move, move.stronger ?? []].flat())
    .map(({ path, value }) => `${path}: ${value?.type === 'scalar' ? value.value : ''}`);
}

it('a statement that stops others may give up sooner, one that reads or writes rows not alone', () => {
  const own = 'databases.db.operations.alter.lockTimeout';
  expect(limitsOf(MIGRATION(EXCLUSIVE))).toEqual([`${own}: 1s`, `${own}: 250ms`]);
  expect(limitsOf(MIGRATION(`${EXCLUSIVE}, lockTimeout: 4s`))).toContain(`${own}: 2s`);
  expect(limitsOf(MIGRATION('tableLock: rowExclusive'))).toEqual([]);
  expect(limitsOf(MIGRATION('key: client, lock: true'))).toEqual([
    'databases.db.lockTimeout: 1s',
    'databases.db.lockTimeout: 250ms',
  ]);
});
