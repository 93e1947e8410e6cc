import { describe, expect, it } from 'vitest';
import { summarise } from '../../src/analysis/summarise.js';
import { compile } from '../../src/plan/compile.js';
import { loadScenario } from '../../src/scenario/load.js';
import type { VariantResult } from '../../src/contracts/result/result.js';
import { runPlan } from '../support/built.js';
import { sentenceOf, type SentenceInput } from '../../src/analysis/story/sentence.js';

/** Results of the first run of each variant of a text, by name. */
function told(text: string): Readonly<Record<string, VariantResult>> {
  const { file, problems } = loadScenario('s.yaml', () => ({ text: `faultline: 1\n${text}` }));
  if (file === null) throw new Error(JSON.stringify(problems));
  const plans = file.variants.map((variant) => compile(variant, file));
  const { variants } = summarise(
    file,
    plans,
    plans.map((plan) => [runPlan(plan, 0)]),
    '0.0.0',
  );
  return Object.fromEntries(variants.map((variant) => [variant.name, variant]));
}

const blamed = ({ cascade }: VariantResult): readonly string[] =>
  cascade.innocent.map(({ fault, reason }) => `${fault}: ${reason}`);
const wordsOf = ({ cascade }: VariantResult, subject: string): readonly string[] =>
  cascade.events.filter((event) => event.subject === subject).map(({ text }) => text);

describe('a fault that no chain was found from', () => {
  it('is not acquitted when it is the only one and users wait while it lasts', () => {
    // Retries hide the errors: users are slower, and no call of theirs fails because of the store.
    const { base } = told(`
title: Masked
run: { duration: 60s, warmup: 5s }
services:
  api: { concurrency: 64, endpoints: { write: [ { call: store.put, policy: r } ] } }
  store: { concurrency: 20, endpoints: { put: [ wait: exponential(15ms) ] } }
policies: { r: { timeout: 200ms, retry: { attempts: 4, on: [any], backoff: { kind: exponential, base: 20ms, jitter: full } } } }
workloads: { humans: { arrivals: poisson(80/s), requests: [ { name: write, call: api.write } ] } }
faults: [ { id: flaky, kind: error, target: store, share: 40%, at: 20s, for: 20s } ]
`);
    expect(base.cascade.states['humans.write']).not.toEqual([]);
    expect(blamed(base)).toEqual([]);
  });

  it('is acquitted where another one explains the trouble, whichever begins first', () => {
    const text = (decoyAt: string): string => `
title: Decoy
run: { duration: 60s, warmup: 5s }
services:
  web: { endpoints: { buy: [ call: shop.buy ], look: [ call: search.find ] } }
  shop: { concurrency: 4, endpoints: { buy: [ wait: 10ms ] } }
  search: { concurrency: 50, endpoints: { find: [ wait: 5ms ] } }
workloads: { u: { arrivals: poisson(200/s), patience: 1s, requests: [ { name: buy, call: web.buy } ] } }
faults:
  - { id: down, kind: crash, target: shop, at: 20s, for: 10s }
  - { id: decoy, kind: slow, target: search, factor: 3, at: ${decoyAt}, for: 5s }
`;
    expect(blamed(told(text('15s')).base)).toEqual(['decoy: search never degraded']);
    expect(blamed(told(text('50s')).base)).toEqual(['decoy: search never degraded']);
  });

  it('is acquitted where all trouble of the users began as another fault did', () => {
    // Nothing waits or fails between the two components: the fallback responds when the timeout expires.
    const { base } = told(`
title: Two faults
run: { duration: 60s, warmup: 5s }
services:
  web: { endpoints: { buy: [ { call: stock.get, policy: short }, { call: psp.charge, policy: short } ] } }
  stock: { endpoints: { get: [ wait: exponential(4ms) ] } }
  psp: { endpoints: { charge: [ wait: exponential(20ms) ] } }
policies: { short: { timeout: 200ms, fallback: {} } }
workloads: { u: { arrivals: poisson(100/s), requests: [ { name: buy, call: web.buy } ] } }
faults:
  - { id: decoy, kind: slow, target: stock, factor: 1.1, at: 15s, for: 30s }
  - { id: stall, kind: hang, target: psp, at: 30s, for: 10s }
`);
    expect(base.cascade.states['u.buy']).not.toEqual([]);
    expect(blamed(base).map((text) => text.split(':')[0])).toEqual(['decoy']);
  });

  it('is not acquitted when requests fail, too few to be an illness', () => {
    const { base } = told(`
title: A moment
run: { duration: 2s }
services: { shop: { concurrency: 8, endpoints: { buy: [ wait: 10ms ] } } }
workloads: { u: { arrivals: constant(10/s), requests: [ { call: shop.buy } ] } }
faults: [ { id: x, kind: crash, target: shop, at: 1s, for: 100ms } ]
`);
    expect(base.summary.success.value).toBeLessThan(1);
    expect(base.cascade.states['u.buy'] ?? []).toEqual([]);
    expect(blamed(base)).toEqual([]);
  });
});

