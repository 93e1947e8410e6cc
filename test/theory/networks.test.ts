import { describe } from 'vitest';
import type { Measures } from './case.js';
import { theory } from './case.js';
import { inMs, inSystem } from './measures.js';
import { run, stream } from './program.js';

/** A journey through stations of one worker each, which are left before the next is entered. */
const queues = (services: Readonly<Record<string, string>>): string =>
  Object.entries(services)
    .map(([name, step]) => `  ${name}: { concurrency: 1, endpoints: { serve: [ ${step} ] } }`)
    .join('\n');

describe('open networks', () => {
  theory(
    'tandem-3',
    ({ p }) => {
      const ran = run(`
faultline: 1
title: Three queues in series
run: { duration: ${p.duration}s, warmup: ${p.warmup}s, seed: 7 }
services:
${queues({
  a: 'wait: exponential(10ms)',
  b: 'wait: exponential(12.5ms)',
  c: 'wait: exponential(8.333333ms)',
})}
workloads:
  users:
    arrivals: poisson(60/s)
    requests: [ { name: pass, steps: [ call: a, call: b, call: c ] } ]
`);
      const { users, b } = ran.variant().components;
      return {
        latency_mean_ms: inMs(users.successLatency.mean),
        latency_p50_ms: inMs(users.successLatency.p50),
        latency_p95_ms: inMs(users.successLatency.p95),
        latency_p99_ms: inMs(users.successLatency.p99),
        'b.latency_mean_ms': inMs(b.latency.mean),
      };
    },
    { share: 0.5 },
  );

  theory(
    'jackson-branching',
    ({ p }) => {
      const ran = run(`
faultline: 1
title: Branches that share a database
run: { duration: ${p.duration}s, warmup: ${p.warmup}s, seed: 7 }
services:
${queues({
  gw: 'wait: exponential(5ms)',
  a: 'wait: exponential(10ms)',
  b: 'wait: exponential(20ms)',
  db: 'wait: exponential(11.111111ms)',
})}
workloads:
  users:
    arrivals: poisson(100/s)
    requests:
      - name: browse
        steps:
          - call: gw
          - choose:
              - { weight: 60, steps: [ call: a, { call: db, probability: 50% } ] }
              - { weight: 30, steps: [ call: b, call: db ] }
              - { weight: 10, steps: [ wait: 0ms ] }
`);
      const { users, ...services } = ran.variant().components;
      const measured: Record<string, number> = { latency_mean_ms: inMs(users.successLatency.mean) };
      for (const [name, service] of Object.entries(services)) {
        measured[`${name}.latency_mean_ms`] = inMs(service.latency.mean);
        measured[`${name}.utilization`] = service.utilization ?? NaN;
      }
      return measured;
    },
    { share: 0.3 },
  );

  theory(
    'sync-call-holds-thread',
    ({ p }) => {
      const ran = run(`
faultline: 1
title: A synchronous call holds its thread
run: { duration: ${p.duration}s, warmup: ${p.warmup}s, seed: 7 }
services:
  front:
    concurrency: 10
    queue: { capacity: 0 }
    endpoints: { serve: [ work: 5ms, call: back ] }
  back: { endpoints: { serve: [ wait: 45ms ] } }
workloads:
  users: { arrivals: poisson(300/s), requests: [ { call: front } ] }
`);
      const { users, front, back } = ran.variant().components;
      return {
        reject_fraction: 1 - (users.success ?? NaN),
        throughput_rps: users.goodput,
        'front.utilization': front.utilization ?? NaN,
        'back.in_flight_mean': back.concurrency!.mean,
        latency_mean_ms: inMs(users.successLatency.mean),
      };
    },
    { share: 0.5 },
  );
});

