import { describe, expect, it } from 'vitest';
import { load, run } from '../theory/program.js';
import { compile } from '../../src/plan/compile.js';
import { simulate } from '../../src/model/simulate.js';
import { faultKind, policyKind } from '../../src/patterns/registry.js';
import type { Row } from '../theory/program.js';
import {
  answered,
  begun,
  ended,
  golden,
  instants,
  latencies,
  outcomes,
  sent,
  times,
} from './tracing.js';

/** Places where simulators of services go wrong, numbered as in a checklist. */

const single = (service: string, steps: string, at: string, policy: string, more = ''): string => `
services:
  s: { ${service}endpoints: { serve: [ ${steps} ] } }
workloads:
  users: { arrivals: { at: [ ${at} ] }, requests: [ { call: s } ], policy: ${policy} }
${more}`;

const share = (rows: readonly Row[], instance: string): number =>
  rows.filter((row) => row.instance === instance).length;

describe('lifetimes of callers and work', () => {
  it('1: a time limit does not end the work of the server', () => {
    const { requests, at, ran } = golden(
      single('concurrency: 1, ', 'wait: 100ms', '0ms, 60ms', '{ timeout: 70ms }'),
    );
    expect(answered(requests)).toEqual([70, 130]);
    expect(outcomes(requests)).toEqual(['timeout', 'timeout']);
    expect(begun(at('s.serve'))).toEqual([0, 100]);
    expect(ended(at('s.serve'))).toEqual([100, 200]);
    expect(ran.variant().components['s'].wastedWork).toBe(1);
  });

  it('1: queued work whose caller has left is dropped in its turn where that is said', () => {
    const { at } = golden(
      single(
        'concurrency: 1, cancellation: onDequeue, ',
        'wait: 100ms',
        '0ms, 10ms, 60ms',
        '{ timeout: 70ms }',
      ),
    );
    // The second left at 80; its turn came at 100, and the third took it.
    expect(begun(at('s.serve'))).toEqual([0, -1, 100]);
  });

  it('18: a write that is retried after its time limit is done twice', () => {
    const { ran } = golden(
      single(
        '',
        'wait: 100ms',
        '0ms',
        '{ timeout: 70ms, retry: { attempts: 2, on: [ timeout ] } }',
      ),
    );
    expect(ran.variant().components['s'].duplicates).toBe(1);
  });

  it('23: waiting in the queue counts for the time limit and for the latency', () => {
    const { requests } = golden(
      single('concurrency: 1, ', 'wait: 100ms', '0ms, 0ms', '{ timeout: 150ms }'),
    );
    expect(latencies(requests)).toEqual([100, 150]);
    expect(outcomes(requests)).toEqual(['ok', 'timeout']);
  });

  it('45: successful latencies stand beside all latencies', () => {
    const { ran } = golden(
      single('concurrency: 1, ', 'wait: 100ms', '0ms, 0ms', '{ timeout: 150ms }'),
    );
    const { users } = ran.variant().components;
    expect([users.latency.mean, users.successLatency.mean]).toEqual([0.125, 0.1]);
  });
});