describe('the report of a degradation', () => {
  const SLOW = (at: string, length: string): string => `
title: Slow
run: { duration: 30s, warmup: 0s }
services:
  shop: { concurrency: 8, endpoints: { buy: [ call: db.get ] } }
  db: { concurrency: 8, endpoints: { get: [ wait: exponential(20ms) ] } }
workloads: { u: { arrivals: poisson(200/s), patience: 2s, requests: [ { call: shop.buy } ] } }
faults: [ { id: slow, kind: slow, target: db, factor: 6, at: ${at}, for: ${length} } ]
`;

  it('takes what is still under way at the end for neither failed nor answered', () => {
    const { base } = told(SLOW('15s', '15s'));
    const { shop } = base.components;
    expect(shop.success).toBe(1);
    for (const text of wordsOf(base, 'shop')) expect(text).not.toMatch(/requests fail|success/);
    expect(wordsOf(base, 'shop').join()).toMatch(/requests are not answered before the run ends/);
  });

  it('tells the longest that the queue was while all workers were in use', () => {
    const { base } = told(SLOW('5s', '20s'));
    const [text] = wordsOf(base, 'shop');
    const most = Number(/queue up to ([\d,]+)/.exec(text)![1].replace(',', ''));
    expect(most).toBeGreaterThan(1500);
  });

  it('counts failures to where it only is slow, and ends with what it still is', () => {
    const { base } = told(`
title: Down and then slow
run: { duration: 60s, warmup: 0s }
services:
  shop: { concurrency: 64, endpoints: { buy: [ call: db.get ] } }
  db: { concurrency: 64, endpoints: { get: [ wait: exponential(20ms) ] } }
workloads: { u: { arrivals: poisson(200/s), patience: 2s, requests: [ { call: shop.buy } ] } }
faults:
  - { id: down, kind: crash, target: db, at: 20s, for: 10s }
  - { id: slow, kind: slow, target: db, factor: 3, at: 20s, for: none }
`);
    const [start, end] = wordsOf(base, 'u.buy');
    // 200/s fail for 10 s, not for 40.
    const [, failed, all] =
      /^success 0 %: ([\d,]+) of ([\d,]+) requests fail until [\d.]+ s$/u.exec(start)!;
    expect(failed).toBe(all);
    expect(Number(all.replace(',', ''))).toBeLessThan(2200);
    expect(end).toMatch(/^still degraded at 60 s, p95 \d+ ms instead of \d+(\.\d)? ms$/u);
  });

  it('puts what begins as a fault ends behind its end', () => {
    const { base } = told(`
title: A rush on what is back
run: { duration: 60s, warmup: 0s }
services:
  shop: { concurrency: 64, endpoints: { buy: [ call: front.get, call: db.get ] } }
  front: { endpoints: { get: [ wait: 1ms ] } }
  db: { concurrency: 4, queue: { capacity: 20 }, endpoints: { get: [ wait: 20ms ] } }
workloads:
  u: { arrivals: constant(100/s), patience: 2s, requests: [ { call: shop.buy } ] }
  rush: { arrivals: constant(300/s), start: 30s, stop: 40s, requests: [ { call: shop.buy } ] }
faults: [ { id: down, kind: crash, target: front, at: 20s, for: 10s } ]
`);
    const { events } = base.cascade;
    const end = events.findIndex(({ kind }) => kind === 'faultEnd');
    const rush = events.findIndex(({ at, subject }) => at === 30 && subject === 'db');
    expect(rush).toBeGreaterThan(end);
  });

  it('says when what follows several faults began', () => {
    const { base } = told(`
title: One fault before the end of the other
run: { duration: 60s, warmup: 0s }
services:
  shop: { concurrency: 64, endpoints: { buy: [ call: db.get, call: bank.pay ] } }
  db: { concurrency: 64, endpoints: { get: [ wait: 20ms ] } }
  bank: { concurrency: 64, endpoints: { pay: [ wait: 20ms ] } }
workloads: { u: { arrivals: poisson(100/s), patience: 2s, requests: [ { call: shop.buy } ] } }
faults:
  - { id: first, kind: error, target: db, at: 20s, for: 10s }
  - { id: second, kind: error, target: bank, at: 28s, for: 10s }
`);
    expect(base.cascade.sentence).toMatch(
      /^db fails with 500 at 20 s and bank fails with 500 at 28 s \(both likely\) -> shop: errors from db, success 0[\d.]* % from 20 s -> /u,
    );
  });

  it('tells a fault that comes again once, with its times', () => {
    const fault = (id: string, at: number): string =>
      `{ id: ${id}, kind: crash, target: shop, at: ${at}s, for: 500ms }`;
    const times = [20, 22, 24, 26, 28, 30].map((at) => fault(`f${at}`, at));
    const { base } = told(`
title: Again and again
run: { duration: 40s, warmup: 0s }
services: { shop: { endpoints: { buy: [ wait: 20ms ] } } }
workloads: { u: { arrivals: poisson(100/s), requests: [ { call: shop.buy } ] } }
faults: [ ${times.join(', ')} ]
`);
    expect(base.cascade.sentence).toMatch(
      /^shop crashes at 20 s, 22 s, 24 s, 26 s and 2 times more \(likely\) -> u\.buy: /u,
    );
  });

  it('blames the callee whose calls hold all connections of the caller', () => {
    const { base } = told(`
title: A call inside a transaction
run: { duration: 60s, warmup: 5s }
services:
  shop:
    runtime: async
    endpoints:
      buy: [ transaction: { database: db, steps: [ query: db.take, call: partner.book ] } ]
      list: [ query: db.take ]
  partner: { endpoints: { book: [ wait: 20ms ] } }
databases: { db: { cpu: 4, pool: { kind: simple, maxOpen: 10, acquireTimeout: 300ms }, operations: { take: 1ms } } }
workloads:
  buyers: { arrivals: poisson(100/s), requests: [ { call: shop.buy } ] }
  readers: { arrivals: poisson(100/s), requests: [ { call: shop.list } ] }
faults: [ { id: slow-partner, kind: slow, target: partner, factor: 10, at: 30s, for: 15s } ]
`);
    const { events, influences, innocent, sentence } = base.cascade;
    const [shop] = events.filter(({ subject }) => subject === 'shop');
    expect(shop).toMatchObject({ cause: 'partner', mechanism: 'heldConnections' });
    const [held] = influences.filter(({ to }) => to === 'shop');
    expect(held!.text).toMatch(/^(?:9|10) of 10 connections to db are held by calls to partner$/u);
    expect(innocent).toEqual([]);
    expect(sentence).toContain('-> shop: connections held by calls to partner, success ');
  });

  it('blames the callee while whose calls transactions keep rows locked', () => {
    const { base } = told(`
title: A lock across a call
run: { duration: 60s, warmup: 5s }
keys: { item: { kind: sequence, count: 3 } }
services:
  shop:
    runtime: async
    endpoints: { buy: [ transaction: { database: db, steps: [ query: db.take, call: partner.book ] } ] }
  other: { runtime: async, endpoints: { touch: [ query: db.take ] } }
  partner: { endpoints: { book: [ wait: 10ms ] } }
databases:
  db:
    cpu: 4
    pool: { kind: simple, maxOpen: 200 }
    operations: { take: { work: 1ms, write: true, key: item, lock: true } }
workloads:
  buyers: { arrivals: poisson(20/s), requests: [ { call: shop.buy } ] }
  touchers: { arrivals: poisson(20/s), requests: [ { call: other.touch } ] }
faults: [ { id: slow-partner, kind: slow, target: partner, factor: 20, at: 30s, for: 15s } ]
`);
    const { events, influences, innocent } = base.cascade;
    const [db] = events.filter(({ subject }) => subject === 'db');
    expect(db).toMatchObject({ cause: 'partner', mechanism: 'heldLocks' });
    const to = (name: string): readonly string[] =>
      influences.filter((each) => each.to === name).map(({ from }) => from);
    expect([to('db'), to('other'), to('touchers.touch')]).toEqual([['partner'], ['db'], ['other']]);
    expect(innocent).toEqual([]);
  });

  const CONSUMED = (rate: number): string => `
title: A consumer that asks somebody
run: { duration: 90s, warmup: 5s }
topics: { jobs: { kind: kafka, partitions: 4, subscribers: [ { group: workers, call: worker.handle } ] } }
services:
  api: { endpoints: { submit: [ publish: jobs ] } }
  worker: { replicas: 2, endpoints: { handle: [ call: mail.send ] } }
  mail: { concurrency: 100, endpoints: { send: [ wait: 20ms ] } }
workloads: { users: { arrivals: poisson(${rate}/s), requests: [ { call: api.submit } ] } }
faults: [ { id: slow-mail, kind: slow, target: mail, factor: 5, at: 30s, for: 20s } ]
`;

  it.each([
    ['has time to spare', 50],
    ['takes one message after the other all the time', 120],
  ])('blames the callee of a consumer that %s', (_, rate) => {
    const { events, influences } = told(CONSUMED(rate)).base.cascade;
    const [worker] = events.filter(({ subject }) => subject === 'worker');
    expect(worker).toMatchObject({ cause: 'mail', mechanism: 'slow' });
    const [slow] = influences.filter(({ to }) => to === 'worker');
    expect(slow!.text).toBe('answers of mail take 5 times as long');
  });

  it('tells a backlog that has grown all the time before the fault', () => {
    const { events } = told(CONSUMED(200)).base.cascade;
    const [backlog] = events.filter(({ kind }) => kind === 'backlog');
    expect(backlog!.at).toBeLessThan(30);
    expect(events.filter(({ ends }) => ends === 'backlog')).toMatchObject([
      { kind: 'notRecovered', subject: 'jobs.workers' },
    ]);
  });

  it('does not count the effects of a fault on requests just before it as usual', () => {
    const { base } = told(`
title: A breaker with a fallback
run: { duration: 90s, warmup: 5s, seed: 46 }
policies:
  guard:
    timeout: 500ms
    circuitBreaker: { kind: simple, failureThreshold: 10, openDuration: 10s, halfOpenPermits: 3, successThreshold: 2 }
    fallback: { after: 1ms, status: 200, degraded: true }
services:
  shop: { runtime: async, outbound: guard, endpoints: { page: [ call: prices.get ] } }
  prices: { external: true, endpoints: { get: [ wait: exponential(30ms) ] } }
workloads: { users: { arrivals: poisson(50/s), requests: [ { call: shop.page } ] } }
faults: [ { id: outage, kind: hang, target: prices, at: 20s, for: 30s } ]
`);
    const bad = new Set(['degraded', 'failing', 'down']);
    const ill = base.cascade.events.filter(({ kind }) => bad.has(kind));
    expect(ill.map(({ subject }) => subject)).toEqual(
      expect.arrayContaining(['prices', 'shop', 'users.page']),
    );
  });

  it('reports more calls if they take no longer', () => {
    const { base } = told(`
title: Three times the load, with room for it
run: { duration: 60s, warmup: 5s }
services:
  shop: { concurrency: 100, endpoints: { buy: [ call: db.get ] } }
  db: { concurrency: 100, endpoints: { get: [ wait: 100ms ] } }
workloads: { users: { arrivals: constant(200/s), requests: [ { call: shop.buy } ] } }
faults: [ { id: rush, kind: load, target: users, factor: 3, at: 30s, for: 20s } ]
`);
    const [more] = base.cascade.influences.filter(({ to }) => to === 'shop');
    expect(more!.text).toMatch(/^(?:59|60)(?:\.\d)? calls to db are under way, 20 before$/u);
  });

  it('says how many of those fail that failed before the fault as well', () => {
    const fault = {
      at: 20,
      kind: 'fault',
      subject: 'f',
      cause: null,
      mechanism: null,
      text: 'db hangs',
      runs: 1,
    };
    const sentence = (failed: number, usualFailed: number): string =>
      sentenceOf({
        story: {
          events: [fault],
          loops: [],
          innocent: [],
          causes: [],
          users: {
            finished: 1000,
            failed,
            degraded: 0,
            usualFailed,
            usualDegraded: 0,
            isByChance: false,
          },
        } as unknown as SentenceInput['story'],
        affected: 1,
        elsewhere: [],
        verdicts: ['untouched'],
        endings: [],
        metastability: null,
        back: null,
        goodputLost: 0,
        hasFaults: true,
      });
    expect(sentence(310, 0.3)).toBe('db hangs: 310 of 1,000 user requests fail (30 % before).');
    expect(sentence(299, 0.3)).toBe(
      'db hangs: users notice nothing: no more of their requests fail than before (30 %).',
    );
    expect(sentence(10, 0)).toBe('db hangs: 10 of 1,000 user requests fail.');
    expect(sentence(0, 0.3)).toBe('db hangs: users notice nothing.');
  });

  const CROWDED = (shop: string): string => `
title: A slow callee fills whoever waits for it
run: { duration: 50s, warmup: 5s }
services:
  shop: { runtime: async, ${shop}, endpoints: { pay: [ call: bank.charge ] } }
  bank: { endpoints: { charge: [ wait: 50ms ] } }
workloads: { users: { arrivals: constant(200/s), requests: [ { call: shop.pay } ] } }
faults: [ { id: sluggish, kind: slow, target: bank, factor: 200, at: 10s, for: 31s } ]
`;

  it('tells that a process dies though no fault stops it', () => {
    const memory = 'memory: { limit: 512MiB, base: 112MiB, perRequest: 1MiB }';
    const { base } = told(CROWDED(`${memory}, lifecycle: { startup: 3s }`));
    const { events, sentence } = base.cascade;
    const deaths = events.filter(({ kind }) => kind === 'killed');
    expect(deaths).toMatchObject([{ subject: 'shop', text: '6 deaths for lack of memory' }]);
    expect(sentence).toContain('-> shop: 6 deaths for lack of memory, slow answers of bank, ');
  });

  it('blames the callee where a limit of requests at once is full of calls to it', () => {
    const { base } = told(CROWDED('admission: { concurrencyLimit: { limit: 300 } }'));
    const [shop] = base.cascade.events.filter(({ subject }) => subject === 'shop');
    expect(shop).toMatchObject({ cause: 'bank', mechanism: 'slow' });
  });

  it('tells no death that a fault is', () => {
    const crash = SLOW('10s', '10s').replace(
      'kind: slow, target: db, factor: 6',
      'kind: crash, target: db',
    );
    const { base } = told(crash);
    expect(base.cascade.events.map(({ kind }) => kind)).toContain('down');
    expect(base.cascade.events.filter(({ kind }) => kind === 'killed')).toEqual([]);
  });

  it('takes users as healthy after a fault from the start if their requests succeed', () => {
    const { base } = told(SLOW('0s', '10s'));
    expect(base.cascade.verdicts).toEqual(['recovered']);
    expect(base.cascade.sentence).toContain('success is back after the fault');
    expect(base.cascade.sentence).not.toContain('before it is over');
  });

  it('blames the network for calls that a partition cuts off', () => {
    const { base } = told(`
title: Zones
run: { duration: 60s, warmup: 5s }
network: { zones: { a: {}, b: {} } }
services: { web: { zone: [a, b], replicas: 4, endpoints: { page: [ wait: exponential(10ms) ] } } }
workloads: { people: { zone: a, arrivals: poisson(200/s), patience: 1s, requests: [ { call: web.page } ] } }
faults: [ { id: cut, kind: partition, between: [a, b], at: 30s, for: 10s } ]
`);
    const [start] = base.cascade.events.filter(({ subject }) => subject === 'people.page');
    expect(start).toMatchObject({ cause: 'web', mechanism: 'lostMessages' });
  });

  it('does not count at a service what the network refuses on the way to it', () => {
    const { base } = told(`
title: Connections are refused
run: { duration: 60s, warmup: 5s }
services:
  shop: { endpoints: { order: [ call: payments.charge ] } }
  payments: { endpoints: { charge: [ wait: 3ms ] } }
workloads: { people: { arrivals: constant(100/s), requests: [ { call: shop.order } ] } }
faults: [ { id: cut, kind: partition, mode: reject, between: [shop, payments], at: 30s, for: 10s } ]
`);
    const { payments } = base.components;
    expect(payments.success).toBe(1);
    expect(payments.throughput).toBeCloseTo((100 * 50) / 60, 6);
    const [shop] = base.cascade.events.filter(({ subject }) => subject === 'shop');
    expect(shop).toMatchObject({ kind: 'down', cause: 'payments', mechanism: 'netLoss' });
    expect(base.cascade.events.filter(({ subject }) => subject === 'payments')).toEqual([]);
  });

  const LINKED = (fault: string): string => `
title: A wire and those at its ends
run: { duration: 60s, warmup: 5s }
services:
  web: { concurrency: 256, outbound: { shop: { timeout: 1s } }, endpoints: { page: [ call: shop.list ] } }
  shop: { concurrency: 64, endpoints: { list: [ wait: 3ms ] } }
workloads: { people: { arrivals: poisson(100/s), goodputWithin: 100ms, requests: [ { call: web.page } ] } }
faults: [ { id: bad, ${fault}, at: 30s, for: 20s } ]
`;

  it('blames the network, not a callee that is well, for messages that take longer', () => {
    const { base } = told(LINKED('kind: latency, target: web->shop, add: 300ms'));
    const [start] = base.cascade.events.filter(({ subject }) => subject === 'web');
    expect(start).toMatchObject({ cause: 'shop', mechanism: 'slowNetwork' });
    expect(base.cascade.sentence).toContain('web: slow network to shop, p95 ');
    const shop = told(LINKED('kind: slow, target: shop, factor: 100')).base.cascade;
    const [slow] = shop.events.filter(({ subject }) => subject === 'web');
    expect(slow).toMatchObject({ cause: 'shop', mechanism: 'slow' });
  });

  it('tells why most calls are slow where a few of them fail', () => {
    const { base } = told(LINKED('kind: loss, target: web->shop, share: 20%'));
    const events = base.cascade.events.filter(({ kind }) => kind === 'failing');
    expect(events).toMatchObject([
      { subject: 'web', mechanism: 'lostMessages', text: expect.stringMatching(/^p95 /u) },
      {
        subject: 'people.page',
        mechanism: 'slow',
        text: expect.stringMatching(
          /^goodput \d\d\.\d %: \d+ of 1,\d+ requests come too late, \d+ fail until 50 s$/u,
        ),
      },
    ]);
    expect(base.cascade.sentence).toContain('web: messages to or from shop lost, p95 ');
  });

  it('reports timeouts if a fallback hides them from the users', () => {
    const { base } = told(`
title: A fallback behind a timeout
run: { duration: 60s, warmup: 5s }
services:
  web: { concurrency: 256, outbound: { shop: { timeout: 200ms, fallback: {} } }, endpoints: { page: [ call: shop.list ] } }
  shop: { concurrency: 64, endpoints: { list: [ wait: 3ms ] } }
workloads: { people: { arrivals: poisson(100/s), requests: [ { call: web.page } ] } }
faults: [ { id: stuck, kind: hang, target: shop, at: 30s, for: 20s } ]
`);
    const [start] = base.cascade.events.filter(({ subject }) => subject === 'web');
    expect(start).toMatchObject({ cause: 'shop', mechanism: 'calleeTimeout' });
  });
});

