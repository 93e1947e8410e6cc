import { describe } from 'vitest';
import { theory } from './case.js';
import { deviationMs, histogramOf, inMs } from './measures.js';
import { run, traceOf } from './program.js';

/** Constant arrivals at a service without limits; every call is over before the end. */
const asking = (count: number, steps: string, policy: string, more = ''): string => `
faultline: 1
title: Calls under a policy
run: { duration: ${count / 1000}s, seed: 7, drain: 60s }
services:
  backend: { endpoints: { serve: [ ${steps} ] }${more} }
workloads:
  users:
    arrivals: constant(1000/s)
    requests: [ { call: backend } ]
    policy: ${policy}
`;

describe('retries', () => {
  for (const id of ['retry-p30-n3', 'retry-p60-n5']) {
    theory(
      id,
      ({ p }) => {
        const steps = `wait: 10ms, { fail: 500, probability: ${p['fail_probability'] * 100}% }`;
        const policy = `{ retry: { attempts: ${p['max_attempts']}, on: [ error ] } }`;
        const ran = run(asking(p.count, steps, policy));
        const { users } = ran.variant().components;
        return {
          success_fraction: users.success ?? NaN,
          attempts_per_request: ran.result.variants[0].perReplication[0].attempts / p.count,
          latency_mean_ms: inMs(users.latency.mean),
        };
      },
      { share: 0.5 },
    );
  }

  theory('retry-layers-64', () => {
    const ran = run(`
faultline: 1
title: Retries at every layer
run: { duration: 20s }
defaults: { services: { outbound: again } }
policies: { again: { retry: { attempts: 4, on: [ any ] } } }
services:
  a: { endpoints: { serve: [ call: b ] } }
  b: { endpoints: { serve: [ call: c ] } }
  c: { endpoints: { serve: [ { query: db, policy: again } ] } }
databases:
  db: { kind: generic, operations: { select: 1ms } }
workloads:
  users: { arrivals: { at: [ ${hundred()} ] }, requests: [ { call: a } ] }
faults:
  - { id: broken, kind: error, target: db, afterWork: true, at: 0s, for: 20s }
`);
    const { users } = ran.variant().components;
    return {
      database_calls_per_request: ran.variant().edges['c->db'].attempts / 100,
      success_fraction: users.success ?? NaN,
      latency_mean_ms: inMs(users.latency.mean),
    };
  });

  const layers: readonly (readonly [string, number, readonly number[]])[] = [
    ['retry-layers-partial', 50, [3, 3]],
    ['retry-layers-partial-3', 70, [3, 2, 3]],
  ];
  for (const [id, percent, attempts] of layers) {
    theory(
      id,
      ({ p }) => {
        const names = attempts.map((_, k) => `layer${k + 1}`);
        const policy = (n: number): string => `{ retry: { attempts: ${n}, on: [ any ] } }`;
        const inner = names.map((name, k) => {
          const callee = names[k + 1] ?? 'leaf';
          const step = `{ call: ${callee}, policy: ${policy(attempts[k])} }`;
          return `  ${name}: { endpoints: { serve: [ ${step} ] } }`;
        });
        const ran = run(`
faultline: 1
title: Layers of retries
run: { duration: ${p.count / 1000}s, seed: 7, drain: 60s }
services:
${inner.join('\n')}
  leaf: { endpoints: { serve: [ { fail: 503, probability: ${percent}% } ] } }
workloads:
  users: { arrivals: constant(1000/s), requests: [ { call: layer1 } ] }
`);
        const variant = ran.variant();
        return {
          leaf_calls_per_request: variant.edges[`${names.at(-1)}->leaf`].attempts / p.count,
          success_fraction: variant.components['users'].success ?? NaN,
        };
      },
      { share: 0.4 },
    );
  }

  theory('backoff-timeline', () => {
    const { rows } = traceOf(`
faultline: 1
title: Exponential back-off
run: { duration: 5s }
services: { backend: { endpoints: { serve: [ wait: 5ms, fail: 500 ] } } }
workloads:
  users:
    arrivals: { at: [ 0ms ] }
    requests: [ { call: backend } ]
    policy:
      retry: { attempts: 6, on: [ 5xx ], backoff: { kind: exponential, base: 100ms, factor: 2, max: 1s } }
`);
    const attempts = rows.filter(({ part }) => part === 'backend.serve');
    const request = rows.find(({ part }) => part === 'users.serve')!;
    return {
      attempt_start_times_ms: attempts.map(({ sent }) => sent),
      total_latency_ms: request.answered,
      attempts: attempts.length,
    };
  });

  theory('backoff-full-jitter-mean', ({ p }) => {
    const backoff = '{ kind: exponential, base: 100ms, factor: 2, max: 1s, jitter: full }';
    const policy = `{ retry: { attempts: 6, on: [ error ], backoff: ${backoff} } }`;
    const ran = run(asking(p.count, 'wait: 5ms, fail: 500', policy));
    const { latency } = ran.variant().components['users'];
    return {
      total_latency_mean_ms: inMs(latency.mean),
      total_latency_std_ms: deviationMs(histogramOf(ran, 'users.serve', 'latency')),
      total_latency_max_ms: inMs(latency.max),
    };
  });

  theory(
    'retry-load-fixed-point',
    ({ p }) => {
      const again = 'wait: exponential(5s)';
      const ran = run(`
faultline: 1
title: Rejected calls come again
run: { duration: ${p.duration}s, warmup: ${p.warmup}s, seed: 7 }
services:
  s: { concurrency: 12, queue: { capacity: 0 }, endpoints: { serve: [ wait: exponential(50ms) ] } }
workloads:
  users:
    arrivals: poisson(200/s)
    requests:
      - name: ask
        steps: [ { call: s, onError: [ ${again}, { call: s, onError: [ ${again}, call: s ] } ] } ]
`);
      const { users, s } = ran.variant().components;
      return {
        attempts_per_second: ran.variant().edges['users->s'].attempts / p.duration,
        attempt_reject_fraction: 1 - (s.success ?? NaN),
        success_fraction: users.success ?? NaN,
      };
    },
    { share: 0.5 },
  );
});

