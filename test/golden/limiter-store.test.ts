import { describe, expect, it } from 'vitest';
import { rateLimitKong } from '../../src/patterns/policies/rate-limit-kong.js';
import { golden, outcomes, sent } from './tracing.js';

/** Requests at these times to a gateway of two nodes, which they reach in turn. */
function gateway(limit: string, at: string, more = '') {
  return golden(
    `
gateways:
  edge: { replicas: 2, runtime: async, middleware: [ { rateLimit: ${limit} } ], routes: [ { to: api.get } ] }
services:
  api: { endpoints: { get: [ wait: 1ms ] } }
  redis: { endpoints: { incr: [ wait: 3ms ] } }
workloads: { users: { arrivals: { at: [ ${at} ] }, requests: [ { call: edge } ] } }
${more}
`,
    '20s',
  );
}

const passed = (limit: string, at: string, more = ''): number[] =>
  gateway(limit, at, more)
    .requests.filter(({ outcome }) => outcome === 'ok')
    .map((row) => row.sent);

describe('a limiter that nodes share', () => {
  const TIMES = '1s, 2s, 3s, 4s';

  it('divergence 36: counts at each node by itself, unless the state is shared', () => {
    const limit = '{ kind: fixedWindow, limit: 1, window: 20s';
    expect(passed(`${limit} }`, TIMES)).toEqual([1000, 2000]);
    expect(passed(`${limit}, scope: caller }`, TIMES)).toEqual([1000]);
    const kong = '{ kind: kong, minute: 1, limitBy: service';
    expect(passed(`${kong} }`, TIMES)).toEqual([1000, 2000]);
    expect(passed(`${kong}, policy: redis }`, TIMES)).toEqual([1000]);
  });

  it('divergence 51: outlives the crash of a node, whose own counters do not', () => {
    const crash = 'faults: [ { id: c, kind: crash, target: edge, at: 1500ms, for: 100ms } ]';
    const limit = '{ kind: fixedWindow, limit: 1, window: 20s';
    expect(passed(`${limit} }`, TIMES, crash)).toEqual([1000, 2000, 3000]);
    expect(passed(`${limit}, scope: caller }`, TIMES, crash)).toEqual([1000]);
  });

  it('keeps each request waiting for its store', () => {
    const { requests, at } = gateway(
      '{ rate: 1/s, burst: 9, scope: caller, store: { latency: 2ms } }',
      '1s, 1001ms',
    );
    expect(requests.map((row) => row.answered)).toEqual([1003, 1004]);
    expect(sent(at('api.get'))).toEqual([1002, 1003]);
  });

  it('asks a component, with all that may happen to it', () => {
    const limit =
      '{ kind: fixedWindow, limit: 9, window: 20s, scope: caller, store: { of: redis.incr';
    const down = 'faults: [ { id: d, kind: crash, target: redis, at: 0s, for: 1500ms } ]';
    const calm = gateway(`${limit} } }`, '1s, 2s');
    expect(calm.requests.map((row) => row.answered)).toEqual([1004, 2004]);
    expect(sent(calm.at('redis.incr'))).toEqual([1000, 2000]);
    // Without an answer it lets the request pass, or not.
    expect(outcomes(gateway(`${limit} } }`, '1s, 2s', down).requests)).toEqual(['ok', 'ok']);
    const strict = gateway(`${limit}, onError: reject } }`, '1s, 2s', down);
    expect(outcomes(strict.requests)).toEqual(['serverError', 'ok']);
  });

  it('admits all calls while the store is down', () => {
    const limit =
      '{ kind: fixedWindow, limit: 1, window: 20s, scope: caller, store: { of: redis.incr } }';
    const down = 'faults: [ { id: d, kind: crash, target: redis, at: 0s, for: 3500ms } ]';
    expect(passed(limit, '1s, 2s, 3s, 4s, 5s', down)).toEqual([1000, 2000, 3000, 4000]);
  });

  it('asks an operation of a database over its pool', () => {
    const { requests } = golden(
      `
gateways:
  edge:
    middleware: [ { rateLimit: { rate: 1/s, burst: 9, scope: caller, store: { of: redis.incr } } } ]
    routes: [ { to: api.get } ]
services: { api: { endpoints: { get: [ wait: 1ms ] } } }
databases: { redis: { connect: 7ms, operations: { incr: { wait: 3ms } } } }
workloads: { users: { arrivals: { at: [ 1s, 2s ] }, requests: [ { call: edge } ] } }
`,
      '20s',
    );
    expect(requests.map((row) => row.answered)).toEqual([1011, 2004]);
  });
});

