import { describe, expect, it } from 'vitest';
import { ended, golden, metered, times } from './tracing.js';

/** Two topics: `b` reads the messages that `a` forwards. */
const relayed = (topics: string, steps: string, at: string, more: string): string => `
topics:
${topics}
services:
  a: { endpoints: { take: [ ${steps} ] } }
  b: { endpoints: { take: [ work: 1ms ] } }
workloads:
  users: { arrivals: { at: [ ${at} ] }, requests: [ { name: send, steps: [ publish: first ] } ] }
${more}`;

const SECOND = '  second: { kind: kafka, subscribers: [ { group: b, call: b.take } ] }';

describe('a log that deletes what is old (KF-12)', () => {
  const old = (group: string): string =>
    `  first: { kind: kafka, retention: 1s, subscribers: [ { group: a, call: a.take, ${group} } ] }\n${SECOND}`;

  it('continues with the latest record if a group has fallen behind', () => {
    // The process is away from 0 to 30 s; the record of 5 s is older than 1 s by then, that of 40 s is not.
    const traced = golden(
      relayed(
        old('autoOffsetReset: latest, sessionTimeout: 6s, heartbeatInterval: 1s'),
        'work: 1ms',
        '5s, 5.5s, 40s',
        'faults: [ { id: away, kind: crash, target: a, at: 0s, for: 30s } ]',
      ),
      '60s',
    );
    expect(ended(traced.at('a.take'))).toEqual([40_001]);
    expect(metered(traced, 'lostEffects', 'first')).toBe(2);
  });

  it('has nothing left for a consumer that dies with old records in flight', () => {
    // A record is polled at 0 and the process hangs from 5 ms; it dies at 2 s, when all three are too old.
    const traced = golden(
      relayed(
        old('commit: afterEach'),
        'work: 10ms',
        times(3, '0s'),
        `faults:
  - { id: hung, kind: hang, target: a, at: 5ms, for: 10s }
  - { id: dead, kind: crash, target: a, at: 2s, for: 1s }`,
      ),
      '60s',
    );
    expect(metered(traced, 'consumed', 'first')).toBe(0);
    expect(metered(traced, 'lostEffects', 'first')).toBe(3);
  });
});

describe('a transaction (MQ-3)', () => {
  const first = (more: string): string =>
    `  first: { kind: kafka, subscribers: [ { group: a, call: a.take, commit: transactional, ${more} } ] }`;

  it('does not publish what a try that failed has published', () => {
    const traced = golden(
      relayed(
        `${first('retry: { attempts: 3 }')}\n${SECOND}`,
        'work: 10ms, publish: second',
        '0s',
        'faults: [ { id: broken, kind: error, target: a, afterWork: true, at: 0s, for: 5ms } ]',
      ),
    );
    expect(ended(traced.at('a.take'))).toEqual([10, 20]);
    expect(metered(traced, 'published', 'second')).toBe(1);
  });

  it('has published what it has committed, though its process dies before that is sent', () => {
    // Committed at 10 ms; the messages linger until 15 ms, the process dies at 12 ms.
    const traced = golden(
      relayed(
        `${first('sessionTimeout: 6s, heartbeatInterval: 1s')}
  second: { kind: kafka, broker: log, subscribers: [ { group: b, call: b.take } ] }`,
        'work: 10ms, publish: second',
        '0s',
        `brokers: { log: { kind: kafka } }
faults: [ { id: dead, kind: crash, target: a, at: 12ms, for: 1s } ]`,
      ),
      '60s',
    );
    expect(metered(traced, 'consumed', 'first')).toBe(1);
    expect(ended(traced.at('b.take'))).toEqual([16]);
  });
});

describe('an outbox that follows the log of the database (OX-2)', () => {
  const outbox = (topic: string, more: string): string => `
databases: { store: { operations: { insert: { wait: 0ms, write: true } } } }
topics: { first: { kind: kafka, ${topic}, subscribers: [ { group: b, call: b.take } ] } }
services:
  a:
    outbox: { database: store.insert, mode: cdc, cdcLatency: 10ms }
    endpoints: { take: [ transaction: { database: store, steps: [ publish: { topic: first, via: outbox } ] } ] }
  b: { endpoints: { take: [ work: 1ms ] } }
workloads: { users: { arrivals: { at: [ 0s, 1ms, 2ms ] }, requests: [ { call: a.take } ] } }
${more}`;

  it('holds a message until it is written, however long that takes', () => {
    const traced = golden(outbox('publishLatency: 20ms', ''));
    expect(ended(traced.at('b.take'))).toEqual([31, 32, 33]);
  });

  it('is not the process of the service, and continues when that dies', () => {
    // Followed at 10, 11 and 12 ms, sent together after 5 ms of linger; the service dies between.
    const traced = golden(
      outbox(
        'broker: log',
        `brokers: { log: { kind: kafka } }
faults: [ { id: dead, kind: crash, target: a, at: 13ms, for: 1s } ]`,
      ),
    );
    expect(ended(traced.at('b.take'))).toEqual([16, 17, 18]);
  });

  it('sends again what the broker has refused', () => {
    // There is no leader from 5 ms to 3 s: the batch times out after 1 s and is sent again until there is one.
    const traced = golden(
      outbox(
        'broker: log, producer: { deliveryTimeout: 1s, requestTimeout: 500ms, linger: 0ms }',
        `brokers: { log: { kind: kafka } }
faults: [ { id: away, kind: crash, target: log, at: 5ms, for: 3s } ]`,
      ),
    );
    expect(traced.at('b.take')).toHaveLength(3);
    expect(metered(traced, 'outbox.republished', 'a')).toBeGreaterThan(0);
    expect(metered(traced, 'duplicateEffects', 'first')).toBe(0);
  });
});

describe('a consumer that gives a message up (PO-3)', () => {
  it('has lost it once, though its channel was closed before it said so', () => {
    // Failed at 50 ms, 10 ms after its channel was closed: it is handed out again at 40 ms, and so on.
    const traced = golden(
      `
queues:
  jobs:
    kind: rabbitmq
    prefetch: 1
    consumerTimeout: 40ms
    consumers: [ { call: w.take, onPoison: skip } ]
services: { w: { endpoints: { take: [ work: 50ms, { fail: 500, probability: 100% } ] } } }
workloads: { users: { arrivals: { at: [ 0s ] }, requests: [ { name: send, steps: [ publish: jobs ] } ] } }
faults: [ { id: fast, kind: slow, target: w, factor: 0.5, at: 45ms, for: none } ]`,
      '10s',
    );
    expect(metered(traced, 'lostEffects', 'jobs')).toBe(1);
  });
});
