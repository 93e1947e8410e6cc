import { describe, expect, it } from 'vitest';
import { problemsOf } from '../theory/program.js';
import { golden, latencies, outcomes } from './tracing.js';
import type { Traced } from './tracing.js';

/** Two versions of `s` side by side: `s[0]` to `s[2]` run v1, `s[3]` runs v2, which needs 30 ms instead of 10 ms. */
const aside = (route: string, at: string, more: Record<string, string> = {}): string => `
gateways:
  edge: { routes: [ ${route} ], ${more['gateway'] ?? ''} }
services:
  s:
    replicas: { v1: 3, v2: 1 }
    ${more['service'] ?? ''}
    endpoints: { serve: [ wait: 10ms ], other: [ wait: 1ms ] }
    versions: { v1: {}, v2: { endpoints: { serve: [ ${more['v2'] ?? 'wait: 30ms'} ] } } }
workloads:
  users: { arrivals: { at: [ ${at} ] }, requests: [ { name: ask, call: ${more['call'] ?? 'edge'} } ] }
faults: [ ${more['faults'] ?? ''} ]
`;

const EACH_SECOND = '1s, 2s, 3s, 4s';

/** The instances that served the attempts at a part, in the order of sending. */
const served = (traced: Traced, part = 's.serve'): string[] =>
  traced.at(part).map(({ instance }) => instance);

/** The problems of a scenario. */
const wrong = (body: string, more = ''): string =>
  problemsOf(`faultline: 1\ntitle: Wrong\nrun: { duration: 1s }\n${body}\n${more}`);

/** Values of metrics over the run of a scenario. */
const measured = (body: string, ...metrics: readonly string[]): (number | null)[] => {
  const budgets = metrics.map((metric) => `{ expect: "${metric} >= 0", allowEmpty: true }`);
  const { ran } = golden(`${body}\nbudgets: [ ${budgets.join(', ')} ]`, '10s');
  return ran.variant().budgets.map(({ value }) => value);
};

describe('the queue of a version', () => {
  it('has the limit of waiting of that version', () => {
    const service = 'concurrency: 1, queue: { capacity: 10';
    const of = (version: string, at: string): [number[], string[]] => {
      const { requests } = golden(`
services:
  s: { replicas: { v1: 1, v2: 1 }, ${service}, maxWait: 25ms }, endpoints: { serve: [ wait: 20ms ] }, versions: { v1: {}, v2: { queue: { capacity: 10, maxWait: 5ms } } } }
workloads:
  users: { arrivals: { at: [ ${at} ] }, requests: [ { name: ask, call: s@${version}.serve } ] }
`);
      return [latencies(requests), outcomes(requests)];
    };
    // The second waits 20 ms for the only worker; the third would wait 40 ms.
    expect(of('v1', '1s, 1s, 1s')[0]).toEqual([20, 40, 25]);
    expect(of('v2', '1s, 1s, 1s')[0]).toEqual([20, 5, 5]);
    expect(of('v2', '1s, 1s')[1][0]).toBe('ok');
  });
});

describe('a call that names a version', () => {
  it('picks among the instances of that version only', () => {
    expect(served(golden(aside('{ to: s@v1.serve }', EACH_SECOND)))).toEqual([
      's[0]',
      's[1]',
      's[2]',
      's[0]',
    ]);
    const direct = golden(aside('{ to: s.other }', EACH_SECOND, { call: 's@v2.serve' }));
    expect(served(direct)).toEqual(['s[3]', 's[3]', 's[3]', 's[3]']);
    expect(latencies(direct.requests)).toEqual([30, 30, 30, 30]);
  });

  it('is refused like a call of a service without instances if none of the version is ready', () => {
    const faults = '{ id: gone, kind: crash, target: s@v2, at: 1.5s, for: 2s }';
    const to = (call: string): string[] =>
      outcomes(golden(aside('{ to: s.other }', EACH_SECOND, { faults, call })).requests);
    expect(to('s@v2.serve')).toEqual(['ok', 'refused', 'refused', 'ok']);
    expect(to('s@v1.serve')).toEqual(['ok', 'ok', 'ok', 'ok']);
  });

  it('follows the weights of its route', () => {
    const all = golden(aside('{ to: { s@v1.serve: 0, s@v2.serve: 1 } }', EACH_SECOND));
    expect(served(all)).toEqual(['s[3]', 's[3]', 's[3]', 's[3]']);
    const load = Array.from({ length: 1000 }, (_, k) => `${k + 1}ms`).join(', ');
    const some = served(golden(aside('{ to: { s@v1.serve: 90, s@v2.serve: 10 } }', load)));
    const share = some.filter((one) => one === 's[3]').length / some.length;
    expect(share).toBeGreaterThan(0.07);
    expect(share).toBeLessThan(0.13);
  });

  it('has policies of its own, as a subset has a cluster of its own', () => {
    const bundle = 'outbound: { s: { circuitBreaker: { failureThreshold: 2, openDuration: 1h } } }';
    const more = { gateway: bundle, v2: 'fail: 500', call: 'edge' };
    const both =
      '{ match: { path: /new }, to: s@v2.serve }, { match: { path: /old }, to: s@v1.serve }';
    const calls =
      'steps: [ { call: { to: edge, path: /new }, optional: true }, call: { to: edge, path: /old } ]';
    const body = aside(both, EACH_SECOND, more).replace(
      'name: ask, call: edge',
      `name: ask, ${calls}`,
    );
    const traced = golden(body);
    expect(served(traced).filter((one) => one === 's[3]')).toHaveLength(2);
    expect(outcomes(traced.requests)).toEqual(['ok', 'ok', 'ok', 'ok']);
  });
});

