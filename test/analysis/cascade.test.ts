import { beforeAll, describe, expect, it } from 'vitest';
import { summarise } from '../../src/analysis/summarise.js';
import { compile } from '../../src/plan/compile.js';
import type { Result, VariantResult } from '../../src/contracts/result/result.js';
import type { Scenario, ScenarioFile } from '../../src/contracts/scenario/scenario.js';
import type { Step, Bundle } from '../../src/contracts/scenario/steps.js';
import { runPlan } from '../support/built.js';
import { budgetOf } from '../support/budget.js';
import * as by from '../support/scenario.js';

/** Simulates all variants of a file with this number of runs each, and summarises them. */
function told(
  scenarios: Readonly<Record<string, Scenario>>,
  runs: number,
  budgets: readonly string[] = [],
): Result {
  const variants = Object.entries(scenarios).map(([name, scenario], i) => ({
    ...by.fileOf(scenario).variant,
    name,
    baseline: i === 0,
  }));
  const file: ScenarioFile = {
    ...by.fileOf(variants[0].scenario).file,
    variants,
    budgets: budgets.map((text) => budgetOf(text)),
  };
  const plans = variants.map((variant) => compile(variant, file));
  const records = plans.map((plan) => Array.from({ length: runs }, (_, run) => runPlan(plan, run)));
  return summarise(file, plans, records, '0.0.0');
}

const named = (result: Result, name: string): VariantResult =>
  result.variants.find((variant) => variant.name === name)!;
const exponentialWait = (meanMs: number): Step => ({
  ...by.PLAIN,
  verb: 'wait',
  time: by.exponential(by.ms(meanMs)),
});
const limits = (...layers: Bundle['layers']): ReadonlyMap<string, Bundle> =>
  new Map([['default', by.bundle('limits', layers)]]);
const timeout = (afterMs: number): Bundle['layers'][number] =>
  by.layer('timeout', { after: by.ms(afterMs) });
const RUN = {
  durationNs: by.seconds(60),
  warmupNs: by.seconds(2),
  stepNs: by.seconds(0.5),
  drainNs: by.seconds(5),
};

