import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TuneResult } from '../../src/contracts/result/tune.js';
import { Folder, faultline } from './harness.js';
import { POOL } from './small-pool.js';

let folder: Folder;
beforeAll(() => {
  folder = new Folder();
});
afterAll(() => folder.remove());

/** The outage lasts 5 s, and the breaker stays open for 60 s, which is not written: it is the default. */
const BREAKER = `
faultline: 1
title: a breaker that stays open
run: { duration: 90s, warmup: 5s, seed: 3, replications: 2 }
policies:
  pay: { timeout: 1s, circuitBreaker: { kind: resilience4j, slidingWindowSize: 20, minimumNumberOfCalls: 10 } }
services:
  shop: { concurrency: 50, endpoints: { buy: [ { call: bank.pay, policy: pay } ] } }
  bank: { external: true, endpoints: { pay: [ wait: exponential(20ms) ] } }
workloads:
  users: { arrivals: poisson(40/s), requests: [ { call: shop.buy } ] }
faults: [ { id: down, kind: error, target: bank, share: 100%, at: 10s, for: 5s } ]
budgets: [ users.recovery < 30s after down ]
`;

/** What `tune` finds. */
function tuned(name: string, text: string, ...flags: readonly string[]): TuneResult['tuned'] {
  const path = folder.put(name, text);
  const json = folder.at(`${name}.json`);
  const { status, stderr } = faultline(['tune', path, '--quiet', '--json', json, ...flags]);
  expect([status, stderr]).toEqual([0, '']);
  return (JSON.parse(readFileSync(json, 'utf8')) as TuneResult).tuned;
}

describe('tune', () => {
  it('makes a pool larger that is too small for the load', () => {
    const { base, answer } = tuned('pool.yaml', POOL);
    expect([base.holds, answer?.holds]).toEqual([false, true]);
    expect(answer!.settings).toEqual([
      { path: 'databases.catalog.pool.maxOpen', from: '5', to: '10' },
    ]);
    // 100 of 130 requests find a connection in time.
    expect(base.failed / base.arrived).toBeGreaterThan(0.2);
    expect(answer!.failed / answer!.arrived).toBeLessThan(0.01);
  });

  it('names a default that nobody has written', () => {
    const { answer, singles } = tuned('breaker.yaml', BREAKER);
    expect(answer!.holds).toBe(true);
    const paths = [...answer!.settings, ...singles.flatMap(({ settings }) => settings)].map(
      ({ path, from, to }) => `${path} ${from} ${to}`,
    );
    expect(paths).toContain('policies.pay.circuitBreaker.waitDurationInOpenState 60s 7.5s');
  });

  it('says the answer first, with the command that shows it', () => {
    const path = folder.put('said.yaml', POOL);
    const { stdout } = faultline(['tune', path, '--quiet']);
    expect(stdout).toContain('base holds 0 of 1 budget. One setting holds it:');
    expect(stdout).toContain('+ databases.catalog.pool.maxOpen: 10 (now 5)');
    const command = /faultline (run .*--as tuned)/.exec(stdout)![1]!;
    const args = [...command.replaceAll("'", '').split(' '), '--quiet', '--no-explain'];
    const json = folder.at('run.json');
    expect(faultline([...args, '--out', folder.at('out'), '--json', json]).status).toBe(0);
    const { variants } = JSON.parse(readFileSync(json, 'utf8')) as {
      readonly variants: readonly {
        readonly name: string;
        readonly budgets: readonly { readonly verdict: string }[];
      }[];
    };
    expect(variants.map(({ name, budgets }) => [name, budgets[0]!.verdict])).toEqual([
      ['base', 'fail'],
      ['tuned', 'pass'],
    ]);
  });

  it('leaves out what another variant does and does not need', () => {
    const variants = `
variants:
  - { name: today }
  - name: larger
    set:
      services.shop.concurrency: 120
      services.shop.queue.capacity: 90
      databases.catalog.cpu: 16
      databases.catalog.pool.maxOpen: 12
`;
    const { answer, partOf } = tuned('variants.yaml', POOL + variants, '--max-runs', '40');
    expect(answer!.settings.map(({ path }) => path)).toEqual(['databases.catalog.pool.maxOpen']);
    expect(partOf === null || partOf.variant === 'larger').toBe(true);
  });

  it('counts a budget that no run measures nowhere', () => {
    // With 5 s of calm after the outage there is no recovery to measure, whatever the settings are.
    const late = POOL.replace(
      'budgets: [ users.success >= 99% ]',
      'faults: [ { id: late, kind: slow, target: shop, factor: 1.1, at: 27s, for: 1s } ]\n' +
        'budgets: [ users.success >= 99%, users.recovery < 5s after late ]',
    );
    const { base, answer } = tuned('late.yaml', late);
    expect(base.budgets.map(({ applies }) => applies)).toEqual([undefined, false]);
    expect(answer?.holds).toBe(true);
    const { stdout } = faultline(['tune', folder.at('late.yaml'), '--quiet', '--max-runs', '20']);
    expect(stdout).toContain('base holds 0 of 1 budget. One setting holds it:');
  });

  it('removes what a command removes', () => {
    const text = BREAKER.replace('users.recovery < 30s after down', 'users.success >= 90%');
    const path = folder.put('removal.yaml', text);
    const json = folder.at('removal.json');
    const args = [
      '--set',
      'policies.pay.circuitBreaker=null',
      '--as',
      'bare',
      '--replications',
      '1',
    ];
    const run = ['run', path, ...args, '--quiet', '--no-explain', '--json', json];
    expect(faultline([...run, '--out', folder.at('o')]).status).toBe(0);
    const { variants } = JSON.parse(readFileSync(json, 'utf8')) as {
      readonly variants: readonly { readonly changes?: unknown }[];
    };
    expect(variants[1]!.changes).toEqual([
      {
        path: 'policies.pay.circuitBreaker',
        from: { kind: 'resilience4j', minimumNumberOfCalls: 10, slidingWindowSize: 20 },
        to: null,
      },
    ]);
  });

  it('never changes a load, a fault or a budget', () => {
    const cheat = `
variants:
  - { name: today }
  - { name: cheat, set: { workloads.users.arrivals: poisson(20/s) } }
`;
    const { answer, singles } = tuned('cheat.yaml', POOL + cheat, '--max-runs', '30');
    const paths = [answer!, ...singles].flatMap(({ settings }) => settings.map(({ path }) => path));
    expect(paths.filter((path) => /^(workloads|faults|budgets|run)/.test(path))).toEqual([]);
  });

  it('has nothing to do where the budgets hold', () => {
    const path = folder.put('fine.yaml', POOL.replace('poisson(130/s)', 'poisson(30/s)'));
    const { status, stdout } = faultline(['tune', path, '--quiet']);
    expect(status).toBe(0);
    expect(stdout).toContain('base holds its budget: nothing to change.');
  });

  it('needs a budget', () => {
    const path = folder.put('none.yaml', POOL.replace(/budgets:.*/, ''));
    const { status, stderr } = faultline(['tune', path, '--quiet']);
    expect(status).toBe(2);
    expect(stderr).toContain("--budget 'users.success >= 99%'");
  });
});
