import { describe, expect, it } from 'vitest';
import { answered, golden, instants, sent, single, times } from './tracing.js';

/** Attempts of calls at these instants that all fail after some time, whatever is tried. */
function attempts(at: string, retry: string, steps = 'fail: 503'): number[] {
  const traced = golden(single('', steps, at, `{ retry: ${retry} }`));
  return sent(traced.at('s.serve'));
}

describe('retries of libraries', () => {
  it.each([
    ['{ kind: resilience4j }', [0, 500, 1000]],
    ['{ kind: polly }', [0, 2000, 4000, 6000]],
    ['{ kind: kong, on: [ 503 ] }', [0, 0, 0, 0, 0, 0]],
    ['{ kind: cockatiel, attempts: 3 }', [0, 0, 0]],
  ])('divergence 16: %s counts all tries and waits as the library does', (retry, starts) => {
    expect(attempts('0ms', retry)).toEqual(starts);
  });

  it.each([
    ['{ kind: envoy }', 2, 25],
    ['{ kind: istio, on: [ connect, 503 ] }', 3, 75],
    ['{ kind: aws }', 3, 300],
    ['{ kind: grpc, attempts: 4, backoff: { base: 10ms, max: 20ms } }', 4, 12 + 24 + 24],
  ])('divergence 16: %s makes %d tries within %d ms', (retry, tries, longest) => {
    const starts = attempts('0ms', retry);
    expect(starts).toHaveLength(tries);
    expect(starts.at(-1)).toBeGreaterThan(0);
    expect(starts.at(-1)).toBeLessThanOrEqual(longest);
  });

  it('divergence 15: draw their back-off from a stream of their own', () => {
    const run = (more: string): number[] => {
      const { at } = golden(`
policies:
  jittered: { ${more} retry: { kind: aws, attempts: 6 } }
  other: { retry: { kind: aws, attempts: 6 } }
services:
  a: { outbound: { s: jittered, t: other }, endpoints: { serve: [ { call: t, optional: true }, call: s ] } }
  s: { endpoints: { serve: [ fail: 503 ] } }
  t: { endpoints: { serve: [ wait: 0ms${more === '' ? '' : ', fail: 503'} ] } }
workloads:
  users: { arrivals: { at: [ 0ms ] }, requests: [ { call: a } ] }
`);
      const starts = sent(at('s.serve'));
      return starts.map((start) => Math.round((start - starts[0]) * 1e6));
    };
    expect(run('')).toHaveLength(6);
    expect(run('bulkhead: { maxConcurrent: 5 },')).toEqual(run(''));
  });
});

describe('the count of retries', () => {
  it.each([
    ['timeout: 50ms, order: [ timeout, retry ]', 1],
    ['timeout: 150ms, order: [ timeout, retry ]', 2],
    ['deadline: 50ms', 1],
    ['deadline: 150ms', 2],
  ])('holds tries that were made: %s around a back-off of 100 ms', (limit, tries) => {
    const retry = 'retry: { attempts: 2, backoff: { kind: constant, base: 100ms } }';
    const { at, ran } = golden(single('', 'fail: 503', '0ms', `{ ${limit}, ${retry} }`));
    expect(at('s.serve')).toHaveLength(tries);
    const [edge] = Object.values(ran.variant().edges);
    expect(edge?.counters['retries'] ?? 0).toBe(tries - 1);
  });
});

describe('amplification', () => {
  it('divergence 20: multiplies where the application and its proxy both retry', () => {
    const { at, requests } = golden(`
policies:
  app: { retry: { kind: resilience4j } }
  proxy: { retry: { kind: istio, on: [ connect, 503 ] } }
services:
  a: { outbound: app, endpoints: { serve: [ call: sidecar ] } }
  sidecar: { outbound: proxy, endpoints: { serve: [ call: s ] } }
  s: { endpoints: { serve: [ fail: 503 ] } }
workloads:
  users: { arrivals: { at: [ 0ms ] }, requests: [ { call: a } ] }
`);
    expect(at('sidecar.serve')).toHaveLength(3);
    expect(at('s.serve')).toHaveLength(9);
    expect(requests).toHaveLength(1);
  });

  it('divergence 20: each instance of the caller retries on its own, and has a budget of its own', () => {
    const run = (replicas: number): number => {
      const { at } = golden(`
policies: { again: { retry: { attempts: 2, on: [ 503 ], budget: { kind: aws, tokens: 5 } } } }
services:
  a: { replicas: ${replicas}, outbound: again, endpoints: { serve: [ call: s ] } }
  s: { endpoints: { serve: [ fail: 503 ] } }
workloads:
  users: { arrivals: { at: [ ${instants(0, 5, 1, 's')} ] }, requests: [ { call: a } ] }
`);
      return at('s.serve').length;
    };
    // Five tokens pay for one retry: of six calls one, and one at each of three instances.
    expect(run(1)).toBe(7);
    expect(run(3)).toBe(9);
  });
});