describe('metrics of a version', () => {
  const body = aside('{ to: { s@v1.serve: 1, s@v2.serve: 1 } }', EACH_SECOND, {
    call: 's@v2.serve',
  });

  it('count the responses and the instances of that version only', () => {
    const metrics = ['s@v2.latency.max', 's@v2.serve.throughput', 's@v2.other.throughput'];
    const [latency, served, other] = measured(body, ...metrics);
    expect(latency).toBeCloseTo(0.03, 3);
    expect([served, other]).toEqual([0.4, 0]);
    expect(measured(body, 's@v1.success', 's@v1.throughput', 's@v1.instances')).toEqual([
      null,
      0,
      3,
    ]);
    expect(measured(body, 's@v2.success', 's@v2.instances', 's.throughput')).toEqual([1, 1, 0.4]);
  });

  it('can start a fault', () => {
    const faults = '{ id: gone, kind: crash, target: s@v2, when: s@v2.success < 50%, for: 1h }';
    const failing = { call: 's@v2.serve', v2: 'fail: 500', faults };
    const one = golden(aside('{ to: s.other }', EACH_SECOND, failing), '10s');
    expect(outcomes(one.requests)).toEqual(['serverError', 'refused', 'refused', 'refused']);
  });
});

describe('steps of a version', () => {
  it('run only on its instances', () => {
    const steps = '{ wait: 5ms, when: { version: v2 } }, { wait: 1ms, when: { version: v1 } }';
    const service = 'middleware: [ log: { work: 2ms, when: { version: v2 } } ]';
    const each = (version: string): number[] =>
      latencies(
        golden(
          aside('{ to: s.other }', EACH_SECOND, { call: `s@${version}.other`, service }).replace(
            'other: [ wait: 1ms ]',
            `other: [ ${steps} ]`,
          ),
        ).requests,
      );
    expect(each('v1')).toEqual([1, 1, 1, 1]);
    expect(each('v2')).toEqual([7, 7, 7, 7]);
  });
});

/** Latencies and outcomes of two requests at the same instant to one of two instances with these settings. */
const pair = (v1: string, v2: string, more: Record<string, string> = {}) => {
  const service = `
services:
  s:
    replicas: { v1: 1, v2: 1 }
    ${more['service'] ?? ''}
    endpoints: { serve: [ ${more['steps'] ?? 'work: 10ms'} ] }
    versions: { v1: { ${v1} }, v2: { ${v2} } }
`;
  const ask = (version: string): Traced =>
    golden(`${service}
workloads:
  users: { arrivals: { at: [ 1s, 1s ] }, requests: [ { call: s@${version}.serve } ] }`);
  return {
    took: ['v1', 'v2'].map((version) => latencies(ask(version).requests)),
    ended: ['v1', 'v2'].map((version) => outcomes(ask(version).requests)),
  };
};

