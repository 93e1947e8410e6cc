import { describe, expect, it } from 'vitest';
import { amplifiedEdges } from '../../src/report/charts/waste.js';
import { lostRace, waterfallChart } from '../../src/report/charts/waterfall.js';
import { run } from '../theory/program.js';

const ran = run(
  `
faultline: 1
title: Hedged calls in a report
run: { duration: 20s, seed: 3, drain: 60s }
policies: { late: { hedge: { after: 20ms } } }
services:
  shop: { runtime: async, outbound: late, endpoints: { get: [ call: stock.get ] } }
  stock: { replicas: 2, endpoints: { get: { readOnly: true, steps: [ wait: mixture(50%=10ms 50%=100ms) ] } } }
workloads: { users: { arrivals: constant(20/s), requests: [ { call: shop.get } ] } }
`,
  { traceShare: 1 },
);
const variant = ran.variant();

describe('hedges in a report', () => {
  it('show as attempts of their own, to the other instance, and losers are no failures', () => {
    const hedged = variant.exemplars.filter(({ spans }) =>
      spans.some(({ attempt }) => attempt > 1),
    );
    expect(hedged.length).toBeGreaterThan(0);
    for (const exemplar of hedged) {
      const [first, second] = exemplar.spans.filter(({ name }) => name === 'stock.get');
      expect([first!.attempt, second!.attempt]).toEqual([1, 2]);
      expect(first!.instance).not.toBe(second!.instance);
      expect(second!.called - first!.called).toBeCloseTo(0.02, 9);
      const lost = exemplar.spans.filter((span) => lostRace(span, exemplar.spans));
      expect(lost).toHaveLength(1);
      expect(lost[0]!.gone).toBe((lost[0] === first ? second! : first!).answered);
      const { body } = waterfallChart(exemplar, 'base', 474);
      expect(JSON.stringify(body)).not.toContain('var(--dead)');
    }
  });

  it('are counted where attempts per call and waste are', () => {
    const [edge] = amplifiedEdges(variant);
    expect(edge!.edge).toBe('shop->stock');
    const { counters, attempts, calls, wastedWork } = variant.edges['shop->stock']!;
    expect(counters['hedges']).toBe(attempts - calls);
    // Half of the calls take 100 ms and are hedged; half of their hedges win at 30 ms, the others
    // lose at 100 ms. 100 ms are in vain either way: 0.5 x 100 of 0.5 x 10 + 0.25 x 110 + 0.25 x 200.
    expect(Math.abs(wastedWork! - 50 / 82.5)).toBeLessThan(0.06);
  });
});

describe('hedges that overload their callee', () => {
  it('are reported as hedges, not as retries', () => {
    const overload = run(`
faultline: 1
title: Hedges in a brown-out
run: { duration: 60s, warmup: 5s, seed: 3, drain: 60s }
policies: { late: { timeout: 2s, hedge: { after: 30ms } } }
services:
  shop: { runtime: async, outbound: late, endpoints: { get: [ call: stock.get ] } }
  stock: { concurrency: 10, queue: { capacity: 500 }, endpoints: { get: { readOnly: true, steps: [ wait: uniform(5ms 15ms) ] } } }
workloads: { users: { arrivals: poisson(600/s), requests: [ { call: shop.get } ], patience: 5s } }
faults: [ { id: brown-out, kind: slow, target: stock, factor: 2.5, at: 20s, for: 15s } ]
`);
    const { influences, sentence } = overload.variant().cascade;
    const hedges = influences.find(({ mechanism }) => mechanism === 'hedgeLoad');
    expect(hedges).toMatchObject({ from: 'shop', to: 'stock' });
    expect(hedges!.text).toMatch(/attempts sent per call made: .* of them are hedges$/);
    expect(influences.some(({ mechanism }) => mechanism === 'retryLoad')).toBe(false);
    expect(sentence).not.toContain('retries');
  });
});