describe('retries against a slow back end', () => {
  // mu = 10 / 10 ms = 1000/s; 400/s of first tries; 4 tries of 400/s are 1600/s: more than mu.
  const chain = (attempts: number, capacity: number): Scenario =>
    by.scenario({
      run: RUN,
      services: [
        by.service(
          'api',
          { get: [by.call('backend.get')] },
          { outbound: limits(by.layer('retry', { attempts, on: ['any'] }), timeout(250)) },
        ),
        by.service(
          'backend',
          { get: [exponentialWait(10)] },
          { concurrency: 10, queue: { capacity, discipline: 'fifo', maxWaitNs: null } },
        ),
        by.service('search', { find: [by.wait(2)] }, { concurrency: 50 }),
      ],
      workloads: [
        by.workload('users', [by.request('get', [by.call('api.get')])], {
          arrivals: { kind: 'poisson', rate: 400 },
        }),
        by.workload('others', [by.request('find', [by.call('search.find')])], {
          arrivals: { kind: 'poisson', rate: 20 },
        }),
      ],
      faults: [
        by.fault('decoy', 'slow', {
          target: ['search'],
          config: { factor: 1.1 },
          spans: [{ fromNs: by.seconds(18), untilNs: by.seconds(22) }],
        }),
        by.fault('slow-backend', 'slow', {
          target: ['backend'],
          config: { factor: 10 },
          spans: [{ fromNs: by.seconds(20), untilNs: by.seconds(25) }],
        }),
      ],
    });
  let result: Result;
  beforeAll(() => {
    result = told({ retries: chain(4, 2000), 'no-retries': chain(1, 2000) }, 3, [
      'cascade.metastable <= 0%',
      'cascade.blastRadius <= 1',
      'cascade.depth <= 2',
      'cascade.collateral <= 0',
      'cascade.goodputLost < 50%',
      'cascade.recovery < 20s after slow-backend',
    ]);
  });

  it('calls the failure metastable when retries keep it up after the fault', () => {
    const { cascade, summary } = named(result, 'retries');
    expect(cascade.verdicts).toEqual(['metastable', 'metastable', 'metastable']);
    expect(cascade.metastable).toBe(1);
    expect(summary.recovery).toMatchObject({ value: null, never: 3, fault: 'slow-backend' });
    expect(summary.amplification.edge).toBe('api->backend');
    expect(cascade.sentence).toContain('metastable in 3 of 3 runs');
  });

  it('judges budgets on the cascade', () => {
    const judged = (name: string): Record<string, readonly [string, number | null]> =>
      Object.fromEntries(
        named(result, name).budgets.map(({ text, verdict, value }) => [
          text.split(/[. ]/)[1],
          [verdict, value],
        ]),
      );
    const bad = judged('retries');
    expect(bad['metastable']).toEqual(['fail', 1]);
    expect(bad['blastRadius']).toEqual(['pass', 1]);
    expect(bad['depth']).toEqual(['pass', 2]);
    expect(bad['collateral']).toEqual(['pass', 0]);
    expect(bad['goodputLost'][0]).toBe('fail');
    expect(bad['recovery']).toEqual(['fail', null]);
    const good = judged('no-retries');
    expect(good['metastable']).toEqual(['pass', 0]);
    expect(good['goodputLost'][0]).toBe('pass');
    expect(good['recovery'][0]).toBe('pass');
  });

  it('recovers without them', () => {
    const { cascade, summary } = named(result, 'no-retries');
    expect(cascade.verdicts).toEqual(['recovered', 'recovered', 'recovered']);
    expect(summary.recovery.never).toBe(0);
    expect(cascade.loops).toEqual([]);
  });

  it('names the loop of retries and what it runs through', () => {
    const { cascade } = named(result, 'retries');
    expect(cascade.loops).toEqual([{ through: ['api', 'backend'], mechanism: 'retryLoad' }]);
    const retry = cascade.influences.find(({ mechanism }) => mechanism === 'retryLoad')!;
    expect(retry).toMatchObject({ from: 'api', to: 'backend' });
    expect(retry.share).toBeCloseTo(0.75, 1);
  });

  it('reports degraded components in order, from the callee to the user', () => {
    const { cascade } = named(result, 'retries');
    const ill = cascade.events.filter(({ kind }) => ['degraded', 'failing', 'down'].includes(kind));
    expect(ill.map(({ subject }) => subject)).toEqual(['backend', 'api', 'users.get']);
    expect(ill[0]).toMatchObject({ cause: 'slow-backend', at: 20 });
    const saturated = cascade.events.find(({ kind }) => kind === 'saturated')!;
    expect(saturated.text).toContain('10 of 10 workers busy');
    expect(cascade.events.at(-1)).toMatchObject({ at: 60, kind: 'notRecovered' });
    expect(cascade.depth).toBe(2);
    expect(cascade.blastRadius.value).toBe(1);
  });

  it('finds the decoy innocent and the fault not', () => {
    const { innocent } = named(result, 'retries').cascade;
    expect(innocent).toEqual([{ fault: 'decoy', reason: 'search never degraded' }]);
  });

  it('says that recovering beats never doing so', () => {
    const recovery = result.comparisons.find(({ metric }) => metric.startsWith('all.recovery'))!;
    expect(recovery).toMatchObject({ of: 'no-retries', verdict: 'better', difference: null });
  });

  it('shows the same requests in every variant', () => {
    const [first, second] = result.variants;
    expect(first.exemplars.map(({ key, at }) => [key, at])).toEqual(
      second.exemplars.map(({ key, at }) => [key, at]),
    );
    expect(first.exemplars.map(({ why }) => why)).toEqual([
      'median',
      'slow before the fault',
      'during slow-backend',
      'during slow-backend',
    ]);
    for (const { spans } of first.exemplars) {
      expect(spans[0]).toMatchObject({ parent: null, called: 0 });
      const ids = new Set(spans.map(({ id }) => id));
      for (const span of spans.slice(1)) expect(ids.has(span.parent!)).toBe(true);
    }
  });

  it('holds nothing that JSON cannot', () => {
    expect(JSON.parse(JSON.stringify(result))).toEqual(result);
  });
});

