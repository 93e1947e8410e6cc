import { describe, expect, it } from 'vitest';
import { run } from './program.js';

/** Mean of the lag over the whole run: of several partitions for as many messages as of one. */
function meanLag(partitions: number, rate: number): number {
  const seconds = partitions === 1 ? 1500 : 600;
  const { records } = run(`
faultline: 1
title: Consumers in a row
run: { duration: ${seconds}s, warmup: 60s, seed: 5 }
keys: { order: { kind: unique } }
topics:
  jobs:
    kind: kafka
    partitions: ${partitions}
    subscribers: [ { group: work, call: worker.handle, commit: afterEach } ]
services: { worker: { replicas: ${partitions}, endpoints: { handle: [ work: exponential(10ms) ] } } }
workloads:
  users:
    arrivals: poisson(${rate}/s)
    requests: [ { name: send, steps: [ publish: { topic: jobs, key: order } ] } ]
`);
  const lag = records[0]![0]!.meters.find(({ name }) => name === 'lag')!;
  if (lag.form !== 'gauge') throw new Error('lag is a gauge');
  return lag.area.reduce((sum, area) => sum + area, 0) / (seconds * 1e9);
}

describe('consumers of a partitioned log', () => {
  it('are M/M/1 with one partition: a lag of rho / (1 - rho)', () => {
    // 80/s for 100/s.
    const lag = meanLag(1, 80);
    expect(lag).toBeGreaterThan(3.6);
    expect(lag).toBeLessThan(4.4);
  });

  it('are as many of them with several, and no M/M/c: a partition waits for its own reader', () => {
    // Four times 80/s; one line for four workers would have 5.6.
    const lag = meanLag(4, 320);
    expect(lag).toBeGreaterThan(14.8);
    expect(lag).toBeLessThan(17.2);
  });
});

/** Mean time from publishing to the end of handling, in service times: c handlers at 80 % of one queue, 48,000 messages. */
function meanDelay(handlers: number): number {
  const { variant } = run(`
faultline: 1
title: Handlers at one queue
run: { duration: ${600 / handlers}s, warmup: 30s, seed: 5, replications: 3 }
queues:
  jobs: { kind: simple, consumers: [ { call: worker.handle, concurrency: ${handlers} } ] }
services: { worker: { concurrency: ${handlers}, endpoints: { handle: [ wait: exponential(10ms) ] } } }
workloads:
  users: { arrivals: poisson(${80 * handlers}/s), requests: [ { name: send, steps: [ publish: jobs ] } ] }
budgets: [ jobs.delay.mean < 10s ]
`);
  return variant().budgets[0]!.value! / 0.01;
}

/** Erlang C: the mean response time of M/M/c in service times. */
function erlangC(c: number, rho: number): number {
  let term = 1;
  let sum = 1;
  for (let k = 1; k < c; k++) sum += term *= (c * rho) / k;
  const last = (term * c * rho) / c / (1 - rho);
  return 1 + last / (sum + last) / (c * (1 - rho));
}

describe('handlers of one queue', () => {
  it.each([1, 2, 4, 8])('are M/M/c: %d of them', (handlers) => {
    const expected = erlangC(handlers, 0.8);
    expect(Math.abs(meanDelay(handlers) / expected - 1)).toBeLessThan(0.05);
  });
});

describe('a backlog', () => {
  it('goes at the rate of the consumer less that of the producer', () => {
    // 100/s for 200/s; 1000 messages are there: 10 s.
    const { records, plans } = run(`
faultline: 1
title: Drained
run: { duration: 20s }
topics:
  jobs:
    kind: kafka
    backlog: 1000
    subscribers: [ { group: work, call: worker.handle, commit: afterEach, autoOffsetReset: earliest } ]
services: { worker: { endpoints: { handle: [ work: 5ms ] } } }
workloads:
  users: { arrivals: constant(100/s), requests: [ { name: send, steps: [ publish: jobs ] } ] }
`);
    const lag = records[0]![0]!.meters.find(({ name }) => name === 'lag')!;
    if (lag.form !== 'gauge') throw new Error('lag is a gauge');
    const { edges } = plans[0]!.grid;
    const empty = [...lag.max].findIndex((max) => max <= 2);
    expect(edges[empty]! / 1e9).toBeCloseTo(10, 0);
  });
});