describe('time limits', () => {
  for (const id of ['timeout-exp-retry', 'timeout-exp-retry-tight']) {
    theory(
      id,
      ({ p }) => {
        const retry = `retry: { attempts: ${p['max_attempts']}, on: [ timeout ] }`;
        const policy = `{ timeout: ${p['attempt_timeout_ms']}ms, ${retry} }`;
        const steps = `wait: exponential(${p['service_mean_ms']}ms)`;
        const ran = run(asking(p.count, steps, policy, ', cancellation: immediate'));
        const { users } = ran.variant().components;
        const edge = ran.variant().edges['users->backend'];
        const attempts = ran.result.variants[0].perReplication[0].attempts;
        return {
          attempt_timeout_fraction: (edge.attemptOutcomes.timeout ?? 0) / attempts,
          success_fraction: users.success ?? NaN,
          attempts_per_request: attempts / p.count,
          latency_mean_ms: inMs(users.latency.mean),
          latency_max_ms: inMs(users.latency.max),
        };
      },
      { share: 0.5 },
    );
  }

  theory('timeout-always', ({ p }) => {
    const ran = run(`
faultline: 1
title: A time limit below the service time
run: { duration: ${p.duration}s, warmup: 1s, drain: 10s }
services: { backend: { endpoints: { serve: [ wait: 200ms ] } } }
workloads:
  users:
    arrivals: constant(20/s)
    requests: [ { call: backend } ]
    policy: { timeout: 150ms, retry: { attempts: 3, on: [ timeout ] } }
`);
    const { users, backend } = ran.variant().components;
    return {
      success_fraction: users.success ?? NaN,
      attempts_per_request: ran.variant().edges['users->backend'].amplification ?? NaN,
      latency_mean_ms: inMs(users.latency.mean),
      server_in_flight_mean_steady: backend.concurrency!.mean,
    };
  });

  theory('deadline-propagation', () => {
    const ran = run(`
faultline: 1
title: A deadline that travels
run: { duration: 1s }
defaults: { services: { cancellation: immediate } }
services:
  a: { endpoints: { serve: [ work: 30ms, call: b ] } }
  b: { endpoints: { serve: [ work: 40ms, call: c ] } }
  c: { concurrency: 1, endpoints: { serve: [ work: 50ms ] } }
workloads:
  users: { arrivals: { at: [ 0ms ] }, requests: [ { call: a } ], policy: { deadline: 100ms } }
variants:
  - { name: deadline }
  - { name: unlimited-time, remove: [ workloads.users.policy ] }
`);
    const { users, c } = ran.variant('deadline').components;
    return {
      with_deadline_client_latency_ms: inMs(users.latency.mean),
      with_deadline_success: users.success === 1,
      with_deadline_c_busy_ms: (c.utilization ?? NaN) * 1000,
      without_deadline_client_latency_ms: inMs(
        ran.variant('unlimited-time').components['users'].latency.mean,
      ),
    };
  });
});

