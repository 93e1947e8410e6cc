import { describe, expect, it } from 'vitest';
import { run } from '../theory/program.js';

/** Account of a run in which one of two processes dies at 20 s; each request takes 100 ms. */
const accountOf = (serve: string, rate: string): string =>
  run(`
faultline: 1
title: Requests in flight
run: { duration: 60s, warmup: 0s, seed: 1 }
services: { shop: { replicas: 2, endpoints: { buy: [ ${serve} ] } } }
workloads: { users: { arrivals: constant(${rate}), requests: [ { call: shop.buy } ] } }
faults: [ { id: dies, kind: crash, target: 'shop[0]', at: 20s, for: 5s } ]
`).variant().cascade.sentence;

describe('requests that a fault finds in flight', () => {
  it('count among those that fail because of it', () => {
    expect(accountOf('wait: 100ms', '20/s')).toBe('shop[0] crashes: 1 of 800 user requests fail.');
  });

  it('are those that fail anyway where some failed before', () => {
    expect(accountOf('wait: 100ms, { fail: 500, probability: 2% }', '400/s')).toContain(
      'no more of their requests fail than before',
    );
  });
});

describe('requests in flight at the end of the run', () => {
  const eventsOf = (rate: string) =>
    run(`
faultline: 1
title: Answers that take long
run: { duration: 4m, warmup: 30s, seed: 1 }
services: { models: { replicas: 4, concurrency: 32, endpoints: { generate: [ wait: lognormal(p50=8s p99=20s) ] } } }
workloads: { users: { arrivals: poisson(${rate}), patience: 60s, requests: [ { call: models.generate } ] } }
`)
      .variant()
      .cascade.events.filter(({ subject }) => subject === 'users.generate');

  it('are not late where requests always take that long', () => {
    // 128 workers for 10 a second of 8.7 s on average: none waits, and 1 % take longer than 20 s.
    expect(eventsOf('10/s')).toEqual([]);
  });

  it('are late where they wait more and more', () => {
    // 20 a second come for 14.8: 5 a second are added to the queue until users give up after 60 s.
    expect(eventsOf('20/s')).not.toEqual([]);
  });
});
