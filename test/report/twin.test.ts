import { describe, expect, it } from 'vitest';
import { twinOf } from '../../src/analysis/measure/twin.js';
import { withFaults } from '../../src/plan/without.js';
import { cheapestWords } from '../../src/report/cheapest.js';
import { ghostOf, ghostWords } from '../../src/report/charts/ghost.js';
import { panelsOf } from '../../src/report/charts/timeline.js';
import { viewOf } from '../../src/report/view.js';
import type {
  CounterfactualIntervention,
  Counterfactuals,
} from '../../src/spec/result/counterfactual.js';
import { runHere } from '../support/built.js';
import { run } from '../theory/program.js';

const ran = run(`
faultline: 1
title: Shop
run: { duration: 10s, warmup: 2s, drain: 2s, timeline: 1s }
network: { latency: 0ms }
services:
  shop: { concurrency: unlimited, endpoints: { buy: [ wait: 10ms ] } }
workloads:
  users: { arrivals: constant(10/s), requests: [ { call: shop.buy } ] }
faults: [ { id: f, kind: error, target: shop, at: 4s, for: 3s } ]
`);

const failing = { seconds: 0, toEnd: false };
const own = (interventions: readonly CounterfactualIntervention[]): Counterfactuals => ({
  harm: 100,
  background: 0,
  slow: {},
  runs: 1,
  replications: 1,
  failing,
  faults: [],
  interventions,
});

function change(
  kind: CounterfactualIntervention['kind'],
  averted: number,
  recovers: CounterfactualIntervention['recovers'],
): CounterfactualIntervention {
  return {
    kind,
    subject: 'shop',
    words: `without the ${kind} of shop`,
    runs: 1,
    harm: 100 - averted,
    averted: { value: averted, ci95: null, each: [averted] },
    role: 'cause',
    failing,
    recovers,
  };
}

describe('the runs without faults', () => {
  const plans = [withFaults(ran.plans[0], () => false)];
  const twin = twinOf(ran.plans[0], runHere(plans, 1)[0]);

  it('keep the success and the p99 of users by step', () => {
    expect(twin['users.buy'].success).toEqual(Array.from({ length: 10 }, () => 1));
    for (const value of twin['users.buy'].p99) expect(value).toBeCloseTo(0.01, 3);
  });

  it('are a thin line in the timeline of their variant only', () => {
    const variant = ran.variant();
    const [panel] = panelsOf(viewOf(ran.result));
    expect(ghostOf(variant, panel)).toEqual([]);
    expect(ghostWords([variant])).toBe('');
    const proven = { ...variant, counterfactuals: { ...own([]), twin } };
    const [line] = ghostOf(proven, panel);
    expect(line).toMatchObject({ kind: 'line', width: 1 });
    expect(ghostWords([variant, proven])).toContain('without the faults');
  });
});

describe('the cheapest change', () => {
  it('is a setting before capacity, and only one after which users recover', () => {
    const some = [
      change('capacity', 95, null),
      change('retries', 80, 4.2),
      change('hedges', 90, 'never'),
      change('load', 99, null),
    ];
    expect(cheapestWords(own(some))).toBe(
      'Cheapest change that helps: without the retries of shop.',
    );
  });

  it('is unknown where none is enough', () => {
    expect(cheapestWords(own([change('retries', 60, 'never')]))).toBeNull();
    expect(cheapestWords(own([]))).toBeNull();
  });
});
