import { expect, it } from 'vitest';
import { run } from '../theory/program.js';

/** Events of 2 ms, and a write of 2 ms for each batch. One append has two events. */
const projected = (appends: number, own: string, services = ''): string => `
faultline: 1
title: A read model
run: { duration: 60s, warmup: 5s, seed: 3 }
keys: { order: uniform(count=100000) }
services:
  orders: { runtime: async, cpu: 4, endpoints: { place: [ append: { store: ledger, events: 2 } ] } }
  ${services}
eventStores: { ledger: { kind: eventStoreDb, stream: { key: order, initialLength: 3 } } }
databases: { views: { operations: { upsert: { work: 2ms, write: true } } } }
projections: { list: { from: ledger, work: 2ms, writes: views.upsert, ${own} } }
workloads: { buyers: { arrivals: constant(${appends}/s), requests: [ { call: orders.place } ] } }
`;

const tightest = (text: string) => run(text).variant().headroom!.components[0]!;

it('is that of the segment that waits for its writes: 1 / 4 ms = 250/s of 200/s', () => {
  const first = tightest(projected(100, 'batchSize: 1'));
  expect(first).toMatchObject({ component: 'list', resource: 'segments', of: null, limit: 1 });
  expect(Math.abs(first.factor / 1.25 - 1)).toBeLessThan(0.03);
  expect(Math.abs(first.saturatesAt / 250 - 1)).toBeLessThan(0.03);
});

it('counts the events by which it falls behind: 250/s of 400/s', () => {
  const first = tightest(projected(200, 'batchSize: 1'));
  expect(first).toMatchObject({ component: 'list', resource: 'segments' });
  expect(Math.abs(first.factor / (250 / 400) - 1)).toBeLessThan(0.03);
});

it('has full batches where it is full, which share a write: the core is full first, at 500/s', () => {
  const first = tightest(projected(100, 'batchSize: 100, concurrency: 2'));
  expect(first).toMatchObject({ component: 'list', resource: 'cores' });
  expect(Math.abs(first.factor / 2.5 - 1)).toBeLessThan(0.03);
});

it('is that of the segment with the busiest stream: 1 / 4 ms = 250/s of about a third of 200/s', () => {
  const hot = projected(100, 'batchSize: 1, concurrency: 8, service: orders')
    .replace('uniform(count=100000)', 'hot(count=100000 hotShare=30% hotKeys=1)')
    .replace('runtime: async, cpu: 4', 'runtime: async, cpu: 40');
  const first = tightest(hot);
  expect(first).toMatchObject({ resource: 'segments', busiest: { key: 'order', of: 8 } });
  // The hot stream, and an eighth of the others: 30 % + 70 % / 8 = 38.75 %.
  expect(Math.abs(first.factor / (250 / (0.3875 * 200)) - 1)).toBeLessThan(0.04);
});

it('names the projection where a service runs it', () => {
  const host = 'views-worker: { cpu: 4, endpoints: { ping: [ work: 1ms ] } }';
  const first = tightest(projected(100, 'batchSize: 1, service: views-worker', host));
  expect(first).toMatchObject({ component: 'views-worker', resource: 'segments', of: 'list' });
  expect(Math.abs(first.factor / 1.25 - 1)).toBeLessThan(0.03);
});

/** 50 rows every 500 ms are 100/s. */
const relayed = (orders: number, own = ''): string => `
faultline: 1
title: An outbox
run: { duration: 60s, warmup: 5s, seed: 3 }
services:
  orders:
    cpu: 4
    runtime: async
    outbox: { database: store.insert, pollInterval: 500ms, batchSize: 50 ${own} }
    endpoints:
      place: [ { transaction: { database: store, steps: [ query: store.insert, { publish: { topic: placed, via: outbox } } ] } } ]
  mailer: { endpoints: { send: [ wait: 20ms ] } }
databases: { store: { operations: { insert: { work: 2ms, write: true }, look: 4ms } } }
topics: { placed: { kind: kafka, partitions: 8, subscribers: [ { group: mail, call: mailer.send, concurrency: 8 } ] } }
workloads: { buyers: { arrivals: constant(${orders}/s), requests: [ { call: orders.place } ] } }
`;

it('of an outbox that polls is that of its batches: 100/s of 80/s, and of 150/s', () => {
  for (const orders of [80, 150]) {
    const first = tightest(relayed(orders));
    expect(first).toMatchObject({ component: 'orders', resource: 'relay', limit: 100 });
    expect(Math.abs(first.factor / (100 / orders) - 1)).toBeLessThan(0.03);
  }
});

it('counts the time of its queries: 51 of 12 ms take two polls, so 50/s', () => {
  const slow = relayed(40, ', relayQuery: store.look').replace('look: 4ms', 'look: 12ms');
  const first = tightest(slow);
  expect(first).toMatchObject({ resource: 'relay', limit: 50 });
  expect(Math.abs(first.factor / (50 / 40) - 1)).toBeLessThan(0.03);
});

/** 10 executions of 200 ms handle 50/s. Those beyond them are throttled, and come again after a while. */
const invoked = (uploads: number): string => `
faultline: 1
title: Thumbnails
run: { duration: 120s, warmup: 5s, seed: 3 }
services: { web: { endpoints: { put: [ publish: thumbs ] } } }
functions: { thumb: { kind: lambda, maxConcurrency: 10, endpoints: { make: [ wait: 200ms ] } } }
queues: { thumbs: { kind: sqs, visibilityTimeout: 10s, consumers: [ { call: thumb.make, batch: 1 } ] } }
workloads: { users: { arrivals: constant(${uploads}/s), requests: [ { call: web.put } ] } }
`;

it('is that of the executions of a function that throttles what a queue sends it: 50/s of 60/s', () => {
  const first = tightest(invoked(60));
  expect(first).toMatchObject({ component: 'thumb', resource: 'concurrency', fedBy: 'thumbs' });
  expect(Math.abs(first.factor / (50 / 60) - 1)).toBeLessThan(0.03);
  expect(Math.abs(first.rate / 60 - 1)).toBeLessThan(0.03);
});

it('is that of all replicas of an autoscaler, and jobs that fill them do not end yet: 50 / 60 s of 1/s', () => {
  const first = tightest(`
faultline: 1
title: Jobs of a minute
run: { duration: 10m, warmup: 2m }
queues: { jobs: { kind: simple, consumers: [ { call: worker.handle, concurrency: 1 } ] } }
services:
  worker:
    replicas: 10
    autoscaling: { kind: keda, metric: lag, of: jobs, target: 1, min: 10, max: 50 }
    endpoints: { handle: [ wait: 60s ] }
workloads:
  users:
    arrivals: { kind: stages, start: 0.1/s, stages: [ { duration: 4m, target: 0.1/s }, { duration: 0s, target: 1/s }, { duration: 6m, target: 1/s } ] }
    requests: [ { name: send, steps: [ publish: jobs ] } ]
`);
  expect(first).toMatchObject({ resource: 'consumers', limit: 50, replicas: 50 });
  expect(Math.abs(first.saturatesAt / (50 / 60) - 1)).toBeLessThan(0.08);
});
