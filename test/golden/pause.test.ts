import { describe, expect, it } from 'vitest';
import { answered, golden, outcomes } from './tracing.js';

/** A request at 0 calls b through a; a is paused from 30 ms to 300 ms. */
const paused = (work: string): string => `
services:
  a: { endpoints: { serve: [ { call: b.serve, policy: { timeout: 100ms } } ] } }
  b: { endpoints: { serve: [ wait: ${work} ] } }
workloads:
  users: { arrivals: { at: [0ms] }, requests: [ { call: a.serve } ] }
faults: [ { id: stop, kind: pause, target: a, at: 30ms, for: 270ms } ]
`;

describe('a paused process and the calls it has made', () => {
  it('reads a response that arrived in the meantime when it resumes, before its timer', () => {
    // b answers at 50 ms, the time limit would end at 100 ms; both wait until 300 ms, in this order.
    const { requests, at } = golden(paused('50ms'));
    expect(outcomes(requests)).toEqual(['ok']);
    expect(answered(requests)).toEqual([300]);
    expect(answered(at('b.serve'))).toEqual([300]);
  });

  it('sees the time limit first where that was due before the answer came', () => {
    // Due at 100 ms, response at 200 ms: the timeout is noticed at 300 ms, when the call has already failed.
    const { requests, at } = golden(paused('200ms'));
    expect(outcomes(requests)).toEqual(['serverError']);
    expect(answered(requests)).toEqual([300]);
    expect(outcomes(at('b.serve'))).toEqual(['timeout']);
  });
});
