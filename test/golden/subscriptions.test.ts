import { describe, expect, it } from 'vitest';
import { problemsOf } from '../theory/program.js';
import { ended, golden, instants, metered, times } from './tracing.js';
import type { Traced } from './tracing.js';

/** Appends of one event, pushed to two clients that take 10 ms for each, one after the other. */
const pushed = (fields: string, at: string, more = '', handler = 'work: 10ms'): string => `
keys: { order: { kind: sequence, count: 1000 } }
eventStores: { orders: { kind: eventStoreDb, stream: { key: order } } }
queues:
  mails: { kind: persistentSubscription, from: orders, ${fields} consumers: [ { call: mailer.send } ] }
  parked: { kind: simple }
services:
  shop: { endpoints: { buy: [ append: orders ] } }
  mailer: { replicas: 2, endpoints: { send: [ ${handler} ] } }
workloads:
  users: { arrivals: { at: [ ${at} ] }, requests: [ { call: shop.buy } ] }
${more}`;

const served = (traced: Traced): readonly string[] =>
  traced.at('mailer.send').map(({ instance }) => instance);

const text = (traced: Traced, name: string): number => metered(traced, name, 'mails');

describe('PR-4: a persistent subscription', () => {
  it('gives every event to one of its clients, in turn', () => {
    const traced = golden(pushed('', times(4, '0ms')));
    expect(ended(traced.at('mailer.send'))).toEqual([10, 10, 20, 20]);
    expect(new Set(served(traced)).size).toBe(2);
    expect(text(traced, 'consumed')).toBe(4);
  });

  it('gives all that a client has room for to one of them with dispatchToSingle', () => {
    const one = golden(pushed('strategy: dispatchToSingle,', times(10, '0ms')));
    expect(new Set(served(one)).size).toBe(1);
    expect(ended(one.at('mailer.send')).at(-1)).toBe(100);
    const two = golden(pushed('strategy: dispatchToSingle, bufferSize: 5,', times(10, '0ms')));
    expect(new Set(served(two)).size).toBe(2);
    expect(ended(two.at('mailer.send')).at(-1)).toBe(50);
  });

  it('retries an event whose client takes longer than messageTimeout, though it is still at work', () => {
    const traced = golden(pushed('messageTimeout: 30s,', '0ms', '', 'wait: 45s'));
    // 0 to 45 s, 30 to 75 s, and so on each 30 s, as no acknowledgement is in time: ten retries, then it is parked.
    const each = Array.from({ length: 11 }, (_, k) => 30_000 * k + 45_000);
    expect(ended(traced.at('mailer.send'))).toEqual(each);
    expect(text(traced, 'duplicateEffects')).toBe(10);
    expect(text(traced, 'dropped')).toBe(1);
  });

  it('parks an event after maxRetryCount retries: eleven deliveries with ten of them', () => {
    const traced = golden(
      pushed('maxRetryCount: 10, deadLetter: parked,', '0ms', '', 'work: 10ms, fail: serverError'),
    );
    expect(traced.at('mailer.send')).toHaveLength(11);
    expect(text(traced, 'deadLettered')).toBe(1);
    expect(metered(traced, 'published', 'parked')).toBe(1);
  });

  it('pauses with its store, and messages in flight are delivered again', () => {
    const stops = 'faults: [ { id: dies, kind: crash, target: orders, at: 15ms, for: 1s } ]';
    const traced = golden(pushed('', times(4, '0ms'), stops));
    // Two were acknowledged at 10 ms; the other two are in flight until 20, and are delivered again at 1.015 s.
    expect(text(traced, 'redeliveries')).toBe(2);
    expect(text(traced, 'duplicateEffects')).toBe(2);
    expect(ended(traced.at('mailer.send'))).toEqual([10, 10, 20, 20, 1025, 1025]);
  });

  it('gives messages in flight at a dead client to the other one at once', () => {
    const dies = 'faults: [ { id: dies, kind: crash, target: "mailer[0]", at: 15ms, for: 1h } ]';
    const traced = golden(pushed('', times(4, '0ms'), dies));
    expect(text(traced, 'redeliveries')).toBe(1);
    expect(text(traced, 'consumed')).toBe(4);
  });

  it('conserves what is appended: ten events of each append', () => {
    const many = pushed('', instants(0, 990, 10, 'ms')).replace(
      'append: orders',
      'append: { store: orders, events: 10 }',
    );
    expect(text(golden(many), 'consumed')).toBe(1000);
  });

  it('is refused without a pushing store, or without a global order of events', () => {
    const problems = (kind: string, from = 'orders'): string =>
      problemsOf(
        `faultline: 1\ntitle: x\nrun: { duration: 1s }\n${pushed('', '0ms')
          .replace('kind: eventStoreDb', kind)
          .replace('from: orders', `from: ${from}`)}`,
      );
    expect(problems('kind: marten')).toContain('follow it with a projection');
    expect(problems('kind: eventStoreDb, partitions: 2')).toContain('has 2 partitions');
    expect(problems('kind: eventStoreDb', 'shop')).toContain('not an event store');
    const published = pushed('', '0ms').replace('append: orders', 'publish: mails');
    expect(problemsOf(`faultline: 1\ntitle: x\nrun: { duration: 1s }\n${published}`)).toContain(
      'append to the store',
    );
  });
});
