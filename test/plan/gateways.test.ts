import { describe, expect, it } from 'vitest';
import { compile } from '../../src/plan/compile.js';
import type { Middleware } from '../../src/contracts/scenario/middleware.js';
import { disassemble } from '../support/disassemble.js';
import type { Plan } from '../../src/contracts/plan/plan.js';
import {
  bundle,
  call,
  constant,
  fileOf,
  gateway,
  layer,
  middleware,
  ms,
  request,
  route,
  scenario,
  service,
  when,
  work,
  workload,
} from '../support/scenario.js';

describe('gateways and middleware', () => {
  const planWith = (chain: readonly Middleware[], own: readonly Middleware[] = []): Plan => {
    const { variant, file } = fileOf(
      scenario({
        keys: new Map([['customer', { kind: 'uniform', count: 5 }]]),
        gateways: [
          gateway('edge', [route('all', 'a.run', { middleware: own })], { middleware: chain }),
        ],
        services: [
          service('a', { run: [work(1)] }, { middleware: chain }),
          service('auth', { check: [work(1)] }),
        ],
        workloads: [workload('users', [request('go', [call('edge')])])],
      }),
    );
    return compile(variant, file);
  };

  it('runs the chain of the gateway, then that of the route, then the call', () => {
    const chain = [middleware('log', { work: constant(ms(1)) })];
    const own = [middleware('transform', { work: constant(ms(2)) })];
    expect(disassemble(planWith(chain, own), 'edge', 'all')).toEqual([
      '0 WORK 1ms',
      '1 WORK 2ms',
      '2 CALL a.run, failure ends',
      '3 DONE ok 200',
    ]);
  });

  it('runs in front of every endpoint of a service', () => {
    const chain = [middleware('log', { work: constant(ms(3)) })];
    expect(disassemble(planWith(chain), 'a', 'run')[0]).toBe('0 WORK 3ms');
  });

  it('turns away a share with its status, after the work', () => {
    const chain = [
      middleware('authenticate', { work: constant(ms(1)), reject: 0.005, status: 401 }),
    ];
    expect(disassemble(planWith(chain), 'edge', 'all').slice(0, 4)).toEqual([
      '0 WORK 1ms',
      '1 SKIP unless 0.5% -> 3',
      '2 DONE clientError 401',
      '3 CALL a.run, failure ends',
    ]);
  });

  it('turns away everything without a coin where the share is whole', () => {
    const flood = when({ workload: 'users' });
    const chain = [middleware('authenticate', { reject: 1, status: 401, when: flood })];
    expect(disassemble(planWith(chain), 'edge', 'all').slice(0, 2)).toEqual([
      '0 WHEN users.go, else -> 2',
      '1 DONE clientError 401',
    ]);
  });

  it('asks a remote check, which allows, refuses or gives no answer', () => {
    const check = { component: 'auth', part: 'check' };
    const strict = planWith([], [middleware('authorize', { call: check })]);
    expect(disassemble(strict, 'edge', 'all')[0]).toBe(
      '0 CALL auth.check, refusal clientError 403, no answer ends',
    );
    const lax = planWith([], [middleware('authorize', { call: check, onError: 'allow' })]);
    expect(disassemble(lax, 'edge', 'all')[0]).toBe(
      '0 CALL auth.check, refusal clientError 403, no answer -> 1',
    );
  });

  it('asks a check only where its answer is not known, and has one cache for each place', () => {
    const cached = { ttlNs: ms(10), key: 'customer', refusals: false };
    const call = { component: 'auth', part: 'check' };
    const chain = [middleware('authenticate', { call, status: 401, cached, onError: 'allow' })];
    const plan = planWith(chain);
    expect(disassemble(plan, 'edge', 'all').slice(0, 4)).toEqual([
      '0 KNOWN check 1, allowed -> 3, refused clientError 401',
      '1 CALL auth.check, refusal clientError 401, kept by check 1, no answer -> 3',
      '2 KEEP check 1',
      '3 CALL a.run, failure ends',
    ]);
    expect(
      plan.checks.map(({ component, key }) => [plan.components[component]!.name, key]),
    ).toEqual([
      ['a', 0],
      ['edge', 0],
    ]);
    expect(plan.checks[0]).toMatchObject({ ttlNs: ms(10), refusals: false });
  });

  it('has a place to coalesce for each part', () => {
    const coalesce = { key: 'customer', shareErrors: true, windowNs: null };
    const plan = planWith([middleware('coalesce', { coalesce })]);
    expect(disassemble(plan, 'edge', 'all')[0]).toBe('0 COALESCE place 1');
    expect(disassemble(plan, 'a', 'run')[0]).toBe('0 COALESCE place 0');
  });

  it('has one limiter for each place of a chain, keyed by a declared key', () => {
    const limit = middleware('rateLimit', {
      status: 429,
      rateLimit: { ...layer('rateLimit'), key: 'customer' },
    });
    const plan = planWith([limit]);
    expect(disassemble(plan, 'edge', 'all')[0]).toBe('0 LIMIT limiter 1, refused throttled 429');
    expect(plan.limiters.map((it) => [plan.components[it.component]!.name, it.key])).toEqual([
      ['a', 0],
      ['edge', 0],
    ]);
  });

  it('draws the target of a route by weight and names its bundle', () => {
    const canary = route('all', { 'a.old': 90, 'a.new': 10 }, { policy: bundle('careful') });
    const { variant, file } = fileOf(
      scenario({
        gateways: [gateway('edge', [canary])],
        services: [service('a', { old: [work(1)], new: [work(1)] })],
      }),
    );
    expect(disassemble(compile(variant, file), 'edge', 'all')).toEqual([
      '0 CHOOSE 90 -> 1, 10 -> 3',
      '1 CALL a.old [careful], failure ends',
      '2 JUMP -> 4',
      '3 CALL a.new [careful], failure ends',
      '4 DONE ok 200',
    ]);
  });

  it('answers 404 where no route matches', () => {
    const { variant, file } = fileOf(
      scenario({
        gateways: [gateway('edge', [route('orders', 'a.run', { paths: ['/orders'] })])],
        services: [service('a', { run: [work(1)] })],
        workloads: [workload('users', [request('lost', [call('edge', { path: '/nowhere' })])])],
      }),
    );
    const plan = compile(variant, file);
    expect(disassemble(plan, 'users', 'lost')[0]).toBe(
      '0 CALL edge.unmatched, failure ends as it is',
    );
    expect(disassemble(plan, 'edge', 'unmatched')).toEqual(['0 DONE clientError 404']);
  });

  it('sends a request that carries a header another way, however deep the call is', () => {
    const inner = gateway('inner', [
      route('gold', 'a.fast', { headers: { tier: 'gold' } }),
      route('rest', 'a.slow'),
    ]);
    const { variant, file } = fileOf(
      scenario({
        gateways: [inner],
        services: [
          service('a', { fast: [work(1)], slow: [work(1)] }),
          service('page', { show: [call('inner')] }),
        ],
        workloads: [
          workload('users', [
            request('rich', [call('page.show', { headers: { Tier: 'gold' } })]),
            request('poor', [call('page.show')]),
          ]),
        ],
      }),
    );
    expect(disassemble(compile(variant, file), 'page', 'show')).toEqual([
      '0 WHEN users.rich, else -> 3',
      '1 CALL inner.gold, failure ends',
      '2 JUMP -> 4',
      '3 CALL inner.rest, failure ends',
      '4 DONE ok 200',
    ]);
  });

  it('refuses a journey whose calls differ in a header that a route further down asks for', () => {
    const { variant, file } = fileOf(
      scenario({
        gateways: [
          gateway('inner', [
            route('gold', 'a.run', { headers: { tier: 'gold' } }),
            route('rest', 'a.run'),
          ]),
        ],
        services: [service('a', { run: [work(1)] }), service('page', { show: [call('inner')] })],
        workloads: [
          workload('users', [
            request('both', [call('page.show', { headers: { tier: 'gold' } }), call('page.show')]),
          ]),
        ],
      }),
    );
    expect(() => compile(variant, file)).toThrow('differ in the header `tier`');
  });

  it('chooses by the value of a key where the route is sticky, and answers as its product does', () => {
    const canary = route('all', { 'a.old': 90, 'a.new': 10 }, { sticky: 'customer' });
    const { variant, file } = fileOf(
      scenario({
        keys: new Map([['customer', { kind: 'uniform', count: 5 }]]),
        gateways: [gateway('edge', [canary], { answers: new Map([['refused', 502]]) })],
        services: [service('a', { old: [work(1)], new: [work(1)] })],
      }),
    );
    expect(disassemble(compile(variant, file), 'edge', 'all')).toEqual([
      '0 CHOOSE_BY customer: 90 -> 1, 10 -> 3',
      '1 CALL a.old, failure answered',
      '2 JUMP -> 4',
      '3 CALL a.new, failure answered',
      '4 DONE ok 200',
    ]);
  });

  it('sends a copy beside the request, behind it and by share', () => {
    const mirror = { target: { component: 'a', part: 'shadow' }, share: 0.25 };
    const { variant, file } = fileOf(
      scenario({
        gateways: [gateway('edge', [route('all', 'a.run', { mirror })])],
        services: [service('a', { run: [work(1)], shadow: [work(1)] })],
      }),
    );
    expect(disassemble(compile(variant, file), 'edge', 'all')).toEqual([
      '0 SKIP unless 25% -> 5',
      '1 BACKGROUND -> 2, goes on -> 5',
      '2 WAIT 0ms',
      '3 CALL a.shadow, failure ends',
      '4 DONE ok 200',
      '5 CALL a.run, failure ends',
      '6 DONE ok 200',
    ]);
  });
});

