import { describe, expect, it } from 'vitest';
import { PlanError } from '../../src/plan/problem.js';
import { problemsOf } from '../theory/program.js';
import { golden, latencies, outcomes, sent } from './tracing.js';

/** `page` calls `recommend`, which fails after 20 ms, and then runs the fallback steps. */
const shop = (
  bundle: string,
  more: { shop?: string; page?: string; at?: string; top?: string; rest?: string } = {},
): string => `
policies:
  ask: { ${bundle} }
  quick: { timeout: 4ms }
services:
  shop: { ${more.shop ?? ''} endpoints: { page: [ { call: recommend.list, policy: ask }${more.page ?? ''} ], local: [ wait: 3ms ] } }
  recommend: { endpoints: { list: [ wait: 20ms, fail: 500 ] } }
  top: { endpoints: { list: [ wait: 5ms${more.top ?? ''} ] } }
workloads:
  users: { arrivals: { at: [ ${more.at ?? '0ms'} ] }, requests: [ { call: shop.page } ] }
${more.rest ?? ''}`;

const seen = (text: string): unknown => {
  const { requests } = golden(text);
  const own = requests.filter(({ part }) => part.startsWith('users'));
  return [latencies(own), outcomes(own)];
};

const STEPS = 'fallback: { steps: [ work: 2ms, call: top.list ] }';

