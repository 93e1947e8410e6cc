import { describe, expect, it } from 'vitest';
import { twinOf } from '../../src/analysis/measure/twin.js';
import { withFaults } from '../../src/plan/without.js';
import { cheapestWords } from '../../src/report/words/cheapest.js';
import { stripOf } from '../../src/report/view/strips.js';
import { viewOf } from '../../src/report/view/view.js';
import type {
  CounterfactualIntervention,
  Counterfactuals,
} from '../../src/contracts/result/counterfactual.js';
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

  it('are a line in the strip of their variant only', () => {
    const variant = ran.variant();
    const view = viewOf(ran.result);
    expect(stripOf(view, variant).twin).toEqual([]);
    const proven = { ...variant, counterfactuals: { ...own([]), twin } };
    const strip = stripOf(view, proven);
    expect(strip.twin).toEqual(Array.from({ length: 10 }, () => 0));
    // The fault fails all requests of three steps.
    expect(strip.fails.slice(4, 7)).toEqual([1, 1, 1]);
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
    expect(cheapestWords(own(some), ran.variant(), '')).toBe(
      'Cheapest change tried: without the retries of shop.',
    );
  });

  it('is a setting with its effect after a colon, where no other sentence has that', () => {
    const setting = { path: 'policies.pay.timeout.after', from: '2s', to: '1s' };
    const others = (['capacity', 'load', 'errors'] as const).map((kind) => change(kind, 95, null));
    expect(
      cheapestWords(
        own([...others, { ...change('setting', 80, null), setting }]),
        ran.variant(),
        '',
      ),
    ).toMatch(/^Cheapest change tried: set policies\.pay\.timeout\.after to 1s \(now 2s\): /u);
  });

  it('is not said again where the advice names it', () => {
    const ours = own([change('retries', 80, 4.2)]);
    const advice = 'Remove the retries of shop: 20 requests fail instead of 100.'.toLowerCase();
    expect(cheapestWords(ours, ran.variant(), advice)).toBeNull();
    expect(cheapestWords(ours, ran.variant(), 'remove the retries of cart')).not.toBeNull();
  });

  it('is unknown where none is enough', () => {
    expect(cheapestWords(own([change('retries', 60, 'never')]), ran.variant(), '')).toBeNull();
    expect(cheapestWords(own([]), ran.variant(), '')).toBeNull();
  });
});
