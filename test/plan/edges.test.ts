import { PLAIN_BALANCING } from '../../src/contracts/scenario/balancing.js';
import { describe, expect, it } from 'vitest';
import { compile } from '../../src/plan/compile.js';
import { PlanError } from '../../src/plan/problem.js';
import type { Plan } from '../../src/contracts/plan/plan.js';
import {
  balancing,
  bundle,
  call,
  constant,
  database,
  endpoint,
  fileOf,
  gateway,
  layer,
  ms,
  query,
  request,
  route,
  scenario,
  service,
  UNLIMITED_POOL,
  work,
  workload,
  type ScenarioParts,
} from '../support/scenario.js';

function planOf(parts: ScenarioParts): Plan {
  const { variant, file } = fileOf(scenario(parts));
  return compile(variant, file);
}

/** `caller.part>callee.part [bundle]` of every edge, in their order. */
function edgesOf(plan: Plan): readonly string[] {
  const name = (part: number): string => {
    const { component, name: own } = plan.parts[part]!;
    return `${plan.components[component]!.name}.${own}`;
  };
  return plan.edges.map((edge) => {
    const { id } = plan.bundles[edge.bundle]!;
    return `${name(edge.from)}>${name(edge.to)}${id === '' ? '' : ` [${id}]`}`;
  });
}

const deadline = (id: string, propagate = true) =>
  bundle(id, [layer('deadline', { after: ms(100), propagate })]);

describe('the bundle that governs a call', () => {
  const callees = [
    service('b', { one: [work(1)], two: [work(1)] }),
    service('c', { only: [work(1)] }),
  ];
  const db = database('db', { get: {} });
  const outbound = new Map([
    ['default', bundle('default')],
    ['b', bundle('for-b')],
    ['b.one', bundle('for-one')],
  ]);

  it('is that of the step, of the part, of the component, of the default, in this order', () => {
    const steps = [
      call('b.one', { policy: bundle('own') }),
      call('b.one'),
      call('b.two'),
      call('c.only'),
    ];
    const a = service('a', { run: steps }, { outbound });
    expect(edgesOf(planOf({ services: [a, ...callees] }))).toEqual([
      'a.run>b.one [for-one]',
      'a.run>b.one [own]',
      'a.run>b.two [for-b]',
      'a.run>c.only [default]',
    ]);
  });

  it('covers databases only by name', () => {
    const steps = [query('db.get')];
    const bare = service('a', { run: steps }, { outbound });
    expect(edgesOf(planOf({ services: [bare, ...callees], databases: [db] }))).toEqual([
      'a.run>db.get',
    ]);
    const named = new Map([...outbound, ['db', bundle('storage')] as const]);
    const a = service('a', { run: steps }, { outbound: named });
    expect(edgesOf(planOf({ services: [a, ...callees], databases: [db] }))).toEqual([
      'a.run>db.get [storage]',
    ]);
  });

  it('is that of the workload where a request has none', () => {
    const plain = request('plain', [call('c.only')]);
    const own = request('own', [call('c.only', { policy: bundle('mine') })]);
    const users = workload('users', [plain, own], { policy: bundle('client') });
    expect(edgesOf(planOf({ services: callees, workloads: [users] }))).toEqual([
      'users.own>c.only [mine]',
      'users.plain>c.only [client]',
    ]);
  });

  it('of a route is its policy, else the outbound bundle of the gateway', () => {
    const routes = [route('own', 'c.only', { policy: bundle('mine') }), route('rest', 'c.only')];
    const edge = gateway('edge', routes, { outbound: new Map([['default', bundle('up')]]) });
    expect(edgesOf(planOf({ gateways: [edge], services: callees }))).toEqual([
      'edge.own>c.only [mine]',
      'edge.rest>c.only [up]',
    ]);
  });
});

