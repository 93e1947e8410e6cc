import { describe, expect, it } from 'vitest';
import { run } from '../theory/program.js';

const USERS =
  'workloads: { users: { arrivals: constant(100/s), requests: [ { call: shop.get } ] } }';

const cascadeOf = (text: string, duration = '60s'): ReturnType<typeof variantOf> =>
  variantOf(`
faultline: 1
title: t
run: { duration: ${duration}, warmup: 5s, seed: 3, timeline: 1s }
${text}
`);

function variantOf(text: string): ReturnType<ReturnType<typeof run>['variant']>['cascade'] {
  return run(text).variant().cascade;
}

const FAILOVER = `
services: { shop: { endpoints: { get: [ query: db.put ] } } }
databases:
  db: { kind: postgres, replicas: { count: 1, lag: 500ms }, failover: { detect: 8s, promote: 2s }, operations: { put: { wait: 1ms, write: true } } }
${USERS}
`;

describe('the account', () => {
  it('says that goodput is back before the fault ends, and how many commits are lost', () => {
    const { sentence } = cascadeOf(`${FAILOVER}
faults: [ { id: dies, kind: crash, target: 'db[0]', at: 20s, for: 20s } ]`);
    expect(sentence).toContain('of the goodput is lost and success is back before the fault ends.');
    expect(sentence).toMatch(/ db loses commits from \d+ s: \d+ confirmed commits are gone\./u);
  });

  it('says that goodput is back although the fault lasts to the end', () => {
    const { sentence } = cascadeOf(`${FAILOVER}
faults: [ { id: dies, kind: crash, target: 'db[0]', at: 20s, for: none } ]`);
    expect(sentence).toContain(
      'success is back while the fault lasts (db: the replica takes over after ',
    );
    expect(sentence).not.toContain('does not show the end');
  });

  it('says when latency is back, if that is later', () => {
    const { sentence } = cascadeOf(`
services: { shop: { concurrency: 10, queue: { capacity: 1000 }, endpoints: { get: [ wait: 50ms ] } } }
${USERS}
faults: [ { id: slow, kind: slow, target: shop, factor: 8, at: 10s, for: 20s } ]`);
    expect(sentence).toMatch(/success is back at once, latency after \d+ s\./u);
  });

  it('counts degraded responses where no request fails, and does not clear the fault', () => {
    const { sentence, innocent } = cascadeOf(`
policies: { guard: { timeout: 200ms, fallback: { after: 2ms, status: 200, degraded: true } } }
services:
  shop: { runtime: async, endpoints: { get: [ { call: extra.get, policy: guard } ] } }
  extra: { endpoints: { get: [ wait: 5ms ] } }
${USERS}
faults: [ { id: outage, kind: error, target: extra, at: 20s, for: 20s } ]`);
    expect(sentence).toContain('no user request fails, but 2,000 of 4,000 responses are degraded.');
    expect(innocent).toEqual([]);
  });

  const BANK = `
services:
  shop: { runtime: async, endpoints: { get: [ call: bank.charge ] } }
  bank: { endpoints: { charge: [ wait: 5ms ] } }
${USERS}`;

  it('has a sentence for each fault that finds the users healthy again, and the loss of all', () => {
    const { sentence } = cascadeOf(`${BANK}
faults:
  - { id: outage, kind: error, target: bank, at: 10s, for: 10s }
  - { id: flaky, kind: error, target: bank, share: 50%, at: 40s, for: 10s }`);
    expect(sentence).toMatch(
      /^bank fails with 500 at 10 s \(likely\) -> shop: [^;]* -> users.get: success 0 %; success is back at once\. Later, bank fails 50 % of its requests with 500 at 40 s \(likely\) -> shop: [^;]* -> users.get: success [45][\d.]* %\. In all, [\d.]+ % of the goodput is lost\.$/u,
    );
  });

  it('has one sentence for faults that overlap, and for the times of one fault', () => {
    const { sentence, causes, innocent } = cascadeOf(`${BANK}
faults:
  - { id: outage, kind: error, target: bank, at: 10s, for: 20s }
  - { id: flaky, kind: error, target: bank, share: 50%, at: 25s, for: 10s }`);
    // The second one fails 248 of the 2,252 requests: those after the first one.
    expect(innocent).toEqual([]);
    expect(causes.find(({ fault }) => fault === 'flaky')?.share).toBeGreaterThan(0.05);
    expect(sentence).toContain(
      ' at 10 s and bank fails 50 % of its requests with 500 at 25 s (both likely) -> ',
    );
    const again = cascadeOf(`${BANK}
faults:
  - { id: first, kind: error, target: bank, at: 10s, for: 5s }
  - { id: second, kind: error, target: bank, at: 35s, for: 5s }`);
    expect(again.sentence).toMatch(/^bank fails with 500 at 10 s and 35 s \(likely\) -> /u);
    for (const text of [sentence, again.sentence]) expect(text).not.toContain('Later, ');
  });

  it('has one sentence where a fault comes again after another one', () => {
    const { sentence } = cascadeOf(
      `${BANK}
faults:
  - { id: first, kind: error, target: bank, at: 10s, for: 5s }
  - { id: flaky, kind: error, target: bank, share: 50%, at: 35s, for: 5s }
  - { id: second, kind: error, target: bank, at: 60s, for: 5s }`,
      '90s',
    );
    expect(sentence).toMatch(
      /^bank fails with 500 at 10 s and 60 s and bank fails 50 % .* at 35 s \(both likely\) ->/u,
    );
    expect(sentence).not.toContain('Later, ');
  });

  it('names no crash whose instance the others replace, beside a fault that follows', () => {
    const { causes } = cascadeOf(
      `
services:
  shop: { runtime: async, endpoints: { get: [ call: bank.charge ] } }
  bank: { replicas: 3, concurrency: 10, endpoints: { charge: [ wait: 5ms ] } }
${USERS}
faults:
  - { id: one, kind: crash, target: bank, instances: 1, at: 20s, for: 20s }
  - { id: flaky, kind: error, target: bank, share: 40%, at: 30s, for: 25s }`,
      '90s',
    );
    expect(causes.map(({ fault }) => fault)).toEqual(['flaky']);
  });

  it('says that retries do work twice', () => {
    const { sentence } = cascadeOf(`
policies: { pay: { retry: { attempts: 3, on: [ error ] } } }
services:
  shop: { runtime: async, outbound: pay, endpoints: { get: [ call: bank.charge ] } }
  bank: { endpoints: { charge: [ wait: 5ms ] } }
${USERS}
faults: [ { id: flaky, kind: error, target: bank, share: 30%, afterWork: true, at: 20s, for: 20s } ]`);
    expect(sentence).toMatch(/ bank repeats work from 20 s: \d+ requests are executed again\./u);
  });

  it('does not call a standby degraded that has no requests any more', () => {
    const { events } = cascadeOf(`
policies: { guard: { timeout: 200ms, fallback: { call: standby.get } } }
services:
  shop: { runtime: async, endpoints: { get: [ { call: main.get, policy: guard } ] } }
  main: { endpoints: { get: { readOnly: true, steps: [ wait: 5ms ] } } }
  standby: { concurrency: 2, queue: { capacity: 5 }, endpoints: { get: { readOnly: true, steps: [ wait: 50ms ] } } }
${USERS}
faults: [ { id: outage, kind: error, target: main, at: 20s, for: 20s } ]`);
    expect(events.filter(({ kind }) => kind === 'notRecovered')).toEqual([]);
    expect(events).toContainEqual(
      expect.objectContaining({ subject: 'standby', kind: 'recovered', at: 40 }),
    );
  });

  it('does not call a job degraded that its users send no more', () => {
    const { events } = cascadeOf(`
services:
  reports: { concurrency: 4, endpoints: { run: [ wait: 200ms ] } }
workloads:
  cron:
    arrivals: { kind: stages, start: 10/s, stages: [ { duration: 30s, target: 10/s }, { duration: 0s, target: 0/s } ] }
    requests: [ { call: reports.run } ]
faults: [ { id: slow, kind: slow, target: reports, factor: 4, at: 20s, for: 20s } ]`);
    expect(events.filter(({ kind }) => kind === 'notRecovered')).toEqual([]);
    expect(events).toContainEqual(
      expect.objectContaining({ subject: 'cron.run', kind: 'recovered', at: 30 }),
    );
  });

  it('names a component that comes back full after the harm of its pause, and not as its cause', () => {
    const { sentence } = variantOf(`
faultline: 1
title: t
run: { duration: 40s, warmup: 5s, seed: 40 }
services:
  shop: { runtime: async, endpoints: { get: [ call: stock.get ] } }
  stock: { concurrency: 20, queue: { capacity: 200 }, endpoints: { get: { readOnly: true, steps: [ wait: exponential(50ms) ] } } }
workloads: { users: { arrivals: poisson(100/s), requests: [ { call: shop.get } ] } }
faults: [ { id: stall, kind: pause, target: stock, at: 20s, for: 3s } ]
`);
    expect(sentence).toMatch(
      /^stock is paused at 20 s \(likely\) -> shop: [^>]* -> users\.get: [^>]* -> stock: 20 of 20 workers busy, .* at 23 s; /u,
    );
  });

  it('says that a group reads again', () => {
    const { sentence } = cascadeOf(`
topics: { orders: { kind: kafka, subscribers: [ { group: billing, call: worker.bill, replay: { at: 20s } } ] } }
services: { worker: { endpoints: { bill: [ work: 10ms ] } } }
workloads: { users: { arrivals: constant(50/s), requests: [ { name: order, steps: [ publish: orders ] } ] } }`);
    expect(sentence).toContain(
      'orders.billing is reset at 20 s: it reads again from its oldest message. orders.billing falls behind at 20 s: ',
    );
  });

  it('blames no fault of the entire run where no user degrades', () => {
    const { sentence } = cascadeOf(`
services: { shop: { endpoints: { get: [ wait: 5ms ] } } }
${USERS}
faults: [ { id: weather, kind: latency, target: users->shop, add: 20ms, at: 0s, for: none } ]`);
    expect(sentence).toBe('20 ms delay of each message on users->shop: no user request fails.');
  });

  it('says that a release is rolled back', () => {
    const { sentence } = cascadeOf(
      `
services:
  shop:
    replicas: 10
    endpoints: { get: [ wait: 5ms ] }
    versions: { v1: {}, v2: { endpoints: { get: [ { fail: 500, probability: 30% } ] } } }
    rollout: { to: v2, at: 20s, kind: canary, routing: replicas, steps: [ { weight: 10% }, { pause: 60s } ], analysis: { expect: [ canary.success >= 99% ], interval: 20s } }
${USERS}`,
      '120s',
    );
    expect(sentence).toMatch(/ is rolled back at \d+ s: v1 serves all traffic again/u);
  });
});
