import { describe, expect, it } from 'vitest';
import { PlanError } from '../../src/plan/problem.js';
import { problemsOf } from '../theory/program.js';
import { answered, golden, latencies, outcomes, sent } from './tracing.js';

/** `page` calls `recommend`, which fails after 20 ms, and instead of it `top`, which takes 5 ms. */
const shop = (
  bundle: string,
  more: { shop?: string; top?: string; rest?: string } = {},
): string => `
policies:
  ask: { ${bundle} }
  quick: { timeout: 4ms }
services:
  shop: { ${more.shop ?? ''} endpoints: { page: [ { call: recommend.list, policy: ask } ] } }
  recommend: { endpoints: { list: [ wait: 20ms, fail: 500 ] } }
  top: { endpoints: { list: [ wait: 5ms${more.top ?? ''} ] } }
workloads:
  users: { arrivals: { at: [ 0ms ] }, requests: [ { call: shop.page } ] }
${more.rest ?? ''}`;

const CALL = 'fallback: { call: top.list }';

describe('a fallback that calls', () => {
  it('is answered by the other endpoint, and the request is degraded', () => {
    const { requests, at, ran } = golden(shop(CALL));
    expect([latencies(requests), outcomes(requests)]).toEqual([[25], ['degraded']]);
    expect(sent(at('top.list'))).toEqual([20]);
    const { edges } = ran.variant();
    expect(edges['shop->recommend'].counters['fallbacks']).toBe(1);
    expect([edges['shop->top'].calls, edges['shop->top'].attempts]).toEqual([1, 1]);
    expect(edges['shop->top'].outcomes.ok).toBe(1);
  });

  it('counts where it has answered: not where it fails too, or no one waits for it any more', () => {
    const count = (body: string): number =>
      golden(body).ran.variant().edges['shop->recommend'].counters['fallbacks'] ?? 0;
    expect(count(shop(CALL))).toBe(1);
    expect(count(shop(CALL, { top: ', fail: 503' }))).toBe(0);
    expect(count(shop(CALL, { shop: 'outbound: { top: quick },' }))).toBe(0);
    const late = 'fallback: { status: 200, after: 10ms }';
    const stopped = shop(late, { shop: 'cancellation: immediate,' });
    const hurried = stopped.replace(
      'requests: [ {',
      'patience: { after: 25ms, cancel: true }, requests: [ {',
    );
    expect([count(stopped), count(hurried)]).toEqual([1, 0]);
  });

  it('is governed by what the caller has for the other endpoint', () => {
    const { requests } = golden(shop(CALL, { shop: 'outbound: { top: quick },' }));
    expect([latencies(requests), outcomes(requests)]).toEqual([[24], ['serverError']]);
  });

  it('stands outside the deadline of the call that failed, inside that of its caller', () => {
    const own = golden(shop(`${CALL}, deadline: 10ms`));
    expect([latencies(own.requests), outcomes(own.requests)]).toEqual([[15], ['degraded']]);
    const caller = shop(`${CALL}, deadline: 10ms`).replace(
      'call: shop.page }',
      'call: shop.page, policy: { deadline: 13ms } }',
    );
    const { requests, at } = golden(caller);
    expect([latencies(requests), outcomes(requests)]).toEqual([[13], ['deadlineExceeded']]);
    expect(answered(at('top.list'))).toEqual([-1]);
  });

  it('falls back in turn where the other call has a fallback of its own', () => {
    const rest = `  more: { arrivals: { at: [ 0ms ] }, requests: [ { call: last.list } ] }`;
    const body = shop(CALL, {
      shop: 'outbound: { top: { fallback: { call: last.list } } },',
      top: ', fail: 503',
      rest,
    }).replace('  top: {', '  last: { endpoints: { list: [ wait: 1ms ] } }\n  top: {');
    const { requests } = golden(body);
    const user = requests.filter(({ part }) => part.startsWith('users'));
    expect([latencies(user), outcomes(user)]).toEqual([[26], ['degraded']]);
  });

  it('may be that of a route and of a workload', () => {
    const body = `
gateways:
  edge: { routes: [ { to: recommend.list, policy: { ${CALL} } } ] }
services:
  recommend: { endpoints: { list: [ wait: 20ms, fail: 500 ] } }
  top: { endpoints: { list: [ wait: 5ms ] } }
workloads:
  users: { arrivals: { at: [ 0ms ] }, requests: [ { call: edge } ] }
  direct: { arrivals: { at: [ 0ms ] }, requests: [ { call: recommend.list, policy: { ${CALL} } } ] }
`;
    const { requests } = golden(body);
    expect([latencies(requests), outcomes(requests)]).toEqual([
      [25, 25],
      ['degraded', 'degraded'],
    ]);
  });

  it('can be hit by faults and asked for in budgets', () => {
    const rest = `faults: [ { id: slow, kind: latency, target: shop->top, at: 0s, for: 1s, add: 2ms } ]
budgets: [ shop->top.attempts >= 1 ]`;
    expect(latencies(golden(shop(CALL, { rest })).requests)).toEqual([29]);
  });

  it('says what cannot be', () => {
    const head = 'faultline: 1\ntitle: t\nrun: { duration: 1s }\n';
    expect(problemsOf(head + shop('fallback: { call: tops.list }'))).toContain('no component tops');
    expect(problemsOf(head + shop(`${CALL.replace('list', 'show')}`))).toContain(
      'no endpoint show',
    );
    const round = shop(CALL, { shop: 'outbound: { default: ask },' }).replace(
      '{ call: recommend.list, policy: ask }',
      'call: recommend.list',
    );
    expect(() => golden(round)).toThrow(PlanError);
    expect(() => golden(round)).toThrow(
      'fall back on themselves or ask themselves by the bundle `ask`',
    );
  });
});
