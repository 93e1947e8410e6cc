import { describe, expect, it } from 'vitest';
import { summarise } from '../../src/analysis/summarise.js';
import { combineDigests } from '../../src/analysis/measure/digest.js';
import { SparseMerge } from '../../src/analysis/measure/sparse.js';
import type { Plan } from '../../src/contracts/plan/plan.js';
import type { RunRecord } from '../../src/contracts/record/record.js';
import type { Result } from '../../src/contracts/result/result.js';
import type { ScenarioFile } from '../../src/contracts/scenario/scenario.js';
import { Histogram } from '../../src/stats/histogram.js';
import { RecordBuilder } from '../support/records.js';
import { fileOf } from '../support/scenario.js';
import { CELL, shopPlan, shopScenario, shopVariant } from '../support/study.js';
import { rowOf } from '../support/histogram-row.js';

function summed(
  builds: Readonly<Record<string, (builder: RecordBuilder, run: number) => RecordBuilder>>,
  runs = 2,
): Result {
  const names = Object.keys(builds);
  const file: ScenarioFile = {
    ...fileOf(shopScenario(), ['users.success >= 50%', 'users.success >= 99% in other']).file,
    variants: names.map(shopVariant),
  };
  const plans = names.map((): Plan => shopPlan());
  const records = names.map((name, i): RunRecord[] =>
    Array.from({ length: runs }, (_, run) =>
      builds[name](new RecordBuilder(plans[i], run), run).record(),
    ),
  );
  return summarise(file, plans, records, '1.2.3');
}

const steady = (builder: RecordBuilder): RecordBuilder => {
  for (let cell = 0; cell < 9; cell++) {
    const n = cell < CELL.s30 ? 100 : 50;
    builder.answers('users.buy', cell, 'ok', n, 20).answers('shop.buy', cell, 'ok', n, 18);
    builder
      .calls('users.buy->shop.buy', cell, 'ok', n)
      .calls('shop.buy->store.insert', cell, 'ok', n, 2);
    builder.busy('shop.buy', cell, 1000, 100);
  }
  return builder
    .gauge('busy', 0, () => 1)
    .gauge('busy', 1, () => 1)
    .gauge(
      'open',
      0,
      () => 2,
      () => 3,
      1,
    );
};

describe('the result document', () => {
  const result = summed({ base: steady, other: steady });
  const [base] = result.variants;

  it('names what was run', () => {
    expect(result).toMatchObject({
      faultline: 1,
      engine: { version: '1.2.3' },
      seed: 1,
      replications: 2,
      run: { duration: 60, warmup: 10, drain: null, step: 10 },
    });
    expect(result.digest).toMatch(/^[0-9a-f]{16}$/);
    expect(base.perReplication.map(({ replication }) => replication)).toEqual([0, 1]);
  });

  it('draws the topology by its longest ways from the users', () => {
    const depths = result.topology.nodes.map(({ name, depth }) => [name, depth]);
    expect(depths).toEqual([
      ['shop', 1],
      ['store', 2],
      ['users', 0],
    ]);
    expect(result.topology.edges).toEqual([
      { from: 'shop', to: 'store', parts: ['shop.buy->store.insert'] },
      { from: 'users', to: 'shop', parts: ['users.buy->shop.buy', 'users.look->shop.look'] },
    ]);
    expect(result.topology.nodes[0]).toMatchObject({
      replicas: 2,
      concurrency: 4,
      queueCapacity: 10,
    });
  });

  it('puts spans of faults in seconds from the end of the warm-up', () => {
    expect(result.faults).toEqual([
      {
        id: 'slow',
        kind: 'slow',
        target: ['store'],
        spans: [{ from: 20, until: 30 }],
        words: 'store 2x slower',
      },
    ]);
  });

  it('gives components their rates over all runs, and their parts', () => {
    const { shop, users } = base.components;
    expect(shop.throughput).toBeCloseTo(600 / 60, 12);
    expect(shop.outcomes).toEqual({ ok: 1200 });
    expect(shop.utilization).toBeCloseTo(2 / 8, 12);
    expect(shop.wastedWork).toBeCloseTo(0.1, 12);
    expect(shop.parts.look.latency).toMatchObject({ count: 0, p99: null, histogram: null });
    expect(users).toMatchObject({ utilization: null, queue: null, success: 1 });
    expect(users.latency.histogram!.n).toEqual([1200]);
    expect(users.latency.histogram!.upTo[0]).toBeGreaterThanOrEqual(0.02);
    expect(users.latency.histogram!.upTo[0]).toBeLessThan(0.02 * 1.07);
  });

  it('gives databases their pools by caller', () => {
    expect(base.components.store.pools!.shop.open).toEqual({ mean: 2, max: 3 });
    expect(base.components.shop.pools).toBeNull();
  });

  it('gives edges calls, attempts and their ratio, also during each fault', () => {
    const edge = base.edges['shop->store'];
    expect(edge).toMatchObject({ calls: 1200, attempts: 2400, amplification: 2, breaker: null });
    expect(edge.amplificationDuring).toEqual({ slow: 2 });
    expect(edge.attemptOutcomes).toEqual({ ok: 2400 });
    // 1200 of 1200 calls of the users, and 2400 of 1200 calls of the shop.
    expect(base.summary.attemptsPerCall.value).toBe(1.5);
    expect(base.summary.amplification).toMatchObject({ value: 2, edge: 'shop->store' });
  });

  it('gives series by step, with components and requests', () => {
    const { timeline } = base;
    expect(timeline).toMatchObject({ step: 10, steps: 6 });
    expect(Object.keys(timeline.series).sort()).toEqual([
      'shop',
      'store',
      'users',
      'users.buy',
      'users.look',
    ]);
    expect(timeline.series['users.buy'].rate).toEqual([10, 10, 10, 10, 10, 10]);
    expect(timeline.series.users.success).toEqual([1, 1, 1, 1, 1, 1]);
    expect(timeline.series.users.successBand[0]).toEqual([1, 1]);
    expect(timeline.series['users.look'].success[0]).toBeNull();
    expect(timeline.series.shop.busy).toEqual([2, 2, 2, 2, 2, 2]);
    expect(timeline.series.users.p50[0]).toBeCloseTo(0.02, 3);
    expect(timeline.edges['shop->store'].attempts).toEqual([20, 20, 20, 20, 20, 20]);
  });

  it('judges each budget in the variants it is about', () => {
    const [first, second] = result.variants;
    expect(first.budgets.map(({ text }) => text)).toEqual(['users.success >= 50%']);
    expect(second.budgets.map(({ verdict }) => verdict)).toEqual(['pass', 'pass']);
  });

  it('says when the system is healthy, and compares variants that do the same as the same', () => {
    expect(base.cascade.verdicts).toEqual(['untouched', 'untouched']);
    expect(base.cascade.innocent).toEqual([{ fault: 'slow', reason: 'no user request degraded' }]);
    expect(base.cascade.sentence).toBe('store 2x slower: users notice nothing.');
    const verdicts = new Set(result.comparisons.map(({ verdict }) => verdict));
    expect([...verdicts].sort()).toEqual(['same', 'unknown']);
  });
});

