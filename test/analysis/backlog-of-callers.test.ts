import { expect, it } from 'vitest';
import { run } from '../theory/program.js';

/** 4 connections and 20 ms a statement serve 200/s: the peak of 250/s leaves some 4,000 requests in the queue of the shop. */
const shop = (seconds: number): string => `
faultline: 1
title: a peak over a small pool
run: { duration: ${seconds}s, warmup: 5s, seed: 21, replications: 1 }
services: { shop: { concurrency: 20, endpoints: { buy: [ query: db.order ] } } }
databases: { db: { pool: { maxOpen: 4 }, operations: { order: { wait: 20ms, write: true } } } }
workloads:
  users:
    arrivals: { kind: stages, start: 50/s, stages: [ { duration: 60s, target: 50/s }, { duration: 20s, target: 250/s }, { duration: 60s, target: 250/s }, { duration: 40s, target: 50/s } ] }
    requests: [ { call: shop.buy, patience: 5s } ]
`;

it('a run that ends while the queue in front of a full pool falls does not show that the system stays down', () => {
  // The queue falls from 150 s on, and is empty some 10 s after the load is low again: a longer run shows it.
  const endings = (seconds: number): readonly string[] =>
    run(shop(seconds))
      .variant()
      .cascade.endings.map(({ verdict, reason, subject }) => [verdict, reason, subject].join(' '));
  expect(endings(178)).toEqual(['undecided drains shop']);
  expect(endings(260)).toEqual(['slowRecovery back ']);
});