describe('closed networks', () => {
  const closed = (
    p: { readonly duration: number; readonly warmup: number },
    arrivals: string,
    services: Readonly<Record<string, string>>,
  ): string => `
faultline: 1
title: Closed users
run: { duration: ${p.duration}s, warmup: ${p.warmup}s, seed: 7 }
services:
${queues(services)}
workloads:
  users:
    arrivals: ${arrivals}
    requests: [ { name: visit, steps: [ ${Object.keys(services)
      .map((name) => `call: ${name}`)
      .join(', ')} ] } ]
`;

  theory('closed-interactive', ({ p }) => {
    const ran = run(closed(p, 'closed(20 exponential(1s))', { s: 'wait: exponential(50ms)' }));
    const { users, s } = ran.variant().components;
    return {
      throughput_rps: users.throughput,
      latency_mean_ms: inMs(users.latency.mean),
      utilization: s.utilization ?? NaN,
    };
  });

  theory(
    'closed-3tier-mva',
    ({ p }) => {
      const ran = run(
        closed(p, 'closed(60 exponential(500ms))', {
          web: 'wait: exponential(5ms)',
          app: 'wait: exponential(20ms)',
          db: 'wait: exponential(12ms)',
        }),
      );
      const { users, web, app, db } = ran.variant().components;
      return {
        throughput_rps: users.throughput,
        latency_mean_ms: inMs(users.latency.mean),
        'web.utilization': web.utilization ?? NaN,
        'app.utilization': app.utilization ?? NaN,
        'db.utilization': db.utilization ?? NaN,
        'app.in_system_mean': inSystem(app),
      };
    },
    { share: 0.3 },
  );

  theory('interactive-law-saturated', ({ p }) => {
    const ran = run(
      closed(p, 'closed(100 1s)', { x: 'wait: exponential(40ms)', y: 'wait: exponential(25ms)' }),
    );
    const { users } = ran.variant().components;
    const seconds = users.latency.mean ?? NaN;
    return {
      throughput_rps: users.throughput,
      latency_mean_ms: seconds * 1000,
      throughput_times_latency_plus_think_over_users: (users.throughput * (seconds + 1)) / 100,
    };
  });
});

