import { describe, expect, it } from 'vitest';
import { verdicts } from '../support/sagas.js';
import { begun, ended, golden, metered } from './tracing.js';
import type { Traced } from './tracing.js';

/** Step a of 100 ms, and b of 100 ms, which is refused in `trip`; the compensation of a runs once per account. */
const trip = (saga: string, undo: string, more = '', at = '0ms', b = ', fail: 409'): Traced =>
  golden(
    `
keys: { account: uniform(1) }
services:
  shop: { replicas: 2, endpoints: { buy: [ saga: trip ] } }
  a: { endpoints: { do: [ wait: 100ms ], undo: ${undo} } }
  b: { endpoints: { do: [ wait: 100ms${b} ], undo: [ wait: 50ms ] } }
databases: { log: { operations: { write: { wait: 1ms } } } }
sagas:
  trip:
    kind: orchestrated
    orchestrator: shop
    onCompensationFailure: park
    ${saga}
    value: 7
    steps:
      - { name: a, call: a.do, compensation: a.undo }
      - { name: b, call: b.do, compensation: b.undo }
workloads:
  users: { arrivals: { at: [ ${at} ] }, requests: [ { call: shop.buy } ] }
${more}`,
    '10m',
  );

const once = (time: string): string => `{ idempotent: account, steps: [ wait: ${time} ] }`;

describe('a compensation that its participant is still at', () => {
  // Started at 1, a until 102, b until 204; the first instance gets the compensation of a at 205.
  const leased = 'persistence: log.write\n    leaseTimeout: 150ms';

  it('is requested again by the instance that took it over', () => {
    // The first sends it at 355.5; the second gets it at 355, sends it at 356, and learns that it is in progress.
    const traced = trip(
      leased,
      once('50ms'),
      'faults: [ { id: stops, kind: pause, target: "shop[0]", at: 205500us, for: 150ms } ]',
    );
    expect(begun(traced.at('a.undo'))).toEqual([355.5, 356, 1358]);
    expect(traced.at('a.undo').map(({ status }) => status)).toEqual([200, 409, 200]);
    // The results that the second, the first, and again the second got.
    expect(ended(traced.at('log.write')).slice(-4)).toEqual([357, 406.5, 1358, 1359]);
    expect(verdicts(traced)).toEqual({ compensated: 1 });
    expect(metered(traced, 'parked', 'trip')).toBe(0);
    expect(metered(traced, 'compensations', 'trip.a')).toBe(1);
  });

  it('is requested again if the first request came too early', () => {
    // Sent at 200, abandoned at 280; in progress at 280, and until 300.
    const hasty = 'compensationPolicy: { timeout: 80ms, retry: { attempts: 2, on: [ timeout ] } }';
    const traced = trip(hasty, once('100ms'));
    const [first, second, third, ...others] = traced.at('a.undo');
    expect([first!.sent, second!.sent]).toEqual([200, 280]);
    expect(second!.status).toBe(409);
    expect(third!.sent).toBe(1280);
    expect(others).toEqual([]);
    expect(verdicts(traced)).toEqual({ compensated: 1 });
  });

  it('is asked for again after a crash', () => {
    const traced = trip(
      'persistence: log.write\n    recoveryDelay: 10ms',
      once('50ms'),
      'faults: [ { id: dies, kind: crash, target: "shop[0]", at: 220ms, for: 1h } ]',
    );
    // Sent at 206; written again at 231.
    expect(begun(traced.at('a.undo'))).toEqual([206, 231, 1233]);
    expect(verdicts(traced)).toEqual({ compensated: 1 });
  });

  it('is another one than one that is refused at once', () => {
    const traced = trip('', '[ fail: 409 ]');
    expect(begun(traced.at('a.undo'))).toEqual([200]);
    expect(verdicts(traced)).toEqual({ stuck: 1 });
    expect(metered(traced, 'parked', 'trip')).toBe(1);
  });
});

describe('SG-8: responses to an instance that has lost its command', () => {
  it('is written nowhere: the saga waits for a human although all of it is undone', () => {
    // The first sends it at 305.5 and learns at 355.5 that it is done; that had to be written at 355. The second
    // sends it at 356, and fails.
    const traced = trip(
      'persistence: log.write\n    leaseTimeout: 150ms',
      '[ wait: 50ms ]',
      `faults:
  - { id: stops, kind: pause, target: "shop[0]", at: 205500us, for: 100ms }
  - { id: out, kind: error, target: a.undo, at: 355800us, for: 1s }`,
    );
    expect(traced.at('a.undo').map(({ sent, status }) => [sent, status])).toEqual([
      [305.5, 200],
      [356, 500],
    ]);
    expect(ended(traced.at('log.write')).slice(-2)).toEqual([356.5, 357]);
    expect(verdicts(traced)).toEqual({ stuck: 1 });
    expect(metered(traced, 'parked', 'trip')).toBe(1);
    expect(metered(traced, 'valueStuck', 'trip')).toBe(7);
    expect(metered(traced, 'compensations', 'trip.a')).toBe(1);
  });
});

describe('a compensation', () => {
  it('has tries of its own, however many its step took', () => {
    // The second saga does a at its second try, at 170, and finds its value changed at 370, its end. It undoes b until
    // 420, and a at its second try, at 440.
    const traced = trip(
      'retry: { attempts: 2, interval: 20ms }\n    key: account\n    isolation: reread',
      '[ wait: 50ms ]',
      `faults:
  - { id: early, kind: error, target: a.do, at: 149ms, for: 2ms }
  - { id: late, kind: error, target: a.undo, at: 419ms, for: 2ms }`,
      '0ms, 150ms',
      '',
    );
    expect(traced.at('a.do').map(({ sent }) => sent)).toEqual([0, 150, 170]);
    expect(traced.at('a.undo').map(({ sent }) => sent)).toEqual([420, 440]);
    expect(verdicts(traced)).toEqual({ completed: 1, compensated: 1 });
  });
});
