import { describe, expect, it } from 'vitest';
import { verdicts } from '../support/sagas.js';
import { golden, metered } from './tracing.js';
import type { Traced } from './tracing.js';

/** An order: payment by event, then shipping by event; the shipping service confirms the order. */
const events = (parts: Readonly<Record<string, string>>, faults = ''): string => `
topics:
  created: { kind: kafka, subscribers: [ { group: payments, call: payments.onCreated${parts['commit'] ?? ''} } ] }
  paid: { kind: kafka, subscribers: [ { group: shipping, call: shipping.onPaid } ] }
  unpaid: { kind: kafka, subscribers: [ { group: orders, call: orders.cancel } ] }
  shipped: { kind: kafka, subscribers: [ { group: orders, call: orders.confirm } ] }
  unshipped: { kind: kafka, subscribers: [ { group: payments, call: payments.onUnshipped } ] }
services:
  orders:
    endpoints:
      place: [ wait: 1ms, publish: created ]
      confirm: [ wait: 1ms ]
      cancel: [ wait: 1ms ]
  payments:
    endpoints:
      charge: { steps: [ wait: 10ms${parts['charge'] ?? ''} ]${parts['once'] ?? ''} }
      refund: [ wait: 5ms ]
      onCreated:
        - { call: self.charge, onError: [ publish: unpaid, respond: 200 ] }
        ${parts['afterCharge'] ?? ''}
        - publish: paid
      onUnshipped: [ call: self.refund, publish: unpaid ]
  shipping:
    endpoints:
      ship: [ wait: 10ms${parts['ship'] ?? ''} ]
      onPaid:
        - { call: self.ship, onError: [ publish: unshipped, respond: 200 ] }
        - publish: shipped
sagas:
  order:
    kind: choreographed
    startedBy: orders.place
    completedBy: orders.confirm
    cancelledBy: orders.cancel
    stuckAfter: 1s
    ${parts['saga'] ?? ''}
    steps:
      - { name: charge, call: payments.charge, compensation: payments.refund }
      - { name: ship, call: shipping.ship, kind: pivot }
workloads:
  users: { arrivals: { at: [ 0ms ] }, requests: [ { call: orders.place } ] }
${faults}
`;

const order = (parts: Readonly<Record<string, string>>, faults = ''): Traced =>
  golden(events(parts, faults), '1m');
const outcome = (traced: Traced): Readonly<Record<string, number>> => verdicts(traced, 'order');

describe('CH-1: a saga of events, watched', () => {
  it('is completed by the endpoint that confirms it', () => {
    const traced = order({});
    expect(outcome(traced)).toEqual({ completed: 1 });
    // 1 ms to place it, 10 to charge, 10 to ship, 1 to confirm; it began when it was accepted, at 1 ms.
    expect(traced.ran.records[0]![0]!.meters.find(({ name }) => name === 'duration')).toMatchObject(
      {
        segments: [{ count: 1, min: 21e6, max: 21e6 }],
      },
    );
  });

  it('is compensated by events that go back', () => {
    const traced = order({ ship: ', fail: 422' });
    expect(outcome(traced)).toEqual({ compensated: 1 });
    expect(metered(traced, 'compensations', 'order')).toBe(1);
  });

  it('is compensated where nothing had happened yet', () => {
    expect(outcome(order({ charge: ', fail: 402' }))).toEqual({ compensated: 1 });
  });

  it('changes nothing by being watched', () => {
    const bare = order({}).ran.records[0]![0]!.digest;
    const rules = 'invariants: [ { if: charge, then: ship } ]\n    value: uniform(1, 100)';
    expect(order({ saga: rules }).ran.records[0]![0]!.digest).toBe(bare);
    // Named to sort after all others, so that those keep their numbers.
    const last = events({}).replace('  order:\n    kind', '  zzz:\n    kind');
    const unwatched = last.replace(/sagas:[\s\S]*?workloads:/, 'workloads:');
    const digests = [last, unwatched].map((text) => golden(text, '1m').ran.records[0]![0]!.digest);
    expect(digests[1]).toBe(digests[0]);
  });
});

describe('CH-2: an event without a consumer', () => {
  it('leaves the saga stuck', () => {
    const dies = 'faults: [ { id: dies, kind: crash, target: payments, at: 5ms, for: 1ms } ]';
    const traced = order({ commit: ', commit: before', saga: 'value: 30' }, dies);
    expect(metered(traced, 'lostEffects', 'created')).toBe(1);
    expect(outcome(traced)).toEqual({ stuck: 1 });
    expect(metered(traced, 'valueStuck', 'order')).toBe(30);
  });
});

describe('CH-3: an event that comes twice', () => {
  // The consumer has charged at 11 ms and dies at 15, before it publishes anything.
  const slow = '- wait: 20ms';
  const dies = 'faults: [ { id: dies, kind: crash, target: payments, at: 15ms, for: 1ms } ]';

  it('charges twice where the charge is executed twice', () => {
    const traced = order({ afterCharge: slow }, dies);
    expect(outcome(traced)).toEqual({ inconsistent: 1 });
    expect(metered(traced, 'duplicates', 'order.charge')).toBe(1);
    const example = traced.ran.records[0]![0]!.sagas[0]!.examples[0];
    expect(example).toMatchObject({ done: [2, 1], undone: [0, 0] });
  });

  it('charges once where the charge is idempotent', () => {
    const traced = order({ afterCharge: slow, once: ', idempotent: true' }, dies);
    expect(outcome(traced)).toEqual({ completed: 1 });
  });
});

describe('a rule of the business', () => {
  it('is broken if an effect has no counterpart', () => {
    // The order is confirmed although nothing was shipped: shipping takes its failure for a success.
    const careless = events({
      ship: ', fail: 422',
      saga: 'invariants: [ { if: charge, then: ship } ]',
    });
    const traced = golden(careless.replace('publish: unshipped, respond: 200', 'wait: 0ms'), '1m');
    expect(outcome(traced)).toEqual({ inconsistent: 1 });
    expect(traced.ran.records[0]![0]!.sagas[0]!.examples).toEqual([
      expect.objectContaining({ done: [1, 0], undone: [0, 0] }),
      null,
    ]);
  });
});
