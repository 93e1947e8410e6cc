import { describe, expect, it } from 'vitest';
import { problemsOf } from '../theory/program.js';
import { counted, golden, latencies, outcomes, sent } from './tracing.js';
import type { Traced } from './tracing.js';

/** `a` works 5 ms and calls `b`, 1 ms away, which takes 7 ms. The workload is outside the mesh. */
const called = (mesh: string, more = '', at = '0s'): Traced =>
  golden(`
network: { latency: 1ms }
${mesh === '' ? '' : `mesh: { ${mesh} }`}
services:
  a: { endpoints: { get: [ work: 5ms, call: b.get ] } }
  b: { endpoints: { get: [ wait: 7ms ] }${more} }
workloads:
  users: { arrivals: { at: [ ${at} ] }, requests: [ call: a.get ] }
`);

/** Calls of `b` from outside the mesh. */
const entered = (proxy: string, at: string): Traced =>
  golden(`
network: { latency: 1ms }
mesh: { kind: custom, proxy: { ${proxy} } }
services: { b: { endpoints: { get: [ wait: 7ms ] } } }
workloads: { users: { arrivals: { at: [ ${at} ] }, requests: [ call: b.get ] } }
`);

/** 2 ms on the only worker, and 3 ms beside it. */
const PROXY = 'work: 2ms, latency: 3ms, concurrency: 1';
const CUSTOM = `kind: custom, proxy: { ${PROXY} }`;
/** The same without cost, for the policies. */
const FREE = 'kind: custom, proxy: { work: 0ms, latency: 0ms }';

describe('cost of proxies', () => {
  it('is a pass at the caller and one at the callee', () => {
    // Two round trips of 2 ms, 5 + 7 of work: 16. The request of the workload passes one proxy, the call two.
    expect(latencies(called('').requests)).toEqual([16]);
    expect(latencies(called(CUSTOM).requests)).toEqual([31]);
  });

  it('is paid after the picks of the caller and before the queue of the callee', () => {
    const [attempt] = called(CUSTOM).at('b.get');
    // Sent at 1 + 5 + 5 ms; then 2 + 3, 1 and 3 + 2 ms.
    expect(attempt!.sent).toBe(11);
    expect(attempt!.begun).toBe(22);
  });

  it('is one pass where one end is outside the mesh', () => {
    expect(latencies(called(`${CUSTOM}, services: [a]`).requests)).toEqual([26]);
    expect(latencies(called(`${CUSTOM}, services: [b]`).requests)).toEqual([21]);
    // An external service has no proxy.
    expect(latencies(called(CUSTOM, ', external: true').requests)).toEqual([26]);
  });

  it('is none for databases', () => {
    const { requests } = golden(`
network: { latency: 1ms }
mesh: { ${CUSTOM} }
services: { a: { endpoints: { get: [ query: db.read ] } } }
databases: { db: { operations: { read: 7ms } } }
workloads: { users: { arrivals: { at: [ 0s ] }, requests: [ call: a.get ] } }
`);
    expect(latencies(requests)).toEqual([16]);
  });

  it('grows by the wait for a worker', () => {
    const three = '0s, 0s, 0s';
    expect(latencies(entered(PROXY, three).requests)).toEqual([14, 16, 18]);
    expect(latencies(entered(PROXY.replace('1', '2'), three).requests)).toEqual([14, 14, 16]);
    expect(latencies(entered('work: 2ms, latency: 3ms', three).requests)).toEqual([14, 14, 14]);
  });

  it('is measured: one worker for 2 ms every 4 ms is busy for half of the time', () => {
    const at = Array.from({ length: 250 }, (_, index) => `${index * 4}ms`).join(', ');
    const { ran } = golden(
      `
mesh: { kind: custom, proxy: { ${PROXY} } }
services: { b: { endpoints: { get: [ wait: 7ms ] } } }
workloads: { users: { arrivals: { at: [ ${at} ] }, requests: [ call: b.get ] } }
`,
      '1s',
    );
    // The first pass begins 3 ms after the call: 249 of 250 end within the second, and the last one begins in it.
    const { meters } = ran.variant().metered['b']!;
    expect(meters['proxy.utilization']).toMatchObject({ form: 'gauge', mean: 0.499, max: 1 });
    expect(meters['proxy.queue']).toMatchObject({ form: 'gauge', max: 0 });
  });

  it('is not paid at the callee for a request that is abandoned in the proxy of its caller', () => {
    const traced = golden(`
network: { latency: 1ms }
mesh: { ${CUSTOM.replace('2ms', '20ms')} }
services:
  a: { endpoints: { get: [ { call: b.get, policy: { timeout: 10ms } } ] } }
  b: { endpoints: { get: [ wait: 7ms ] } }
workloads: { users: { arrivals: { at: [ 0s ] }, requests: [ call: a.get ] } }
`);
    // 1 + 3 + 20 to a, 10 until the timeout, 1 back.
    expect(latencies(traced.requests)).toEqual([35]);
    expect(traced.at('b.get')[0]!.begun).toBeLessThan(0);
  });
});

