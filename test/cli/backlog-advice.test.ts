import { afterAll, beforeAll, expect, it } from 'vitest';
import { Folder, faultline } from './harness.js';

let folder: Folder;
beforeAll(() => {
  folder = new Folder();
});
afterAll(() => folder.remove());

/** A segment takes 8 ms for an event, of which 2 ms are CPU time: 125/s of 200/s. The core would do 500/s. */
const SLOW = `
faultline: 1
title: a read model that falls behind
run: { duration: 60s, warmup: 5s, seed: 3, replications: 1 }
keys: { order: uniform(count=100000) }
services: { orders: { endpoints: { place: [ append: { store: ledger, events: 2 } ] } } }
eventStores: { ledger: { kind: eventStoreDb, stream: { key: order, initialLength: 3 } } }
databases: { views: { operations: { upsert: { work: 6ms, write: true } } } }
projections: { list: { from: ledger, work: 2ms, writes: views.upsert } }
workloads: { buyers: { arrivals: poisson(100/s), requests: [ { call: orders.place } ] } }
budgets: [ list.lag.max <= 300 ]
`;

it('a projection that waits for its writes is why, and its segments are what to change', () => {
  const file = folder.put('slow.yaml', SLOW);
  const args = ['--out', folder.at('out'), '--format', 'json'];
  const { stdout } = faultline(['run', file, ...args]);
  expect(stdout).toMatch(/list is saturated: its 1 segment handles 12[3-7]\/s of (?:19|20)\d\/s/u);
  const advice = /Set (projections\.list\.concurrency) to (\d+) \(now 1\)/u.exec(stdout);
  expect(advice).not.toBeNull();
  const set = `${advice![1]!}=${advice![2]!}`;
  expect(faultline(['run', file, ...args, '--set', set]).stdout).toContain('1/1 pass');
});

it('fix finds more segments, and larger batches', () => {
  const file = folder.put('fixed.yaml', SLOW);
  const { stdout, status } = faultline(['fix', file]);
  expect(status).toBe(0);
  expect(stdout).toMatch(/projections\.list\.concurrency: [23] \(now 1\)/u);
  expect(stdout).toMatch(/projections\.list\.batchSize: \d+ \(now 1\)/u);
});

it('capacity raises the segments for more load', () => {
  const file = folder.put('more.yaml', SLOW.replace('poisson(100/s)', 'poisson(40/s)'));
  const { stdout } = faultline(['capacity', file, '--for', '2x']);
  expect(stdout).toMatch(/its 1 segment holds 12\d events\/s/u);
  expect(stdout).toContain('+ projections.list.concurrency: 2 (now 1, by default)');
});

/** 50 rows every 500 ms, of 150/s. */
const RELAYED = `
faultline: 1
title: an outbox that falls behind
run: { duration: 60s, warmup: 5s, seed: 3, replications: 1 }
services:
  orders:
    outbox: { database: store, pollInterval: 500ms, batchSize: 50 }
    endpoints:
      place: [ { transaction: { database: store, steps: [ query: store.insert, { publish: { topic: placed, via: outbox } } ] } } ]
  mailer: { endpoints: { send: [ wait: 20ms ] } }
databases: { store: { operations: { insert: { work: 2ms, write: true } } } }
topics: { placed: { kind: kafka, partitions: 8, subscribers: [ { group: mail, call: mailer.send, concurrency: 8 } ] } }
workloads: { buyers: { arrivals: poisson(150/s), requests: [ { call: orders.place } ] } }
budgets: [ orders.outbox.rows.max <= 300 ]
`;

it('an outbox that falls behind is why, and its batches are what to change', () => {
  const file = folder.put('relayed.yaml', RELAYED);
  const args = ['--out', folder.at('out'), '--format', 'json'];
  const { stdout } = faultline(['run', file, ...args]);
  expect(stdout).toMatch(/orders is saturated: its outbox of 100 rows\/s handles \d+/u);
  const advice = /Set (services\.orders\.outbox\.batchSize) to (\d+) \(now 50\)/u.exec(stdout);
  expect(advice).not.toBeNull();
  const set = `${advice![1]!}=${advice![2]!}`;
  expect(faultline(['run', file, ...args, '--set', set]).stdout).toContain('1/1 pass');
});

/** 10 executions of 200 ms handle 50/s of 60/s, with a fault and without it. */
const INVOKED = `
faultline: 1
title: a function that falls behind
run: { duration: 120s, warmup: 5s, seed: 3, replications: 1 }
services: { web: { endpoints: { put: [ wait: 5ms, publish: thumbs ] } } }
functions: { thumb: { kind: lambda, maxConcurrency: 10, endpoints: { make: [ wait: 200ms ] } } }
queues: { thumbs: { kind: sqs, visibilityTimeout: 10s, consumers: [ { call: thumb.make, batch: 1 } ] } }
workloads: { users: { arrivals: poisson(60/s), requests: [ { call: web.put } ] } }
faults: [ { id: slow-web, kind: slow, target: web, factor: 8, at: 30s, for: 20s } ]
budgets: [ thumbs.lag.max <= 300 ]
`;

it('a function that throttles its messages is why, and its concurrency is what to change', () => {
  const file = folder.put('invoked.yaml', INVOKED);
  const args = ['--out', folder.at('out'), '--format', 'json'];
  const { stdout } = faultline(['run', file, ...args]);
  expect(stdout).toMatch(
    /thumb is saturated: its concurrency of 10 handles (?:49|50)[.\d]*\/s of \d+/u,
  );
  // It falls behind before the fault, so that no loop keeps it down.
  expect(stdout).not.toMatch(/metastable/iu);
  const advice = /Set (functions\.thumb\.maxConcurrency) to (\d+) \(now 10\)/u.exec(stdout);
  expect(advice).not.toBeNull();
  const set = `${advice![1]!}=${advice![2]!}`;
  expect(faultline(['run', file, ...args, '--set', set]).stdout).toContain('1/1 pass');
});
