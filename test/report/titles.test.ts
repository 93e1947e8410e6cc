import { describe, expect, it } from 'vitest';
import { answerOf } from '../../src/report/words/answer.js';
import { lateWords } from '../../src/report/words/character.js';
import { mapsOf } from '../../src/report/charts/topology.js';
import { textWidth } from '../../src/report/drawing/draw.js';
import { lossFinding, servicesWords } from '../../src/report/words/findings.js';
import { compareFinding } from '../../src/report/words/findings-compare.js';
import { cascadeFinding, propagationFinding } from '../../src/report/words/findings-cascade.js';
import { plainWords } from '../../src/report/base/emphasis.js';
import { unseenSentences } from '../../src/report/words/unseen-words.js';
import { viewOf } from '../../src/report/view/view.js';
import { run } from '../theory/program.js';

describe('titles of one service that fails', () => {
  const { result } = run(`
faultline: 1
title: One of two stores fails, then the other one
run: { duration: 90s, replications: 4 }
services:
  shop: { endpoints: { buy: [ { call: store.get, optional: true } ], list: [ call: index.find ] } }
  store: { endpoints: { get: [ work: 2ms ] } }
  index: { endpoints: { find: [ work: 2ms ] } }
workloads:
  users: { arrivals: constant(100/s), requests: [ { name: buy, call: shop.buy }, { name: list, call: shop.list } ] }
faults:
  - { id: store, kind: error, target: store, share: 100%, at: 20s, for: 10s }
variants:
  - { name: as-it-is }
  - { name: both, set: { services.shop.endpoints.buy: [ call: store.get ] }, add: { faults: [ { id: index, kind: error, target: index, share: 100%, at: 60s, for: 10s } ] } }
  - { name: quiet, set: { workloads.users.arrivals: constant(20/s), 'faults[store].share': 0.1% } }
`);
  const view = viewOf(result);
  const [plain, both] = result.variants;

  it('name the component that a fault hits', () => {
    expect(servicesWords(view, plain!)).toEqual({
      title: 'Only store degrades, hit by a fault',
      rest: '',
    });
  });

  it('count it among the components that degrade', () => {
    expect(cascadeFinding(view, both!)).toMatch(/^3 components and 2 kinds of request degrade; /u);
  });

  it('leave the effects of the next fault out of the spread of the first', () => {
    expect(propagationFinding(view, both!)).toMatch(
      /^The failure reaches shop and users.buy within /u,
    );
  });

  it('compare losses among the variants of one load', () => {
    expect(lossFinding(view)).toMatch(/ of requests never succeed with both; with as-it-is /u);
  });
});

/** A queue whose worker calls a bank: no user waits for either. */
const behindQueue = (fault: string): string => {
  const { result } = run(`
faultline: 1
title: Behind a queue
run: { duration: 60s, seed: 5, replications: 1 }
queues: { jobs: { kind: rabbitmq, consumers: [ { call: worker.handle } ] } }
services:
  api: { endpoints: { put: [ publish: jobs ] } }
  worker: { endpoints: { handle: [ call: bank.pay ] } }
  bank: { endpoints: { pay: [ wait: exponential(10ms) ] } }
workloads: { users: { arrivals: poisson(50/s), requests: [ { call: api.put } ] } }
faults: [ { id: bad, target: bank, at: 20s, for: 20s, ${fault} } ]
`);
  expect(result.variants[0]!.summary.success.value).toBe(1);
  return propagationFinding(viewOf(result), result.variants[0]!);
};

it('say whether calls fail or come late, also where no request of users shows it', () => {
  expect(behindQueue('kind: error, share: 100%')).toMatch(/^The failure reaches worker /u);
  expect(behindQueue('kind: crash')).toMatch(/^The failure reaches worker /u);
  expect(behindQueue('kind: slow, factor: 4')).toMatch(/^The slowdown reaches worker /u);
});

it('leaves room for the words below a workload', () => {
  const { result } = run(`
faultline: 1
title: Long names
run: { duration: 5s, replications: 1 }
services: { shop: { endpoints: { buy: [ work: 2ms ] } } }
workloads:
  u: { arrivals: constant(10/s), requests: [ { name: subscriptions, call: shop.buy }, { name: b, call: shop.buy } ] }
`);
  const users = mapsOf(viewOf(result)).wide.nodes.get('u')!;
  expect(users.width).toBeGreaterThan(textWidth('subscriptions 99.99 %', 12));
  expect(users.height).toBe(28 + 2 * 15);
});