describe('a hanging service behind shared workers', () => {
  const shop = (own: readonly Bundle['layers'][number][]): Scenario =>
    by.scenario({
      run: RUN,
      services: [
        by.service(
          'front',
          { buy: [by.call('payments.pay')], browse: [by.call('catalog.list')] },
          {
            concurrency: 20,
            queue: { capacity: 20, discipline: 'fifo', maxWaitNs: null },
            outbound: new Map([['payments', by.bundle('pay', own)]]),
          },
        ),
        by.service('payments', { pay: [exponentialWait(10)] }),
        by.service('catalog', { list: [by.wait(5)] }),
      ],
      workloads: [
        by.workload(
          'users',
          [
            by.request('buy', [by.call('front.buy')], { weight: 3 }),
            by.request('browse', [by.call('front.browse')], { weight: 7 }),
          ],
          { arrivals: { kind: 'poisson', rate: 100 } },
        ),
      ],
      faults: [
        by.fault('hang', 'hang', {
          target: ['payments'],
          spans: [{ fromNs: by.seconds(20.2), untilNs: by.seconds(40) }],
        }),
      ],
    });
  let result: Result;
  beforeAll(() => {
    result = told({ naive: shop([]), guarded: shop([timeout(100)]) }, 2);
  });

  it('tells exhaustion at its time within the step, and its effects no earlier', () => {
    const { events } = named(result, 'naive').cascade;
    const at = (kind: string, subject: string): number =>
      events.find((event) => event.kind === kind && event.subject === subject)!.at;
    // 30 buyers a second hold the 20 workers 0.67 s after 20.2 s, give or take a few arrivals.
    const full = at('saturated', 'front');
    expect(full).toBeGreaterThan(20.5);
    expect(full).toBeLessThan(21.3);
    expect(events[0]).toMatchObject({ kind: 'fault', at: 20.2 });
    expect(events[1]).toMatchObject({ subject: 'payments', at: 20.2, cause: 'hang' });
    const text = events.find(({ kind }) => kind === 'saturated')!.text;
    expect(text).toBe('20 of 20 workers wait for payments, queue of 20 full');
  });

  it('does not tell the service as well while it hangs', () => {
    for (const { cascade } of result.variants) {
      const well = cascade.events.find(
        ({ kind, subject }) => kind === 'recovered' && subject === 'payments',
      )!;
      expect(well.at).toBeGreaterThanOrEqual(40);
    }
  });

  it('tells the workers of the caller first, then the users, not the hang twice', () => {
    const { sentence } = named(result, 'naive').cascade;
    const [start, front, users] = sentence.split(' -> ');
    expect(start).toBe('payments hangs at 20.2 s (likely)');
    expect(front).toMatch(
      /^front: success [\d.]+ %, 20 of 20 workers wait for payments, queue of 20 full from 2[01]/,
    );
    expect(users).toMatch(/^users\.b/);
    expect(named(result, 'guarded').cascade.sentence).toContain(
      '-> front: timeouts waiting for payments, success ',
    );
  });

  it('starts states and influences with the events of the same illness', () => {
    for (const { cascade } of result.variants) {
      for (const { to, at } of cascade.influences) {
        expect(cascade.states[to].map(({ from }) => from)).toContain(at);
        expect(cascade.events.some((event) => event.subject === to && event.at === at)).toBe(true);
      }
    }
  });

  it('says that the workers of the caller wait for it', () => {
    const { cascade } = named(result, 'naive');
    const blocked = cascade.influences.find(({ to }) => to === 'front')!;
    expect(blocked).toMatchObject({ from: 'payments', mechanism: 'blockedSlots' });
    expect(blocked.text).toBe('20 of 20 workers wait for payments');
  });

  it('counts requests that never touch the hanging service as collateral', () => {
    expect(named(result, 'naive').cascade.collateral).toEqual(['front.browse', 'users.browse']);
    expect(named(result, 'guarded').cascade.collateral).toEqual([]);
  });

  it('lets nothing happen before the fault', () => {
    for (const { cascade } of result.variants) {
      expect(Math.min(...cascade.events.map(({ at }) => at))).toBe(20.2);
    }
  });

  it('recovers from it by itself, which is no metastability', () => {
    for (const { cascade } of result.variants) {
      expect(cascade.verdicts).toEqual(['recovered', 'recovered']);
      expect(cascade.loops).toEqual([]);
      expect(cascade.innocent).toEqual([]);
    }
  });

  it('loses the goodput that the fault takes', () => {
    // With a timeout only the buyers fail, 30 % of the requests in 19.8 of the 39.8 s from the fault on.
    expect(named(result, 'guarded').cascade.goodputLost.value).toBeCloseTo((0.3 * 19.8) / 39.8, 1);
    expect(named(result, 'naive').cascade.goodputLost.value).toBeGreaterThan(0.4);
  });

  it('puts the fault in words', () => {
    expect(result.faults[0].words).toBe('payments hangs');
    expect(named(result, 'naive').cascade.sentence).toMatch(
      /^payments hangs at 20.2 s \(likely\) -> /,
    );
  });
});

describe('a run without trouble', () => {
  const quiet = by.scenario({
    run: RUN,
    services: [by.service('api', { get: [exponentialWait(10)] }, { concurrency: 50 })],
    workloads: [
      by.workload('users', [by.request('get', [by.call('api.get')])], {
        arrivals: { kind: 'poisson', rate: 200 },
      }),
    ],
  });

  it('has no events, no degradation and no exemplar of a fault', () => {
    const result = told({ base: quiet }, 1);
    const { cascade, exemplars, summary } = result.variants[0];
    expect(cascade).toMatchObject({
      events: [],
      influences: [],
      loops: [],
      depth: 0,
      collateral: [],
    });
    expect(cascade.verdicts).toEqual(['untouched']);
    expect(cascade.sentence).toBe('No fault, and nothing degrades.');
    expect(exemplars.map(({ why }) => why)).toEqual(['median', 'slow', 'slow', 'slow']);
    expect(summary.success).toMatchObject({ value: 1, from: 'batches', each: [1] });
    expect(summary.latency.mean.from).toBe('batches');
    expect(summary.latency.p99).toMatchObject({ ci95: null });
    expect(result.comparisons).toEqual([]);
    expect(result.warnings).toEqual([
      'one run: percentiles and recovery have no interval; use --replications 5',
    ]);
  });

  it('gives the same result again', () => {
    expect(JSON.stringify(told({ base: quiet }, 1))).toBe(JSON.stringify(told({ base: quiet }, 1)));
  });
});
