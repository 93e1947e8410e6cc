import { describe, expect, it } from 'vitest';
import { run } from '../theory/program.js';

/** 20 messages per second, each handled in 50 ms by one of 4 handlers of a service whose 10 threads serve calls. */
const figures = (source: string, runtime = ''): readonly (number | null)[] =>
  run(`
faultline: 1
title: Consumers
run: { duration: 100s, warmup: 10s }
services:
  shop: { runtime: async, endpoints: { buy: [ publish: orders ] } }
  notification: { ${runtime} endpoints: { send: [ wait: 50ms ], ping: [ wait: 100ms ] } }
${source}
workloads:
  users: { arrivals: 'constant(20/s)', requests: [ { call: shop } ] }
  pings: { arrivals: 'constant(1/s)', requests: [ { call: notification.ping } ] }
budgets:
  - notification.concurrency == 1.1
  - notification.utilization == 25%
  - notification.utilization.max == 25%
  - shop.concurrency < 1
`)
    .variant()
    .budgets.map(({ value }) => value);

const QUEUE =
  'queues: { orders: { kind: simple, consumers: [ { call: notification.send, concurrency: 4 } ] } }';
const TOPIC = `topics:
  orders: { kind: kafka, partitions: 4, subscribers: [ { group: mail, call: notification.send, concurrency: 4 } ] }`;

describe('requests in service', () => {
  it.each([
    ['of a queue', QUEUE, 'concurrency: 10,'],
    ['of a queue, with unlimited workers', QUEUE, 'runtime: async,'],
    ['of a topic', TOPIC, 'concurrency: 10,'],
  ])('include those that the consumers %s start', (_, source, runtime) => {
    const [concurrency, utilization, most, shop] = figures(source, runtime);
    // Little: 20/s x 50 ms and 1/s x 100 ms. Handlers: 1 of 4. The 10 threads are used to 1 %.
    expect(concurrency).toBeCloseTo(1.1, 1);
    expect(utilization).toBeCloseTo(0.25, 2);
    expect(most).toBeGreaterThanOrEqual(0.25);
    expect(shop).toBe(0);
  });
});
