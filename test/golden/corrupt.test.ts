import { describe, expect, it } from 'vitest';
import { begun, golden, latencies, outcomes } from './tracing.js';
import type { Traced } from './tracing.js';

const edge = (faults: string): Traced =>
  golden(
    `
network: { latency: 10ms, rto: 200ms }
services:
  shop: { runtime: async, endpoints: { buy: [ call: bank.pay ] } }
  bank: { runtime: async, endpoints: { pay: [ wait: 5ms ] } }
workloads: { users: { arrivals: constant(200/s), requests: [ { call: shop.buy } ] } }
faults: [ ${faults} ]
`,
    '20s',
  );
const hits = (kind: string, share: string, id = 'f'): string =>
  `{ id: ${id}, kind: ${kind}, target: shop->bank, share: ${share}, at: 0s, for: 20s }`;

describe('corrupt on an edge', () => {
  it('delays by the retransmission timeout, as a loss of the same share does', () => {
    const damaged = latencies(edge(hits('corrupt', '20%')).requests);
    expect(damaged).toEqual(latencies(edge(hits('loss', '20%')).requests));
    // 10 + 5 + 10 ms, and 10 ms at each end of the workload; some 200 ms later.
    const alone = new Set(damaged);
    expect(alone.has(45) || alone.has(25)).toBe(true);
    const late = damaged.filter((one) => one >= 200).length / damaged.length;
    // 1 - 0.8 x 0.8 of 4000 calls, with a standard deviation of 0.008.
    expect(Math.abs(late - 0.36)).toBeLessThan(0.03);
  });

  it('hits its share of the messages that a loss leaves', () => {
    const both = edge(`${hits('corrupt', '20%')}, ${hits('loss', '10%', 'g')}`);
    expect(latencies(both.requests)).toEqual(latencies(edge(hits('loss', '28%')).requests));
  });

  it('fails no call', () => {
    expect(new Set(outcomes(edge(hits('corrupt', '20%')).requests))).toEqual(new Set(['ok']));
  });

  it('is refused where nothing would arrive', () => {
    expect(() => edge(hits('corrupt', '100%'))).toThrow('write a share below 100%');
  });
});

describe('corrupt messages', () => {
  /** When messages are handled. Unit: ms. */
  const topic = (kind: string, share: string): readonly number[] => {
    const traced = golden(
      `
topics: { events: { kind: kafka, partitions: 1, subscribers: [ { group: mail, call: mailer.send, retry: { attempts: 1 }, onPoison: skip } ] } }
services:
  shop: { endpoints: { buy: [ publish: events ] } }
  mailer: { endpoints: { send: [ wait: 1ms ] } }
workloads: { users: { arrivals: constant(10/s), requests: [ { call: shop.buy } ] } }
faults: [ { id: f, kind: ${kind}, target: events, share: ${share}, at: 0s, for: 5s } ]
`,
      '10s',
    );
    return begun(traced.at('mailer.send'));
  };

  it('fail at once at every consumer, as poison messages do', () => {
    const damaged = topic('corrupt', '40%');
    expect(damaged).toEqual(topic('poison', '40%'));
    expect(damaged.length).toBeLessThan(topic('corrupt', '0%').length - 8);
    expect(topic('corrupt', '100%')[0]).toBeGreaterThanOrEqual(5000);
  });

  it('of a queue are not handled, those sent later are', () => {
    const traced = golden(
      `
queues: { jobs: { kind: simple, consumers: [ { call: mailer.send, concurrency: 2 } ] } }
services:
  shop: { endpoints: { buy: [ publish: jobs ] } }
  mailer: { endpoints: { send: [ wait: 1ms ] } }
workloads: { users: { arrivals: { at: [ 1s, 3s ] }, requests: [ { call: shop.buy } ] } }
faults: [ { id: f, kind: corrupt, target: jobs, at: 0s, for: 2s } ]
`,
      '10s',
    );
    expect(begun(traced.at('mailer.send'))).toEqual([3000]);
  });
});
