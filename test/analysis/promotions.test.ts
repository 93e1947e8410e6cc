import { describe, expect, it } from 'vitest';
import { run } from '../theory/program.js';

/** Detection and promotion of each product take this long by default. */
const AFTER: Readonly<Record<string, { readonly of: string; readonly seconds: number }>> = {
  postgres: { of: 'postgres, replicas: 1', seconds: 35 },
  mongo: { of: 'mongo, replicas: 2', seconds: 12 },
  redis: { of: 'redis, replicas: 1', seconds: 31 },
};

function story(kind: string, fault: string): ReturnType<ReturnType<typeof run>['variant']> {
  return run(`faultline: 1
title: The primary dies
run: { duration: 100s, warmup: 5s, seed: 3 }
services: { shop: { concurrency: 100, endpoints: { buy: [ { query: db.insert, policy: { timeout: 1s } } ] } } }
databases: { db: { kind: ${AFTER[kind]!.of}, operations: { insert: { wait: 5ms, write: true } } } }
workloads: { users: { arrivals: poisson(50/s), patience: 3s, requests: [ { call: shop.buy } ] } }
faults: [ { id: dies, kind: crash, ${fault} } ]
`).variant();
}

describe('a primary that dies and whose replica takes over', () => {
  it.each(Object.keys(AFTER))(
    'is back with the promotion, although the node stays away: %s',
    (kind) => {
      const { seconds } = AFTER[kind]!;
      const { cascade } = story(kind, 'target: db, role: primary, at: 40s, for: 60s');
      const who = kind === 'mongo' ? 'a' : 'the';
      const text = `${who} replica takes over after ${seconds} s`;
      expect(cascade.events).toContainEqual(
        expect.objectContaining({
          kind: 'promoted',
          subject: 'db',
          at: 40 + seconds,
          text,
          runs: 1,
        }),
      );
      expect(cascade.events.filter(({ kind: own }) => own === 'notRecovered')).toEqual([]);
      const [degraded] = cascade.states['db']!;
      expect(degraded!.until).toBeLessThanOrEqual(40 + seconds + 1);
      expect(cascade.sentence).toContain(`success is back while the fault lasts (db: ${text})`);
    },
  );

  it('is down to the end if every node is', () => {
    const { cascade } = story('postgres', 'target: db, role: all, at: 40s, for: 60s');
    expect(cascade.events.filter(({ kind }) => kind === 'promoted')).toEqual([]);
    expect(cascade.events).toContainEqual(
      expect.objectContaining({ kind: 'notRecovered', subject: 'db' }),
    );
  });
});

describe('partitions whose leader dies', () => {
  it('get new leaders, and the broker is not said to stay down', () => {
    const { cascade } = run(`faultline: 1
title: One of three brokers dies
run: { duration: 80s, warmup: 5s, seed: 3 }
brokers: { bus: { kind: kafka, nodes: 3 } }
topics: { orders: { kind: kafka, broker: bus, partitions: 6, replication: 3, subscribers: [ { group: mailers, call: mail.send } ] } }
services:
  shop: { concurrency: 100, endpoints: { buy: [ publish: orders ] } }
  mail: { replicas: 2, endpoints: { send: [ wait: 5ms ] } }
workloads: { users: { arrivals: poisson(50/s), patience: 3s, requests: [ { call: shop.buy } ] } }
faults: [ { id: dies, kind: crash, target: 'bus[0]', at: 40s, for: 40s } ]
`).variant();
    // A third of the six, when the session of the broker has timed out.
    expect(cascade.events).toContainEqual(
      expect.objectContaining({
        kind: 'promoted',
        subject: 'bus',
        at: 49,
        text: '2 partitions get new leaders after 9 s',
      }),
    );
    expect(cascade.events.filter(({ kind }) => kind === 'notRecovered')).toEqual([]);
  });
});
