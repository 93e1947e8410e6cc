import { describe, expect, it } from 'vitest';
import { tanh } from '../../src/kernel/math.js';
import { unit } from '../../src/kernel/rng.js';
import { backoffSchema } from '../../src/contracts/scenario/backoff.js';
import { Backoff } from '../../src/patterns/mechanisms/backoff.js';
import { MS } from '../support/fake-calls.js';

const KEY = { a: 123, b: 456 };

function delays(written: object, retries: number, lineage = 1): number[] {
  const backoff = new Backoff(backoffSchema.parse(written), KEY);
  return Array.from({ length: retries }, (_, k) => backoff.delayNs(k + 1, lineage, 2));
}

/** The draw of retry n, from 1. */
const draw = (retry: number, lineage = 1): number => unit(KEY.a, KEY.b, lineage, 2, retry);

describe('back-off', () => {
  it('is constant, linear or exponential without jitter', () => {
    expect(delays({ kind: 'constant', base: '10ms' }, 3)).toEqual([10 * MS, 10 * MS, 10 * MS]);
    expect(delays({ kind: 'linear', base: '10ms', max: '25ms' }, 3)).toEqual([
      10 * MS,
      20 * MS,
      25 * MS,
    ]);
    expect(delays({ kind: 'exponential', base: '10ms', factor: 3, max: '1s' }, 6)).toEqual(
      [10, 30, 90, 270, 810, 1000].map((ms) => ms * MS),
    );
  });

  it('spreads by full, equal, proportional and added jitter', () => {
    const of = (jitter: string): number[] =>
      delays({ kind: 'exponential', base: '8ms', max: '10ms', jitter }, 2);
    expect(of('full')).toEqual([8 * MS * draw(1), 10 * MS * draw(2)].map(Math.round));
    expect(of('equal')).toEqual(
      [4 * MS + 4 * MS * draw(1), 5 * MS + 5 * MS * draw(2)].map(Math.round),
    );
    expect(of('25%')).toEqual(
      [6 * MS + 4 * MS * draw(1), 7.5 * MS + 5 * MS * draw(2)].map(Math.round),
    );
    expect(of('1s')).toEqual(
      [8 * MS + 1000 * MS * draw(1), 10 * MS + 1000 * MS * draw(2)].map(Math.round),
    );
  });

  it('decorrelated: draws between the base and three times the delay before, cut off at max', () => {
    const first = 10 * MS + 20 * MS * draw(1);
    const second = 10 * MS + (3 * first - 10 * MS) * draw(2);
    expect(delays({ kind: 'decorrelated', base: '10ms' }, 2)).toEqual(
      [first, second].map(Math.round),
    );
    const cut = delays({ kind: 'decorrelated', base: '10ms', max: '12ms' }, 50);
    expect(Math.max(...cut)).toBe(12 * MS);
    expect(Math.min(...cut)).toBeGreaterThanOrEqual(10 * MS);
  });

  it('sidekiq: grows with the fourth power of the retry, and spreads by 10 s more each time', () => {
    const expected = [15, 16, 31, 96, 271].map((s, k) => s + 10 * (k + 1) * draw(k + 1));
    const got = delays({ kind: 'sidekiq' }, 5);
    expect(got.map((ns) => ns / 1000 / MS)).toEqual(expected.map((s) => expect.closeTo(s, 6)));
    const cut = delays({ kind: 'sidekiq', max: '1h' }, 26);
    expect(Math.max(...cut)).toBeLessThanOrEqual((3600 + 260) * 1000 * MS);
    // 25 retries take about three weeks.
    const total = delays({ kind: 'sidekiq' }, 25).reduce((sum, ns) => sum + ns, 0);
    expect(total / 1000 / MS / 86_400).toBeCloseTo(20.4, 0);
  });

  it('decorrelatedV2: follows the smooth exponential and stays finite for ever', () => {
    const f = (t: number): number => 2 ** t * tanh(Math.sqrt(4 * t));
    const [first, second] = delays({ kind: 'decorrelatedV2', base: '10ms' }, 2);
    expect(first / MS).toBeCloseTo((f(draw(1)) / 1.4) * 10, 5);
    expect(second / MS).toBeCloseTo(((f(1 + draw(2)) - f(draw(1))) / 1.4) * 10, 5);
    const late = delays({ kind: 'decorrelatedV2', base: '10ms', max: '30s' }, 2000);
    expect(late.at(-1)).toBe(30_000 * MS);
  });

  it('grpc: jitters by a fifth after the cap, so that it may exceed it', () => {
    const got = delays({ kind: 'grpc', base: '10ms', max: '15ms' }, 2);
    expect(got).toEqual(
      [10 * MS * (0.8 + 0.4 * draw(1)), 15 * MS * (0.8 + 0.4 * draw(2))].map(Math.round),
    );
  });

  it('envoy: draws from 0 to 25 ms first, doubling up to ten times that', () => {
    const got = delays({ kind: 'envoy' }, 6);
    const widths = [25, 50, 100, 200, 250, 250];
    expect(got).toEqual(widths.map((ms, k) => Math.round(ms * MS * draw(k + 1))));
  });

  it('makes independent draws for each call, and the same for the same call', () => {
    const written = { kind: 'constant', base: '10ms', jitter: 'full' };
    expect(delays(written, 3, 1)).toEqual(delays(written, 3, 1));
    expect(delays(written, 3, 1)).not.toEqual(delays(written, 3, 9));
  });

  it('never leaves the range of times, however many retries there are', () => {
    for (const retry of [60, 400, 5000]) {
      const [delay] = [
        new Backoff(backoffSchema.parse({ kind: 'exponential', base: '1s' }), KEY),
      ].map((backoff) => backoff.delayNs(retry, 1, 2));
      expect(Number.isSafeInteger(delay)).toBe(true);
    }
  });

  it('has for each kind its own fields only', () => {
    expect(backoffSchema.safeParse({ kind: 'envoy', jitter: 'full' }).success).toBe(false);
    expect(backoffSchema.safeParse({ kind: 'constant' }).success).toBe(false);
    expect(backoffSchema.safeParse({ kind: 'constant', base: '1s', jitter: 'some' }).success).toBe(
      false,
    );
  });
});
