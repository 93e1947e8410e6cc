import { describe, expect, it } from 'vitest';
import { begun, golden } from '../../golden/tracing.js';

/** Two messages of 500 bytes from 100 ms on, a consumer that takes them at 3.5 s, and a publisher each half second. */
const cluster = (limit: string): string => `
brokers: { rabbit: { kind: rabbitmq, memoryLimit: ${limit} } }
queues: { jobs: { kind: rabbitmq, broker: rabbit, prefetch: 1, consumers: [ { call: worker.handle } ] } }
services:
  worker: { endpoints: { handle: [ wait: 3400ms ] } }
  shop: { endpoints: { buy: [ { publish: { topic: jobs, size: 500B, confirm: true } }, { call: mark.set } ] } }
  mark: { endpoints: { set: [ wait: 0ms ] } }
workloads:
  users: { arrivals: { at: [ 100ms, 100ms, 1500ms, 2500ms ] }, requests: [ { call: shop.buy } ] }
`;

describe('the memory alarm of a cluster', () => {
  const published = (limit: string): number[] =>
    begun(golden(cluster(limit), '20s').at('mark.set'));

  it('blocks publishers once there is more than the limit, at the next look of a second', () => {
    // At 1 s there are 1000 bytes: over 999, not over 1000.
    expect(published('999B')[2]).toBeGreaterThan(3000);
    expect(published('1000B').slice(0, 3)).toEqual([100, 100, 1500]);
  });

  it('is over at the first look that finds no more than the limit', () => {
    // The first message is settled at 3.5 s, the check is at 4 s; two more are in by then, the third waits.
    expect(published('999B').slice(0, 2)).toEqual([100, 100]);
    expect(published('999B').slice(2)).toEqual([4000, 4000]);
  });
});
