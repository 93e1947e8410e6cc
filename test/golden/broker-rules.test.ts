import { describe, expect, it } from 'vitest';
import { begun, golden, instants, metered } from './tracing.js';
import type { Traced } from './tracing.js';

/** A topic with keyed messages, and a group with as many members as it has partitions. */
const keyed = (at: string, more = ''): Traced =>
  golden(
    `
keys: { order: sequence(count=6) }
topics:
  jobs:
    kind: kafka
    partitions: 4
    subscribers: [ { group: workers, call: worker.handle } ${more} ]
services:
  worker: { replicas: 4, endpoints: { handle: [ work: 3ms ] } }
  other: { replicas: 2, endpoints: { handle: [ work: 1ms ] } }
workloads:
  users:
    arrivals: { at: [ ${at} ] }
    requests: [ { name: send, steps: [ publish: { topic: jobs, key: order } ] } ]
`,
    '1m',
  );

/** Number of the request that published the message of each run of a part, in the order of the runs. */
function numbersAt(traced: Traced, part: string): readonly { instance: string; number: number }[] {
  const numbers = new Map(traced.requests.map(({ id, arrival }) => [id, arrival]));
  return traced.at(part).map(({ instance, root }) => ({ instance, number: numbers.get(root)! }));
}

/** The same by instance. */
function handledBy(traced: Traced, part: string): ReadonlyMap<string, readonly number[]> {
  const lists = new Map<string, number[]>();
  for (const { instance, number } of numbersAt(traced, part)) {
    const list = lists.get(instance);
    if (list === undefined) lists.set(instance, [number]);
    else list.push(number);
  }
  return lists;
}

describe('KF-1: the partition of a key', () => {
  it('is the same for every message of one value, whose order stays, and in every run', () => {
    const at = instants(0, 59, 1, 'ms');
    const lists = [...handledBy(keyed(at), 'worker.handle').values()];
    const owners = new Map<number, number>();
    lists.forEach((list, owner) => {
      expect([...list].sort((a, b) => a - b)).toEqual(list);
      for (const number of list) {
        const value = number % 6;
        expect(owners.get(value) ?? owner).toBe(owner);
        owners.set(value, owner);
      }
    });
    expect(lists.flat()).toHaveLength(60);
    expect(lists.length).toBeGreaterThan(1);
    // The same values have the same members in another run, whatever else there is.
    const others = handledBy(
      keyed(`${at}, 1s, 2s`, ', { group: log, call: other.handle }'),
      'worker.handle',
    );
    const first = (own: readonly (readonly number[])[]): readonly number[] =>
      own.map((list) => list[0]!).sort((a, b) => a - b);
    expect(first([...others.values()])).toEqual(first(lists));
  });
});

describe('KF-3: several groups', () => {
  it('get every message each; the members of one share them', () => {
    const traced = keyed(instants(0, 19, 1, 'ms'), ', { group: log, call: other.handle }');
    const ofGroup = (part: string): readonly number[] =>
      [...handledBy(traced, part).values()].flat().sort((a, b) => a - b);
    const all = Array.from({ length: 20 }, (_, k) => k);
    expect(ofGroup('worker.handle')).toEqual(all);
    expect(ofGroup('other.handle')).toEqual(all);
  });
});

describe('KF-8: commits at intervals', () => {
  /** Ten records of 10 ms, one with each poll; the consumer is away from 35 to 100 ms. */
  const auto = (interval: string): readonly number[] => {
    const traced = golden(
      `
topics:
  jobs:
    kind: kafka
    subscribers:
      - { group: workers, call: worker.handle, commit: auto, autoCommitInterval: ${interval}, maxPollRecords: 1, rebalance: { staticMembership: true } }
services: { worker: { endpoints: { handle: [ work: 10ms ] } } }
workloads:
  users: { arrivals: { at: [ 0ms ] }, requests: [ { name: send, steps: [ publish: { topic: jobs, count: 10 } ] } ] }
faults: [ { id: dies, kind: crash, target: worker, at: 35ms, for: 65ms } ]
`,
      '1m',
    );
    return ['consumed', 'redeliveries', 'duplicateEffects', 'lostEffects'].map((name) =>
      metered(traced, name, 'jobs.workers'),
    );
  };

  it('commit with a poll what the polls before it have returned, all of which is handled by then', () => {
    // The first poll at least 25 ms after that of 0 ms is at 30 ms: three are committed, the fourth is delivered
    // again.
    expect(auto('25ms')).toEqual([10, 1, 0, 0]);
    // At 20 ms two are.
    expect(auto('15ms')).toEqual([11, 2, 1, 0]);
    expect(auto('5s')).toEqual([13, 4, 3, 0]);
  });
});

