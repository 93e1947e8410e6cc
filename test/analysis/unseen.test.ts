import { describe, expect, it } from 'vitest';
import { run } from '../theory/program.js';

/** Events of one kind, of the first run. */
const eventsOf = (text: string, variant: string | undefined, ...kinds: readonly string[]) => {
  const { cascade } = run(text).variant(variant);
  const events = cascade.events.filter(({ kind }) => kinds.includes(kind));
  return {
    cascade,
    events: events.map(({ at, kind, subject, text: words }) => ({ at, kind, subject, words })),
  };
};

/** 20 queries/s of 10 ms over one connection; for two seconds they take 100 ms, twice what the connection can serve. */
const POOL = (size: number): string => `
faultline: 1
title: One connection
run: { duration: 10s, timeline: 1s }
services: { api: { concurrency: 100, endpoints: { get: [ query: db.read ] } } }
databases: { db: { pool: { maxOpen: ${size}, maxIdle: ${size} }, operations: { read: { wait: 10ms } } } }
workloads: { users: { arrivals: constant(20/s), requests: [ { call: api.get } ] } }
faults: [ { id: slow, kind: slow, target: db, factor: 10, at: 4s, for: 2s } ]
`;

describe('a pool that runs out', () => {
  it('is reported from the first step in which all is in use and callers wait', () => {
    const { events } = eventsOf(POOL(1), undefined, 'poolFull');
    expect(events).toHaveLength(1);
    // 40 arrive in the two seconds and 20 are served; when the last one arrives, 20 are left, one of them in service.
    expect(events[0]).toMatchObject({ at: 4, subject: 'api->db' });
    expect(events[0]!.words).toMatch(/^1 of 1 connection in use, up to (19|20) wait for one$/u);
  });

  it('is not reported if connections are left', () => {
    expect(eventsOf(POOL(4), undefined, 'poolFull').events).toEqual([]);
  });
});

/** 20 mails/s; for five seconds none is sent. */
const MAILS = (consumer: string, more = ''): string => `
faultline: 1
title: Mails
run: { duration: 40s, drain: 20s, timeline: 1s }
topics:
  mails: { kind: kafka, subscribers: [ { group: sender, call: worker.send, ${consumer} } ] }
${more}
services:
  shop: { endpoints: { buy: [ publish: mails ] } }
  worker: { endpoints: { send: [ call: smtp.deliver ] } }
  smtp: { endpoints: { deliver: [ wait: 10ms ] } }
workloads: { users: { arrivals: constant(20/s), requests: [ { call: shop.buy } ] } }
faults: [ { id: outage, kind: crash, target: smtp, at: 10s, for: 5s } ]
`;
const AMISS = ['lost', 'repeated', 'deadLettered'];

describe('messages without their one effect', () => {
  it('are reported where they are skipped, with the fault that may have caused it', () => {
    const { events, cascade } = eventsOf(
      MAILS('retry: { attempts: 2 }, onPoison: skip'),
      undefined,
      ...AMISS,
    );
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({ at: 10, kind: 'lost', subject: 'mails.sender' });
    const n = Number(/^(\d+) messages never have their effect$/u.exec(events[0]!.words)![1]);
    expect(n).toBeGreaterThan(90);
    expect(n).toBeLessThan(110);
    expect(cascade.sentence).toContain('mails.sender loses messages from 10 s: ');
    expect(cascade.innocent).toEqual([]);
  });

  it('are reported where they become dead letters', () => {
    const dead = '  dead: { kind: kafka }';
    const { events, cascade } = eventsOf(
      MAILS('retry: { attempts: 2 }, onPoison: deadLetter, deadLetter: dead', dead),
      undefined,
      ...AMISS,
    );
    expect(events).toMatchObject([{ kind: 'deadLettered', subject: 'mails.sender' }]);
    expect(events[0]!.words).toMatch(/^\d+ dead letters$/u);
    expect(cascade.sentence).toContain('mails.sender gives messages up from 10 s: ');
  });

  it('are reported where an effect happens again, and not if all of them happen once', () => {
    const twice = (inbox: string): string =>
      MAILS('')
        .replace(
          /topics:\n.*\n/u,
          `queues:\n  mails: { kind: sqs, consumers: [ { name: sender, call: worker.send${inbox} } ] }\n`,
        )
        .replace(
          /faults: .*/u,
          'faults: [ { id: again, kind: duplicate, target: mails, share: 50%, at: 10s, for: 10s } ]',
        );
    const { events, cascade } = eventsOf(twice(''), undefined, ...AMISS);
    expect(events).toMatchObject([{ kind: 'repeated', subject: 'mails.sender' }]);
    expect(events[0]!.words).toMatch(/^\d+ effects too many$/u);
    expect(cascade.sentence).toContain('mails.sender repeats effects from 1');
    expect(eventsOf(twice(', inbox: { window: 1m }'), undefined, ...AMISS).events).toEqual([]);
  });
});

/**
 * One account, written every 100 ms and read every 10 ms at a replica that lags by 5 ms, and for two seconds by 75 ms
 * more.
 */
const STALE = (route: string): string => `
faultline: 1
title: A replica that falls behind
run: { duration: 10s, timeline: 1s }
keys: { account: uniform(count=1) }
services: { bank: { endpoints: { balance: [ query: db.balance ], pay: [ query: db.pay ] } } }
databases:
  db:
    cpu: 8
    route: ${route}
    replicas: { count: 1, lag: 5ms }
    operations: { balance: { wait: 0ms, key: account }, pay: { wait: 0ms, write: true, key: account } }
workloads:
  readers: { arrivals: constant(100/s), requests: [ { call: bank.balance } ] }
  payers: { arrivals: constant(10/s), requests: [ { call: bank.pay } ] }
faults: [ { id: behind, kind: replicaLag, target: db, lag: 75ms, at: 4s, for: 2s } ]
`;

