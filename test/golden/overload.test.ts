import { describe, expect, it } from 'vitest';
import { ended, golden, instants, latencies, outcomes, sent, single } from './tracing.js';

/** The n-th of the sorted values by nearest rank, as the golden scenarios have it. */
const quantile = (values: readonly number[], q: number): number =>
  [...values].sort((a, b) => a - b)[Math.ceil(q * values.length) - 1]!;
const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

const HUNDRED = instants(0, 990, 10, 'ms');
const queue = (workMs: number, capacity: string): string =>
  single(`concurrency: 1, queue: { capacity: ${capacity} }, `, `work: ${workMs}ms`, HUNDRED, '{}');

describe('one worker, a request every 10 ms', () => {
  it('GS-1: stable D/D/1', () => {
    const traced = golden(queue(8, 'unlimited'));
    expect(new Set(latencies(traced.requests))).toEqual(new Set([8]));
    expect(Math.max(...ended(traced.at('s.serve')))).toBe(998);
    const { ran } = golden(queue(8, 'unlimited'), '1s');
    expect(ran.variant().components['s']!.utilization).toBeCloseTo(0.8, 12);
  });

  it('GS-2: overload D/D/1', () => {
    const traced = golden(queue(12, 'unlimited'));
    const all = latencies(traced.requests);
    expect(all).toEqual(all.map((_, k) => 12 + 2 * k));
    expect([mean(all), quantile(all, 0.5), quantile(all, 0.95), quantile(all, 0.99)]).toEqual([
      111, 110, 200, 208,
    ]);
    expect(Math.max(...ended(traced.at('s.serve')))).toBe(1200);
  });

  it('GS-3: a queue of two places', () => {
    const { requests } = golden(queue(12, '2'));
    const refused = requests.flatMap(({ outcome }, k) => (outcome === 'ok' ? [] : [k]));
    expect(refused).toEqual([13, 19, 25, 31, 37, 43, 49, 55, 61, 67, 73, 79, 85, 91, 97]);
    const ok = latencies(requests.filter(({ outcome }) => outcome === 'ok'));
    expect(mean(ok)).toBeCloseTo(2610 / 85, 9);
    expect([quantile(ok, 0.5), quantile(ok, 0.95), Math.max(...ok)]).toEqual([32, 36, 36]);
  });
});

describe('retries', () => {
  it('GS-4, G-6: work for a caller that has left', () => {
    const policy = `{ retry: { attempts: 3, on: [any] }, timeout: 20ms }`;
    const traced = golden(single('concurrency: 1, ', 'work: 30ms', '0ms', policy));
    expect(latencies(traced.requests)).toEqual([60]);
    expect(outcomes(traced.requests)).toEqual(['timeout']);
    expect(ended(traced.at('s.serve'))).toEqual([30, 60, 90]);
    expect(sent(traced.at('s.serve'))).toEqual([0, 20, 40]);
    // The worker is busy until 90 ms, and all of its work is wasted.
    const own = traced.ran.plans[0]!.parts.findIndex(({ name }) => name === 'serve');
    const { busyNs, wastedNs } = traced.ran.records[0]![0]!.parts[own]!;
    const total = (list: Float64Array): number => list.reduce((sum, ns) => sum + ns, 0) / 1e6;
    expect([total(busyNs), total(wastedNs)]).toEqual([90, 90]);
  });

  it('GS-5: three tries on each of three edges', () => {
    const traced = golden(`
policies: { thrice: { retry: { attempts: 3, on: [any] } } }
services:
  a: { outbound: { b: thrice }, endpoints: { go: [ call: b.go ] } }
  b: { outbound: { c: thrice }, endpoints: { go: [ call: c.go ] } }
  c: { endpoints: { go: [ fail: 500 ] } }
workloads:
  users: { arrivals: { at: [ 0ms ] }, requests: [ { call: a.go } ], policy: thrice }
`);
    expect(['a.go', 'b.go', 'c.go'].map((part) => traced.at(part).length)).toEqual([3, 9, 27]);
    expect(outcomes(traced.requests)).toEqual(['serverError']);
  });
});

describe('GS-27: a pause that retries do not let end', () => {
  const paused = (pauseMs: number, attempts: number, everyMs = 20): string =>
    single(
      'concurrency: 1, ',
      'work: 10ms',
      instants(0, 60_000 - everyMs, everyMs, 'ms'),
      `{ retry: { attempts: ${attempts}, on: [any] }, timeout: 1s }`,
      `faults: [ { id: stop, kind: pause, target: s, at: 10s, for: ${pauseMs}ms } ]`,
    );
  const ran = (pauseMs: number, attempts: number, everyMs?: number) => {
    const traced = golden(paused(pauseMs, attempts, everyMs));
    const ok = traced.requests.filter(({ outcome }) => outcome === 'ok');
    const sends = outcomes(traced.at('s.serve'));
    // Responses without a waiting caller.
    const wasted = sends.filter((outcome) => outcome === 'timeout').length;
    return { traced, ok: ok.length, attempts: sends.length, wasted, answeredOk: ok };
  };

  it('of 1 s is made up for', () => {
    const { ok, attempts, wasted } = ran(1000, 3);
    expect([ok, attempts, wasted]).toEqual([3000, 3001, 1]);
  });

  it('of 1.4 s is made up for with more tries', () => {
    const { ok, attempts } = ran(1400, 3);
    expect([ok, attempts]).toEqual([3000, 3041]);
  });

  it('of 1.5 s never ends', () => {
    const { ok, attempts, wasted, traced } = ran(1500, 3);
    expect([ok, attempts, wasted]).toEqual([500, 8000, 7500]);
    expect(outcomes(traced.requests).filter((outcome) => outcome !== 'ok')).toHaveLength(2500);
  });

  it('of 5 s ends with one try, or at half the load', () => {
    const one = ran(5000, 1);
    const late = one.answeredOk.filter(({ sent: at }) => at >= 20_000);
    for (let from = 20_000; from < 60_000; from += 5000) {
      expect(late.filter(({ sent: at }) => at >= from && at < from + 5000)).toHaveLength(250);
    }
    const half = ran(5000, 3, 40);
    expect(half.answeredOk.filter(({ sent: at }) => at >= 50_000)).toHaveLength(250);
  });
});
