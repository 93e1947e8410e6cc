import { describe, expect, it } from 'vitest';
import { remarksOn, scenario } from './lint-text.js';

const RULE = 'consumers-below-traffic';

/** 550 messages/s for a service of some replicas. */
const queue = (replicas: number, concurrency: number, more = '', step = 'wait: 200ms'): string =>
  scenario([
    `queues: { jobs: { kind: simple, consumers: [ { call: worker.handle, concurrency: ${concurrency} }${more} ] } }`,
    `services: { shop: { endpoints: { buy: [ publish: jobs ] } }, worker: { replicas: ${replicas}, cpu: 1, endpoints: { handle: [ ${step} ] } }, other: { endpoints: { handle: [ wait: 200ms ] } } }`,
    'workloads: { users: { arrivals: poisson(550/s), requests: [ { call: shop.buy } ] } }',
  ]);

function replicasFor(text: string): number {
  const [remark] = remarksOn(text, RULE);
  return Number(/replicas: (\d+)$/.exec(remark.fixExample)?.[1]);
}

describe('the replicas that lint asks for where consumers are too slow', () => {
  it('handle several messages at once each', () => {
    // 1.2 x 550/s x 200 ms = 132 at once, 8 of them in each replica.
    expect(replicasFor(queue(4, 8))).toBe(17);
    expect(replicasFor(queue(4, 1))).toBe(132);
    expect(remarksOn(queue(17, 8), RULE)).toEqual([]);
  });

  it('have cores for them', () => {
    // 1.2 x 550/s x 20 ms = 13.2 cores; 14 replicas of one core.
    expect(replicasFor(queue(4, 8, '', 'work: 20ms'))).toBe(14);
    expect(remarksOn(queue(14, 8, '', 'work: 20ms'), RULE)).toEqual([]);
  });

  it('get what other consumers leave', () => {
    // The others handle 60 at once, so 72 are left for 8 in each replica.
    expect(replicasFor(queue(4, 8, ', { call: other.handle, concurrency: 60 }'))).toBe(9);
  });
});