describe('reads that turn stale', () => {
  it('are reported from the step with more of them than before the fault, to the one in which they are fresh', () => {
    const { events, cascade } = eventsOf(STALE('replica'), undefined, 'stale', 'recovered');
    expect(events.map(({ at, kind, subject }) => ({ at, kind, subject }))).toEqual([
      { at: 4, kind: 'stale', subject: 'db' },
      { at: 6, kind: 'recovered', subject: 'db' },
    ]);
    // 5 ms and 75 ms more: the eight reads of the first 70 ms after a payment, of ten.
    expect(events[0]!.words).toBe('80 % of its reads are stale');
    expect(cascade.sentence).toContain('db answers with old values from 4 s');
  });

  it('are not reported for the primary', () => {
    expect(eventsOf(STALE('primary'), undefined, 'stale').events).toEqual([]);
  });
});

/**
 * One saga per second. For those that start from 4 s to 6 s the shipment fails, and so does the compensation of the
 * charge.
 */
const SAGA = (refund: string): string => `
faultline: 1
title: A refund that fails
run: { duration: 10s, drain: 20s, timeline: 1s }
services:
  shop: { endpoints: { buy: [ saga: order ] } }
  bank: { endpoints: { charge: [ wait: 1ms ], refund: [ ${refund} ] } }
  depot: { endpoints: { ship: [ wait: 1ms ], recall: [ wait: 1ms ] } }
sagas:
  order:
    kind: orchestrated
    orchestrator: shop
    onCompensationFailure: fail
    steps:
      - { name: charge, call: bank.charge, compensation: bank.refund }
      - { name: ship, call: depot.ship, compensation: depot.recall }
workloads: { users: { arrivals: constant(1/s), requests: [ { call: shop.buy } ] } }
faults: [ { id: closed, kind: error, target: depot, at: 3.5s, for: 2s } ]
`;

describe('a view that falls behind', () => {
  // 40 events a second for a projection that is good for 100, and for 10 while it is slow.
  const VIEW = `
faultline: 1
title: A slow projection
run: { duration: 60s, timeline: 1s }
keys: { account: { kind: uniform, count: 100 } }
services:
  bank: { endpoints: { pay: [ append: { store: ledger, stream: account } ], show: [ query: { database: views, operation: read, of: balances } ] } }
databases: { views: { operations: { read: { wait: 1ms } } } }
eventStores: { ledger: { kind: simple, stream: { key: account } } }
projections: { balances: { from: ledger, work: 10ms } }
workloads: { users: { arrivals: constant(80/s), requests: [ { call: bank.pay }, { call: bank.show } ] } }
faults: [ { id: slow, kind: slow, target: balances, factor: 10, at: 20s, for: 10s } ]
`;

  it('is reported with the end of each of its troubles, and the fault before them is not called harmless', () => {
    const { cascade } = eventsOf(VIEW, undefined);
    expect(cascade.sentence).toMatch(
      /balances answers with old values from 20 s: [\d.]+ % of its reads are stale, reads are fresh again\./u,
    );
    expect(cascade.sentence).toMatch(
      /balances falls behind at 20 s: up to \d+ events wait, the oldest for [\d.]+ s, caught up after \d+ s\./u,
    );
    expect(cascade.innocent).toEqual([]);
  });
});

describe('sagas that do not end well', () => {
  it('are reported with their ends, at the time when the first of them begins', () => {
    const { events, cascade } = eventsOf(SAGA('fail: 500'), undefined, 'unsettled');
    expect(events).toEqual([
      {
        at: 4,
        kind: 'unsettled',
        subject: 'order',
        words: 'of 9 sagas 2 inconsistent; the first begins here',
      },
    ]);
    expect(cascade.sentence).toContain('order does not end well from 4 s');
  });

  it('are reported from the fault on if the first was in progress when it began', () => {
    const slow = SAGA('fail: 500').replace('charge: [ wait: 1ms ]', 'charge: [ wait: 700ms ]');
    const { events } = eventsOf(slow, undefined, 'unsettled');
    expect(events.map(({ at, words }) => [at, words])).toEqual([
      [3.5, 'of 9 sagas 2 inconsistent; the first was under way'],
    ]);
  });

  it('are not reported if each is undone', () => {
    expect(eventsOf(SAGA('wait: 1ms'), undefined, 'unsettled').events).toEqual([]);
  });
});

describe('sagas that are undone', () => {
  const MANY = SAGA('wait: 1ms').replace('constant(1/s)', 'constant(20/s)');

  it('are reported if many more of them are than before, with the fault that undoes them', () => {
    const { events, cascade } = eventsOf(MANY, undefined, 'cancelled');
    expect(events.map(({ at, subject }) => [at, subject])).toEqual([[3.5, 'order']]);
    expect(events[0]!.words).toMatch(/^\d+ of \d+ sagas are undone, 0 % before$/u);
    expect(cascade.sentence).toContain('order is undone more often from 3.5 s');
    expect(cascade.innocent).toEqual([]);
  });

  it('are not reported if as many are without the fault', () => {
    const always = MANY.replace('ship: [ wait: 1ms ]', 'ship: [ fail: 500 ]');
    expect(eventsOf(always, undefined, 'cancelled').events).toEqual([]);
  });
});