describe('a fault that begins while another one lasts', () => {
  const TWO = (first: string): string => `
title: A mild fault and then a severe one
run: { duration: 90s, warmup: 0s }
services:
  web: { concurrency: 64, endpoints: { buy: [ call: shop.buy ] } }
  shop: { concurrency: 64, endpoints: { buy: [ call: bank.pay ] } }
  bank: { concurrency: 64, endpoints: { pay: [ wait: exponential(10ms) ] } }
workloads: { u: { arrivals: poisson(100/s), patience: 2s, requests: [ { call: web.buy } ] } }
faults:
  - { id: mild, ${first}, at: 25s, for: 40s }
  - { id: severe, kind: error, target: bank, at: 40s, for: 15s }
`;

  it('is reported if it costs far more, and no component fails before it began', () => {
    for (const mild of [
      'kind: latency, target: web->shop, add: 40ms',
      'kind: error, target: bank, share: 10%',
    ]) {
      const { base } = told(TWO(mild));
      const failing = base.cascade.events.filter(({ kind }) => kind === 'down');
      expect(failing.length).toBeGreaterThan(2);
      expect(Math.min(...failing.map(({ at }) => at))).toBe(40);
      expect(base.summary.recovery.fault).toBe('severe');
      const [start, end] = ['degraded', 'recovered'].map((kind) =>
        base.cascade.events.find((e) => e.kind === kind && e.subject === 'u.buy')!,
      );
      expect(start.at).toBe(25);
      expect(end.text).toBe(
        `is healthy again: was unhealthy for ${Math.round((end.at - 25) * 10) / 10} s`,
      );
      expect(base.cascade.loops).toEqual([]);
    }
  });

  it('is not reported if it costs about as much', () => {
    const { base } = told(TWO('kind: error, target: bank, share: 80%'));
    expect(base.summary.recovery.fault).toBe('mild');
  });
});