describe('fan-out', () => {
  const fan = (count: number, step: string, parallel: string): string => `
faultline: 1
title: Fan-out
run: { duration: ${count / 1000}s, seed: 7, drain: 60s }
services:
  backend: { endpoints: { serve: [ ${step} ] } }
workloads:
  users:
    arrivals: constant(1000/s)
    requests: [ { name: ask, steps: [ { parallel: ${parallel} } ] } ]
`;
  const all = (width: number): string => `{ branches: [ call: backend ], each: ${width} }`;

  for (const id of ['forkjoin-10', 'forkjoin-50']) {
    theory(
      id,
      ({ p }) => {
        const step = `wait: exponential(${p['service_mean_ms']}ms)`;
        const variant = run(fan(p.count, step, all(p['fanout']))).variant();
        const { users } = variant.components;
        return {
          latency_mean_ms: inMs(users.latency.mean),
          latency_p50_ms: inMs(users.latency.p50),
          latency_p99_ms: inMs(users.latency.p99),
          backend_calls_per_request: variant.edges['users->backend'].calls / users.latency.count,
        };
      },
      { share: id === 'forkjoin-10' ? 0.5 : 0.1 },
    );
  }

  theory(
    'tail-at-scale-100',
    ({ p }) => {
      const ran = run(fan(p.count, 'wait: mixture(99%=10ms 1%=1s)', all(100)));
      const { latency } = ran.variant().components['users'];
      return {
        // Every request takes 10 ms or 1000 ms, so the mean gives the share of slow ones.
        fraction_slower_than_999ms: (inMs(latency.mean) - 10) / 990,
        // Buckets are 0.8 % wide, so the figure shows which of the two it is.
        latency_p50_ms: Math.abs(inMs(latency.p50) - 1000) <= 4 ? inMs(latency.max) : 10,
      };
    },
    { share: 0.1 },
  );

  theory(
    'quorum-2of3',
    ({ p }) => {
      const parallel = '{ branches: [ call: backend ], each: 3, join: quorum(2) }';
      const ran = run(fan(p.count, 'wait: exponential(12ms)', parallel));
      const { latency } = ran.variant().components['users'];
      return {
        latency_mean_ms: inMs(latency.mean),
        latency_p50_ms: inMs(latency.p50),
        latency_p99_ms: inMs(latency.p99),
      };
    },
    { share: 0.3 },
  );

  theory(
    'forkjoin-queue-2',
    ({ p }) => {
      const ran = run(`
faultline: 1
title: Fork and join of two queues
run: { duration: ${p.duration}s, warmup: ${p.warmup}s, seed: 7 }
services:
${queues({ left: 'wait: exponential(10ms)', right: 'wait: exponential(10ms)' })}
workloads:
  users:
    arrivals: poisson(70/s)
    requests: [ { name: ask, steps: [ parallel: [ call: left, call: right ] ] } ]
`);
      const { users, left, right } = ran.variant().components;
      return {
        latency_mean_ms: inMs(users.latency.mean),
        'backend.latency_mean_ms': (inMs(left.latency.mean) + inMs(right.latency.mean)) / 2,
      };
    },
    { share: 0.3 },
  );

  theory('sequential-vs-parallel', (): Measures => {
    const ran = run(`
faultline: 1
title: One after the other, or at once
run: { duration: 1s }
network:
  latency: 0.5ms
  links: [ { between: [ users, front ], latency: 0ms } ]
services:
  front: { endpoints: { serve: [ work: 2ms, call: b1, call: b2, call: b3 ] } }
  b1: { endpoints: { serve: [ wait: 10ms ] } }
  b2: { endpoints: { serve: [ wait: 20ms ] } }
  b3: { endpoints: { serve: [ wait: 30ms ] } }
workloads:
  users: { arrivals: { at: [ 0ms ] }, requests: [ { call: front } ] }
variants:
  - { name: sequential }
  - name: parallel
    set: { services.front.endpoints.serve.steps: [ work: 2ms, parallel: [ call: b1, call: b2, call: b3 ] ] }
`);
    const of = (name: string): number => inMs(ran.variant(name).components['users'].latency.mean);
    return {
      sequential_latency_ms: of('sequential'),
      parallel_latency_ms: of('parallel'),
    };
  });
});

describe('balancing', () => {
  const replicas = (
    p: { readonly duration: number; readonly warmup: number },
    count: number,
    rate: number,
    kind: string,
  ): string => `
faultline: 1
title: Balanced replicas
run: { duration: ${p.duration}s, warmup: ${p.warmup}s, seed: 7 }
services:
  s:
    replicas: ${count}
    concurrency: 1
    loadBalancing: ${kind}
    endpoints: { serve: [ wait: exponential(10ms) ] }
workloads:
  users: { arrivals: poisson(${rate}/s), requests: [ { call: s } ] }
`;

  theory(
    'round-robin-2',
    ({ p }) => {
      const text = replicas(p, 2, 160, '{ kind: roundRobin }');
      const random = '{ name: random, set: { services.s.loadBalancing: { kind: random } } }';
      const ran = run(`${text}variants: [ { name: inTurn }, ${random} ]\n`);
      const own = ran.variant('inTurn').components['users'].latency;
      const other = ran.variant('random').components['users'].latency;
      return {
        latency_mean_ms: inMs(own.mean),
        latency_p99_ms: inMs(own.p99),
        ratio_to_random_split_mean: own.mean! / other.mean!,
      };
    },
    { share: 0.12 },
  );

  theory(
    'jsq-2',
    ({ p }) => {
      const scan = '{ kind: leastRequest, selectionMethod: fullScan }';
      const ran = run(
        `${replicas(p, 2, 160, '{ kind: leastConnections }')}` +
          `variants: [ { name: inTurn }, { name: coin, set: { services.s.loadBalancing: ${scan} } } ]\n`,
      );
      const mean = (variant: string): number =>
        inMs(ran.variant(variant).components['users'].latency.mean);
      return { in_turn_latency_mean_ms: mean('inTurn'), by_a_coin_latency_mean_ms: mean('coin') };
    },
    { share: 0.12 },
  );

  theory(
    'p2c-rho90',
    ({ p }) => {
      const text = replicas(p, 500, 45_000, '{ kind: leastRequest, choices: 2 }');
      const { mean, atLeast } = occupancy(text, 500, p.duration);
      return {
        latency_mean_ms: mean,
        fraction_of_replicas_with_at_least_2: atLeast(2),
        fraction_of_replicas_with_at_least_3: atLeast(3),
      };
    },
    { share: 0.05 },
  );

  theory(
    'hash-skew-hot-shard',
    ({ p }) => {
      const text = replicas(p, p.shards!, p.arrival_rps!, '{ kind: maglev, key: user }');
      const keys = 'keys: { user: { kind: hot, count: 100000, hotShare: 20% } }\n';
      const { busy, latency, all } = shards(`${text}${keys}`, p.shards!, p.duration);
      // The table decides which shard is the hot one: the busiest. Any other will do for the second.
      const hot = busy.indexOf(Math.max(...busy));
      const other = hot === 0 ? 1 : 0;
      return {
        'shard0.utilization': busy[hot]!,
        'shard1.utilization': busy[other]!,
        'shard0.latency_mean_ms': latency[hot]!,
        'shard1.latency_mean_ms': latency[other]!,
        latency_mean_ms: all,
      };
    },
    { share: 0.3 },
  );
});

