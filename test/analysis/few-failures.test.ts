import { describe, expect, it } from 'vitest';
import { run } from '../theory/program.js';

/**
 * 3 of 10 callee instances are slower, with a time limit for each call. Returns the cause and the mechanism of the
 * caller's degradation.
 */
const causeOf = (factor: number, limit: string): readonly (string | null)[] => {
  const { events } = run(`
faultline: 1
title: Slow instances behind a time limit
run: { duration: 120s, warmup: 10s, seed: 1 }
services:
  front: { endpoints: { get: [ { call: back.get, policy: { timeout: ${limit} } } ] } }
  back: { replicas: 10, endpoints: { get: [ wait: exponential(20ms) ] } }
workloads: { web: { arrivals: poisson(300/s), requests: [ { call: front.get } ] } }
faults: [ { id: slow-back, kind: slow, target: back, instances: 3, factor: ${factor}, at: 40s, for: 60s } ]
`).variant().cascade;
  const isIll = (kind: string): boolean => ['degraded', 'failing', 'down'].includes(kind);
  const ill = (subject: string) =>
    events.find((event) => event.subject === subject && isIll(event.kind))?.mechanism ?? null;
  return [ill('front'), ill('web.get')];
};

describe('a component that is slow while a few calls fail', () => {
  it('waits for slow answers where they are too few to move a p95', () => {
    expect(causeOf(3, '300ms')).toEqual(['slow', 'slow']);
  });

  it('has timeouts where they are what is slow', () => {
    expect(causeOf(50, '300ms')).toEqual(['calleeTimeout', 'calleeError']);
  });
});
