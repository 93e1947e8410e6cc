import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { FixResult } from '../../src/contracts/result/fix.js';
import { Folder, faultline } from './harness.js';

let folder: Folder;
beforeAll(() => {
  folder = new Folder();
});
afterAll(() => folder.remove());

/**
 * A user comes every 5 s. The cache begins empty, 20 s before the measured time: entries that live for
 * more than 60 s are there when the fault ends at 40 s, all of them. Later entries expire during the fault, too.
 */
const TOKENS = `
faultline: 1
title: tokens that outlive an outage of their issuer
run: { duration: 60s, warmup: 20s, seed: 4, replications: 2 }
services:
  api: { concurrency: 60, endpoints: { get: [ cache: { get: tokens, onMiss: [ call: sso.verify ] }, wait: 2ms ] } }
  sso: { concurrency: 20, endpoints: { verify: [ wait: 20ms ] } }
caches:
  tokens: { keys: user, levels: [ { name: near, kind: local, ttl: 30s, capacity: 20000 } ] }
keys: { user: { kind: uniform, count: 500 } }
workloads:
  users: { arrivals: poisson(100/s), requests: [ { call: api.get } ] }
faults:
  - { id: sso-down, kind: crash, target: sso, at: 20s, for: 20s }
budgets: [ users.success >= 97% ]
`;

it('runs an answer that lives longer than the run again, with a longer warm-up', () => {
  const file = folder.put('tokens.yaml', TOKENS);
  const json = folder.at('tokens.json');
  const over = 'caches.tokens.levels[0].ttl';
  const { stdout } = faultline(['fix', file, '--over', over, '--json', json]);
  const { fixed } = JSON.parse(readFileSync(json, 'utf8')) as FixResult;
  const to = Number.parseFloat(fixed.answer!.settings[0]!.to!);
  const check = fixed.checks.find(({ kind }) => kind === 'warmup');
  expect(check).toMatchObject({ subject: `${2 * to}s`, by: null, holds: false });
  expect(stdout).toMatch(/Breaks with a warm-up of \d+s: users\.success >= 97% \(\d/);
  // With a warm-up that is long enough there is nothing to check.
  const { stdout: warm } = faultline(['fix', file, '--over', over, '--set', 'run.warmup=400s']);
  expect(warm).not.toMatch(/with a warm-up/);
});

it('takes a second step where no first one helps', () => {
  // Twice 20 s is over for all entries of one age 10 s after the crash, and four times 20 s for none.
  const file = folder.put('short.yaml', TOKENS.replace('ttl: 30s', 'ttl: 20s'));
  const { stdout } = faultline([
    'fix',
    file,
    '--over',
    'caches.tokens.levels[0].ttl',
    '--max-runs',
    '40',
  ]);
  expect(stdout).toMatch(
    /^Set caches\.tokens\.levels\[0\]\.ttl to \d+s \(now 20s\): the budget holds/mu,
  );
});