describe('the settings of the process of a version', () => {
  it('are its cores', () => {
    expect(pair('', 'cpu: 1', { service: 'cpu: 2' }).took).toEqual([
      [10, 10],
      [20, 20],
    ]);
  });

  it('do not come from the initial version', () => {
    expect(pair('cpu: 1', '').took).toEqual([
      [20, 20],
      [10, 10],
    ]);
    const chain = 'middleware: [ log: { work: 3ms } ]';
    expect(pair(chain, '').took).toEqual([
      [13, 13],
      [10, 10],
    ]);
  });

  it('are merged over those of the service', () => {
    const service = 'cpu: { cores: 1, discipline: fcfs }';
    expect(pair('', 'cpu: { cores: 2 }', { service }).took).toEqual([
      [10, 20],
      [10, 10],
    ]);
  });

  it('are its workers, its runtime and its queue', () => {
    const steps = 'wait: 10ms';
    const service = 'concurrency: 1';
    expect(pair('', 'concurrency: 2', { steps, service }).took).toEqual([
      [10, 20],
      [10, 10],
    ]);
    expect(pair('', 'runtime: async', { steps, service }).took).toEqual([
      [10, 20],
      [10, 10],
    ]);
    expect(pair('', 'queue: { capacity: 0 }', { steps, service }).ended).toEqual([
      ['ok', 'ok'],
      ['ok', 'rejectedOverload'],
    ]);
  });

  it('are its admission and the cost of a refusal', () => {
    const service = 'cpu: 1';
    const limit = 'admission: { concurrencyLimit: { limit: 1 } }';
    const { ended, took } = pair('', `${limit}, rejectWork: 4ms`, { service });
    expect(ended).toEqual([
      ['ok', 'ok'],
      ['ok', 'rejectedOverload'],
    ]);
    // The refusal shares the core with the work: 4 ms of each, then the rest of 6 ms alone.
    expect(took).toEqual([
      [20, 20],
      [14, 8],
    ]);
  });

  it('are its memory', () => {
    const service = 'memory: { limit: 100MiB, perRequest: 10MiB }';
    expect(pair('', 'memory: { perRequest: 60MiB }', { service }).ended).toEqual([
      ['ok', 'ok'],
      ['reset', 'reset'],
    ]);
  });

  it('are its reaction to a caller that leaves', () => {
    const traced = golden(`
services:
  s:
    replicas: { v1: 1, v2: 1 }
    endpoints: { serve: [ wait: 10ms ] }
    versions: { v1: {}, v2: { cancellation: immediate } }
workloads:
  old: { arrivals: { at: [ 1s ] }, requests: [ { call: s@v1.serve, policy: { timeout: 4ms } } ] }
  young: { arrivals: { at: [ 1s ] }, requests: [ { call: s@v2.serve, policy: { timeout: 4ms } } ] }`);
    const rows = traced.at('s.serve');
    expect(rows.map(({ instance, ended, sent }) => [instance, ended - sent])).toEqual([
      ['s[0]', 10],
      ['s[1]', 4],
    ]);
  });

  it('are its probes, which delay a rollout', () => {
    const promoted = (probes: string): number => {
      const { ran } = golden(
        `
services:
  s:
    replicas: 1
    endpoints: { serve: [ wait: 10ms ] }
    versions: { v1: {}, v2: { ${probes} } }
    rollout: { to: v2, at: 10s, kind: rolling }
workloads:
  users: { arrivals: constant(10/s), requests: [ { call: s } ] }
budgets: [ s.rollout.duration < 1m ]`,
        '60s',
      );
      return ran.variant().budgets[0]!.value!;
    };
    expect(promoted('')).toBe(0);
    expect(promoted('probes: { readiness: { initialDelay: 5s, period: 1s } }')).toBe(5);
  });

  it('do not include what all versions share', () => {
    const problems = wrong(aside('{ to: s.other }', '1s').replace('v1: {}', 'v1: { zone: a }'));
    expect(problems).toContain('zone is the same in all versions: move it into s');
    const counts = aside('{ to: s.other }', '1s').replace('v1: {}', 'v1: { replicas: 2 }');
    expect(wrong(counts)).toContain('as replicas: { v1: 3, v2: 1 }, or write a rollout');
  });
});

describe('problems of references to versions', () => {
  it('say which versions there are', () => {
    const call = (text: string): string => wrong(aside('{ to: s.other }', '1s', { call: text }));
    expect(call('s@v3.serve')).toContain('s has no version v3; it has v1 v2');
    expect(call('edge@v1')).toContain('edge has no versions');
    const none = aside('{ to: s@v2.serve }', '1s').replace('{ v1: 3, v2: 1 }', '3');
    expect(wrong(none)).toContain('s has no instances of v2: give it replicas, or a rollout to v2');
  });

  it('name the place where a version has no meaning', () => {
    const fault = (text: string): string => wrong(aside('{ to: s.other }', '1s', { faults: text }));
    expect(fault('{ id: f, kind: crash, target: s@v3, at: 0s }')).toContain('has no version v3');
    expect(
      fault('{ id: f, kind: freeze, what: rollout, target: s@v2, at: 0s, for: 1s }'),
    ).toContain('freeze affects a component as a whole: write s');
    const budget = (text: string): string =>
      wrong(aside('{ to: s.serve }', '1s'), `budgets: [ "${text}" ]`);
    expect(budget('s@v3.success > 1%')).toContain('unknown version s@v3');
    expect(budget('s.v2.success > 1%')).toContain('unknown part s.v2 (did you mean "s@v2"?)');
    expect(budget('s[v2].success > 1%')).toContain('such as [0]; a version is written @v2');
    expect(budget('edge@v3.success > 1%')).toContain('edge has no versions');
    expect(budget('edge->s@v2.success > 1%')).toContain('an edge has no metrics per version');
    expect(budget('s@v2[0].queue < 1')).toContain('write s[0]');
    expect(budget('s@v2.serve.cpu < 1%')).toContain('a versionEndpoint has no metric cpu');
    const when = wrong(aside('{ to: s.other }', '1s', { v2: 'wait: 1ms, when: { version: v9 }' }));
    expect(when).toContain('s has no version v9');
    const bundle =
      'policies: { p: { fallback: { steps: [ { wait: 1ms, when: { version: v1 } } ] } } }';
    expect(wrong(aside('{ to: s.other }', '1s'), bundle)).toContain('so it knows no version');
  });
});

