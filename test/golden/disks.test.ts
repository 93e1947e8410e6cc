import { describe, expect, it } from 'vitest';
import { golden, latencies, outcomes } from './tracing.js';
import type { Traced } from './tracing.js';

/** Requests at 0.5 s, 1.5 s and 2.5 s of a shop with a database; a fault from 1 to 2 s. */
function shop(steps: string, fault: string, database = ''): Traced {
  return golden(
    `
services: { shop: { endpoints: { buy: [ ${steps} ] } } }
databases:
  db:
    operations: { find: { work: 1ms, wait: 4ms }, save: { wait: 10ms, write: true }, count: { work: 3ms } }
    ${database}
workloads: { users: { arrivals: { at: [ 500ms, 1500ms, 2500ms ] }, requests: [ { call: shop.buy } ] } }
faults: [ { id: disk, target: db, at: 1s, for: 1s, ${fault} } ]
`,
    '4s',
  );
}
const results = (steps: string, fault: string): readonly string[] =>
  outcomes(shop(steps, fault).requests);
const times = (steps: string, fault: string): readonly number[] =>
  latencies(shop(steps, fault).requests);
const FAILS = ['ok', 'serverError', 'ok'];
const WORKS = ['ok', 'ok', 'ok'];

describe('ioError', () => {
  it('fails reads, writes or both, on arrival and without work', () => {
    expect(results('query: db.find', 'kind: ioError')).toEqual(FAILS);
    expect(results('query: db.save', 'kind: ioError')).toEqual(FAILS);
    expect(results('query: db.find', 'kind: ioError, on: reads')).toEqual(FAILS);
    expect(results('query: db.save', 'kind: ioError, on: reads')).toEqual(WORKS);
    expect(results('query: db.find', 'kind: ioError, on: writes')).toEqual(WORKS);
    expect(results('query: db.save', 'kind: ioError, on: writes')).toEqual(FAILS);
    expect(times('query: db.save', 'kind: ioError')).toEqual([10, 0, 10]);
  });

  it('hits the share that is written', () => {
    const traced = golden(
      `
databases: { db: { pool: { maxOpen: 100 }, operations: { find: { wait: 1ms } } } }
services: { shop: { runtime: async, endpoints: { look: [ query: db.find ] } } }
workloads: { users: { arrivals: constant(1000/s), requests: [ { call: shop.look } ] } }
faults: [ { id: disk, kind: ioError, target: db, share: 20%, at: 0s, for: 10s } ]
`,
      '10s',
    );
    const hit = outcomes(traced.at('db.find')).filter((one) => one === 'serverError').length;
    // 10,000 requests: 2,000 with a standard deviation of 40.
    expect(Math.abs(hit - 2000)).toBeLessThan(120);
  });
});

describe('diskFull', () => {
  it('fails writes and commits; reads go on', () => {
    expect(results('query: db.save', 'kind: diskFull')).toEqual(FAILS);
    expect(results('query: db.find', 'kind: diskFull')).toEqual(WORKS);
    const transaction = 'transaction: { database: db, commit: 2ms, steps: [ query: db.find ] }';
    expect(results(transaction, 'kind: diskFull')).toEqual(FAILS);
  });

  it('makes an event store read-only', () => {
    const traced = (steps: string): readonly string[] =>
      outcomes(
        golden(
          `
keys: { account: uniform(count=1) }
eventStores: { store: { stream: { key: account }, append: 1ms, read: 1ms } }
services: { shop: { endpoints: { buy: [ ${steps} ] } } }
workloads: { users: { arrivals: { at: [ 500ms, 1500ms, 2500ms ] }, requests: [ { call: shop.buy } ] } }
faults: [ { id: disk, kind: diskFull, target: store, at: 1s, for: 1s } ]
`,
          '4s',
        ).requests,
      );
    expect(traced('load: store, append: store')).toEqual(FAILS);
    expect(traced('load: store')).toEqual(WORKS);
  });

  it('blocks the publishers of RabbitMQ until there is room', () => {
    const traced = golden(
      `
brokers: { rabbit: { kind: rabbitmq } }
queues: { jobs: { kind: rabbitmq, broker: rabbit, publishLatency: 1ms, consumers: [ { call: worker.handle } ] } }
services:
  shop: { endpoints: { buy: [ publish: jobs ] } }
  worker: { endpoints: { handle: [ wait: 1ms ] } }
workloads: { users: { arrivals: { at: [ 500ms, 1500ms, 2500ms ] }, requests: [ { call: shop.buy } ] } }
faults: [ { id: disk, kind: diskFull, target: rabbit, at: 1s, for: 1s } ]
`,
      '4s',
    );
    // The second one reaches the node after 1 ms, and waits there until 2 s.
    const [first, second, third] = latencies(traced.requests);
    expect([second! - first!, third! - first!]).toEqual([499, 0]);
    expect(outcomes(traced.requests)).toEqual(WORKS);
  });
});

