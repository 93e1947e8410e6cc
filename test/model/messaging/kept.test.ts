import { describe, expect, it } from 'vitest';
import { keptBy as keptByText } from '../../support/kept.js';

/** Objects that a run still holds at its end, by name. */
const keptBy = (body: string, duration: string): Record<string, number> =>
  Object.fromEntries(
    keptByText(`
faultline: 1
title: What is kept
run: { duration: ${duration} }
${body}`),
  );

/** A hundred messages a second, of which each is read within a millisecond. */
const read = (group: string, topic = ''): string => `
topics: { jobs: { kind: kafka, partitions: 3, ${topic} subscribers: [ { group: g, call: worker.handle, ${group} } ] } }
services: { worker: { replicas: 3, endpoints: { handle: [ wait: 1ms ] } } }
workloads: { users: { arrivals: constant(100/s), requests: [ { name: pub, steps: [ publish: jobs ] } ] } }`;

/** Messages of 40 s that are kept, but for the few that are being read. */
const messages = (group: string, topic?: string): number =>
  Math.round(keptBy(read(group, topic), '40s')['messages']! / 100) * 100;

describe('a log that all groups have read keeps', () => {
  it('nothing where nothing can read it again, whatever its retention', () => {
    expect(messages('')).toBe(0);
    expect(messages('', 'retention: 10s,')).toBe(0);
    expect(messages('', 'retention: 7d,')).toBe(0);
    expect(messages('inbox: { window: 1h }')).toBe(0);
  });

  it('what a replay will read, until it has', () => {
    expect(messages('replay: { at: 40s, from: earliest }')).toBe(4000);
    expect(messages('replay: { at: 40s, from: 10s }')).toBe(1000);
    const bounded = 'replay: { at: 40s, from: earliest }, autoOffsetReset: earliest';
    expect(messages(bounded, 'retention: 15s,')).toBe(1500);
    expect(messages('replay: { at: 30s, from: earliest }')).toBe(0);
    expect(messages('replay: { at: 40s, from: latest }')).toBe(0);
    expect(messages('replay: { at: 41s, from: earliest }')).toBe(0);
  });

  it('what a group will read that has lost its offsets', () => {
    expect(messages('offsetsRetention: 20s, autoOffsetReset: earliest')).toBe(4000);
    expect(messages('offsetsRetention: 20s')).toBe(0);
    expect(messages('offsetsRetention: 7d, autoOffsetReset: earliest')).toBe(0);
  });

  it('what a group will read that is not there yet', () => {
    expect(messages('startAt: 39s, autoOffsetReset: earliest')).toBe(4000);
    expect(messages('startAt: 39s')).toBe(0);
  });
});

describe('ids are kept while they count', () => {
  it('those of a FIFO queue for five minutes', () => {
    const { messages: left, 'jobs.ids': ids } = keptBy(
      `
queues: { jobs: { kind: sqs, fifo: true, consumers: [ { call: worker.handle, concurrency: 4 } ] } }
services: { worker: { endpoints: { handle: [ wait: 1ms ] } } }
workloads: { users: { arrivals: constant(10/s), requests: [ { name: pub, steps: [ publish: jobs ] } ] } }`,
      '400s',
    );
    expect(ids).toBe(3000);
    expect(left).toBeLessThan(10);
  });

  it('results by idempotency key for their window', () => {
    const { results } = keptBy(
      `
policies: { pay: { idempotencyKey: { key: request, window: 10s } } }
services: { bank: { endpoints: { charge: [ wait: 0ms ] } } }
workloads: { users: { arrivals: constant(10/s), requests: [ { call: bank.charge, policy: pay } ] } }`,
      '60s',
    );
    expect(results).toBe(100);
  });

  it('sagas for five minutes after their end, and their slots for a second', () => {
    const kept = keptBy(
      `
services:
  agency: { runtime: async, endpoints: { book: [ saga: trip ] } }
  hotel: { runtime: async, endpoints: { book: [ wait: 0ms ] } }
sagas: { trip: { kind: orchestrated, orchestrator: agency, steps: [ { name: stay, call: hotel.book, kind: retryable } ] } }
workloads: { users: { arrivals: constant(10/s), requests: [ { call: agency.book } ] } }`,
      '400s',
    );
    expect(kept['trip.sagas']).toBe(3000);
    expect(kept['trip.slots']).toBeLessThanOrEqual(12);
  });
});

describe('an event store keeps', () => {
  const store = (rest: string, topics = ''): Record<string, number> =>
    keptBy(
      `
keys: { account: unique }
${topics}
eventStores: { ledger: { stream: { key: account }, append: 1ms } }
services: { accounts: { runtime: async, endpoints: { open: [ append: ledger ] } } }
workloads: { users: { arrivals: constant(500/s), requests: [ { call: accounts.open } ] } }
${rest}`,
      '40s',
    );

  it('no events, and only streams that can still be read', () => {
    // Every request has its own stream; without topics no later event refers to it.
    expect(store('')['ledger.streams']).toBeLessThanOrEqual(4096);
    const all = store('', 'topics: { other: { kind: kafka } }')['ledger.streams'];
    expect(all).toBeGreaterThan(19_990);
  });

  it('events for a view that has not seen them', () => {
    const view = (more: string): number =>
      store(`projections: { list: { from: ledger, batchSize: 1000 ${more} } }`)['list.events']!;
    expect(view('')).toBeLessThan(1000);
    // A rebuild counts events; it reads none that is kept for it.
    expect(view(', rebuild: { at: 39s, rate: 1/s, mode: sideBySide }')).toBeLessThan(2000);
  });
});

describe('a message of a long run', () => {
  /** Twelve partitions, one group, one `work` step; 10,000 messages a second. */
  const peak = (seconds: number, work: string, keys: string): number =>
    keptBy(
      `
keys: { order: ${keys} }
topics: { jobs: { kind: kafka, partitions: 12, subscribers: [ { group: workers, call: worker.handle } ] } }
services: { worker: { replicas: 12, endpoints: { handle: [ work: ${work} ] } } }
workloads: { users: { arrivals: constant(10000/s), requests: [ { name: pub, steps: [ publish: { topic: jobs, key: order } ] } ] } }`,
      `${seconds}s`,
    )['messages.slots']!;

  it('takes the place of one before it: a million have the peak of a quarter of them', () => {
    // Every value of the key occurs once in a hundred messages, so each partition is equally busy at all times.
    const even = (seconds: number): number => peak(seconds, '0.4ms', 'sequence(count=100)');
    expect(even(100)).toBe(even(25));
  });

  it('is one of a few hundred where times are random, however many there are', () => {
    const random = (seconds: number): number => peak(seconds, 'exponential(0.8ms)', 'unique');
    expect(random(50)).toBeLessThan(400);
  });
});