describe('versions of a gateway', () => {
  /** Two gateways, the second of which runs v2 with these settings. */
  const edges = (v2: string, more: Record<string, string> = {}): Traced =>
    golden(`
gateways:
  edge:
    replicas: { v1: 1, v2: 1 }
    ${more['gateway'] ?? ''}
    routes: [ { name: all, to: s.serve, ${more['route'] ?? ''} } ]
    versions: { v1: {}, v2: { ${v2} } }
services:
  s: { endpoints: { serve: [ wait: 10ms ] } }
workloads:
  old: { arrivals: { at: [ 1s, 1s ] }, requests: [ { call: edge@v1 } ] }
  young: { arrivals: { at: [ 2s, 2s ] }, requests: [ { call: edge@v2 } ] }`);

  it('differ in their middleware, before that of the route', () => {
    const gateway = 'middleware: [ log: { work: 1ms } ]';
    const route = 'middleware: [ correlate: { work: 4ms } ]';
    const traced = edges('middleware: [ authenticate: { kind: jwt, work: 7ms } ]', {
      gateway,
      route,
    });
    expect(latencies(traced.requests)).toEqual([15, 15, 21, 21]);
  });

  it('differ in their bundles and in the settings of their processes', () => {
    const bundles = edges('outbound: { s: { timeout: 4ms } }');
    expect(latencies(bundles.requests)).toEqual([10, 10, 4, 4]);
    const workers = edges('concurrency: 1', { gateway: 'concurrency: 2' });
    expect(latencies(workers.requests)).toEqual([10, 10, 10, 20]);
  });

  it('replace each other in a rollout', () => {
    const { ran } = golden(
      `
gateways:
  edge:
    replicas: 2
    lifecycle: { startup: 5s }
    routes: [ { to: s.serve } ]
    versions: { v1: {}, v2: { middleware: [ log: { work: 1ms } ] } }
    rollout: { to: v2, at: 10s, kind: rolling, maxSurge: 1, maxUnavailable: 0 }
services:
  s: { endpoints: { serve: [ wait: 10ms ] } }
workloads:
  users: { arrivals: constant(10/s), requests: [ { call: edge } ] }
budgets:
  - edge.rollout.duration < 1m
  - edge.rollout.exposed < 100%
  - users.latency.max < 1s from 30s to 60s
  - edge@v2.instances.end >= 2`,
      '60s',
    );
    // One at a time: ready after 5 s and 10 s.
    const [duration, , latency, instances] = ran.variant().budgets.map(({ value }) => value);
    expect([duration, instances]).toEqual([10, 2]);
    expect(latency).toBeCloseTo(0.011, 3);
  });

  it('cannot be split by weights that only gateways apply', () => {
    const problems = wrong(`
gateways:
  edge:
    routes: [ { to: s.serve } ]
    versions: { v1: {}, v2: {} }
    rollout: { to: v2, kind: canary, steps: [ { weight: 10% } ] }
services:
  s: { endpoints: { serve: [ wait: 10ms ] } }
workloads:
  users: { arrivals: constant(10/s), requests: [ { call: edge } ] }`);
    expect(problems).toContain('users calls edge directly: write routing: replicas');
  });

  it('have the routes of their gateway', () => {
    const problems = wrong(`
gateways:
  edge: { routes: [ { to: s.serve } ], versions: { v1: {}, v2: { routes: [ { to: s.serve } ] } } }
services:
  s: { endpoints: { serve: [ wait: 10ms ] } }
workloads:
  users: { arrivals: constant(10/s), requests: [ { call: edge } ] }`);
    expect(problems).toContain('routes is the same in all versions: move it into edge');
  });
});