describe('a gateway behind a gateway', () => {
  const behind = gateway('inner', [
    route('users', 'a.run', { paths: ['/users/*'] }),
    route('orders', 'a.show', { paths: ['/orders/*'], headers: { tier: 'gold' } }),
  ]);
  const front = gateway('cdn', [route('all', 'inner')]);
  const page = service('page', { show: [call('cdn', { path: '/users/1' })] });
  const planWith = (...lines: Parameters<typeof call>[1][]): Plan => {
    const { variant, file } = fileOf(
      scenario({
        gateways: [front, behind],
        services: [service('a', { run: [work(1)], show: [work(1)] }), page],
        workloads: [
          workload(
            'users',
            lines.map((line, i) => request('abc'[i]!, [call('cdn', line)])),
          ),
        ],
      }),
    );
    return compile(variant, file);
  };
  const gold = { path: '/orders/7', headers: { tier: 'gold' } };

  it('is asked for what the gateway in front was asked for', () => {
    expect(disassemble(planWith({ path: '/users/7' }), 'cdn', 'all')).toEqual([
      '0 CALL inner.users, failure ends',
      '1 DONE ok 200',
    ]);
  });

  it('answers 404 where it has no route for that', () => {
    const { variant, file } = fileOf(
      scenario({
        gateways: [front, behind],
        services: [service('a', { run: [work(1)], show: [work(1)] })],
        workloads: [workload('users', [request('lost', [call('cdn', { path: '/x' })])])],
      }),
    );
    expect(disassemble(compile(variant, file), 'cdn', 'all')[0]).toBe(
      '0 CALL inner.unmatched, failure ends',
    );
  });

  it('has each request of a workload go its own way', () => {
    const { variant, file } = fileOf(
      scenario({
        gateways: [front, behind],
        services: [service('a', { run: [work(1)], show: [work(1)] })],
        workloads: [
          workload('users', [
            request('one', [call('cdn', { path: '/users/7' })]),
            request('two', [call('cdn', gold)]),
            request('three', [call('cdn', { path: '/orders/7' })]),
          ]),
        ],
      }),
    );
    expect(disassemble(compile(variant, file), 'cdn', 'all')).toEqual([
      '0 WHEN users.two, else -> 3',
      '1 CALL inner.orders, failure ends',
      '2 JUMP -> 7',
      '3 WHEN users.three, else -> 6',
      '4 CALL inner.unmatched, failure ends',
      '5 JUMP -> 7',
      '6 CALL inner.users, failure ends',
      '7 DONE ok 200',
    ]);
  });

  it('cannot tell apart what services and workloads ask for through one route', () => {
    expect(() => planWith(gold)).toThrow('give each a route of its own');
  });

  it('is called once if gateways form a cycle', () => {
    const circle = [gateway('x', [route('all', 'y')]), gateway('y', [route('all', 'x')])];
    const { variant, file } = fileOf(
      scenario({
        gateways: circle,
        workloads: [workload('users', [request('go', [call('x', { path: '/a' })])])],
      }),
    );
    expect(disassemble(compile(variant, file), 'y', 'all')[0]).toBe('0 CALL x.all, failure ends');
  });
});