describe('PO-5: back-offs in the process that outlast the broker', () => {
  const RETRY = 'retry: { attempts: 3, backoff: { kind: constant, base: 20s } }, onPoison: skip';

  it('cost a member of a group its partitions (KF-5)', () => {
    const rebalances = (limit: string): number =>
      metered(
        golden(
          `
topics:
  jobs: { kind: kafka, subscribers: [ { group: workers, call: worker.handle, maxPollInterval: ${limit}, ${RETRY} } ] }
services: { worker: { endpoints: { handle: [ wait: 10ms, fail: 500 ] } } }
workloads: { users: { arrivals: { at: [ 0ms ] }, requests: [ { name: send, steps: [ publish: jobs ] } ] } }
`,
          '50s',
        ),
        'rebalances',
        'jobs.workers',
      );
    // Tries at 0, 20.01 and 40.02 s: the next poll is at 40.03 s.
    expect(rebalances('40030ms')).toBe(0);
    expect(rebalances('40029ms')).toBeGreaterThan(0);
  });

  it('show the message of SQS to another consumer (SQS-2)', () => {
    const tries = (visible: string): readonly number[] =>
      begun(
        golden(
          `
queues:
  jobs: { kind: sqs, waitTime: 20s, visibilityTimeout: ${visible}, consumers: [ { call: worker.handle, concurrency: 2, ${RETRY} } ] }
services: { worker: { endpoints: { handle: [ wait: 10ms, fail: 500 ] } } }
workloads: { users: { arrivals: { at: [ 0ms ] }, requests: [ { name: send, steps: [ publish: jobs ] } ] } }
`,
          '45s',
        ).at('worker.handle'),
      );
    expect(tries('41s')).toEqual([0, 20_010, 40_020]);
    // At 30 s the other one receives it, and tries it until 70 s by itself.
    expect(tries('30s')).toEqual([0, 20_010, 30_000, 40_020]);
  });
});

describe('OX-4: the order of an outbox', () => {
  const relayed = (faults: string): readonly number[] => {
    const traced = golden(
      `
databases: { store: { operations: { insert: { wait: 1ms, write: true }, look: 3ms } } }
services:
  orders:
    replicas: 3
    outbox: { database: store.insert, pollInterval: 100ms, batchSize: 2, relayQuery: store.look }
    endpoints: { create: [ publish: { topic: created, via: outbox } ] }
  worker: { endpoints: { handle: [] } }
topics: { created: { kind: kafka, subscribers: [ { group: mail, call: worker.handle } ] } }
workloads:
  users: { arrivals: { at: [ ${instants(0, 95, 5, 'ms')} ] }, requests: [ { call: orders.create } ] }
${faults}`,
      '10s',
    );
    return numbersAt(traced, 'worker.handle').map(({ number }) => number);
  };
  const ordered = Array.from({ length: 20 }, (_, k) => k);

  it('is that of the commits, whichever instance wrote: one of them relays', () => {
    expect(relayed('')).toEqual(ordered);
  });

  it('stays when another one has to relay, but for rows that were published and not marked', () => {
    // Marks of the batch of 200 ms are written from 203 ms on: the first is at 206 ms.
    const dies = 'faults: [ { id: dies, kind: crash, target: "orders[0]", at: 204ms, for: 1h } ]';
    const all = relayed(dies);
    expect(all.filter((number, k) => all.indexOf(number) === k)).toEqual(ordered);
    expect(all.length - ordered.length).toBe(2);
  });
});
