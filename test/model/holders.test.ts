import { afterEach, describe, expect, it } from 'vitest';
import { borrowFrom } from '../../src/kernel/room.js';
import { runKept } from '../support/kept.js';

afterEach(() => borrowFrom(null));

/** The error of a run that reaches its memory limit after this many checks, each some ten thousands of events apart. */
function stopped(body: string, looks = 4): string {
  const text = `
faultline: 1
title: What grows
run: { duration: 4000s }
${body}`;
  let left = looks;
  // Columns may grow until then.
  borrowFrom((bytes) => (bytes > 0 ? left > 0 : left-- > 0));
  const { record } = runKept(text);
  expect(record.stop).toBe('memory');
  return record.stopDetail;
}

const users = (steps: string, rate = 1000): string =>
  `workloads: { users: { arrivals: constant(${rate}/s), requests: [ { name: r, steps: [ ${steps} ] } ] } }`;

const cases: readonly (readonly [what: string, words: RegExp, body: string])[] = [
  [
    'a queue without end',
    /^api\[0\] has \d{3,} requests queued: bound the queue/,
    `services: { api: { concurrency: 1, endpoints: { get: [ wait: 50ms ] } } }
${users('call: api.get')}`,
  ],
  [
    'calls without a time limit',
    /^\d{3,} calls in flight on users\.r->api\.get wait for api without a time limit/,
    `services: { api: { concurrency: unlimited, endpoints: { get: [ wait: 3000s ] } } }
${users('call: api.get')}`,
  ],
  [
    'messages that nobody reads',
    /^jobs\S* holds \d{3,} messages that are not handled: add consumers/,
    `queues: { jobs: { kind: simple, consumers: [ { call: worker.handle } ] } }
services: { worker: { concurrency: 1, endpoints: { handle: [ wait: 1s ] } } }
${users('publish: jobs')}`,
  ],
  [
    'messages that are kept for a replay',
    /^\d{3,} messages are kept that can be read again: shorten retention/,
    `topics: { jobs: { kind: kafka, subscribers: [ { group: g, call: worker.handle, replay: { at: 4000s, from: earliest } } ] } }
services: { worker: { endpoints: { handle: [ wait: 0.1ms ] } } }
${users('publish: jobs')}`,
  ],
  [
    'results by idempotency key',
    /^\d{3,} results are kept by idempotency key/,
    `policies: { pay: { idempotencyKey: request } }
services: { bank: { runtime: async, endpoints: { charge: [ wait: 1ms ] } } }
workloads: { users: { arrivals: constant(1000/s), requests: [ { call: bank.charge, policy: pay } ] } }`,
  ],
  [
    'streams of events',
    /^ledger holds \d{3,} streams of events/,
    `keys: { account: unique }
eventStores: { ledger: { stream: { key: account }, append: 0.1ms } }
topics: { other: { kind: kafka } }
services: { accounts: { replicas: 4, runtime: async, endpoints: { open: [ append: { store: ledger, expectedVersion: any } ] } } }
workloads: { users: { arrivals: constant(1000/s), requests: [ { call: accounts.open } ] } }`,
  ],
  [
    'entries of a cache',
    /^near.heap holds \d{3,} entries: lower its capacity/,
    `keys: { item: uniform(count=1000000) }
databases: { db: { operations: { read: { wait: 0.1ms } } } }
caches: { near: { keys: item, levels: [ { name: heap, kind: local, capacity: 1000000 } ] } }
services: { api: { runtime: async, endpoints: { get: [ cache: { get: near, onMiss: [ query: db.read ] } ] } } }
workloads: { users: { arrivals: constant(1000/s), requests: [ { call: api.get } ] } }`,
  ],
  [
    'sagas that wait for another try of what undoes them',
    /^trip holds \d{3,} sagas in flight: give their steps a timeout/,
    `services:
  agency: { endpoints: { book: [ saga: trip ] } }
  flight: { concurrency: unlimited, endpoints: { book: [ wait: 1ms ], cancel: [ fail: 500 ] } }
  hotel: { endpoints: { book: [ fail: 500 ] } }
databases: { log: { operations: { write: 0.01ms } } }
sagas:
  trip:
    kind: orchestrated
    orchestrator: agency
    persistence: log.write
    steps:
      - { name: fly, call: flight.book, compensation: flight.cancel }
      - { name: stay, call: hotel.book, readOnly: true }
${users('call: agency.book')}`,
  ],
  [
    'connections that nothing bounds',
    /^\d{3,} connections are open: bound them/,
    `policies: { http: { connections: {} } }
services:
  api: { replicas: 40, runtime: async, endpoints: { get: [ call: db.read ] }, outbound: { db: http } }
  db: { replicas: 40, endpoints: { read: [ wait: 0.1ms ] } }
${users('call: api.get')}`,
  ],
];

describe('what a run says that has no more memory', () => {
  it.each(cases)('names %s and what would bound it', (_, words, body) => {
    expect(stopped(body)).toMatch(words);
  });
});