describe('edges', () => {
  it('join all call sites of one caller part, callee part and bundle', () => {
    const plan = planOf({
      services: [
        service('a', {
          run: [call('b.one'), call('b.one'), call('b.one', { policy: bundle('x') })],
        }),
        service('b', { one: [work(1)] }),
      ],
    });
    expect(edgesOf(plan)).toEqual(['a.run>b.one', 'a.run>b.one [x]']);
    expect(plan.statEdges).toEqual([{ from: 0, to: 1 }]);
    expect(plan.edges.map((edge) => edge.stat)).toEqual([0, 0]);
  });

  it('balance as their bundle says, else as the callee does', () => {
    const random = balancing('random');
    const least = balancing('leastRequest', { choices: 3 });
    const own = { ...bundle('own'), loadBalancing: least };
    const plan = planOf({
      services: [
        service('a', { run: [call('b.one'), call('b.one', { policy: own })] }),
        service('b', { one: [work(1)] }, { loadBalancing: random }),
      ],
    });
    expect(plan.edges.map((edge) => edge.loadBalancing)).toEqual([random, least]);
  });

  it('panic below half where instances are ejected, never at 5 of 7 and above', () => {
    const panicOf = (panicThreshold: number | null, ejects: boolean, ofDetection = 0.5) => {
      const { common, ...rest } = balancing('random');
      const loadBalancing = { ...rest, common: { ...common, panicThreshold } };
      const detection = { kind: 'envoy', config: {}, panicThreshold: ofDetection };
      const host = { loadBalancing, outlierDetection: ejects ? detection : null };
      const { edges } = planOf({
        services: [service('a', { run: [call('b.one')] }), service('b', { one: [work(1)] }, host)],
      });
      return edges[0].panic;
    };
    expect([panicOf(null, false), panicOf(null, true)]).toEqual([0, 0.5]);
    expect([panicOf(0.3, false), panicOf(0, true)]).toEqual([0.3, 0]);
    expect([panicOf(null, true, 0), panicOf(null, true, 0.2)]).toEqual([0, 0.2]);
    expect([panicOf(0.3, true, 0.2), panicOf(0, true, 0.2)]).toEqual([0.3, 0]);
    const most = panicOf(1, true);
    for (let k = 1; k < 10_000; k++) {
      expect(5 * k < most * 7 * k).toBe(false);
      expect(5 * k - 1 < most * 7 * k).toBe(true);
    }
  });

  it('of a bundle with outlier detection have that, else that of the callee', () => {
    const outliers = (consecutive5xx: number) => ({
      kind: 'envoy',
      config: { consecutive5xx },
      panicThreshold: 0.5,
    });
    const own = { ...bundle('own'), outlierDetection: outliers(2) };
    const plan = planOf({
      services: [
        service('a', { run: [call('b.one'), call('b.one', { policy: own })] }),
        service('b', { one: [work(1)] }, { outlierDetection: outliers(3) }),
      ],
    });
    expect(plan.edges.map((edge) => edge.outlierDetection)).toEqual([outliers(3), outliers(2)]);
  });

  it('have a pool where connections to a database are limited or cost something', () => {
    const pool = { ...UNLIMITED_POOL, maxOpen: 5 };
    const small = { ...UNLIMITED_POOL, maxOpen: 2 };
    const plan = planOf({
      services: [
        service('a', { run: [query('costly.get'), query('free.get'), query('limited.get')] }),
        service('b', { run: [query('limited.get')] }),
      ],
      databases: [
        database('costly', { get: {} }, { connect: constant(ms(3)) }),
        database('free', { get: {} }),
        database('limited', { get: {} }, { pool, pools: new Map([['b', small]]) }),
      ],
    });
    expect(plan.edges.map((edge) => edge.pool)).toEqual([UNLIMITED_POOL, null, pool, small]);
    expect(plan.components.map((component) => component.connect)).toEqual([
      null,
      null,
      constant(ms(3)),
      null,
      null,
    ]);
  });

  it('hold reserved connections back from the pools', () => {
    const own = { maxConnections: 100, reserved: 3 };
    const plan = planOf({ databases: [database('db', { get: {} }, own)] });
    expect(plan.components[0]!.maxConnections).toBe(97);
  });
});

describe('the reach of deadlines', () => {
  const chain = (first: ReturnType<typeof deadline>): Plan =>
    planOf({
      services: [
        service('a', { run: [call('b.run', { policy: first })] }),
        service('b', { run: [call('c.run'), call('a.run')] }),
        service('c', { run: [query('db.get')] }),
        service('z', { run: [call('c.run')] }),
      ],
      databases: [database('db', { get: {} }, { maxConnections: 9 })],
    });

  it('continues through every call below, cycles included', () => {
    const plan = chain(deadline('d'));
    expect(edgesOf(plan).filter((_, id) => plan.edges[id]!.deadline)).toEqual([
      'a.run>b.run [d]',
      'b.run>a.run',
      'b.run>c.run',
      'c.run>db.get',
    ]);
  });

  it('ends at once where it does not propagate', () => {
    const plan = chain(deadline('d', false));
    expect(edgesOf(plan).filter((_, id) => plan.edges[id]!.deadline)).toEqual(['a.run>b.run [d]']);
  });

  it('counts in the deepest chain, as a pool does', () => {
    expect(chain(deadline('d')).deepestChain).toBe(2);
    expect(chain(bundle('two', [layer('retry'), layer('timeout')])).deepestChain).toBe(2);
    // The pool alone.
    expect(chain(bundle('none')).deepestChain).toBe(1);
    const retry = bundle('r', [layer('deadline', {}), layer('retry'), layer('timeout')]);
    expect(chain(retry).deepestChain).toBe(3);
  });
});

describe('idempotence', () => {
  it('is that of the endpoint, of a reading operation, and of everything behind a route', () => {
    const safe = endpoint('safe', [work(1)], { idempotent: true });
    const read = endpoint('read', [work(1)], { readOnly: true });
    const plan = planOf({
      gateways: [
        gateway('edge', [
          route('both', { 'a.safe': 1, 'a.read': 1 }),
          route('mixed', { 'a.safe': 1, 'a.unsafe': 1 }),
        ]),
      ],
      services: [service('a', { safe, read, unsafe: [work(1)] })],
      databases: [database('db', { get: {}, put: { write: true } })],
    });
    const idempotent = plan.parts.filter((part) => part.idempotent).map((part) => part.name);
    expect(idempotent).toEqual(['read', 'safe', 'get', 'both']);
  });
});