describe('retry budgets', () => {
  const budgeted = (budget: string, more = ''): string =>
    `{ attempts: 2, on: [ 503 ]${more}, budget: { ${budget} } }`;
  const ONE_BY_ONE = instants(0, 9900, 100, 'ms');

  // A hundred calls, ten a second, all of which fail at once. ratio: one for each five. envoy and
  // concurrent: a single one is under way. grpc: 10 tokens fall to 5 with the third call, after two
  // retries. aws: 100 of 500 tokens at 5 a piece are all; of 100 tokens, 20. rate: one a second.
  it.each([
    ['ratio: 20%, minPerSecond: 0, window: 100s', 20],
    ['kind: envoy', 100],
    ['kind: concurrent', 100],
    ['kind: grpc', 2],
    ['kind: aws', 100],
    ['kind: aws, tokens: 100', 20],
    ['kind: rate, rate: 1/s', 10],
  ])('divergence 19: { %s } allows %d retries one by one', (budget, retries) => {
    expect(attempts(ONE_BY_ONE, budgeted(budget)).length - 100).toBe(retries);
  });

  // The same hundred calls at once, which all fail after a second. envoy: the kth failure finds
  // 101 - k under way and k - 1 retries: 15 < 17 lets the 16th pass, 16 < 16 does not the 17th.
  it.each([
    ['ratio: 20%, minPerSecond: 0, window: 100s', 20],
    ['kind: envoy', 16],
    ['kind: concurrent', 3],
    ['kind: grpc', 4],
    ['kind: aws', 100],
    ['kind: rate, rate: 1/s', 1],
  ])('divergence 19: { %s } allows %d retries all at once', (budget, retries) => {
    const starts = attempts(times(100, '0ms'), budgeted(budget), 'wait: 1s, fail: 503');
    expect(starts.length - 100).toBe(retries);
  });

  // All but one of these calls are long; that one fails at once, a millisecond after the one before it. Retries wait
  // for 10 s, so they hold their places and are not in flight.
  it.each([
    [10 + 5, 3],
    [40 + 10, 10],
    [17, 3],
  ])('G20: with %d attempts under way Envoy allows %d retries at once', (active, limit) => {
    const { at } = golden(`
policies:
  guarded:
    retry:
      { attempts: 2, on: [ 503 ], backoff: { kind: constant, base: 10s }, budget: { kind: envoy } }
services:
  a: { outbound: guarded, endpoints: { long: [ call: s.long ], bad: [ call: s.bad ] } }
  s: { endpoints: { long: [ wait: 1s ], bad: [ fail: 503 ] } }
workloads:
  long: { arrivals: { at: [ ${times(active - 1, '0ms')} ] }, requests: [ { call: a.long } ] }
  short: { arrivals: { at: [ ${instants(1, 15, 1, 'ms')} ] }, requests: [ { call: a.bad } ] }
`);
    const again = instants(10_001, 10_000 + limit, 1, 'ms')
      .split(', ')
      .map(parseFloat);
    expect(sent(at('s.bad')).slice(15)).toEqual(again);
  });

  it('an unlimited budget is none', () => {
    const backoff = ', backoff: { kind: constant, base: 30ms }';
    const at = instants(0, 500, 7, 'ms');
    const plain = `{ attempts: 2, on: [ 503 ]${backoff} }`;
    const steps = 'wait: 20ms, fail: 503';
    for (const budget of [
      'kind: envoy, ratio: 100%, minConcurrent: 100000',
      'kind: concurrent, max: 100000',
      'kind: aws, cost: 0, timeoutCost: 0',
      'minPerSecond: 100000',
    ]) {
      expect(attempts(at, budgeted(budget, backoff), steps)).toEqual(attempts(at, plain, steps));
    }
  });

  it('a denied retry is over with the failure, however long its back-off would be', () => {
    const backoff = ', backoff: { kind: constant, base: 1s }';
    const retry = budgeted('kind: envoy, ratio: 0, minConcurrent: 1', backoff);
    const { requests } = golden(
      single('', 'wait: 10ms, fail: 503', '0ms, 5ms', `{ retry: ${retry} }`),
    );
    expect(answered(requests)).toEqual([1020, 15]);
  });
});
