import { describe, expect, it } from 'vitest';
import type { Row } from '../theory/program.js';
import { run } from '../theory/program.js';
import {
  begun,
  ended,
  answered,
  golden,
  instants,
  latencies,
  outcomes,
  times,
  single,
} from './tracing.js';

/** Places where simulators go wrong, numbered as in a checklist: those of overload, balancing, limiters and pools. */

const share = (rows: readonly Row[], instance: string): number =>
  rows.filter((row) => row.instance === instance).length;

describe('overload', () => {
  it('divergence 21: a refusal costs the way there and back, and work where that is said', () => {
    const { requests, at } = golden(
      single(
        'cpu: 1, concurrency: 1, queue: { capacity: 0 }, rejectWork: 3ms, ',
        'wait: 100ms',
        '0ms, 10ms',
        '{}',
        'network: { latency: 5ms }\n',
      ),
    );
    expect(outcomes(requests)).toEqual(['ok', 'rejectedOverload']);
    expect(latencies(requests)).toEqual([110, 13]);
    expect(begun(at('s.serve'))).toEqual([5, -1]);
  });

  it('divergence 22: workers and queue bound what is in the system', () => {
    const { requests, ran } = golden(
      single('concurrency: 3, queue: { capacity: 4 }, ', 'wait: 100ms', times(10, '0ms'), '{}'),
    );
    expect(requests.filter(({ outcome }) => outcome === 'ok')).toHaveLength(7);
    const { s } = ran.variant().components;
    expect([s.concurrency!.max, s.queue!.max]).toEqual([3, 4]);
  });

  it('divergence 24: work takes the longer the more of it shares the cores', () => {
    const { at } = golden(single('cpu: 1, ', 'work: 30ms', '0ms, 0ms, 45ms', '{}'));
    // Two share the core until 45 ms and have 7.5 ms left each: three for 22.5 ms, then one alone.
    expect(ended(at('s.serve'))).toEqual([67.5, 67.5, 90]);
  });

  it('divergence 25: at one utilisation waits depend on how the arrivals fall', () => {
    const waits = (at: string): number[] => {
      const { requests, ran } = golden(single('concurrency: 1, ', 'wait: 50ms', at, '{}'), '1s');
      expect(ran.variant().components['s']!.concurrency!.mean).toBeCloseTo(0.5, 9);
      return latencies(requests).map((latency) => latency - 50);
    };
    // Half of the time in use, either way: a formula of the utilisation would give one answer.
    expect(new Set(waits(instants(0, 900, 100, 'ms')))).toEqual(new Set([0]));
    expect(waits(times(10, '0ms'))).toEqual([0, 50, 100, 150, 200, 250, 300, 350, 400, 450]);
  });

  it('divergence 26: a CPU limit means full speed, then standstill until the next period', () => {
    const { at } = golden(
      single(
        'cpu: { cores: 4, quota: { limit: 1, period: 100ms } }, ',
        'work: 50ms',
        times(4, '0ms'),
        '{}',
      ),
    );
    // Four threads spend the 100 ms of quota in 25 ms, twice.
    expect(ended(at('s.serve'))).toEqual([125, 125, 125, 125]);
  });

  it('divergence 27: a pause stops the process alone: its clients give up, and stale work follows', () => {
    const { requests, at } = golden(
      single(
        'concurrency: 1, ',
        'work: 10ms',
        '100ms, 200ms',
        '{ timeout: 50ms }',
        'faults: [ { id: long, kind: pause, target: s, at: 50ms, for: 450ms } ]\n',
      ),
    );
    expect(answered(requests)).toEqual([150, 250]);
    expect(outcomes(requests)).toEqual(['timeout', 'timeout']);
    expect(ended(at('s.serve'))).toEqual([510, 520]);
  });

  it.each([
    ['threads', [100, 200]],
    ['async', [100, 100]],
  ])(
    'divergence 28: a worker of %s is held or given back while a call is under way',
    (runtime, ends) => {
      const { requests } = golden(`
services:
  front: { runtime: ${runtime}, concurrency: 1, endpoints: { ask: [ call: s ] } }
  s: { endpoints: { serve: [ wait: 100ms ] } }
workloads:
  users: { arrivals: { at: [ 0ms, 0ms ] }, requests: [ { call: front } ] }
`);
      expect(answered(requests)).toEqual(ends);
    },
  );

  it('divergence 52: a retry storm outlives its trigger, and not without the retries', () => {
    const ran = run(`
faultline: 1
title: A storm and its trigger
run: { duration: 120s }
services: { s: { concurrency: 1, endpoints: { serve: [ wait: 4ms ] } } }
workloads:
  users:
    arrivals: constant(200/s)
    requests: [ { call: s } ]
    policy: { timeout: 1s, retry: { attempts: 2, on: [ timeout ] } }
faults: [ { id: outage, kind: hang, target: s, at: 10s, for: 10s } ]
variants:
  - { name: retries }
  - { name: one-try, remove: [ workloads.users.policy.retry ] }
budgets: [ users.success >= 99% from 100s to 118s ]
`);
    expect(ran.variant('retries').budgets[0].value).toBe(0);
    expect(ran.variant('one-try').budgets[0].value).toBe(1);
    expect(ran.variant('retries').cascade.metastable).toBe(1);
    expect(ran.variant('one-try').cascade.metastable).toBe(0);
  });
});

