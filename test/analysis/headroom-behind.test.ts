import { expect, it } from 'vitest';
import { run } from '../theory/program.js';

/** Messages and readers share the cores of search: 140 x 25 ms + 300 x 5 ms = 5 of 4 cores, and 50 of them 2.75. */
const shared = (messages: number, cores: number): string => `
faultline: 1
title: Consumers that wait for what they call
run: { duration: 60s, warmup: 5s, seed: 3 }
services:
  api: { runtime: async, endpoints: { read: { readOnly: true, steps: [ { call: search.find } ] }, bulk: [ publish: imports ] } }
  search: { runtime: async, cpu: ${cores}, endpoints: { find: { readOnly: true, steps: [ work: 5ms ] }, index: [ work: 25ms ] } }
  worker: { concurrency: 16, endpoints: { handle: { idempotent: true, steps: [ wait: 5ms, { call: search.index } ] } } }
queues: { imports: { kind: rabbitmq, consumers: [ { call: worker.handle, concurrency: 16 } ] } }
workloads:
  readers: { arrivals: constant(300/s), requests: [ { call: api.read } ] }
  importer: { arrivals: constant(${messages}/s), requests: [ { call: api.bulk } ] }
`;

it('is that of the cores that all consumers wait for, and counts the messages that still wait', () => {
  const [first, ...others] = run(shared(140, 4)).variant().headroom!.components;
  expect(first).toMatchObject({ component: 'search', resource: 'cores' });
  // The use is that of the messages that are handled; those that are published need 5 cores.
  expect(Math.abs(first.factor / (4 / 5) - 1)).toBeLessThan(0.03);
  // 16 consumers need 30 ms a message: 533/s.
  const consumers = others.find(({ component }) => component === 'worker')!;
  expect(consumers.factor).toBeGreaterThan(2);
});

it('is as before where the cores have room: 4 / 2.75', () => {
  const [first] = run(shared(50, 4)).variant().headroom!.components;
  expect(first).toMatchObject({ component: 'search', resource: 'cores' });
  expect(Math.abs(first.factor / (4 / 2.75) - 1)).toBeLessThan(0.03);
});

it('is that of the consumers where these are too few: 16 / 30 ms = 533/s of 700/s', () => {
  const [first] = run(shared(700, 40)).variant().headroom!.components;
  expect(first).toMatchObject({ component: 'worker', resource: 'consumers' });
  expect(Math.abs(first.factor / (533 / 700) - 1)).toBeLessThan(0.03);
});