describe('waypoints', () => {
  const AMBIENT = `kind: istioAmbient, proxy: { ${PROXY} }, mtls: false`;

  it('are one more pass, shared by all callers of a service', () => {
    const waypoint = 'waypoint: { services: [b], work: 10ms, latency: 1ms, concurrency: 1 }';
    const { requests } = called(`${AMBIENT}, ${waypoint}`, '', '0s, 0s');
    expect(latencies(called(AMBIENT).requests)).toEqual([31]);
    // The first one: 31 + 10 + 1. The second leaves the proxies of a 2 ms later, and waits 8 for the waypoint.
    expect(latencies(requests)).toEqual([42, 52]);
  });
});

describe('policies of the mesh', () => {
  const failing = (mesh: string, outbound: string): Traced =>
    golden(`
${mesh}
policies: { both: { retry: { attempts: 3, on: [503] } } }
services:
  a: { endpoints: { get: [ call: b.get ] }, outbound: ${outbound} }
  b: { endpoints: { get: [ fail: 503 ] } }
workloads: { users: { arrivals: { at: [ 0s ] }, requests: [ call: a.get ] } }
`);

  it('multiply the tries of the application: 3 x 3 = 9', () => {
    const traced = failing(`mesh: { ${FREE}, policy: both }`, 'both');
    expect(traced.at('b.get')).toHaveLength(9);
    expect(counted(traced, 'retries')).toBe(8);
    expect(counted(traced, 'proxyRetries')).toBe(6);
    expect(failing('', 'both').at('b.get')).toHaveLength(3);
  });

  it('are those of the kind by default: Istio retries a failed connection twice, and no 503', () => {
    const down = 'faults: [ { id: down, kind: crash, target: b, at: 0s, for: none } ]';
    const none = '{ b: { timeout: 1s } }';
    const triesOf = (mesh: string): number | undefined =>
      failing(`mesh: { ${mesh} }\n${down}`, none).ran.variant().edges['a->b']!.attempts;
    expect(triesOf('kind: istio')).toBe(3);
    expect(triesOf('kind: istio, policy: { timeout: 1s }')).toBe(3);
    expect(triesOf('kind: linkerd')).toBe(1);
    const tries = (mesh: string): number => failing(`mesh: { ${mesh} }`, none).at('b.get').length;
    const on = 'on: [connect, 503]';
    expect(tries('kind: istio')).toBe(1);
    expect(tries(`kind: istio, policy: { retry: { kind: istio, ${on} } }`)).toBe(3);
    expect(tries('kind: istio, policy: { retry: { kind: istio, attempts: 1, on: [503] } }')).toBe(
      1,
    );
    expect(tries('kind: istio, policy: none')).toBe(1);
    expect(
      tries('kind: istio, outbound: { b: { retry: { kind: istio, attempts: 2, on: [503] } } }'),
    ).toBe(2);
    expect(tries('kind: linkerd')).toBe(1);
    expect(tries('kind: istioAmbient')).toBe(1);
    expect(
      tries(`kind: istioAmbient, waypoint: {}, policy: { retry: { kind: istio, ${on} } }`),
    ).toBe(3);
  });

  const slow = (application: string, proxy: string): Traced =>
    golden(`
mesh: { ${FREE}, policy: ${proxy} }
services:
  a: { endpoints: { get: [ call: b.get ] }, outbound: { b: ${application} } }
  b: { endpoints: { get: { readOnly: true, steps: [ wait: 10s ] } } }
workloads: { users: { arrivals: { at: [ 0s ] }, requests: [ call: a.get ] } }
`);

  it('end with those of the application: 2 s there beat 2 tries of 3 s here', () => {
    const traced = slow(
      '{ timeout: 2s }',
      '{ timeout: 3s, retry: { attempts: 2, on: [timeout] } }',
    );
    expect(latencies(traced.requests)).toEqual([2000]);
    expect(traced.at('b.get')).toHaveLength(1);
  });

  it('apply to each try of the application anew', () => {
    const policy = '{ deadline: 3s, timeout: 2s, retry: { attempts: 2, on: [timeout] } }';
    const traced = slow('{ retry: { attempts: 2, on: [any] } }', policy);
    // A deadline of a proxy is the timeout of its route: 3 s for both of its tries; the caller sees no retryable outcome.
    expect(sent(traced.at('b.get'))).toEqual([0, 2000]);
    expect(latencies(traced.requests)).toEqual([3000]);
  });

  it('have state of their own, also with the same bundle', () => {
    const breaker = 'circuitBreaker: { failureThreshold: 3, openDuration: 60s }';
    const traced = golden(`
mesh: { ${FREE}, policy: both }
policies: { both: { ${breaker} } }
services:
  a: { endpoints: { get: [ call: b.get ] }, outbound: both }
  b: { endpoints: { get: [ fail: 500 ] } }
workloads: { users: { arrivals: { at: [ 0s, 1s, 2s, 3s ] }, requests: [ call: a.get ] } }
`);
    // Each counts three failures. With one state for both, it would be open after two calls.
    expect(traced.at('b.get')).toHaveLength(3);
  });

  it('keep a state for each instance called', () => {
    const breaker = 'circuitBreaker: { kind: linkerd, maxFailures: 2, minPenalty: 1m }';
    const traced = golden(`
mesh: { ${FREE}, policy: { ${breaker}, retry: { attempts: 3, on: [500] } } }
services:
  a: { endpoints: { get: [ call: b.get ] } }
  b: { replicas: 2, endpoints: { get: [ wait: 1ms ] } }
workloads: { users: { arrivals: { at: [ 0s, 1s, 2s, 3s, 4s, 5s ] }, requests: [ call: a.get ] } }
faults: [ { id: bad, kind: error, target: "b[0]", status: 500, at: 0s, for: 1h } ]
`);
    expect(outcomes(traced.requests)).toEqual(Array.from({ length: 6 }, () => 'ok'));
    expect(traced.at('b.get').filter(({ instance }) => instance === 'b[0]')).toHaveLength(2);
  });
});

