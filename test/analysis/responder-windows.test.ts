import { describe, expect, it } from 'vitest';
import { loadFiles } from '../scenario/support.js';
import { run } from '../theory/program.js';

/** The shop serves 200/s, a third of it from 60 s to 260 s. A page starts a fault that takes most of the load away. */
const paged = (below: string, budgets: string, faults = ''): string => `
faultline: 1
title: a responder drops the load after a page
run: { duration: 300s, seed: 3, replications: 2, timeline: 1s }
services: { shop: { concurrency: 4, queue: { capacity: 20 }, endpoints: { buy: [ wait: 20ms ] } } }
workloads: { users: { arrivals: poisson(150/s), requests: [ { call: shop.buy } ] } }
alerts: { rules: { page: { when: users.success < ${below}, over: 30s } } }
faults:
  - { id: slow, kind: slow, target: shop, factor: 3, at: 60s, for: 200s }
  - { id: shed, kind: load, target: users, factor: 0.3, when: alerts.page, delay: 30s, for: 100s }
${faults}
budgets: [ ${budgets} ]
`;

const budgetsOf = (text: string) => run(text).result.variants[0]!.budgets;

describe('a fault that an alert starts', () => {
  it('has a time during and after it, which is that of the runs', () => {
    const [throughput, before, after] = budgetsOf(
      paged(
        '95%',
        'users.throughput < 60/s during shed, users.success < 100% before shed, users.success < 90% after shed',
      ),
    );
    // 0.3 x 150/s while it is active.
    expect(throughput!.value).toBeGreaterThan(42);
    expect(throughput!.value).toBeLessThan(48);
    expect([throughput!.verdict, before!.verdict, after!.verdict]).toEqual([
      'pass',
      'pass',
      'pass',
    ]);
  });

  it('gives percentiles of exactly its time', () => {
    const [during] = budgetsOf(paged('95%', 'users.successLatency.p99 < 200ms during shed'));
    // 45/s on 66/s: far below the 360 ms of a full queue of 20.
    expect(during!.value).toBeLessThan(0.3);
  });

  it('has none where the alert stays silent, and the budget says so', () => {
    const own = budgetsOf(
      paged('5%', 'users.success >= 99% during shed, users.success >= 99% after shed'),
    );
    for (const { applies, note } of own) {
      expect(applies).toBe(false);
      expect(note).toBe(
        'not measurable: shed starts in no run, because the alert page calls for it in none',
      );
    }
  });
});

it('a fault that no responder ends is not a matter of the length of the run', () => {
  const text = paged('5%', 'users.success >= 99% after stuck').replace(
    '\nbudgets',
    '  - { id: stuck, kind: slow, target: shop, factor: 1.1, at: 70s, for: none, mitigated: { alert: page, after: 1m } }\nbudgets',
  );
  const [after] = budgetsOf(text);
  expect(after!.note).toBe(
    'not measurable: stuck lasts to the end of the run: no responder ends it, because the alert page fires too late or not at all',
  );
});

it('a fault that waits for a level of a component still has no window', () => {
  const text = paged('5%', 'users.success >= 99% during late').replace(
    '\nbudgets',
    '  - { id: late, kind: slow, target: shop, factor: 2, when: shop.queue > 10, for: 10s }\nbudgets',
  );
  const { problems } = loadFiles({ 's.yaml': text });
  expect(problems.map(({ message }) => message)).toEqual([
    'the start of late is known only during the run, so it cannot define a window',
  ]);
});