describe("Kong's policy redis", () => {
  /** Two nodes with these fields. */
  function nodes(written: object, syncRate: number | null) {
    const config = { ...rateLimitKong.schema.parse(written), policy: 'redis', syncRate } as never;
    const make = rateLimitKong.nodes!(config)!;
    return [make(), make()] as const;
  }
  const S = 1e9;

  it('counts a question, refused or not: by the minute even what the second refused', () => {
    const [a, b] = nodes({ second: 1, minute: 4 }, null);
    // Four questions in the first second use up the minute, though only one call has passed.
    expect([a, b, a, b].map((node, k) => node.take(k, 0))).toEqual([0, -1, -1, -1]);
    expect(a.take(S, 0)).toBe(-1);
    expect(b.retryNs(S, 0)).toBeGreaterThan(0);
    // With policy local only admitted calls are counted.
    const local = rateLimitKong.limiter!(rateLimitKong.schema.parse({ second: 1, minute: 4 }));
    expect([0, 1, 2, 3].map((at) => local.take(at, 0))).toEqual([0, -1, -1, -1]);
    expect(local.take(S, 0)).toBe(0);
  });

  it('lets no two of one instant pass where one is left', () => {
    const [a, b] = nodes({ second: 1 }, null);
    expect([a.take(5, 0), b.take(5, 0)]).toEqual([0, -1]);
  });

  it('with a sync rate decides by the copy and its own calls until it tells the store', () => {
    const [a, b] = nodes({ minute: 10 }, 1 * S);
    // Each reads 0 or 1 (the other reader) and admits calls up to the limit by its own count.
    const take = (node: typeof a, count: number, from: number): number[] =>
      Array.from({ length: count }, (_, k) => node.take(from + k, 0));
    expect(take(a, 7, 0)).toEqual([0, 0, 0, 0, 0, 0, 0]);
    expect(take(b, 7, 100)).toEqual([0, 0, 0, 0, 0, 0, 0]);
    // a synchronizes at 1 s: the store has its 7 and b's read. The request itself counts one that the copy does not
    // show, so 8, 8, 9 are seen before the 10.
    expect(take(a, 5, S)).toEqual([0, 0, 0, -1, -1]);
    // b synchronizes 100 ns later: all counts are known.
    expect(take(b, 2, S + 200)).toEqual([-1, -1]);
    expect(a.asks!(2 * S - 1, 0)).toBe(false);
    expect(a.asks!(2 * S, 0)).toBe(true);
  });

  it('tells for a node that is never asked again', () => {
    const [a, b] = nodes({ minute: 3 }, 1 * S);
    expect([a.take(0, 0), a.take(1, 0), a.take(2, 0)]).toEqual([0, 0, 0]);
    expect(b.take(S - 1, 0)).toBe(0);
    expect(b.take(2 * S, 0)).toBe(-1);
  });

  it('loses with a node the counts that it had not synchronized', () => {
    const [a, b] = nodes({ minute: 3 }, 1 * S);
    expect([a.take(0, 0), a.take(1, 0), a.take(2, 0)]).toEqual([0, 0, 0]);
    a.reset();
    // Its question had counted one: b sees 1, 1, 2, and then 3.
    expect([0, 1, 2, 3].map((k) => b.take(2 * S + k, 0))).toEqual([0, 0, 0, -1]);
  });

  it('starts each window with a question, and keeps keys apart', () => {
    const [a] = nodes({ second: 1 }, 5 * S);
    expect([a.take(0, 1), a.take(1, 2), a.take(2, 1), a.take(3, 1)]).toEqual([0, 0, 0, -1]);
    expect([a.asks!(4, 1), a.asks!(S, 1)]).toEqual([false, true]);
    expect(a.take(S, 1)).toBe(0);
  });
});

describe('a refusal that a node keeps', () => {
  const limit =
    '{ kind: fixedWindow, limit: 1, window: 20s, scope: caller, store: { of: redis.incr';
  const TIMES = '1s, 1s, 1100ms, 1100ms, 1600ms, 1600ms, 1700ms, 1700ms';

  it('answers for the store for so long, at that node alone', () => {
    const asked = (cache: string): readonly number[] =>
      sent(gateway(`${limit}${cache} } }`, TIMES).at('redis.incr'));
    expect(asked('')).toEqual([1000, 1000, 1100, 1100, 1600, 1600, 1700, 1700]);
    // edge[0] passes one at 1 s and is refused at 1103 ms, edge[1] is refused at 1003 ms.
    expect(asked(', cache: 500ms')).toEqual([1000, 1000, 1100, 1600, 1700]);
    expect(asked(', cache: 10s')).toEqual([1000, 1000, 1100]);
  });

  it('refuses in no time and says nothing of when to come back', () => {
    const { requests } = gateway(`${limit}, cache: 10s } }`, '1s, 1s, 1100ms, 1100ms');
    expect(requests.map((row) => row.answered)).toEqual([1004, 1003, 1103, 1100]);
    expect(outcomes(requests)).toEqual(['ok', 'throttled', 'throttled', 'throttled']);
  });

  it('is forgotten with the process, and holds for one value of a key', () => {
    const crash = 'faults: [ { id: c, kind: crash, target: edge, at: 1200ms, for: 100ms } ]';
    const { at } = gateway(`${limit}, cache: 10s } }`, TIMES, crash);
    expect(sent(at('redis.incr'))).toEqual([1000, 1000, 1100, 1600, 1600]);
    const keyed = '{ kind: fixedWindow, limit: 1, window: 20s, scope: caller, key: request';
    const each = gateway(`${keyed}, store: { of: redis.incr, cache: 10s } }`, TIMES);
    expect(sent(each.at('redis.incr'))).toHaveLength(8);
  });
});