describe('policies of an application in the mesh', () => {
  it('cannot have a state for each instance, because its proxy picks the instance', () => {
    const text = (mesh: string): string => `
${mesh}
policies: { own: { circuitBreaker: { per: target } } }
services:
  a: { endpoints: { get: [ call: b.get ] }, outbound: own }
  b: { endpoints: { get: [ wait: 1ms ] } }
workloads: { users: { arrivals: { at: [ 0s ] }, requests: [ call: a.get ] } }
`;
    expect(() => golden(text(''))).not.toThrow();
    expect(() => golden(text('mesh: { kind: istio, policy: none }'))).not.toThrow();
    expect(() => golden(text('mesh: { kind: istio }'))).toThrow(
      'circuitBreaker has a state for each instance called, and in the mesh the proxy picks the instance: move it to',
    );
  });
});

describe('balancing of the mesh', () => {
  const kindOf = (mesh: string, callee = '', caller = ''): string =>
    golden(`
${mesh === '' ? '' : `mesh: { ${mesh} }`}
services:
  a: { endpoints: { get: [ call: b.get ] } ${caller} }
  b: { replicas: 2, endpoints: { get: [ wait: 1ms ] } ${callee} }
workloads: { users: { arrivals: { at: [ 0s ] }, requests: [ call: a.get ] } }
`).ran.plans[0]!.edges.find(({ from }) => from === 0)!.loadBalancing.kind;

  it('is that of the kind, unless the callee or a bundle has its own', () => {
    expect(kindOf('')).toBe('roundRobin');
    expect(kindOf('kind: istio')).toBe('leastRequest');
    expect(kindOf('kind: linkerd')).toBe('peakEwma');
    expect(kindOf(FREE)).toBe('roundRobin');
    expect(kindOf('kind: istioAmbient')).toBe('roundRobin');
    expect(kindOf('kind: istioAmbient, waypoint: {}')).toBe('leastRequest');
    expect(kindOf('kind: istio', ', loadBalancing: random')).toBe('random');
    expect(kindOf('kind: istio', '', ', outbound: { b: { loadBalancing: random } }')).toBe(
      'random',
    );
    const both = 'kind: istio, policy: { loadBalancing: first }';
    expect(kindOf(both, '', ', outbound: { b: { loadBalancing: random } }')).toBe('first');
  });
});

