import { describe, expect, it } from 'vitest';
import { run } from '../theory/program.js';

/** Ten pods. The canary fails one request in five; its first measurement at 55 s rolls it back. */
const canary = (runs: string, policy = '{}'): ReturnType<typeof run> =>
  run(`
faultline: 1
title: Taken back
run: { duration: 150s, warmup: 10s, seed: 5, replications: ${runs} }
gateways: { edge: { routes: [ { match: { path: / }, to: shop.buy, policy: ${policy} } ] } }
services:
  shop:
    replicas: 10
    lifecycle: { startup: 5s }
    endpoints: { buy: [ wait: 10ms ] }
    versions: { v1: {}, v2: { endpoints: { buy: [ wait: 10ms, { fail: 500, probability: 20% } ] } } }
    rollout:
      to: v2
      at: 30s
      kind: canary
      steps: [ { weight: 50% }, { pause: 60s } ]
      analysis: { expect: [ canary.success >= 99% ], interval: 20s }
workloads: { users: { arrivals: constant(100/s), requests: [ { name: buy, call: edge } ] } }
`);

const RETRIED = '{ retry: { attempts: 2, on: [ 500 ], backoff: { kind: constant, base: 1ms } } }';

describe('success during a fault', () => {
  it('is that of the time a rollout took, not of the time until the end', () => {
    const variant = canary('2').variant();
    const { faults, timeline, summary } = variant;
    expect(faults[0]!.spans).toEqual([{ from: 30, until: 55 }]);
    const rates = timeline.series['users.buy']!.success;
    const [from, until] = [30 / timeline.step, 55 / timeline.step];
    const within = rates.slice(from, until).map((share) => share ?? 1);
    const mean = within.reduce((sum, share) => sum + share, 0) / within.length;
    expect(summary.during[0]!.success.value).toBeCloseTo(mean, 3);
    // The canary has half of the requests for 20 s of 25 and fails one in five: 8 %.
    expect(summary.during[0]!.success.value).toBeLessThan(0.94);
  });

  it('is that of the time in which a fault may come, as a budget means it', () => {
    const ran = run(`
faultline: 1
title: Now and then
run: { duration: 90s, seed: 5, replications: 6 }
services: { shop: { endpoints: { buy: [ wait: 10ms ] } } }
workloads: { users: { arrivals: constant(50/s), requests: [ { name: buy, call: shop.buy } ] } }
faults: [ { id: f, kind: error, target: shop, status: 500, at: 40s, for: 20s, probability: 50% } ]
budgets: [ users.success >= 99% during f ]
`);
    const { summary, budgets } = ran.variant();
    expect(summary.during[0]!.success.value).toBe(budgets[0]!.value);
    // The fault occurs in 5 of 6 runs.
    expect(summary.during[0]!.success.value).toBeCloseTo(1 / 6, 9);
  });

  it('has the same time as the attempts for each call', () => {
    const { edges, timeline, faults } = canary('1', RETRIED).variant();
    const { from, until } = faults[0]!.spans[0]!;
    const own = edges['edge->shop']!;
    const sumOf = (series: readonly number[]): number =>
      series
        .slice(from / timeline.step, until / timeline.step)
        .reduce((sum, count) => sum + count, 0);
    const { attempts, calls } = timeline.edges['edge->shop']!;
    expect(own.amplificationDuring['shop@v2']).toBeCloseTo(sumOf(attempts) / sumOf(calls), 9);
    expect(own.amplificationDuring['shop@v2']).toBeGreaterThan(1.01);
  });
});