/** Requests in each replica, looked at every 100 ms, and the mean latency of the attempts in ms. */
function occupancy(
  text: string,
  replicas: number,
  seconds: number,
): { readonly mean: number; readonly atLeast: (n: number) => number } {
  const counts = new Int32Array(replicas * seconds * 10);
  let sum = 0;
  let attempts = 0;
  stream(text, (rows, plan) => {
    const first = plan.components.find(({ name }) => name === 's')!.firstInstance;
    for (let i = 0; i < rows.rows; i++) {
      // Requests that the end of the run cuts off have no response.
      if (rows.answered[i]! < 0) continue;
      if (rows.parent[i] < 0) continue;
      attempts++;
      sum += rows.answered[i] - rows.sent[i];
      const from = Math.ceil((rows.arrived[i] - plan.warmupNs) / 1e8);
      const until = Math.ceil((rows.ended[i] - plan.warmupNs) / 1e8);
      const column = rows.instance[i] - first;
      for (let k = Math.max(0, from); k < Math.min(until, seconds * 10); k++) {
        counts[k * replicas + column]++;
      }
    }
  });
  // Requests of the warm-up, and those that are under way at the end, are not in the trace.
  const settled = counts.slice(replicas * 5, counts.length - replicas * 5);
  const atLeast = (n: number): number => settled.filter((k) => k >= n).length / settled.length;
  return { mean: sum / attempts / 1e6, atLeast };
}

/** Share of the time that each replica works, and its mean latency in ms. */
function shards(
  text: string,
  replicas: number,
  seconds: number,
): { readonly busy: number[]; readonly latency: number[]; readonly all: number } {
  const busy = new Float64Array(replicas);
  const sums = new Float64Array(replicas);
  const counts = new Float64Array(replicas);
  stream(text, (rows, plan) => {
    const first = plan.components.find(({ name }) => name === 's')!.firstInstance;
    for (let i = 0; i < rows.rows; i++) {
      if (rows.parent[i]! < 0 || rows.answered[i]! < 0) continue;
      const own = rows.instance[i]! - first;
      busy[own] += rows.ended[i]! - rows.begun[i]!;
      sums[own] += rows.answered[i]! - rows.sent[i]!;
      counts[own]++;
    }
  });
  const total = (column: Float64Array): number => column.reduce((sum, value) => sum + value, 0);
  return {
    busy: Array.from(busy, (ns) => ns / 1e9 / seconds),
    latency: Array.from(sums, (ns, k) => ns / counts[k]! / 1e6),
    all: total(sums) / total(counts) / 1e6,
  };
}
