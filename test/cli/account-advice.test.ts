import { afterAll, beforeAll, expect, it } from 'vitest';
import { Folder, faultline } from './harness.js';

let folder: Folder;
beforeAll(() => {
  folder = new Folder();
});
afterAll(() => folder.remove());

/** 50/s of 400 ms and 20/s of 1 s need 40 executions at once, on average; the account has 30. */
const ACCOUNT = `
faultline: 1
title: An account
run: { duration: 60s, warmup: 5s, seed: 3, replications: 1 }
functions:
  order: { kind: lambda, maxConcurrency: 30, endpoints: { create: [ wait: 400ms ] } }
  stats: { kind: lambda, maxConcurrency: 30, endpoints: { count: [ wait: 1s ] } }
workloads:
  users: { arrivals: poisson(50/s), requests: [ { call: order.create } ] }
  jobs: { arrivals: constant(20/s), requests: [ { call: stats.count } ] }
budgets: [ users.success >= 99% ]
`;

/** The limits of both functions in an answer, as flags. */
function flagsIn(text: string): readonly string[] {
  const found = [
    ...text.matchAll(/(functions\.\w+\.maxConcurrency)(?: to|:) (\d+) \(now\s+30\)/gu),
  ];
  const limits = new Map(found.map(([, path, to]) => [path!, to!]));
  expect([...limits.keys()].sort()).toEqual([
    'functions.order.maxConcurrency',
    'functions.stats.maxConcurrency',
  ]);
  return [...limits].flatMap(([path, to]) => ['--set', `${path}=${to}`]);
}

it('run advises the limit of the account, at all of its functions', () => {
  const file = folder.put('account.yaml', ACCOUNT);
  const args = ['--out', folder.at('out'), '--format', 'json'];
  const { stdout } = faultline(['run', file, ...args]);
  const line = stdout.split('\n').find((one) => one.startsWith('  do '));
  const set = flagsIn(line!);
  expect(faultline(['run', file, ...args, ...set]).stdout).toContain('1/1 pass');
});

it('fix finds it, and capacity raises it', () => {
  const file = folder.put('account.yaml', ACCOUNT);
  const fixed = faultline(['fix', file]);
  expect(fixed.status).toBe(0);
  flagsIn(fixed.stdout.slice(0, fixed.stdout.indexOf('replication')).replace(/\s+/gu, ' '));
  const { stdout } = faultline(['capacity', file]);
  expect(stdout.replace(/\s+/gu, ' ')).toMatch(/the account’s concurrency of 30 holds/u);
  expect(stdout).toMatch(
    /\+ functions\.order\.maxConcurrency: (\d+) \(now 30\)\n {2}\+ functions\.stats\.maxConcurrency: \1 \(now 30\)/u,
  );
});
