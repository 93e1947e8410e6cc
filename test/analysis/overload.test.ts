import { describe, expect, it } from 'vitest';
import { run } from '../theory/program.js';

/** 20 permits of 1 s, for which calls wait without a limit. */
const slowed = (rate: number): readonly string[] => {
  const { result } = run(`
faultline: 1
title: A constant load
run: { duration: 40s, warmup: 2s, seed: 3, replications: 1 }
workloads: { u: { arrivals: constant(${rate}/s), requests: [ { call: edge.go } ] } }
services:
  edge: { concurrency: 1000, endpoints: { go: [ call: a.handle ] }, outbound: { a: { bulkhead: { maxConcurrent: 20, maxQueue: unbounded } } } }
  a: { concurrency: 1000, endpoints: { handle: [ wait: 1s ] } }
`);
  const { events } = result.variants[0]!.cascade;
  return events.filter(({ figure }) => figure?.metric === 'latency').map(({ subject }) => subject);
};

describe('a constant load that is too much from the start', () => {
  it('makes requests slow though all succeed, and one that is served does not', () => {
    // The queue grows by 5/s, so that a request at 30 s waits 8 s.
    expect(slowed(25)).toContain('u.go');
    expect(slowed(19)).toEqual([]);
  });
});
