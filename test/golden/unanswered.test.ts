import { describe, expect, it } from 'vitest';
import { run } from '../theory/program.js';

/** A service that answers in 100 ms until 30 s of 99.5 s. Returns success, success of the second half, and arrivals. */
function figures(workload: string, fault = true): readonly (number | null)[] {
  const pause = 'faults: [ { id: stuck, kind: pause, target: a, at: 30s, for: 69500ms } ]';
  const { budgets, summary } = run(`
faultline: 1
title: Calls that never return
run: { duration: 99500ms, drain: none }
services: { a: { runtime: async, endpoints: { go: [ wait: 100ms ] } } }
workloads: { users: { ${workload}, requests: [ { call: a } ] } }
${fault ? pause : ''}
budgets:
  - users.success >= 99%
  - users.success >= 99% from 50s to 90s
  - users.share.abandoned <= 0%
  - users.latency.p99 < 1s
`).variant();
  return [...budgets.map(({ value }) => value), summary.requests];
}

describe('requests that hang at the end of a run', () => {
  it('are failures of the users of a closed workload, with all that they keep these from sending', () => {
    // A user sends every 1.1 s, from 1 s on: 27 answered until 30 s, of 90 until 99.5 s.
    const [success, second, abandoned, p99, requests] = figures(
      'arrivals: { kind: closed, users: 10, think: 1s }',
    );
    expect(requests).toBe(900);
    expect(success).toBeCloseTo(27 / 90, 2);
    expect(second).toBe(0);
    expect(abandoned).toBeCloseTo(63 / 90, 2);
    // The first ones hang for 70 s; a percentile of 27 % that return would be 100 ms.
    expect(p99).toBeGreaterThan(60);
  });

  it('are failures of open arrivals, of which none is kept from being sent', () => {
    const [success, second] = figures('arrivals: constant(10/s)');
    expect(success).toBeCloseTo(0.3, 2);
    expect(second).toBe(0);
  });

  it('are none while they are as young as requests that succeed, or as the patience of their user', () => {
    const open = 'arrivals: constant(100/s)';
    expect(figures(open, false).slice(0, 3)).toEqual([1, 1, 0]);
    // Requests of the last 200 ms, in which they might have been answered, do not count.
    expect(figures(`arrivals: constant(100/s), patience: 80s`)[0]).toBe(1);
    expect(figures(`arrivals: constant(100/s), patience: 10s`)[0]).toBeCloseTo(0.333, 2);
  });
});