describe('breakers', () => {
  const callers = `
policies: { guard: { circuitBreaker: { kind: simple, failureThreshold: 3 } } }
services:
  front: { replicas: 2, outbound: guard, endpoints: { ask: [ call: s ] } }
  s: { endpoints: { serve: [ fail: 500 ] } }
workloads:
  users: { arrivals: { at: [ ${instants(0, 9, 1, 's')} ] }, requests: [ { call: front } ] }
`;

  it('2: each instance of the caller needs its own evidence', () => {
    const { at, ran } = golden(callers);
    // Replicas take turns, so each has seen three failures after six calls.
    expect(sent(at('s.serve'))).toEqual([0, 1000, 2000, 3000, 4000, 5000]);
    expect(ran.variant().edges['front->s'].breaker!.transitions).toEqual([
      { at: 4, instance: 'front[0]', state: 'open' },
      { at: 5, instance: 'front[1]', state: 'open' },
    ]);
  });

  it('3: slow failures trip it at their completion', () => {
    const { at, requests } = golden(
      single(
        '',
        'wait: 100ms, fail: 500',
        instants(0, 200, 10, 'ms'),
        '{ circuitBreaker: { kind: simple, failureThreshold: 3 } }',
      ),
    );
    // The third failure arrives at 120, before the call of that instant.
    expect(sent(at('s.serve'))).toEqual([0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110]);
    expect(requests.filter(({ outcome }) => outcome === 'rejectedBreaker')).toHaveLength(9);
  });

  it('5: half open lets only so many probes through', () => {
    const { at, requests } = golden(
      single(
        '',
        'wait: 50ms',
        `0ms, ${times(4, '1s')}`,
        '{ circuitBreaker: { kind: simple, failureThreshold: 1, openDuration: 1s } }',
        'faults: [ { id: dead, kind: error, target: s, at: 0s, for: 500ms } ]\n',
      ),
    );
    expect(sent(at('s.serve'))).toEqual([0, 1000]);
    expect(outcomes(requests).slice(1).sort()).toEqual([
      'ok',
      ...new Array(3).fill('rejectedBreaker'),
    ]);
  });

  it('7: a probe that hangs keeps gobreaker half open', () => {
    const { requests, ran } = golden(
      single(
        '',
        'wait: 50ms',
        `0s, ${instants(2, 60, 1, 's')}`,
        '{ circuitBreaker: { kind: gobreaker, timeout: 1s, tripAfter: { consecutiveFailures: 1 } } }',
        `faults:
  - { id: dead, kind: error, target: s, at: 0s, for: 500ms }
  - { id: stuck, kind: hang, target: s, at: 1500ms, for: 50s }
`,
      ),
    );
    const { transitions } = ran.variant().edges['users->s'].breaker!;
    // The probe of 2 s answers when the hang is over, with its 50 ms still to do.
    expect(transitions.map(({ at, state }) => [at, state])).toEqual([
      [0, 'open'],
      [2, 'halfOpen'],
      [51.55, 'closed'],
    ]);
    expect(outcomes(requests.slice(2, 51)).every((one) => one === 'rejectedBreaker')).toBe(true);
  });

  it('14: answers below 500 are no failures', () => {
    const { ran } = golden(
      single(
        '',
        'fail: 404',
        instants(1, 20, 1, 's'),
        '{ circuitBreaker: { kind: simple, failureThreshold: 2 } }',
      ),
    );
    expect(ran.variant().edges['users->s'].breaker!.transitions).toEqual([]);
  });

  it('51: the state of a caller is lost when it restarts', () => {
    const { at } = golden(`${callers.replace('replicas: 2, ', '')}
faults: [ { id: restart, kind: crash, target: front, at: 4500ms, for: 100ms } ]
`);
    // Open after the call of 2 s; the restart at 4.5 s forgets, so three more calls get through.
    expect(sent(at('s.serve'))).toEqual([0, 1000, 2000, 5000, 6000, 7000]);
  });
});

describe('retries', () => {
  it('15: the back-off begins when the failure arrives', () => {
    const { at } = golden(
      single(
        '',
        'wait: 5ms, fail: 500',
        '0ms',
        '{ retry: { attempts: 2, on: [ 5xx ], backoff: { kind: constant, base: 100ms } } }',
        'network: { latency: 10ms }\n',
      ),
    );
    expect(sent(at('s.serve'))).toEqual([0, 125]);
  });

  it('17: the last try gets only what is left of the deadline', () => {
    const { requests, at } = golden(
      single(
        '',
        'wait: 100ms, fail: 500',
        '0ms',
        '{ deadline: 250ms, retry: { attempts: 9, on: [ 5xx ] } }',
      ),
    );
    expect(sent(at('s.serve'))).toEqual([0, 100, 200]);
    expect(answered(requests)).toEqual([250]);
    expect(outcomes(requests)).toEqual(['deadlineExceeded']);
  });
});