describe('the requests that are shown', () => {
  it('are, of one variant, one that failed and one that was answered while the fault lasts', () => {
    const { base } = told(`
title: One variant
run: { duration: 40s, warmup: 2s }
services:
  shop: { concurrency: 8, endpoints: { buy: [ call: db.get ] } }
  db: { concurrency: 8, endpoints: { get: [ wait: exponential(20ms) ] } }
workloads: { u: { arrivals: poisson(200/s), patience: 2s, requests: [ { call: shop.buy } ] } }
faults: [ { id: slow, kind: slow, target: db, factor: 6, at: 15s, for: 10s } ]
`);
    const during = base.exemplars.filter(({ why }) => why === 'during slow');
    expect(during.map(({ outcome }) => outcome).sort()).toEqual(['abandoned', 'ok']);
  });
});

it('counts the workers and places of the instances that run', () => {
  // 200/s of 40 ms each need 8 workers of 16, and all of the workers that remain without two dead instances.
  const { base } = told(`
title: What two of four leave
run: { duration: 60s, warmup: 5s, seed: 5 }
services: { web: { replicas: 4, concurrency: 4, queue: { capacity: 5 }, endpoints: { get: [ wait: 40ms ] } } }
workloads: { users: { arrivals: poisson(200/s), requests: [ { call: web.get } ] } }
faults: [ { id: half, kind: crash, target: web, instances: 2, at: 20s, for: 20s } ]
`);
  const full = base.cascade.events.find(({ kind }) => kind === 'saturated');
  expect(full?.text).toBe('8 of the 8 workers that run busy, queue of 10 full');
});

describe('workers that wait between two tries', () => {
  const shop = (steps: string, attempts: number): string => `
title: Back-off holds workers
run: { duration: 60s, seed: 3 }
policies: { tries: { retry: { attempts: ${attempts}, on: [throttled], backoff: { kind: constant, base: 500ms } } } }
services:
  shop: { concurrency: 60, queue: { capacity: 50 }, outbound: tries, endpoints: { buy: [ ${steps} ] } }
  psp: { endpoints: { pay: [ wait: 20ms ] } }
workloads: { users: { arrivals: poisson(100/s), requests: [ { call: shop.buy } ] } }
faults: [ { id: quota, kind: throttle, target: psp, rate: 40/s, at: 20s, for: 20s } ]
`;
  const saturated = (text: string): string | undefined =>
    told(text).base.cascade.events.find(({ kind }) => kind === 'saturated')?.text;

  it('are said to do so', () => {
    expect(saturated(shop('call: psp.pay', 4))).toMatch(
      /^60 of 60 workers wait to try psp again, queue/u,
    );
  });

  it('are busy where they do something else', () => {
    expect(saturated(shop('call: psp.pay, wait: 650ms', 1))).toMatch(/^60 of 60 workers busy/u);
  });
});