describe('breakers', () => {
  const at = (count: number): string =>
    Array.from({ length: count }, (_, k) => `${k * 10}ms`).join(', ');
  const policy =
    '{ circuitBreaker: { kind: simple, failureThreshold: 5, openDuration: 1s, halfOpenPermits: 1 } }';

  theory('breaker-duty-cycle', () => {
    const ran = run(`
faultline: 1
title: A breaker in front of a dead service
run: { duration: 60s }
services: { backend: { endpoints: { serve: [ wait: 25ms, fail: 500 ] } } }
workloads:
  users: { arrivals: { at: [ ${at(6000)} ] }, requests: [ { call: backend } ], policy: ${policy} }
`);
    const edge = ran.variant().edges['users->backend'];
    const opened = edge.breaker!.transitions.filter(({ state }) => state === 'open');
    return {
      first_open_at_ms: inMs(opened[0].at),
      calls_admitted: edge.attempts,
      calls_rejected: edge.outcomes.rejectedBreaker ?? 0,
      times_opened: opened.length,
      cycle_length_ms: inMs(opened[8].at) - inMs(opened[7].at),
      open_time_fraction: edge.breaker!.openFor,
    };
  });

  theory('breaker-fault-window', () => {
    const ran = run(`
faultline: 1
title: A breaker through a fault
run: { duration: 40s }
services: { backend: { endpoints: { serve: [ wait: 5ms ] } } }
workloads:
  users: { arrivals: { at: [ ${at(4000)} ] }, requests: [ { call: backend } ], policy: ${policy} }
faults:
  - { id: slow, kind: slow, target: backend.serve, factor: 5, at: 10s, for: 10s }
  - { id: broken, kind: error, target: backend, afterWork: true, at: 10s, for: 10s }
`);
    const edge = ran.variant().edges['users->backend'];
    const { transitions } = edge.breaker!;
    const opened = transitions.filter(({ state }) => state === 'open');
    return {
      first_open_at_ms: inMs(opened[0].at),
      finally_closed_at_ms: inMs(transitions.at(-1)!.at),
      failed_calls: edge.outcomes.serverError ?? 0,
      rejected_calls: edge.outcomes.rejectedBreaker ?? 0,
      ok_calls: edge.outcomes.ok ?? 0,
      times_opened: opened.length,
    };
  });
});

describe('limiters', () => {
  const limited = (run: string, arrivals: string, bucket: string): string => `
faultline: 1
title: A token bucket
run: ${run}
services: { s: { endpoints: { serve: [ wait: 1ms ] } } }
workloads:
  users: { arrivals: ${arrivals}, requests: [ { call: s } ], policy: { rateLimit: ${bucket} } }
budgets: [ users->s.goodput >= 0/s from 0ms to 500ms ]
`;

  theory('token-bucket-constant', () => {
    const at = Array.from({ length: 2000 }, (_, k) => `${k * 5}ms`).join(', ');
    const bucket = '{ rate: 100/s, burst: 50 }';
    const ran = run(limited('{ duration: 10s, drain: 1s }', `{ at: [ ${at} ] }`, bucket));
    const { outcomes } = ran.variant().components['users'];
    return {
      admitted: outcomes.ok ?? 0,
      admitted_in_first_half_second: (ran.variant().budgets[0].value ?? NaN) * 0.5,
      reject_fraction: (outcomes.rejectedRateLimit ?? 0) / 2000,
    };
  });

  theory('fixed-window-limiter', () => {
    const at = Array.from({ length: 2500 }, (_, k) => `${k * 4}ms`).join(', ');
    const window = '{ kind: fixedWindow, limit: 100, window: 1s }';
    const { rows } = traceOf(limited('{ duration: 10s, drain: 1s }', `{ at: [ ${at} ] }`, window));
    const ok = rows.filter(({ parent, outcome }) => parent < 0 && outcome === 'ok');
    const sent = ok.map((row) => row.sent);
    const between = (from: number, to: number): number =>
      sent.filter((time) => time >= from && time < to).length;
    return {
      admitted: sent.length,
      'admitted_between_0.0_and_0.4s': between(0, 400),
      'admitted_between_0.4_and_1.0s': between(400, 1000),
      longest_rejection_gap_ms: Math.max(...sent.slice(1).map((time, k) => time - sent[k])),
    };
  });

  for (const id of ['token-bucket-poisson', 'token-bucket-poisson-critical']) {
    theory(
      id,
      ({ p }) => {
        const length = `{ duration: ${p.duration}s, warmup: ${p.warmup}s, seed: 7 }`;
        const bucket = `{ rate: ${p['rate_rps']}/s, burst: ${p['burst']} }`;
        const ran = run(limited(length, `poisson(${p['offered_rps']}/s)`, bucket));
        const { users } = ran.variant().components;
        return { reject_fraction: 1 - (users.success ?? NaN), admitted_rps: users.goodput };
      },
      { share: 0.3 },
    );
  }

  theory('adaptive-throttle-k2', ({ p }) => {
    const ran = run(`
faultline: 1
title: A client-side throttle
run: { duration: ${p.duration}s, warmup: ${p.warmup}s, seed: 7 }
services:
  s:
    middleware: [ { rateLimit: { rate: ${p['backend_accepts_rps']}/s, burst: 10 } } ]
    endpoints: { serve: [ wait: 1ms ] }
workloads:
  users:
    arrivals: poisson(${p['demand_rps']}/s)
    requests: [ { call: s } ]
    policy: { throttle: { kind: sre, k: ${p['K']}, window: ${p['window_s']}s } }
`);
    const edge = ran.variant().edges['users->s'];
    return {
      sent_to_backend_rps: edge.attempts / p.duration,
      accepted_rps: ran.variant().components['users'].goodput,
      locally_rejected_fraction: (edge.counters['throttleRejected'] ?? 0) / edge.calls,
    };
  });
});

