import { describe, expect, it } from 'vitest';
import { run } from '../theory/program.js';

const DOWN = '{ rules: { down: { expr: up == 0 } } }';

const shop = (faults: string, alerts = DOWN, more = '') => {
  const { result } = run(`
faultline: 1
title: Responders
run: { duration: 5m, replications: 1, timeline: 15s }
network: { latency: 0ms }
services:
  shop: { replicas: 2, lifecycle: { startup: 0s }, endpoints: { buy: [ wait: 5ms ] } }
workloads: { users: { arrivals: constant(10/s), requests: [ { call: shop.buy } ] } }
faults:
${faults}
alerts: ${alerts}
${more}
`);
  return result.variants[0]!;
};
const journalOf = (variant: ReturnType<typeof shop>): readonly string[] =>
  variant.journal
    .filter(({ kind }) => kind === 'fault')
    .map(({ at, subject, value }) => `${at} ${subject} ${value}`);

describe('responders', () => {
  it('act some time after the alert, on a run that is the same until then', () => {
    // Down at 50 s, seen by the scrape at 60 s, restarted 30 s later.
    const variant = shop(
      `  - { id: dead, kind: crash, target: 'shop[0]', at: 50s, for: none, mitigated: { alert: down, after: 30s } }`,
    );
    expect(journalOf(variant)).toEqual(['50 dead on', '90 dead off']);
    expect(variant.alerts!.rules[0]).toMatchObject({ firings: 1, firesFor: 30 });
  });

  it('change the system, which ends the alert that called them', () => {
    const variant = shop(
      `  - { id: slow, kind: slow, target: shop, factor: 200, at: 52s, for: none }
  - { id: scale, kind: load, target: users, factor: 0.1, when: alerts.busy, delay: 20s, for: none }`,
      '{ rules: { busy: { when: shop.concurrency > 5 } } }',
    );
    // 10/s for 1 s each. Of the 15 s to 90 s, 6 s have ten and the others one: a mean of 4.6.
    expect(journalOf(variant)).toEqual(['52 slow on', '80 scale on']);
    expect(variant.alerts!.rules[0]).toMatchObject({ firings: 1, firesFor: 30 });
  });

  it('act at each alert up to their count', () => {
    const variant = shop(
      `  - { id: dead, kind: crash, target: 'shop[0]', at: 50s, for: 20s, every: 60s, count: 3 }
  - { id: look, kind: slow, target: shop, factor: 2, when: alerts.down, delay: 5s, for: 10s, count: 2 }`,
    );
    expect(journalOf(variant).filter((line) => line.includes('look'))).toEqual([
      '65 look on',
      '75 look off',
      '125 look on',
      '135 look off',
    ]);
  });

  it('do nothing where the alert stays silent, or the run ends before', () => {
    const silent = shop(
      `  - { id: look, kind: slow, target: shop, factor: 2, when: alerts.down, for: 10s }`,
    );
    expect(journalOf(silent)).toEqual([]);
    const late = shop(
      `  - { id: dead, kind: crash, target: 'shop[0]', at: 290s, for: none, mitigated: { alert: down, after: 30s } }`,
    );
    expect(journalOf(late)).toEqual(['290 dead on']);
  });

  it('need an alert that exists', () => {
    expect(() =>
      shop(`  - { id: look, kind: slow, target: shop, factor: 2, when: alerts.don, for: 10s }`),
    ).toThrow(/there is no alert don.*did you mean "down"/s);
    expect(() =>
      shop(
        `  - { id: dead, kind: crash, target: shop, at: 50s, for: 60s, mitigated: { alert: up } }`,
      ),
    ).toThrow(/there is no alert up/);
  });

  it('end the windows of the fault that they end, also within a step of the timeline', () => {
    // Down at 50 s, seen at 60 s, restarted 22 s later: 320 requests fail, and those from 82 s on succeed.
    const dead =
      '  - { id: dead, kind: crash, target: shop, at: 50s, for: 4m, mitigated: { alert: down, after: 22s } }';
    const { budgets, faults, summary } = shop(
      dead,
      DOWN,
      `budgets:
  - users.outcomes.refused == 320 during dead
  - users.success == 0% during dead
  - users.success == 100% after dead
  - users.latency.p99 > 4ms after dead
  - users.throughput == 10/s after dead
  - users.recovery == 0s after dead`,
    );
    expect(budgets.map(({ text, verdict, value }) => [text, verdict, value])).toEqual(
      budgets.map(({ text, value }) => [text, 'pass', value]),
    );
    expect(faults.map(({ spans }) => spans)).toEqual([[{ from: 50, until: 82 }]]);
    const [buy] = summary.during;
    expect(buy!.success.value).toBe(0);
  });

  it('end them in the last run that ends it, where the runs differ', () => {
    const { result } = run(`
faultline: 1
title: Responders
run: { duration: 5m, replications: 4, timeline: 15s, seed: 5 }
services: { shop: { endpoints: { buy: [ wait: 5ms ] } } }
workloads: { users: { arrivals: poisson(4/s), requests: [ { call: shop.buy } ] } }
faults:
  - { id: bad, kind: error, target: shop, share: 15%, at: 50s, for: none, mitigated: { alert: page, after: 5s } }
alerts: { rules: { page: { when: users.success < 86%, over: 60s } } }
budgets: [ users.outcomes.serverError > 0 during bad, users.outcomes.serverError == 0 after bad ]
`);
    const [variant] = result.variants;
    expect(variant!.budgets.map(({ verdict }) => verdict)).toEqual(['pass', 'pass']);
  });
});
