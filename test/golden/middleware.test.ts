import { describe, expect, it } from 'vitest';
import { answered, golden, latencies, outcomes, sent, times } from './tracing.js';

/** A gateway that calls `auth` (10 ms) before it calls `shop` (5 ms). */
const guarded = (
  check: string,
  at: string,
  more: { auth?: string; edge?: string; rest?: string; keys?: number } = {},
): string => `
keys: { token: sequence(count=${more.keys ?? 1}) }
gateways:
  edge:
    ${more.edge ?? ''}
    middleware: [ authenticate: { kind: introspection, call: auth.introspect, ${check} } ]
    routes: [ { to: shop.buy } ]
services:
  auth: { endpoints: { introspect: [ wait: 10ms${more.auth ?? ''} ] } }
  shop: { endpoints: { buy: [ wait: 5ms ] } }
workloads:
  users: { arrivals: { at: [ ${at} ] }, requests: [ { call: edge } ] }
${more.rest ?? ''}`;

const CACHED = 'cacheTtl: 100ms, key: token';

describe('a remote check', () => {
  it('is asked by every request that nothing is known of', () => {
    const { at, requests } = golden(guarded('', times(3, '0ms')));
    expect(at('auth.introspect').length).toBe(3);
    expect(latencies(requests)).toEqual([15, 15, 15]);
  });

  it('5.4.5 keeps an answer for t < answered + ttl, and asks again at its end', () => {
    // Answered @10, so it holds until @110.
    const { at, requests } = golden(guarded(CACHED, '0ms, 50ms, 109ms, 110ms'));
    expect(sent(at('auth.introspect'))).toEqual([0, 110]);
    expect(latencies(requests)).toEqual([15, 5, 5, 15]);
  });

  it('is asked once more by each request that comes before its answer', () => {
    const { at } = golden(guarded(CACHED, '0ms, 4ms, 10ms, 11ms'));
    // @10 the response has arrived: completions come before arrivals of the same instant.
    expect(sent(at('auth.introspect'))).toEqual([0, 4]);
  });

  it('keeps an answer for the value of the key alone', () => {
    const { at } = golden(guarded(CACHED, times(4, '0ms') + ', 20ms, 20ms', { keys: 4 }));
    expect(sent(at('auth.introspect'))).toEqual([0, 0, 0, 0]);
  });

  it('keeps an answer in each instance of the gateway, which forgets it when it restarts', () => {
    const two = golden(guarded(CACHED, '0ms, 20ms, 40ms, 60ms', { edge: 'replicas: 2' }));
    expect(sent(two.at('auth.introspect'))).toEqual([0, 20]);
    const crash = 'faults: [ { id: c, kind: crash, target: edge, at: 30ms, for: 5ms } ]';
    const restarted = golden(guarded(CACHED, '0ms, 20ms, 40ms', { rest: crash }));
    expect(sent(restarted.at('auth.introspect'))).toEqual([0, 40]);
  });

  it('refuses with the status of the middleware, and keeps the refusal like an answer', () => {
    const auth = ', fail: 400';
    const { at, requests } = golden(guarded(CACHED, '0ms, 50ms, 110ms', { auth }));
    expect(outcomes(requests)).toEqual(['clientError', 'clientError', 'clientError']);
    expect(sent(at('auth.introspect'))).toEqual([0, 110]);
    expect(latencies(requests)).toEqual([10, 0, 10]);
    expect(at('shop.buy')).toEqual([]);
  });

  it('with cacheRefusals false is called again by every refused client', () => {
    const { at } = golden(
      guarded(`${CACHED}, cacheRefusals: false`, '0ms, 50ms', { auth: ', fail: 401' }),
    );
    expect(sent(at('auth.introspect'))).toEqual([0, 50]);
  });

  it.each([
    ['fail: 500', 'serverError'],
    ['fail: 429', 'throttled'],
    ['fail: refused', 'serverError'],
  ])('that ends with %s is no answer: the request ends with %s, or passes', (fail, outcome) => {
    const strict = golden(guarded(CACHED, '0ms, 50ms', { auth: `, ${fail}` }));
    expect(outcomes(strict.requests)).toEqual([outcome, outcome]);
    expect(strict.at('shop.buy')).toEqual([]);
    expect(strict.at('auth.introspect').length).toBe(2);
    const open = golden(guarded(`${CACHED}, onError: allow`, '0ms, 50ms', { auth: `, ${fail}` }));
    expect(outcomes(open.requests)).toEqual(['ok', 'ok']);
    expect(open.at('auth.introspect').length).toBe(2);
  });

  it('is called under the bundle of the outbound edge', () => {
    const edge = 'outbound: { auth: { timeout: 4ms } }';
    const { requests, at } = golden(guarded('onError: allow', '0ms', { edge }));
    expect(latencies(requests)).toEqual([9]);
    expect(outcomes(at('auth.introspect'))).toEqual(['timeout']);
    const strict = golden(guarded('', '0ms', { edge }));
    expect(outcomes(strict.requests)).toEqual(['serverError']);
  });

  it('refuses no request that `when` excludes', () => {
    const only = 'when: { workload: bots }';
    const { at } = golden(guarded(`${CACHED}, ${only}`, '0ms', { rest: BOTS }));
    expect(at('auth.introspect').length).toBe(1);
  });
});