/** A hundred instants, 100 ms apart. */
function hundred(): string {
  return Array.from({ length: 100 }, (_, k) => `${k * 100}ms`).join(', ');
}

describe('hedging', () => {
  theory(
    'hedge-p95-exp',
    ({ p }) => {
      const policy = `{ hedge: { after: ${p['hedge_delay_ms']}ms } }`;
      const ran = run(asking(p.count, `wait: exponential(${p['service_mean_ms']}ms)`, policy));
      const { latency } = ran.variant().components['users']!;
      const { attempts, calls } = ran.variant().edges['users->backend']!;
      return {
        extra_calls_fraction: attempts / calls - 1,
        latency_mean_ms: inMs(latency.mean),
        latency_p95_ms: inMs(latency.p95),
        latency_p99_ms: inMs(latency.p99),
        latency_p999_ms: inMs(latency.p999),
      };
    },
    { share: 0.5 },
  );

  theory(
    'hedge-fanout-100',
    ({ p }) => {
      const slow = `${p['slow_probability'] * 100}%=${p['slow_ms']}ms`;
      const service = `wait: mixture(${100 - p['slow_probability'] * 100}%=${p['fast_ms']}ms ${slow})`;
      const fan = (policy: string): ReturnType<typeof run> =>
        run(`
faultline: 1
title: A fan-out of hedged calls
run: { duration: ${p.count / 1000}s, seed: 7, drain: 60s }
services:
  root:
    runtime: async
    outbound: leaf
    endpoints: { ask: [ { parallel: { branches: [ call: backend ], each: ${p['fanout']} } } ] }
  backend: { endpoints: { serve: [ ${service} ] } }
policies: { leaf: ${policy} }
workloads: { users: { arrivals: constant(1000/s), requests: [ { call: root } ] } }
`);
      const plain = fan('{}').variant().components['users']!.latency;
      const ran = fan(`{ hedge: { after: ${p['hedge_delay_ms']}ms } }`);
      const { latency } = ran.variant().components['users']!;
      const { attempts, calls } = ran.variant().edges['root->backend']!;
      const [fast, late] = [p['fast_ms'], p['fast_ms'] + p['hedge_delay_ms']];
      // Hedged requests take 5, 15 or 1000 ms; how many take 15 follows from the extra calls.
      const inTime = (1 - (attempts / calls - 1)) ** p['fanout'];
      const usual = fast * inTime + late * (1 - inTime);
      // Buckets are 0.8 % wide, so the figure shows which of the values it is.
      const near = (value: number | null, exact: number): number =>
        Math.abs(inMs(value) - exact) <= 0.004 * exact ? exact : inMs(value);
      return {
        plain_fraction_slower_than_999ms: (inMs(plain.mean) - fast) / (p['slow_ms'] - fast),
        hedged_fraction_slower_than_999ms: (inMs(latency.mean) - usual) / (p['slow_ms'] - usual),
        hedged_extra_calls_fraction: attempts / calls - 1,
        plain_latency_p99_ms: near(plain.p99, p['slow_ms']),
        hedged_latency_p99_ms: near(latency.p99, late),
        hedged_latency_p999_ms: near(latency.p999, late),
      };
    },
    { share: 0.1, sampled: ['hedged_fraction_slower_than_999ms'] },
  );
});
