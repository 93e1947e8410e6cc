import { describe, expect, it } from 'vitest';
import { plainWords } from '../../src/report/base/emphasis.js';
import { viewOf } from '../../src/report/view/view.js';
import { answerOf } from '../../src/report/words/answer.js';
import { chainOf } from '../../src/report/words/chain.js';
import { run } from '../theory/program.js';

/** Two of four pods go at once and need 10 s: 200/s of 300/s. Three nodes are drained one after the other. */
const drained = (variants: string): ReturnType<typeof viewOf> =>
  viewOf(
    run(`
faultline: 1
title: three drains in a row
run: { duration: 160s, seed: 3, replications: 2 }
platform: { kind: kubernetes, nodes: { count: 3, cpu: 4 } }
services:
  shop:
    replicas: 4
    cpu: 1
    concurrency: 8
    queue: { capacity: 50 }
    resources: { requests: { cpu: 1 } }
    lifecycle: { startup: 10s }
    endpoints: { buy: [ work: 10ms ] }
workloads: { users: { arrivals: constant(300/s), requests: [ { call: shop.buy } ] } }
faults:
  - { id: first, kind: stop, target: 'nodes[0]', at: 20s, for: 30s }
  - { id: second, kind: stop, target: 'nodes[1]', at: 70s, for: 30s }
  - { id: third, kind: stop, target: 'nodes[2]', at: 120s, for: 30s }
variants:
  - { name: plain }
${variants}
budgets: [ users.success >= 99% ]
`).result,
  );
const BLOCKED =
  '  - { name: blocked, set: { services.shop.disruptionBudget: { minAvailable: 100% } } }';
const ONE =
  '  - { name: one, set: { services.shop.disruptionBudget: { maxUnavailable: 1 }, services.shop.replicas: 5 } }';

describe('a variant whose drain never ends', () => {
  it('holds its budget and is no cure', () => {
    const { act } = answerOf(drained(BLOCKED));
    expect(plainWords(act!)).toMatch(
      /^blocked holds the budget and is no cure: nodes\[0\] is not emptied: the disruption budget of shop keeps \d instances? there until 50 s\.$/u,
    );
  });

  it('is not advised beside one that is drained, and the report says why', () => {
    const { act, also } = answerOf(drained(`${BLOCKED}\n${ONE}`));
    expect(plainWords(act!)).toMatch(/^Use one: it holds the budget/u);
    expect(plainWords(act!)).not.toContain('blocked');
    expect(also.map((words) => plainWords(words)).join(' ')).toContain(
      'blocked holds the budget and is no cure',
    );
  });
});

describe('faults beside those that begin the account', () => {
  it('each have a step, so that three drains are three', () => {
    const view = drained('');
    const steps = chainOf(view, view.worstVariant).map(({ when, subject }) => `${when} ${subject}`);
    for (const start of ['20 s nodes[0]', '70 s nodes[1]', '120 s nodes[2]'])
      expect(steps).toContain(`${start} is drained`);
  });
});

/** Two pods at once leave 200/s of 330/s; a version that takes 100 s to start is not there after 90 s. */
it('a variant whose release never ends is no cure where another one completes it', () => {
  const view = viewOf(
    run(`
faultline: 1
title: a release that does not end
run: { duration: 100s, seed: 3 }
services:
  shop:
    replicas: 4
    cpu: 1
    concurrency: 8
    queue: { capacity: 50 }
    lifecycle: { startup: 5s }
    versions: { v1: {}, v2: { endpoints: { buy: [ work: 9ms ] } } }
    endpoints: { buy: [ work: 10ms ] }
    rollout: { to: v2, at: 20s, kind: rolling, maxUnavailable: 2, maxSurge: 0 }
workloads: { users: { arrivals: constant(330/s), requests: [ { call: shop.buy } ] } }
variants:
  - { name: two-at-once }
  - { name: never, set: { services.shop.rollout.maxUnavailable: 0, services.shop.rollout.maxSurge: 1, services.shop.versions.v2.lifecycle.startup: 100s } }
budgets: [ users.success >= 99% ]
`).result,
  );
  expect(plainWords(answerOf(view).act!)).toBe(
    'never holds the budget and is no cure: shop does not get from v1 to v2 in this run.',
  );
});