const BOTS = '  bots: { arrivals: { at: [ 1ms ] }, requests: [ { call: edge } ] }';

describe('a refusal', () => {
  it.each([
    ['authenticate: { kind: jwt, reject: 100% }', 401],
    ['authenticate: { reject: 100% }', 401],
    ['authorize: { reject: 100% }', 403],
    ['filter: { reject: 100% }', 403],
    ['filter: { kind: size, reject: 100% }', 413],
    ['authorize: { reject: 100%, status: 451 }', 451],
  ])('of %s has status %i', (member, status) => {
    // The client retries for this status alone.
    const { at } = golden(`
gateways:
  edge: { middleware: [ ${member} ], routes: [ { to: shop.buy } ] }
services:
  shop: { endpoints: { buy: [ wait: 5ms ] } }
workloads:
  users: { arrivals: { at: [ 0ms ] }, requests: [ { call: edge, policy: { retry: { attempts: 2, on: [ ${status} ] } } } ] }
`);
    expect(at('edge.buy').length).toBe(2);
    expect(at('shop.buy')).toEqual([]);
  });
});

/** A gateway that lets requests for the same item share an answer of `shop` (100 ms). */
const joined = (
  own: string,
  at: string,
  more: { edge?: string; shop?: string; client?: string; rest?: string } = {},
): string => `
keys: { item: sequence(count=1) }
gateways:
  edge:
    ${more.edge ?? ''}
    middleware: [ coalesce: { key: item${own} } ]
    routes: [ { name: buy, match: { path: /buy }, to: shop.buy }, { name: list, match: { path: /list }, to: shop.list } ]
services:
  shop: { endpoints: { buy: [ wait: 100ms${more.shop ?? ''} ], list: [ wait: 50ms ] } }
workloads:
  users: { arrivals: { at: [ ${at} ] }, requests: [ { call: edge, path: /buy${more.client ?? ''} } ] }
${more.rest ?? ''}`;