describe('overload', () => {
  it('21: a refusal costs the way there and back, and work where that is said', () => {
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

  it('22: workers and queue bound what is in the system', () => {
    const { requests, ran } = golden(
      single('concurrency: 3, queue: { capacity: 4 }, ', 'wait: 100ms', times(10, '0ms'), '{}'),
    );
    expect(requests.filter(({ outcome }) => outcome === 'ok')).toHaveLength(7);
    const { s } = ran.variant().components;
    expect([s.concurrency!.max, s.queue!.max]).toEqual([3, 4]);
  });

  it('26: a CPU limit means full speed, then standstill until the next period', () => {
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

  it('27: a pause stops the process alone: its clients give up, and stale work follows', () => {
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
  ])('28: a worker of %s is held or given back while a call is under way', (runtime, ends) => {
    const { requests } = golden(`
services:
  front: { runtime: ${runtime}, concurrency: 1, endpoints: { ask: [ call: s ] } }
  s: { endpoints: { serve: [ wait: 100ms ] } }
workloads:
  users: { arrivals: { at: [ 0ms, 0ms ] }, requests: [ { call: front } ] }
`);
    expect(answered(requests)).toEqual(ends);
  });

  it('52: a retry storm outlives its trigger, and not without the retries', () => {
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
  ])('52: of %d ms leaves %d good of 3000 with %d tries', (ms, good, tries) => {
    const ran = paused(50, 3, ms);
    expect(ran.variant().components['users'].outcomes.ok).toBe(good);
    expect(ran.result.variants[0].perReplication[0].attempts).toBe(tries);
  });

  it('52: of 5 s is over by 30 s with one try, or with half the load', () => {
    expect(paused(50, 1, 5000).variant().budgets[0].value).toBe(1);
    expect(paused(25, 3, 5000).variant().budgets[0].value).toBe(1);
    expect(paused(50, 3, 5000).variant().budgets[0].value).toBe(0);
  });
});

describe('balancing', () => {
  it('29: each client counts its own round', () => {
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

  it('30: the least loaded is so by what the caller itself has outstanding', () => {
    const same = golden(own('one'));
    const busy = same.at('s.long')[0].instance;
    expect(share(same.at('s.quick'), busy)).toBe(0);
    const other = golden(own('two'));
    expect(share(other.at('s.quick'), busy)).toBeGreaterThan(10);
    expect(share(other.at('s.quick'), busy)).toBeLessThan(30);
  });

  it('31: an instance that fails fast draws more calls', () => {
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

  it('33: with all instances down calls are still made, and refused', () => {
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
  it('35: a bucket starts full, refills all the time, and a refusal takes nothing', () => {
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

  it('37: dialling costs time, and what may not stay idle is dialled again', () => {
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

  it('38: waiters of a pool are served in turn', () => {
    const { at } = golden(`
services: { app: { endpoints: { ask: [ query: db.select ] } } }
databases:
  db: { kind: generic, pool: { maxOpen: 1 }, operations: { select: { wait: 10ms } } }
workloads: { users: { arrivals: { at: [ 0ms, 1ms, 2ms, 3ms ] }, requests: [ { call: app } ] } }
`);
    expect(ended(at('app.ask'))).toEqual([10, 20, 30, 40]);
  });
});

describe('the network', () => {
  it('39: loss is a delay by the retransmission time-out and no failure', () => {
    const { requests } = golden(
      single(
        '',
        'wait: 1ms',
        instants(1, 200, 1, 'm').replaceAll('m', '0s'),
        '{}',
        'network: { latency: 10ms, loss: 30%, rto: 200ms }\n',
      ),
    );
    expect(requests.every(({ outcome }) => outcome === 'ok')).toBe(true);
    // 200 ms, then 400, 800 ...: each way loses 200 (2^n - 1) ms.
    const extra = new Set(latencies(requests).map((latency) => (latency - 21) / 200));
    expect(extra.has(0)).toBe(true);
    expect(extra.has(1)).toBe(true);
    expect(extra.has(3)).toBe(true);
    expect([...extra].every((turns) => Number.isInteger(turns))).toBe(true);
    const lost = latencies(requests).filter((latency) => latency > 21).length;
    // 1 - 0.7^2 = 51 % of 200, plus or minus four standard deviations.
    expect(Math.abs(lost - 102)).toBeLessThanOrEqual(28);
  });

  const dead = (fault: string): string =>
    single(
      '',
      'wait: 100ms',
      '2s',
      '{ timeout: 1s }',
      `network: { latency: 10ms }
faults: [ { id: f, ${fault}, at: 1s, for: 10s } ]
`,
    );

  it('40: a refused connection costs one round trip, silence costs the whole time limit', () => {
    const refused = golden(dead('kind: crash, target: s'));
    expect(outcomes(refused.requests)).toEqual(['refused']);
    expect(latencies(refused.requests)).toEqual([20]);
    const silent = golden(dead('kind: crash, target: s, blackhole: true'));
    expect(outcomes(silent.requests)).toEqual(['timeout']);
    expect(latencies(silent.requests)).toEqual([1000]);
  });
});

describe('work that is under way when a fault begins', () => {
  const hit = (
    fault: string,
    own: { readonly step?: string; readonly timeout?: string; readonly at?: string } = {},
  ): Row & { readonly work: Row } => {
    const { requests, at } = golden(
      single(
        '',
        own.step ?? 'work: 400ms',
        own.at ?? '800ms',
        `{ timeout: ${own.timeout ?? '10s'} }`,
        `network: { latency: 10ms }
faults: [ { id: f, ${fault}, at: 1s, for: 1s } ]
`,
      ),
    );
    return { ...requests[0], work: at('s.serve')[0] };
  };

  it('50: is reset by a crash, half a round trip later', () => {
    const { answered, outcome } = hit('kind: crash, target: s');
    expect([answered, outcome]).toEqual([1010, 'reset']);
  });

  it.each(['hang', 'pause'])('50: stops at a %s and goes on after it', (kind) => {
    // 190 ms of work were done at 1 s; the other 210 follow from 2 s on.
    expect(hit(`kind: ${kind}, target: s`).work.ended).toBe(2210);
    // What is waited for outside comes all the same, and is seen when the process moves again.
    expect(hit(`kind: ${kind}, target: s`, { step: 'wait: 400ms' }).work.ended).toBe(2000);
  });

  it.each(['work', 'wait'])(
    '50: takes longer from then on when its instance is slow: %s',
    (verb) => {
      // 190 ms were done at 1 s; the other 210 take twice as long.
      const step = `${verb}: 400ms`;
      expect(hit('kind: slow, target: s, factor: 2', { step }).work.ended).toBe(1420);
    },
  );

  it('50: is done in vain behind a partition', () => {
    const { answered, outcome, work } = hit('kind: partition, between: [ users, s ]', {
      timeout: '900ms',
    });
    expect([answered, outcome]).toEqual([1700, 'timeout']);
    expect(work.ended).toBe(1210);
  });

  it('50: is no more hit by errors, which hit what arrives while they last', () => {
    const before = hit('kind: error, target: s, afterWork: true');
    expect([before.work.ended, before.outcome]).toEqual([1210, 'ok']);
    const later = hit('kind: error, target: s, afterWork: true', { at: '1900ms' });
    expect([later.work.ended, later.outcome]).toEqual([2310, 'serverError']);
    const atOnce = hit('kind: error, target: s', { at: '1900ms' });
    expect([atOnce.answered, atOnce.outcome]).toEqual([1920, 'serverError']);
  });
});

describe('order and figures', () => {
  it('43: a fan-out takes as long as its slowest branch', () => {
    const { requests } = golden(`
services:
  front: { endpoints: { ask: [ { parallel: [ call: a, call: b ] } ] } }
  a: { endpoints: { serve: [ wait: 10ms ] } }
  b: { endpoints: { serve: [ wait: 90ms ] } }
workloads: { users: { arrivals: { at: [ 0ms ] }, requests: [ { call: front } ] } }
`);
    expect(latencies(requests)).toEqual([90]);
  });

  it('46: open arrivals keep coming while the service stands still', () => {
    const { requests } = golden(
      single(
        'concurrency: 1, ',
        'wait: 1ms',
        instants(1, 10, 1, 's'),
        '{}',
        'faults: [ { id: f, kind: hang, target: s, at: 1500ms, for: 8s } ]\n',
      ),
    );
    expect(sent(requests)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((s) => s * 1000));
    expect(latencies(requests).slice(0, 3)).toEqual([1, 7501, 6502]);
  });

  it('47: what arrives in the warm-up is not in the figures', () => {
    const ran = run(`
faultline: 1
title: A warm-up
run: { duration: 10s, warmup: 5s }
services: { s: { endpoints: { serve: [ wait: 1ms ] } } }
workloads: { users: { arrivals: constant(10/s), requests: [ { call: s } ] } }
`);
    expect(ran.records[0][0].totals.attempts).toBe(149);
    expect(ran.variant().components['users'].latency.count).toBe(100);
  });

  it('48: an answer at the instant of the time limit is in time', () => {
    const { requests } = golden(single('', 'wait: 70ms', '0ms', '{ timeout: 70ms }'));
    expect(outcomes(requests)).toEqual(['ok']);
  });

  it('48: a worker that is free at an instant is free for an arrival at that instant', () => {
    const { requests } = golden(
      single('concurrency: 1, queue: { capacity: 0 }, ', 'wait: 100ms', '0ms, 100ms', '{}'),
    );
    expect(outcomes(requests)).toEqual(['ok', 'ok']);
  });

  it('48: a fault hits work that would end at the instant of its beginning', () => {
    const { requests } = golden(
      single(
        '',
        'wait: 100ms',
        '900ms',
        '{}',
        'faults: [ { id: f, kind: crash, target: s, at: 1s, for: 1s } ]\n',
      ),
    );
    expect(outcomes(requests)).toEqual(['reset']);
  });

  it('49: all times are whole nanoseconds', () => {
    const file = load(`
faultline: 1
title: Random times
run: { duration: 20s }
network: { latency: lognormal(p50=0.3ms p99=2ms) }
services: { s: { cpu: 2, endpoints: { serve: [ work: exponential(3.3ms) ] } } }
workloads: { users: { arrivals: poisson(400/s), requests: [ { call: s } ] } }
`);
    const plan = compile(file.variants[0], file, { traceShare: 1 });
    const { traces } = simulate(plan, 0, { policyKind, faultKind });
    for (const column of ['sent', 'arrived', 'begun', 'ended', 'answered'] as const) {
      expect(traces[column].every((ns) => Number.isSafeInteger(ns))).toBe(true);
    }
  });
});