describe('mutual TLS of the mesh', () => {
  const opened = (mesh: string, more = ''): Traced =>
    golden(`
network: { latency: 10ms }
mesh: { ${mesh} }
services:
  a: { endpoints: { get: [ call: b.get ] } }
  b: { endpoints: { get: [ wait: 7ms ] } }
workloads: { users: { arrivals: { at: [ 0s, 1s ] }, requests: [ call: a.get ] } }
${more}`);
  const CONNECTED = 'policy: { connections: {} }';
  const mesh = (more: string): string =>
    `kind: custom, proxy: { work: 0ms, latency: 0ms, handshakeWork: 4ms }, ${CONNECTED}${more}`;

  it('takes a round trip and CPU of the proxy for a new connection', () => {
    // Without it: 20 for the workload, 20 for TCP, 27 for the call; on the open connection 47.
    expect(latencies(opened(mesh(', mtls: false')).requests)).toEqual([67, 47]);
    expect(latencies(opened(mesh('')).requests)).toEqual([91, 47]);
  });

  it('fails with an expired certificate on either side; open connections live', () => {
    const fault = (target: string): string =>
      `faults: [ { id: expired, kind: certExpiry, target: ${target}, at: 500ms, for: 1h } ]`;
    expect(outcomes(opened(mesh(''), fault('b')).requests)).toEqual(['ok', 'ok']);
    const anew = mesh('').replace('connections: {}', 'connections: { maxRequests: 1 }');
    expect(outcomes(opened(anew, fault('b')).requests)).toEqual(['ok', 'serverError']);
    expect(outcomes(opened(anew, fault('a')).requests)).toEqual(['ok', 'serverError']);
  });
});

describe('routes of the mesh', () => {
  const routed = (routes: string): Traced =>
    golden(`
mesh: { ${FREE}, routes: { b: ${routes} } }
services:
  a: { endpoints: { get: [ call: b.get ] } }
  b: { endpoints: { get: [ wait: 7ms ] } }
  b2: { endpoints: { get: [ wait: 9ms ] } }
workloads:
  users: { arrivals: { kind: at, times: [ ${Array.from({ length: 200 }, (_, k) => `${k}s`).join(', ')} ] }, requests: [ call: a.get ] }
  testers: { arrivals: { at: [ 0s, 1s ] }, requests: [ { call: a.get, headers: { end-user: jason } } ] }
`);

  it('send requests with a header elsewhere', () => {
    const traced = routed('[ { match: { headers: { end-user: jason } }, to: b2 }, { to: b } ]');
    expect(traced.at('b2.get')).toHaveLength(2);
    expect(traced.at('b.get')).toHaveLength(200);
  });

  it('split the rest by weight', () => {
    const traced = routed(
      '[ { match: { headers: { end-user: jason } }, to: b2 }, { to: { b: 90, b2: 10 } } ]',
    );
    const away = traced.at('b2.get').length - 2;
    // 200 draws of 10 %: 20, give or take 4.2.
    expect(away).toBeGreaterThan(8);
    expect(away).toBeLessThan(33);
    expect(traced.at('b.get')).toHaveLength(200 - away);
  });
});

/** `b[0]` to `b[2]` run v1, `b[3]` runs v2. A page of the mesh calls `b`. */
const subsets = (routes: string, at: string, more = '', call = 'b.get'): string => `
mesh: { ${FREE}, routes: { b: ${routes} } }
services:
  a: { endpoints: { get: [ call: ${call} ] } }
  b: { replicas: { v1: 3, v2: 1 }, endpoints: { get: [ wait: 7ms ] }, versions: { v1: {}, v2: {} } }
workloads: { users: { arrivals: { at: [ ${at} ] }, requests: [ { call: a.get${more} } ] } }
`;