describe('requests that share an answer in a middleware chain', () => {
  it('wait for the first of them, whose answer is theirs', () => {
    const { at, requests } = golden(joined('', '0ms, 30ms, 99ms, 100ms'));
    expect(sent(at('shop.buy'))).toEqual([0, 100]);
    expect(answered(requests)).toEqual([100, 100, 100, 200]);
  });

  it('are counted, and 3 in 4 of them cost the callee nothing', () => {
    const budgets =
      'budgets: [ edge.coalesced <= 3, edge.coalesced >= 3, edge.buy.coalesced >= 3 ]';
    const { ran, at } = golden(joined('', '0ms, 30ms, 99ms, 99ms', { rest: budgets }));
    const verdicts = ran.variant().budgets;
    expect(verdicts.map(({ value, verdict }) => [value, verdict])).toEqual([
      [3, 'pass'],
      [3, 'pass'],
      [3, 'pass'],
    ]);
    expect(at('shop.buy').length).toBe(1);
  });

  it('share a failure, or take turns with shareErrors false', () => {
    const failing = { shop: ', fail: 503' };
    const shared = golden(joined('', '0ms, 0ms, 0ms', failing));
    expect(answered(shared.requests)).toEqual([100, 100, 100]);
    expect(outcomes(shared.requests)).toEqual(['serverError', 'serverError', 'serverError']);
    const turns = golden(joined(', shareErrors: false', '0ms, 0ms, 0ms', failing));
    expect(answered(turns.requests)).toEqual([100, 200, 300]);
  });

  it('never share that of another route', () => {
    const lists =
      '  readers: { arrivals: { at: [ 1ms ] }, requests: [ { call: edge, path: /list } ] }';
    const { at } = golden(joined('', '0ms, 2ms', { rest: lists }));
    expect(sent(at('shop.buy'))).toEqual([0]);
    expect(sent(at('shop.list'))).toEqual([1]);
  });

  it('go on without the one whose caller leaves: the oldest of them asks', () => {
    const hasty = ', policy: { timeout: 40ms }';
    const patient =
      '  late: { arrivals: { at: [ 20ms, 30ms ] }, requests: [ { call: edge, path: /buy } ] }';
    const { at } = golden(
      joined('', '0ms', { client: hasty, rest: patient, edge: 'cancellation: immediate' }),
    );
    expect(sent(at('shop.buy'))).toEqual([0, 40]);
    expect(answered(at('edge.buy'))).toEqual([-1, 140, 140]);
  });

  it('stop with their gateway, and nothing is left of them', () => {
    const rest = 'faults: [ { id: c, kind: crash, target: edge, at: 50ms, for: 10ms } ]';
    const { at, requests } = golden(joined('', '0ms, 10ms, 70ms', { rest }));
    expect(outcomes(requests)).toEqual(['reset', 'reset', 'ok']);
    expect(sent(at('shop.buy'))).toEqual([0, 70]);
  });

  it('hold a worker each where requests hold one from start to answer', () => {
    const queued = golden(joined('', times(3, '0ms'), { edge: 'concurrency: 2' }));
    expect(answered(queued.requests)).toEqual([100, 100, 200]);
    const async = golden(
      joined('', times(3, '0ms'), { edge: 'concurrency: 2\n    runtime: async' }),
    );
    expect(answered(async.requests)).toEqual([100, 100, 100]);
  });

  it('are shared beyond the answer within the window', () => {
    const { at, requests } = golden(joined(', window: 300ms', '0ms, 200ms, 300ms'));
    expect(sent(at('shop.buy'))).toEqual([0, 300]);
    expect(answered(requests)).toEqual([100, 200, 400]);
  });
});

describe('the kind of a middleware', () => {
  const edge = (member: string, kind = 'envoy') =>
    golden(`
gateways:
  edge: { kind: ${kind}, middleware: [ ${member} ], routes: [ { match: { path: /* }, to: shop.buy } ] }
services:
  shop: { endpoints: { buy: [ wait: 5ms ] } }
workloads:
  users: { arrivals: { at: [ 0ms ] }, requests: [ { call: edge } ] }
`);

  it('jwt verifies a signature where no work is written', () => {
    expect(latencies(edge('authenticate: { kind: jwt }').requests)).toEqual([5.022]);
    expect(latencies(edge('authenticate: { kind: jwt, work: 1ms }').requests)).toEqual([6]);
    expect(latencies(edge('authenticate: { kind: jwt, work: 0ms }').requests)).toEqual([5]);
    expect(latencies(edge('authenticate: {}').requests)).toEqual([5]);
  });

  it.each([
    'authenticate: { kind: apiKey }',
    'authenticate: { kind: mtls, work: 1ms }',
    'authorize: { kind: opa }',
    'filter: { kind: bot, reject: 10% }',
  ])('is refused where it would be a label, and taken in Kong: %s', (member) => {
    expect(() => edge(member)).toThrow(/middleware\[0\]\.\w+\.kind: kind: \w+ has no effect here/);
    expect(() => edge(member, 'kong')).not.toThrow();
  });
});
