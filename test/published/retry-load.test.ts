import { describe, expect, it } from 'vitest';
import { run } from '../theory/program.js';

/**
 * M. Brooker, Fixing retries with token buckets and circuit breakers (2022): one service that fails a share p of its
 * attempts at any load. Which load results, and which success rate do clients see?
 */
const CALLS = 20_000;

interface Seen {
  /** Attempts per call. */
  readonly load: number;
  /** Share of calls that failed. */
  readonly failed: number;
}

function load(p: number, retry: string): Seen {
  const ran = run(`
faultline: 1
title: A service that fails at random
run: { duration: ${CALLS / 100}s, seed: 41 }
services: { s: { endpoints: { serve: [ { fail: 503, probability: ${p * 100}% } ] } } }
workloads:
  users: { arrivals: constant(100/s), requests: [ { call: s } ], policy: { ${retry} } }
`);
  const { outcomes } = ran.variant().components['users'];
  const { attempts } = ran.result.variants[0].perReplication[0];
  const calls = Object.values(outcomes).reduce((sum, count) => sum + count, 0);
  return { load: attempts / calls, failed: 1 - (outcomes.ok ?? 0) / calls };
}

const retry = (retries: number, more = ''): string =>
  `retry: { attempts: ${retries + 1}, on: [ 503 ]${more} }`;

/** Attempts of a call with N retries: 1 + p + ... + p^N. */
const series = (p: number, retries: number): number =>
  p === 1 ? retries + 1 : (1 - p ** (retries + 1)) / (1 - p);

// Three standard deviations of the mean of 20 000 calls, of which none has more than four attempts.
const LOAD = 0.03;
const FAILED = 0.011;

describe('N retries', () => {
  it.each([0.1, 0.3, 0.5, 0.7, 0.9, 1])(
    'at a failure rate of %d send (1 - p^4) / (1 - p) attempts per call, and p^4 of them fail',
    (p) => {
      const seen = load(p, retry(3));
      expect(Math.abs(seen.load - series(p, 3)), `${seen.load}`).toBeLessThan(LOAD);
      expect(Math.abs(seen.failed - p ** 4), `${seen.failed}`).toBeLessThan(FAILED);
    },
  );

  it('at a failure rate of 100 % do 1 + N times the work', () => {
    for (const n of [0, 1, 3]) expect(load(1, retry(n)).load).toBe(1 + n);
  });
});

describe('a bucket of tokens', () => {
  const bucket = ', budget: { ratio: 10%, minPerSecond: 0 }';

  it.each([0.01, 0.03, 0.05])(
    'behaves like N retries well below its share: at a failure rate of %d',
    (p) => {
      const seen = load(p, retry(3, bucket));
      expect(Math.abs(seen.load - series(p, 3)), `${seen.load}`).toBeLessThan(0.006);
      expect(seen.failed).toBeLessThan(0.002);
    },
  );

  it.each([0.2, 0.4, 0.6, 0.8, 1])(
    'adds at most its share of load, 0.1 retries, well above it: at a failure rate of %d',
    (p) => {
      const seen = load(p, retry(3, bucket));
      expect(seen.load).toBeLessThanOrEqual(1.1);
      expect(seen.load).toBeGreaterThan(1.095);
      // A tenth of a retry per call saves a tenth of the calls, times 1 - p.
      expect(Math.abs(seen.failed - (p - 0.1 * (1 - p))), `${seen.failed}`).toBeLessThan(FAILED);
    },
  );

  // A first try that succeeds earns 1, a retry costs 10 and has it back when it succeeds: with r
  // retries per call the tokens balance at 1 - p = 10 p r. The 500 tokens of the start are another
  // 50 / p retries, since only a failed one keeps its price.
  it.each([0.3, 0.5, 0.7, 0.9, 1])(
    'of an AWS SDK adds (1 - p) / (10 p) retries per call: at a failure rate of %d',
    (p) => {
      const seen = load(p, retry(3, ', budget: { kind: aws, cost: 10 }'));
      const retries = (1 - p) / (10 * p) + 50 / p / CALLS;
      expect(Math.abs(seen.load - 1 - retries), `${seen.load}`).toBeLessThan(0.004);
    },
  );

  it('of gRPC retries all or nothing: up to a failure rate of 1 in 11, and hardly above it', () => {
    // A success earns 0.1 and a failure costs 1: the tokens fall when p > 0.1 (1 - p).
    const grpc = ', budget: { kind: grpc, maxTokens: 100, tokenRatio: 0.1 }';
    expect(Math.abs(load(0.06, retry(3, grpc)).load - series(0.06, 3))).toBeLessThan(0.006);
    expect(load(0.2, retry(3, grpc)).load).toBeLessThan(1.01);
    expect(load(1, retry(3, grpc)).load).toBeLessThan(1.003);
  });
});

describe('retries in layers', () => {
  function chain(p: number): readonly number[] {
    const ran = run(`
faultline: 1
title: Retries in three layers
run: { duration: 200s, seed: 42 }
defaults: { services: { outbound: again } }
policies: { again: { retry: { attempts: 3, on: [ 503 ] } } }
services:
  a: { endpoints: { serve: [ call: b ] } }
  b: { endpoints: { serve: [ call: c ] } }
  c: { endpoints: { serve: [ call: d ] } }
  d: { endpoints: { serve: [ { fail: 503, probability: ${p * 100}% } ] } }
workloads: { users: { arrivals: constant(100/s), requests: [ { call: a } ] } }
budgets: [ a->b.amplification >= 0, b->c.amplification >= 0, c->d.amplification >= 0 ]
`);
    return ran.variant().budgets.map(({ value }) => value ?? NaN);
  }

  it('multiply: 3 x 3 x 3 where nothing succeeds', () => {
    expect(chain(1)).toEqual([3, 3, 3]);
  });

  it.each([0.5, 0.8])(
    'of three tries each send (1 - q^3) / (1 - q) per layer, q = p, p^3, p^9 from the last: p = %d',
    (p) => {
      const [ab, bc, cd] = chain(p);
      const layer = (q: number): number => series(q, 2);
      expect(Math.abs(cd / layer(p) - 1), `${cd}`).toBeLessThan(0.02);
      expect(Math.abs(bc / layer(p ** 3) - 1), `${bc}`).toBeLessThan(0.02);
      expect(Math.abs(ab / layer(p ** 9) - 1), `${ab}`).toBeLessThan(0.02);
      // Together 1 - p^27 over 1 - p: as if there were one layer of 27 tries.
      expect(Math.abs((ab * bc * cd) / series(p, 26) - 1)).toBeLessThan(0.03);
    },
  );
});
