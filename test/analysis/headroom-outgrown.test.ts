import { expect, it } from 'vitest';
import { tightestWords } from '../../src/report/words/headroom.js';
import { run } from '../theory/program.js';

/** 10 ms of work per request: 2 cores hold 200/s, 8 cores 800/s. */
const at = (peak: number): string =>
  tightestWords(
    run(`faultline: 1
title: An autoscaler behind the load
run: { duration: 200s, warmup: 5s, seed: 3 }
services:
  shop:
    cpu: 1
    concurrency: 20
    queue: { capacity: 20 }
    autoscaling: { metric: cpu, target: 60%, min: 2, max: 8 }
    lifecycle: { startup: 30s }
    endpoints: { buy: [ work: 10ms ] }
workloads:
  users:
    arrivals: { kind: stages, start: 100/s, stages: [ { duration: 40s, target: 100/s }, { duration: 0s, target: ${peak}/s }, { duration: 160s, target: ${peak}/s } ] }
    requests: [ { call: shop.buy } ]
`).variant().headroom!,
    [],
  )!;

it('says when the instances that an autoscaler has by then are full, though all that it may have are not', () => {
  const words = at(400);
  expect(words).toMatch(
    /^shop saturates first, at [12]\.?\d*x this load, .+ with 8 replicas; with fewer/u,
  );
  const [, from, until] = /with fewer it is full from (\d+) to (\d+) s\)$/u.exec(words)!;
  // The first ones that it orders are ready after a start of 30 s, and the second ones soon after.
  expect([Number(from) >= 40, Number(from) <= 45, Number(until) > 70]).toEqual([true, true, true]);
  expect(at(150)).not.toContain('with fewer');
});