describe('connections of an edge', () => {
  const connections = {
    max: 2,
    maxIdle: 2,
    idleTimeoutNs: null,
    maxPending: Infinity,
    acquireTimeoutNs: null,
    connectTimeoutNs: null,
    maxStreams: 100,
    maxRequests: Infinity,
    lifetimeNs: null,
    backoff: null,
    keepalive: null,
    waitForReady: false,
    waitForOwn: false,
  };
  const connected = { ...bundle('http'), connections };
  const by = balancing('random', {}, { level: 'connection' });

  function problemsOf(parts: ScenarioParts): readonly string[] {
    try {
      planOf(parts);
      return [];
    } catch (error) {
      if (!(error instanceof PlanError)) throw error;
      return error.problems.map(({ where, code }) => `${where} ${code}`);
    }
  }

  it('have streams and round trips by the protocol of the callee', () => {
    const tls = {
      kind: 'grpc',
      tls: 'tls12',
      handshakeWork: constant(0),
      workPerKiB: constant(0),
      closes: null,
      pings: null,
    } as const;
    const steps = ['b.get', 'c.get', 'd.get'].map((part) => call(part, { policy: connected }));
    const { edges } = planOf({
      services: [
        service('a', { run: steps }),
        service('b', { get: [work(1)] }),
        service('c', { get: [work(1)] }, { protocol: tls }),
        service('d', { get: [work(1)] }, { protocol: { ...tls, tls: 'mtls' } }),
      ],
    });
    const own = { shared: false, server: null, pings: null };
    const streams = { ...connections, multiplexed: true, ...own };
    expect(edges.map((edge) => edge.connections)).toEqual([
      {
        ...connections,
        maxStreams: 1,
        multiplexed: false,
        tlsTrips: 0,
        mutual: false,
        ...own,
      },
      { ...streams, tlsTrips: 2, mutual: false },
      { ...streams, tlsTrips: 1, mutual: true },
    ]);
  });

  it('are none of a database, which has a pool', () => {
    const a = service('a', { run: [query('db.get', { policy: connected })] });
    const parts = { services: [a], databases: [database('db', { get: {} })] };
    expect(problemsOf(parts)).toEqual(['policies.http.connections FL708']);
  });

  it('are what a balancer of connections needs, and it knows no instance before them', () => {
    const b = service('b', { get: [work(1)] }, { loadBalancing: by });
    const plain = service('a', { run: [call('b.get', { policy: bundle('plain') })] });
    expect(problemsOf({ services: [plain, b] })).toEqual(['policies.plain FL708']);
    const split = { ...layer('bulkhead', { maxConcurrent: 1 }), per: 'target' as const };
    const policy = { ...connected, layers: [split] };
    const a = service('a', { run: [call('b.get', { policy })] });
    expect(problemsOf({ services: [a, b] })).toEqual(['policies.http.bulkhead FL708']);
  });

  it('have levels of instances that there are, and a first one', () => {
    const backed = (backup: number[]): readonly string[] => {
      const common = {
        ...PLAIN_BALANCING,
        priorities: {
          backup,
          failover: {},
          distribute: {},
          overprovisioningFactor: 1.4,
          switch: 'whenEmpty' as const,
        },
      };
      const loadBalancing = { kind: 'roundRobin', config: {}, common };
      const b = service('b', { get: [work(1)] }, { replicas: 2, zones: [null, null] });
      const policy = { ...bundle('plain'), loadBalancing };
      const a = service('a', { run: [call('b.get', { policy })] });
      return problemsOf({ services: [a, b] });
    };
    const wrong = ['policies.plain.loadBalancing.priorities.backup FL708'];
    expect([backed([1]), backed([2]), backed([0, 1])]).toEqual([[], wrong, wrong]);
  });

  it('go to a callee of their cluster', () => {
    const b = service('b', { get: [work(1)] });
    const called = (callees: readonly string[]): readonly string[] => {
      const policy = { ...bundle('plain'), cluster: { name: 'bank', callees } };
      return problemsOf({ services: [service('a', { run: [call('b.get', { policy })] }), b] });
    };
    expect([called(['b']), called(['c'])]).toEqual([[], ['policies.plain.cluster FL708']]);
  });
});

describe('calls that a fallback makes', () => {
  const falls = (id: string, to: string) => ({
    ...bundle(id),
    fallback: { kind: 'call' as const, to: { component: to, part: 'get' } },
  });
  const front = (b: ReturnType<typeof falls>): ScenarioParts => ({
    services: [
      service(
        'front',
        { run: [call('a.get')] },
        { outbound: new Map([['a', falls('p', 'b')] as const, ['b', b] as const]) },
      ),
      service('a', { get: [work(1)] }),
      service('b', { get: [work(1)] }),
      service('c', { get: [work(1)] }),
    ],
  });

  it('may fall back again, and not on themselves', () => {
    expect(() => planOf(front(falls('q', 'c')))).not.toThrow();
    expect(() => planOf(front(falls('q', 'a')))).toThrow(/FL709 .*fall back on themselves/);
  });
});