describe('a fallback that runs steps', () => {
  it('is answered by them, and the request is degraded', () => {
    const { requests, at, ran } = golden(shop(STEPS));
    expect([latencies(requests), outcomes(requests)]).toEqual([[27], ['degraded']]);
    expect(sent(at('top.list'))).toEqual([22]);
    const { edges } = ran.variant();
    expect(edges['shop->recommend'].counters['fallbacks']).toBe(1);
    expect(edges['shop->recommend'].outcomes).toMatchObject({ degraded: 1 });
    expect([edges['shop->top'].calls, edges['shop->top'].outcomes.ok]).toEqual([1, 1]);
  });

  it('counts as ok if configured, and continues with the steps after the call', () => {
    const fine = 'fallback: { steps: [ wait: 2ms ], after: 1ms, degraded: false }';
    expect(seen(shop(fine, { page: ', wait: 7ms' }))).toEqual([[30], ['ok']]);
  });

  it('runs nothing for a call that succeeds, or fails in another way', () => {
    expect(seen(shop(`${STEPS.replace('{', '{ on: [ timeout ],')}`))).toEqual([
      [20],
      ['serverError'],
    ]);
  });

  it('has its work done on the cores of the caller', () => {
    const two = shop('fallback: { steps: [ work: 10ms ] }', { shop: 'cpu: 1,', at: '0ms, 4ms' });
    // From 24 to 36 both share the core: 4 ms of the first are done by then, and 6 of each in 12.
    expect(seen(two)).toEqual([
      [36, 36],
      ['degraded', 'degraded'],
    ]);
    const lines = two.replace('cpu: 1,', 'cpu: { cores: 1, discipline: fcfs },');
    expect(seen(lines)).toEqual([
      [30, 36],
      ['degraded', 'degraded'],
    ]);
  });

  it('holds the worker of its caller, which async gives back while it waits', () => {
    const one = (runtime: string): string =>
      shop('fallback: { steps: [ wait: 10ms ] }', {
        shop: `concurrency: 1, runtime: ${runtime},`,
        at: '0ms, 0ms',
      });
    expect(seen(one('threads'))).toEqual([
      [30, 60],
      ['degraded', 'degraded'],
    ]);
    expect(seen(one('async'))).toEqual([
      [30, 30],
      ['degraded', 'degraded'],
    ]);
  });

  it('fails as its steps fail, and its caller says so', () => {
    expect(seen(shop('fallback: { steps: [ wait: 1ms, fail: 429 ] }'))).toEqual([
      [21],
      ['throttled'],
    ]);
    const slow = shop('fallback: { steps: [ { call: top.list, policy: quick } ] }');
    const { requests, ran } = golden(slow);
    // The call ends as the one inside did, the endpoint with 504 for it.
    expect([latencies(requests), outcomes(requests)]).toEqual([[24], ['serverError']]);
    expect(ran.variant().edges['shop->recommend'].outcomes).toMatchObject({ timeout: 1 });
    const tried = slow.replace('quick } ]', 'quick, onError: [ wait: 1ms ] }, wait: 1ms ]');
    expect(seen(tried)).toEqual([[26], ['degraded']]);
  });

  it('gives an answer of its own, and what follows that runs beside', () => {
    const respond =
      'fallback: { steps: [ { respond: { status: 203, then: [ call: top.list ] } } ] }';
    const { requests, ran } = golden(shop(respond));
    expect([latencies(requests), outcomes(requests)]).toEqual([[20], ['degraded']]);
    expect(ran.variant().edges['shop->top'].outcomes.ok).toBe(1);
    expect(seen(shop('fallback: { steps: [ wait: 1ms, respond: 404, wait: 9ms ] }'))).toEqual([
      [21],
      ['clientError'],
    ]);
  });

  it('has all that endpoints have: branches, loops, chances, endpoints of the same service', () => {
    const branches = 'parallel: [ call: top.list, wait: 9ms ]';
    expect(seen(shop(`fallback: { steps: [ ${branches} ] }`))).toEqual([[29], ['degraded']]);
    const many = '{ wait: 1ms, times: 3 }, { wait: 50ms, probability: 0% }';
    expect(seen(shop(`fallback: { steps: [ ${many} ] }`))).toEqual([[23], ['degraded']]);
    const local = 'outbound: { recommend: { fallback: { steps: [ call: self.local ] } } },';
    const body = shop('', { shop: local }).replace(', policy: ask', '');
    expect(seen(body)).toEqual([[23], ['degraded']]);
  });

  it('stands outside the deadline of the call that failed, inside that of its caller', () => {
    expect(seen(shop(`${STEPS}, deadline: 10ms`))).toEqual([[17], ['degraded']]);
    const caller = shop(STEPS).replace(
      'call: shop.page }',
      'call: shop.page, policy: { deadline: 24ms } }',
    );
    const { requests, at } = golden(caller);
    expect([latencies(requests), outcomes(requests)]).toEqual([[24], ['deadlineExceeded']]);
    expect(sent(at('top.list'))).toEqual([22]);
  });

  it('is given up by a timeout around it, and tried again by a retry around it', () => {
    const inner = 'order: [ timeout, fallback ], timeout: 25ms, fallback: { steps: [ wait: 9ms ] }';
    expect(seen(shop(inner))).toEqual([[25], ['serverError']]);
    const again =
      'order: [ retry, fallback ], retry: { attempts: 2, on: [ 500, 503 ] }, ' +
      'fallback: { steps: [ call: top.list, { fail: 503, probability: 50% } ] }';
    const { requests } = golden(shop(again, { at: '0ms, 0ms, 0ms, 0ms, 0ms, 0ms' }));
    // Each try makes a new draw: 25 ms if the first succeeds, 50 if both are needed.
    expect(new Set(latencies(requests))).toEqual(new Set([25, 50]));
  });

  it('stops with the process that runs it', () => {
    const faults = 'faults: [ { id: dies, kind: crash, target: shop, at: 23ms, for: 1s } ]';
    const body = shop('fallback: { steps: [ wait: 10ms, call: top.list ] }', { rest: faults });
    const { requests, at } = golden(body);
    expect([latencies(requests), outcomes(requests)]).toEqual([[23], ['reset']]);
    expect(at('top.list')).toEqual([]);
  });

  it('may be that of a route, of a workload, and fall back in turn', () => {
    const body = `
gateways:
  edge: { cpu: 1, routes: [ { to: recommend.list, policy: { ${STEPS} } } ] }
services:
  recommend: { endpoints: { list: [ wait: 20ms, fail: 500 ] } }
  top: { endpoints: { list: [ wait: 5ms ] } }
workloads:
  users: { arrivals: { at: [ 0ms, 0ms ] }, requests: [ { call: edge } ] }
  direct: { arrivals: { at: [ 0ms, 0ms ] }, requests: [ { call: recommend.list, policy: { ${STEPS} } } ] }
`;
    const { requests } = golden(body);
    const of = (name: string): number[] =>
      latencies(requests.filter(({ part }) => part.startsWith(name)));
    // The gateway has one core for two, the users one each.
    expect([of('users'), of('direct')]).toEqual([
      [29, 29],
      [27, 27],
    ]);
    const twice = shop('fallback: { steps: [ { call: top.list, policy: more } ] }', {
      top: ', fail: 503',
    }).replace(
      '  quick:',
      '  more: { fallback: { steps: [ wait: 2ms ], degraded: false } }\n  quick:',
    );
    expect(seen(twice)).toEqual([[27], ['degraded']]);
  });

  it('is seen by faults and budgets', () => {
    const rest = `faults: [ { id: slow, kind: latency, target: shop->top, at: 0s, for: 1s, add: 2ms } ]
budgets: [ shop->top.attempts >= 1 ]`;
    expect(latencies(golden(shop(STEPS, { rest })).requests)).toEqual([31]);
  });

  it('says what cannot be', () => {
    const head = 'faultline: 1\ntitle: t\nrun: { duration: 1s }\n';
    const says = (bundle: string): string => problemsOf(head + shop(bundle));
    expect(says('fallback: { steps: [ call: tops.list ] }')).toContain('no component tops');
    expect(says('fallback: { steps: [ work: 2ms, show: 1 ] }')).toContain('show');
    expect(says('fallback: { steps: [ wait: 1ms ], status: 203 }')).toContain('write respond');
    expect(says('fallback: { steps: [ wait: 1ms ], call: top.list }')).toContain(
      'a fallback has either call or steps: remove one of them',
    );
    expect(says('fallback: { steps: [ call: self.local ] }')).toContain('shared bundle');
    expect(
      says('fallback: { steps: [ { respond: { status: 200, responseSize: 1KiB } } ] }'),
    ).toContain('the response of a fallback is not sent over the network');
    expect(says('fallback: { steps: [ { call: top.list, policy: ask } ] }')).toContain(
      'ask -> ask: the steps of a fallback use their own bundle again',
    );
    const round = shop(STEPS, { shop: 'outbound: { default: ask },' });
    expect(() => golden(round)).toThrow(PlanError);
    expect(() => golden(round)).toThrow('FL709');
  });
});