describe('a pause and what its retries make of it', () => {
  const paused = (rate: number, tries: number, ms: number): ReturnType<typeof run> =>
    run(`
faultline: 1
title: A pause of ${ms} ms
run: { duration: 60s, drain: 600s }
services: { s: { concurrency: 1, endpoints: { serve: [ work: 10ms ] } } }
workloads:
  users:
    arrivals: { at: [ ${instants(0, 60_000 - 1000 / rate, 1000 / rate, 'ms')} ] }
    requests: [ { call: s } ]
    policy: { timeout: 1s, retry: { attempts: ${tries}, on: [ timeout ] } }
faults: [ { id: gc, kind: pause, target: s, at: 10s, for: ${ms}ms } ]
budgets: [ users.success >= 0% from 30s to 60s ]
`);

  it.each([
    [1000, 3000, 3001],
    [1400, 3000, 3041],
    [1500, 500, 8000],
  ])('divergence 52: of %d ms leaves %d good of 3000 with %d tries', (ms, good, tries) => {
    const ran = paused(50, 3, ms);
    expect(ran.variant().components['users'].outcomes.ok).toBe(good);
    expect(ran.result.variants[0].perReplication[0].attempts).toBe(tries);
  });

  it('divergence 52: of 5 s is over by 30 s with one try, or with half the load', () => {
    expect(paused(50, 1, 5000).variant().budgets[0].value).toBe(1);
    expect(paused(25, 3, 5000).variant().budgets[0].value).toBe(1);
    expect(paused(50, 3, 5000).variant().budgets[0].value).toBe(0);
  });
});

describe('balancing', () => {
  it('divergence 29: each client counts its own round', () => {
    const { at } = golden(`
services: { s: { replicas: 2, endpoints: { serve: [ wait: 1ms ] } } }
workloads:
  left: { arrivals: { at: [ 0s, 2s ] }, requests: [ { call: s } ] }
  right: { arrivals: { at: [ 1s, 3s ] }, requests: [ { call: s } ] }
`);
    expect(at('s.serve').map(({ instance }) => instance)).toEqual(['s[0]', 's[0]', 's[1]', 's[1]']);
  });

  const own = (fronts: string): string => `
services:
  one: { endpoints: { long: [ call: s.long ], quick: [ call: s.quick ] } }
  two: { endpoints: { quick: [ call: s.quick ] } }
  s:
    replicas: 2
    loadBalancing: { kind: leastRequest, choices: 16 }
    endpoints: { long: [ wait: 100s ], quick: [ wait: 1ms ] }
workloads:
  waiting: { arrivals: { at: [ 0s ] }, requests: [ { call: one.long } ] }
  asking: { arrivals: { at: [ ${instants(1, 40, 1, 's')} ] }, requests: [ { call: ${fronts}.quick } ] }
`;

  it('divergence 30: the least loaded is so by what the caller itself has outstanding', () => {
    const same = golden(own('one'));
    const busy = same.at('s.long')[0].instance;
    expect(share(same.at('s.quick'), busy)).toBe(0);
    const other = golden(own('two'));
    expect(share(other.at('s.quick'), busy)).toBeGreaterThan(10);
    expect(share(other.at('s.quick'), busy)).toBeLessThan(30);
  });

  it('divergence 31: an instance that fails fast draws more calls', () => {
    const { at } = golden(
      single(
        'replicas: 2, loadBalancing: { kind: leastRequest, choices: 2 }, ',
        'wait: 500ms',
        instants(1, 400, 1, 'ms').replaceAll('ms', '0ms'),
        '{}',
        'faults: [ { id: broken, kind: error, target: s, instances: [ 0 ], at: 0s, for: 1h } ]\n',
      ),
    );
    expect(share(at('s.serve'), 's[0]')).toBeGreaterThan(250);
  });

  it('divergence 33: with all instances down calls are still made, and refused', () => {
    const { requests } = golden(
      single(
        'replicas: 2, ',
        'wait: 1ms',
        '2s, 3s',
        '{}',
        'faults: [ { id: gone, kind: crash, target: s, at: 1s, for: 10s } ]\n',
      ),
    );
    expect(outcomes(requests)).toEqual(['refused', 'refused']);
  });
});

describe('limiters and pools', () => {
  it('divergence 35: a bucket starts full, refills all the time, and a refusal takes nothing', () => {
    const { requests } = golden(
      single(
        '',
        'wait: 0ms',
        '0ms, 0ms, 0ms, 50ms, 99ms, 100ms, 100ms',
        '{ rateLimit: { rate: 10/s, burst: 2 } }',
      ),
    );
    expect(outcomes(requests).map((one) => one === 'ok')).toEqual([
      true,
      true,
      false,
      false,
      false,
      true,
      false,
    ]);
  });

  it('divergence 37: dialling costs time, and what may not stay idle is dialled again', () => {
    const pool = (maxIdle: number): number[] =>
      latencies(
        golden(`
services: { app: { endpoints: { ask: [ query: db.select ] } } }
databases:
  db: { kind: generic, connect: 20ms, pool: { maxOpen: 9, maxIdle: ${maxIdle} }, operations: { select: { wait: 5ms } } }
workloads: { users: { arrivals: { at: [ 0s, 1s, 2s ] }, requests: [ { call: app } ] } }
`).requests,
      );
    expect(pool(0)).toEqual([25, 25, 25]);
    expect(pool(1)).toEqual([25, 5, 5]);
  });

  it('divergence 38: waiters of a pool are served in turn', () => {
    const { at } = golden(`
services: { app: { endpoints: { ask: [ query: db.select ] } } }
databases:
  db: { kind: generic, pool: { maxOpen: 1 }, operations: { select: { wait: 10ms } } }
workloads: { users: { arrivals: { at: [ 0ms, 1ms, 2ms, 3ms ] }, requests: [ { call: app } ] } }
`);
    expect(ended(at('app.ask'))).toEqual([10, 20, 30, 40]);
  });
});