describe('routes of the mesh to versions', () => {
  const SPLIT =
    '[ { match: { headers: { end-user: jason } }, to: b@v2 }, { to: { b@v1: 90, b@v2: 10 } } ]';
  const JASON = ', headers: { end-user: jason }';
  const served = (body: string): string[] =>
    golden(body)
      .at('b.get')
      .map(({ instance }) => instance);
  const thousand = Array.from({ length: 1000 }, (_, k) => `${k + 1}ms`).join(', ');

  it('send a call with the header to that version, all of them', () => {
    expect(new Set(served(subsets(SPLIT, thousand, JASON)))).toEqual(new Set(['b[3]']));
  });

  it('split the others by weight, and each version balances its own instances', () => {
    const all = served(subsets(SPLIT, thousand));
    const count = (name: string): number => all.filter((one) => one === name).length;
    expect(count('b[3]')).toBe(100);
    const each = ['b[0]', 'b[1]', 'b[2]'].map(count);
    expect(Math.max(...each) - Math.min(...each)).toBeLessThanOrEqual(1);
    expect(served(subsets('[ { to: { b@v1: 0, b@v2: 1 } } ]', '1s, 2s'))).toEqual(['b[3]', 'b[3]']);
    expect(served(subsets('[ { to: b@v1 } ]', '1s, 2s, 3s, 4s'))).not.toContain('b[3]');
  });

  it('are refused for versions that do not exist, and for calls that name one', () => {
    const wrong = (routes: string, call?: string): string =>
      problemsOf(
        `faultline: 1\ntitle: Wrong\nrun: { duration: 1s }\n${subsets(routes, '0s', '', call)}`,
      );
    expect(wrong('[ { to: b@v3 } ]')).toContain('b has no version v3; it has v1 v2');
    expect(wrong('[ { to: a@v1 } ]')).toContain('a has no versions');
    expect(wrong('[ { to: b@v1.get } ]')).toContain('keeps the endpoint of the call: write b@v1');
    expect(() => golden(subsets('[ { to: b@v1 } ]', '0s', '', 'b@v2.get'))).toThrow(
      'mesh.routes.b decides which version gets the call: write b without @v2 here',
    );
  });
});

describe('mesh.configPropagation', () => {
  it('delays the lists of the proxies, and only theirs', () => {
    const text = (mesh: string): string => `
mesh: { ${FREE}, policy: none, ${mesh} }
services:
  a: { endpoints: { get: [ call: b.get ] } }
  b: { replicas: 2, endpoints: { get: [ wait: 1ms ] } }
workloads: { users: { arrivals: { at: [ ${Array.from({ length: 20 }, (_, k) => `${50 + 100 * k}ms`).join(', ')} ] }, requests: [ call: a.get ] } }
faults: [ { id: out, kind: crash, target: b, instances: [0], at: 1s, for: 1h } ]
`;
    const refused = (mesh: string): number =>
      golden(text(mesh)).requests.filter(({ outcome }) => outcome !== 'ok').length;
    expect(refused('mtls: true')).toBe(0);
    // Every second one of the six calls from 1.05 s to 1.55 s.
    expect(refused('configPropagation: 600ms')).toBe(3);
    expect(refused('configPropagation: 600ms, services: [b]')).toBe(0);
  });
});

describe('freeze of the mesh', () => {
  const text = (fault: string, mesh = ''): string => `
mesh: { ${FREE}, policy: none${mesh} }
services:
  a: { endpoints: { get: [ call: b.get ] } }
  b: { replicas: 2, endpoints: { get: [ wait: 1ms ] } }
workloads: { users: { arrivals: { at: [ ${Array.from({ length: 40 }, (_, k) => `${50 + 100 * k}ms`).join(', ')} ] }, requests: [ call: a.get ] } }
faults:
  - { id: out, kind: crash, target: b, instances: [0], at: 1s, for: 1h }
  ${fault}
`;
  const refused = (fault: string, mesh = ''): number[] =>
    sent(golden(text(fault, mesh)).requests.filter(({ outcome }) => outcome !== 'ok'));
  const down = '- { id: no-istiod, kind: freeze, target: b, what: mesh, at: 500ms, for: 1s }';

  it('keeps the endpoints that proxies know until the control plane is back', () => {
    expect(refused('')).toEqual([]);
    // From 1 to 1.5 s every second call goes to the instance that is gone.
    expect(refused(down)).toHaveLength(3);
    expect(Math.max(...refused(down))).toBe(1450);
  });

  it('takes the usual time to push what was missed', () => {
    // Six calls from 1.05 s on are refused: the push of 1.5 s arrives at 2.1 s.
    expect(refused(down, ', configPropagation: 600ms')).toHaveLength(6);
  });

  it('needs a target inside the mesh', () => {
    expect(() => refused(down, ', services: [a]')).toThrow('is outside the mesh');
  });
});
