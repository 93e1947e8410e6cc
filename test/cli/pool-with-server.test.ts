import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import type { FixResult } from '../../src/contracts/result/fix.js';
import type { Result } from '../../src/contracts/result/result.js';
import { Folder, faultline } from './harness.js';

/** Pools of four instances that use all connections of their server. Transactions hold theirs for a slow call. */
const scenario = (pool: string): string => `faultline: 1
title: pools and their server
run: { duration: 40s, warmup: 5s, seed: 3, replications: 1 }
services:
  orders:
    replicas: 4
    concurrency: 50
    endpoints:
      create: [ { transaction: { database: pg, steps: [ query: pg.write, { call: psp.pay, policy: { timeout: 1s } } ] } } ]
  psp: { external: true, concurrency: 500, endpoints: { pay: [ wait: 40ms ] } }
databases:
  pg: { kind: postgres, cpu: 8, maxConnections: 23, ${pool}, operations: { write: { work: exponential(2ms) } } }
workloads: { users: { arrivals: poisson(100/s), patience: 2s, requests: [ { call: orders.create } ] } }
faults: [ { id: psp-slow, kind: slow, target: psp, factor: 8, at: 15s, for: 10s } ]
budgets: [ users.success >= 99.5% ]
`;

describe('a larger pool', () => {
  const folder = new Folder();
  const cwd = folder.path;
  afterAll(() => folder.remove());
  const failedOf = (file: string, ...flags: string[]): number => {
    const to = ['--format', 'json', '--out', 'out', '--no-explain'];
    const { stdout } = faultline(['run', file, ...to, ...flags], { cwd });
    const path = folder.at(/ {2}report {2}(\S+)/.exec(stdout)![1]!);
    const [variant] = (JSON.parse(readFileSync(path, 'utf8')) as Result).variants;
    const { success, requests } = variant!.summary;
    return Math.round(requests * (1 - success.value!));
  };

  it('is advised with the connections that its server needs for it, and does what the advice says', () => {
    const file = folder.put('shared.yaml', scenario('pool: { maxOpen: 5 }'));
    const { stdout } = faultline(['run', file, '--explain', '--out', 'out'], { cwd });
    const said =
      /do {4}Set databases\.pg\.pool\.maxOpen to (\d+) \(now 5\) and databases\.pg\.maxConnections to (\d+) \(now 23\): ([\d,]+) requests? fails? instead of ([\d,]+)/.exec(
        stdout,
      );
    expect(said).not.toBeNull();
    const [size, most, failed, before] = said!
      .slice(1)
      .map((text) => Number(text.replace(',', '')));
    // Four pools and the three connections that Postgres keeps for superusers.
    expect(most).toBe(4 * size! + 3);
    const pool = `databases.pg.pool.maxOpen=${size}`;
    const both = ['--set', pool, '--set', `databases.pg.maxConnections=${most}`];
    const near = before! / 100;
    expect(Math.abs(failedOf(file) - before!)).toBeLessThan(near);
    expect(Math.abs(failedOf(file, ...both) - failed!)).toBeLessThan(near);
    // The pool alone gets no connections.
    expect(failedOf(file, '--set', pool)).toBeGreaterThan(before! / 2);
  });

  it('is found by fix, with as many connections of the server as it needs', () => {
    const file = folder.put('fixed.yaml', scenario('pool: { maxOpen: 5 }'));
    faultline(['fix', file, '--quiet', '--json', 'fixed.json'], { cwd });
    const { fixed } = JSON.parse(readFileSync(folder.at('fixed.json'), 'utf8')) as FixResult;
    const settings = fixed.answer!.settings.map(({ path, to }) => [path, Number(to)] as const);
    const size = new Map(settings).get('databases.pg.pool.maxOpen')!;
    expect(settings).toEqual([
      ['databases.pg.pool.maxOpen', size],
      ['databases.pg.maxConnections', 4 * size + 3],
    ]);
  });

  it('is what more load needs, with the connections of the server', () => {
    const text = scenario('pool: { maxOpen: 5 }').replace('wait: 40ms', 'wait: 300ms');
    const args = ['capacity', folder.put('more.yaml', text), '--for', '2x'];
    const { stdout } = faultline(args, { cwd });
    expect(stdout).toMatch(/2 times the load \(\S+\) needs:/);
    const [, size, most] =
      /\+ databases\.pg\.pool\.maxOpen: (\d+) .*\n {2}\+ databases\.pg\.maxConnections: (\d+) /.exec(
        stdout,
      )!;
    expect(Number(most)).toBe(4 * Number(size) + 3);
  });

  it('is advised alone where its server has room', () => {
    const roomy = scenario('pool: { maxOpen: 5 }').replace(
      'maxConnections: 23',
      'maxConnections: 200',
    );
    const { stdout } = faultline(
      ['run', folder.put('roomy.yaml', roomy), '--explain', '--out', 'out'],
      { cwd },
    );
    expect(stdout).toMatch(/do {4}Set databases\.pg\.pool\.maxOpen to \d+ \(now 5\): /);
  });

  it('is no advice where a caller has a pool of its own', () => {
    const own = scenario('pool: { maxOpen: 9 }, pools: { orders: { maxOpen: 5 } }');
    const { stdout } = faultline(
      ['run', folder.put('own.yaml', own), '--explain', '--out', 'out'],
      { cwd },
    );
    expect(stdout).not.toContain('set databases.pg.pool.maxOpen');
  });

  it('is not advised where the pools ask for more than the server has', () => {
    const pool = 'pool: { maxOpen: 50 }';
    const text = scenario(pool).replace(
      'steps: [ query: pg.write, {',
      'steps: [ query: pg.write, {',
    );
    const file = folder.put('asked.yaml', text);
    const { stdout } = faultline(['run', file, '--explain', '--out', 'out'], { cwd });
    const [, most, failed, before] =
      /do {4}Set databases\.pg\.maxConnections to (\d+) \(now 23\): ([\d,]+) requests? fails? instead of ([\d,]+)/
        .exec(stdout)!
        .map((part) => Number(part.replace(',', '')));
    const near = before! / 100;
    expect(Math.abs(failedOf(file) - before!)).toBeLessThan(near);
    const advised = failedOf(file, '--set', `databases.pg.maxConnections=${most}`);
    expect(Math.abs(advised - failed!)).toBeLessThan(near);
    expect(advised).toBeLessThan(before! / 2);
  });
});