describe('warnings', () => {
  it('name runs that a guard stopped', () => {
    const file = { ...fileOf(shopScenario()).file, variants: [shopVariant()] };
    const plan = shopPlan();
    const record = {
      ...steady(new RecordBuilder(plan)).record(),
      stop: 'budget',
      stopDetail: 'too many events',
    } as const;
    const { warnings } = summarise(file, [plan], [[record]], '1.2.3');
    expect(warnings[0]).toBe('base: run 0 was stopped by a guard: budget (too many events)');
  });

  it('say when there are few requests for a tail', () => {
    const few = summed({ base: (builder) => builder.answers('users.buy', CELL.s0, 'ok', 10) });
    expect(few.warnings).toEqual(['base: 20 requests in all runs are few for a p99']);
  });
});

describe('digests', () => {
  it('of one run are unchanged, of several depend on their order', () => {
    expect(combineDigests(['00000000000000ab'])).toBe('00000000000000ab');
    expect(combineDigests(['a', 'b'])).not.toBe(combineDigests(['b', 'a']));
    expect(combineDigests(['a', 'b'])).toMatch(/^[0-9a-f]{16}$/);
  });
});

describe('merging small histograms', () => {
  it('gives the quantiles of the merged ones', () => {
    const whole = new Histogram(5);
    const merge = new SparseMerge();
    const parts: Histogram[] = [];
    for (let part = 0; part < 3; part++) {
      const own = new Histogram(5);
      for (let i = 0; i <= 100; i++) {
        const ns = (i * i + part) * 1e5;
        own.add(ns);
        whole.add(ns);
      }
      parts.push(own);
    }
    const row = rowOf(parts);
    parts.forEach((_, place) => merge.add(row, place));
    expect(merge.count).toBe(whole.count);
    const ps = [0.01, 0.5, 0.95, 0.99];
    merge.quantiles(ps).forEach((seconds, i) => {
      expect(seconds! * 1e9).toBeCloseTo(whole.quantile(ps[i]), 3);
    });
  });

  it('counts a value among those that are as large as itself', () => {
    const own = new Histogram(5);
    for (let i = 0; i < 100; i++) own.add(i < 97 ? 3e6 : 200e6);
    const alone = new Histogram(5);
    alone.add(200e6);
    const all = new SparseMerge();
    all.add(rowOf([own]), 0);
    const one = new SparseMerge();
    one.add(rowOf([alone]), 0);
    expect(all.atLeast(all.quantiles([0.99])[0]!)).toBe(3);
    expect(all.atLeast(one.quantiles([0.95])[0]!)).toBe(3);
    expect(all.atLeast(0.004)).toBe(3);
    expect(all.atLeast(0.003)).toBe(100);
    expect(all.atLeast(0.25)).toBe(0);
    expect(all.atLeast(0)).toBe(100);
  });

  it('has no quantiles when empty', () => {
    expect(new SparseMerge().quantiles([0.5, 0.99])).toEqual([null, null]);
  });
});