describe('diskStress', () => {
  it('stretches waits for the disk by the factor and adds to them, not CPU work', () => {
    expect(times('query: db.find', 'kind: diskStress, factor: 3')).toEqual([5, 13, 5]);
    expect(times('query: db.find', 'kind: diskStress, add: 7ms')).toEqual([5, 12, 5]);
    // The factor comes first: 1 + 4 x 3 + 7 ms.
    expect(times('query: db.find', 'kind: diskStress, factor: 3, add: 7ms')).toEqual([5, 20, 5]);
    expect(times('query: db.count', 'kind: diskStress, factor: 3')).toEqual([3, 3, 3]);
  });

  it('stretches commits', () => {
    const transaction = 'transaction: { database: db, commit: 2ms, steps: [ query: db.find ] }';
    expect(times(transaction, 'kind: diskStress, factor: 2')).toEqual([7, 13, 7]);
  });

  it('slows the leader of a Kafka cluster', () => {
    const traced = golden(
      `
brokers: { cluster: { kind: kafka, nodes: 1, latency: 5ms } }
topics: { events: { kind: kafka, broker: cluster, partitions: 1, replication: 1, subscribers: [ { group: own, call: worker.handle } ] } }
services:
  shop: { endpoints: { buy: [ publish: { topic: events, confirm: true } ] } }
  worker: { endpoints: { handle: [ wait: 1ms ] } }
workloads: { users: { arrivals: { at: [ 500ms, 1500ms, 2500ms ] }, requests: [ { call: shop.buy } ] } }
faults: [ { id: disk, kind: diskStress, target: cluster, factor: 4, at: 1s, for: 1s } ]
`,
      '4s',
    );
    const [first, second, third] = latencies(traced.requests);
    expect([second! - first!, third! - first!]).toEqual([15, 0]);
  });

  it('leaves accesses in progress as they are', () => {
    const traced = shop('query: db.save', 'kind: diskStress, factor: 3', 'pool: { maxOpen: 4 }');
    expect(latencies(traced.requests)).toEqual([10, 30, 10]);
    const late = golden(
      `
services: { shop: { endpoints: { buy: [ query: db.save ] } } }
databases: { db: { operations: { save: { wait: 10ms, write: true } } } }
workloads: { users: { arrivals: { at: [ 995ms, 1s ] }, requests: [ { call: shop.buy } ] } }
faults: [ { id: disk, kind: diskStress, target: db, factor: 3, at: 1s, for: 1s } ]
`,
      '4s',
    );
    expect(latencies(late.requests)).toEqual([10, 30]);
  });
});

describe('the disk of a component that has none', () => {
  const attempt = (fault: string, sections: string) => (): Traced =>
    golden(`
services: { shop: { endpoints: { buy: [ query: db.find ] } } }
${sections}
workloads: { users: { arrivals: constant(1/s), requests: [ { call: shop.buy } ] } }
faults: [ { id: disk, at: 1s, for: 1s, ${fault} } ]
`);
  const db = (more: string): string => `databases: { db: { ${more} } }`;
  const waits = db('operations: { find: { wait: 1ms } }');
  const works = db('operations: { find: { work: 1ms } }');
  const redis = db('kind: redis, operations: { find: { wait: 1ms } }');
  const kafka = `${waits}\nbrokers: { cluster: { kind: kafka } }\ntopics: { events: { kind: kafka, broker: cluster, subscribers: [] } }`;
  it.each([
    ['kind: ioError, target: shop', waits, /`shop` uses no disk in the model/],
    ['kind: ioError, target: db', redis, /`db` uses no disk in the model/],
    ['kind: ioError, target: db, on: writes', waits, /no operation of `db` writes: mark those/],
    [
      'kind: diskFull, target: db',
      waits,
      /no operation of `db` writes, so a full disk has no effect/,
    ],
    ['kind: diskFull, target: shop', waits, /`shop` uses no disk in the model/],
    [
      'kind: diskStress, target: db, factor: 2',
      works,
      /no operation of `db` waits for the disk: write/,
    ],
    ['kind: diskStress, target: db', waits, /write `factor`, `add` or both/],
    ['kind: diskStress, target: db, factor: 1', waits, /a factor of 1 changes nothing/],
    ['kind: diskFull, target: db.find', waits, /diskFull cannot target db.find/],
    [
      'kind: diskFull, target: cluster',
      kafka,
      /a broker stops when its log directory fails: use crash/,
    ],
    [
      'kind: ioError, target: cluster',
      kafka,
      /a broker stops when its log directory fails: use crash/,
    ],
  ])('is refused: %s', (fault, sections, message) => {
    expect(attempt(fault, sections)).toThrow(message);
  });
});
