import { describe, expect, it } from 'vitest';
import { histogramOf, inMs } from '../theory/measures.js';
import type { Ran } from '../theory/program.js';
import { run } from '../theory/program.js';

/**
 * J. Dean, L. A. Barroso, The Tail at Scale, CACM 56(2), 2013. Its example: a server answers in
 * about 10 ms, one time in a hundred it takes a second; of the requests that need a hundred such
 * servers 63 % take more than a second. Its remedy: a second request once the first has been out for
 * longer than the 95th percentile of its kind, for about 5 % of additional load.
 */
const REQUESTS = 4000;
const LEAVES = 100;
const SLOW = 0.01;

const fanOut = (policy: string): Ran =>
  run(`
faultline: 1
title: A hundred leaves
run: { duration: ${REQUESTS / 20}s, seed: 19, drain: 60s, warmup: 5s }
policies: { leaf: ${policy} }
services:
  root:
    runtime: async
    outbound: leaf
    endpoints: { ask: [ { parallel: { branches: [ call: leaf.read ], each: ${LEAVES} } } ] }
  leaf:
    replicas: ${LEAVES}
    loadBalancing: { kind: random }
    endpoints:
      read: { readOnly: true, steps: [ wait: mixture(99%=uniform(5ms 15ms) 1%=1s) ] }
workloads:
  users: { arrivals: poisson(20/s), requests: [ { call: root.ask } ] }
`);

/** Share of the user requests that took at least 999 ms. */
function slowShare(ran: Ran): number {
  const { index, n, count, subBits } = histogramOf(ran, 'root.ask', 'latency');
  // Buckets are 2^-subBits of an octave; the first of 999 ms and more.
  const octave = Math.floor(Math.log2(999e6));
  const first = octave * 2 ** subBits + Math.floor((999e6 / 2 ** octave - 1) * 2 ** subBits) + 1;
  return n.reduce((sum, here, k) => (index[k]! >= first ? sum + here : sum), 0) / count;
}

describe('The Tail at Scale', () => {
  const plain = fanOut('{}');
  const hedged = fanOut('{ hedge: { after: p95 } }');

  it('63 % of the requests to a hundred servers meet a slow one (within 4 standard errors)', () => {
    const share = 1 - (1 - SLOW) ** LEAVES;
    expect(share).toBeCloseTo(0.634, 3);
    const error = Math.sqrt((share * (1 - share)) / REQUESTS);
    expect(Math.abs(slowShare(plain) - share)).toBeLessThan(4 * error);
  });

  it('hedging at the 95th percentile leaves 1 % of them (within 4 standard errors)', () => {
    // Both attempts of one of the hundred leaves must be slow.
    const share = 1 - (1 - SLOW * SLOW) ** LEAVES;
    const error = Math.sqrt((share * (1 - share)) / REQUESTS);
    expect(Math.abs(slowShare(hedged) - share)).toBeLessThan(4 * error);
  });

  it('at about 5 % of additional load: 5 % within a tenth', () => {
    const edge = hedged.variant().edges['root->leaf']!;
    const extra = edge.attempts / edge.calls - 1;
    expect(extra).toBeGreaterThan(0.045);
    expect(extra).toBeLessThan(0.055);
    expect(edge.counters['hedges']).toBe(edge.attempts - edge.calls);
  });

  it('and the 98th percentile falls from 1 s to two of the usual answers: 24 to 30 ms', () => {
    // The hedge leaves at about 14.6 ms (5 + 10 x 0.95 / 0.99) and takes 5 to 15 ms.
    const at98 = (ran: Ran): number => {
      const { index, n, count, subBits } = histogramOf(ran, 'root.ask', 'latency');
      let seen = 0;
      const k = n.findIndex((here) => (seen += here) >= 0.98 * count);
      const key = index[k]! - 1;
      const octave = Math.floor(key / 2 ** subBits);
      return (2 ** octave * (1 + (key - octave * 2 ** subBits) / 2 ** subBits)) / 1e6;
    };
    expect(at98(plain)).toBeGreaterThan(990);
    expect(at98(hedged)).toBeGreaterThan(24);
    expect(at98(hedged)).toBeLessThan(30);
  });
});

describe('two exponential servers with a hedge after t', () => {
  // P(T > x) = exp(-x/m) before t and exp(-(2x - t)/m) from t on, so
  // E T = m (1 - q) + m q / 2 with q = exp(-t/m), which is also the share of calls that are hedged.
  const MEAN = 20;
  const COUNT = 100_000;

  it.each([5, 20, 60])('has its closed form at t = %s ms (4 standard errors)', (t) => {
    const ran = run(`
faultline: 1
title: Two exponential servers
run: { duration: ${COUNT / 1000}s, seed: 23, drain: 60s }
services:
  s: { replicas: 2, endpoints: { get: { readOnly: true, steps: [ wait: exponential(${MEAN}ms) ] } } }
workloads:
  users: { arrivals: constant(1000/s), requests: [ { call: s.get } ], policy: { hedge: { after: ${t}ms } } }
`);
    const q = Math.exp(-t / MEAN);
    const { latency } = ran.variant().components['users']!;
    const mean = MEAN * (1 - q) + (MEAN * q) / 2;
    // The deviation of T is at most MEAN.
    expect(Math.abs(inMs(latency.mean) - mean)).toBeLessThan((4 * MEAN) / Math.sqrt(COUNT));
    const { attempts, calls } = ran.variant().edges['users->s']!;
    const error = Math.sqrt((q * (1 - q)) / COUNT);
    expect(Math.abs(attempts / calls - 1 - q)).toBeLessThan(4 * error);
    for (const [p, of] of [
      [0.5, latency.p50],
      [0.95, latency.p95],
      [0.99, latency.p99],
    ] as const) {
      const tail = 1 - p;
      const before = -MEAN * Math.log(tail);
      const exact = before <= t ? before : (t - MEAN * Math.log(tail)) / 2;
      const density = (before <= t ? tail : 2 * tail) / MEAN;
      const spread = (4 * Math.sqrt((p * tail) / COUNT)) / density;
      // The histogram adds at most 0.4 %.
      expect(Math.abs(inMs(of) - exact), `p${p * 100}`).toBeLessThan(spread + 0.004 * exact);
    }
  });
});