it('calls requests slow only if they are late', () => {
  const { result } = run(`
faultline: 1
title: Slow or failing
run: { duration: 60s, replications: 1 }
services: { shop: { concurrency: 64, endpoints: { buy: [ wait: 2ms ] } } }
workloads: { users: { arrivals: constant(200/s), requests: [ { name: buy, call: shop.buy } ] } }
faults: [ { id: f, kind: slow, target: shop, factor: 20, at: 20s, for: 10s } ]
variants:
  - { name: slow }
  - { name: failing, set: { 'faults[f]': { id: f, kind: error, target: shop, share: 3%, at: 20s, for: 10s } } }
`);
  const [slow, failing] = result.variants;
  expect(lateWords(slow!, ['users.buy'])).toMatch(/^slow for /u);
  expect(lateWords(failing!, ['users.buy'])).toMatch(/^some fail for /u);
  expect(lateWords(slow!, ['users.other'])).toBeNull();
});

it('names the largest backlog, all variants that leave one, and that it is not caught up', () => {
  const { result } = run(`
faultline: 1
title: Backlogs
run: { duration: 120s, replications: 1 }
queues: { jobs: { kind: simple, consumers: [ { call: worker.handle } ] } }
services: { worker: { endpoints: { handle: [ work: 5ms ] } } }
workloads:
  users: { arrivals: constant(100/s), requests: [ { name: put, steps: [ publish: { topic: jobs } ] } ] }
faults: [ { id: f, kind: crash, target: worker, at: 20s, for: 10s } ]
variants:
  - { name: back }
  - { name: late, set: { 'faults[f].at': 90s, 'faults[f].for': 60s } }
  - { name: early, set: { 'faults[f].at': 60s, 'faults[f].for': 90s } }
`);
  const view = viewOf(result);
  expect(plainWords(unseenSentences(view)[0]!)).toMatch(
    /^Up to 6,00\d messages wait for jobs in early, /u,
  );
  expect(cascadeFinding(view, result.variants[2]!)).toContain('jobs');
});

describe('a run in which no request arrives', () => {
  const { result } = run(`
faultline: 1
title: Silence
run: { duration: 5s, warmup: 1s, replications: 1 }
services: { shop: { endpoints: { buy: [ wait: 5ms ] } } }
workloads: { users: { arrivals: poisson(0.0001/s), requests: [ call: shop.buy ] } }
budgets: [ users.success >= 99% ]
`);

  it('says so, and advises no change of settings', () => {
    const { what, act } = answerOf(viewOf(result));
    expect(plainWords(what)).toBe('No request finished.');
    expect(act).toBeNull();
  });
});

it('say that no request succeeds, in place of a latency that nothing has', () => {
  const { result } = run(`
faultline: 1
title: Nothing succeeds
run: { duration: 20s, warmup: 0s, replications: 1 }
services: { shop: { endpoints: { buy: [ wait: 20ms, fail: 503 ] } } }
workloads: { users: { arrivals: constant(10/s), requests: [ call: shop.buy ] } }
variants: [ { name: one }, { name: two, set: { services.shop.replicas: 2 } } ]
`);
  expect(compareFinding(viewOf(result))).toBe('No request succeeds with any of the variants');
});

it('of a fault that spreads to no other component names the harm that no request shows', () => {
  const { result } = run(`
faultline: 1
title: A slow consumer
run: { duration: 60s, warmup: 5s, replications: 1 }
services:
  shop: { endpoints: { buy: [ publish: jobs ] } }
  worker: { endpoints: { handle: [ wait: 40ms ] } }
queues: { jobs: { kind: rabbitmq, consumers: [ { call: worker.handle, concurrency: 2 } ] } }
workloads: { users: { arrivals: constant(20/s), requests: [ call: shop.buy ] } }
faults: [ { id: down, kind: slow, target: worker, factor: 20, at: 20s, for: 10s } ]
`);
  const view = viewOf(result);
  expect(propagationFinding(view, view.worstVariant)).toMatch(
    /^Only worker fails; it does not spread, but jobs falls behind/u,
  );
});
