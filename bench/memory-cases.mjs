/** A tree of 31 services on five levels, each of which calls two below it. */
function tree(replicas, policy = '') {
  const services = Array.from({ length: 31 }, (_, index) => {
    const below = [2 * index + 1, 2 * index + 2].filter((other) => other < 31);
    const steps = ['work: 1ms', ...below.map((other) => `call: s${other}.get`)];
    return `  s${index}: { replicas: ${replicas}, endpoints: { get: [ ${steps.join(', ')} ] }${policy} }`;
  });
  return `faultline: 1
title: 31 services with ${replicas} replicas each
run: { duration: 20s }
services:
${services.join('\n')}
workloads:
  users: { arrivals: constant(100/s), requests: [ { call: s0.get } ] }
`;
}

const BREAKERS = ', outbound: { default: { circuitBreaker: { failureThreshold: 5 } } }';

const QUEUE = `faultline: 1
title: A queue without end
run: { duration: 4000s, replications: 4 }
services:
  api: { concurrency: 4, endpoints: { get: [ wait: 50ms ] } }
workloads:
  users: { arrivals: poisson(20000/s), requests: [ { call: api.get } ] }
`;

const NEVER = `faultline: 1
title: Calls that never return
run: { duration: 4000s }
services:
  api: { concurrency: unlimited, runtime: async, endpoints: { get: [ work: 10us, call: db.read ] } }
  db: { concurrency: unlimited, endpoints: { read: [ wait: 5ms ] } }
workloads:
  users: { arrivals: poisson(20000/s), requests: [ { call: api.get } ] }
faults: [ { id: hang, kind: hang, target: db, at: 1s, for: none } ]
`;

/** Each replica of one service may call each replica of another: the pairs grow with the square of the replicas. */
function pairs(replicas, outbound, stock = '') {
  return `faultline: 1
title: Two services with ${replicas} replicas each
run: { duration: 10s }
services:
  shop: { replicas: ${replicas}, runtime: async, outbound: { default: ${outbound} }, endpoints: { page: [ call: stock.get ] } }
  stock: { replicas: ${replicas}${stock}, endpoints: { get: [ wait: 5ms ] } }
workloads:
  users: { arrivals: poisson(50/s), requests: [ { call: shop.page } ] }
`;
}

/** Loads from light to far beyond the capacity, so that part of the settings has long queues. */
const SWEEP = `faultline: 1
title: A sweep of 400 settings
run: { duration: 30s }
services:
  api: { concurrency: 16, endpoints: { get: [ work: 1ms, call: db.read ] } }
  db: { concurrency: 4, endpoints: { read: [ wait: exponential(8ms) ] } }
workloads:
  users: { arrivals: poisson(100/s), requests: [ { call: api.get } ] }
sweeps:
  load:
    set:
      workloads.users.arrivals.rate: { from: 20/s, to: 800/s, steps: 40 }
      services.db.concurrency: { from: 1, to: 10, steps: 10 }
    metrics: [ users.success, users.latency.p99 ]
`;

/** This number of variants, each with another load: measures what analysis and page keep per variant. */
function variants(count) {
  const rates = Array.from({ length: count }, (_, i) => 40 + 2 * i);
  return `faultline: 1
title: ${count} variants
run: { duration: 20s, replications: 2 }
services:
  api: { concurrency: 16, endpoints: { get: [ work: 1ms, call: db.read ] } }
  db: { concurrency: 2, endpoints: { read: [ wait: exponential(8ms) ] } }
workloads:
  users: { arrivals: poisson(40/s), patience: 1s, requests: [ { call: api.get } ] }
variants:
${rates.map((rate) => `  - { name: load-${rate}, set: { workloads.users.arrivals: poisson(${rate}/s) } }`).join('\n')}
`;
}

/** The scenario, arguments and memory budget of each case. Without a budget a case may need more than 8 GB. */
export const cases = [
  ...[1, 2, 4].map((workers) => ({
    name: `queue without end, ${workers} workers`,
    text: () => QUEUE,
    words: ['run', '--workers', String(workers)],
    budget: '2GiB',
  })),
  ...[1, 2].map((workers) => ({
    name: `calls that never return, ${workers} workers`,
    text: () => NEVER,
    words: ['run', '--replications', String(workers), '--workers', String(workers)],
    budget: '2GiB',
  })),
  ...['', BREAKERS].flatMap((policy) =>
    [320, 1000, 3200].map((replicas) => ({
      name: `31 services x ${replicas}${policy === '' ? '' : ' with breakers'}`,
      text: () => tree(replicas, policy),
      words: ['run', '--workers', '1'],
      budget: '8GB',
    })),
  ),
  ...[
    [
      'a breaker for each instance called',
      '{ circuitBreaker: { kind: resilience4j, per: target } }',
    ],
    ['pools of connections', '{ connections: { max: 4 } }'],
    ['outlier detection', '{}', ', outlierDetection: { consecutive5xx: 3 }'],
  ].map(([what, outbound, stock]) => ({
    name: `2 services x 3000 with ${what}`,
    text: () => pairs(3000, outbound, stock),
    words: ['run', '--workers', '1'],
    budget: '2GiB',
  })),
  {
    name: 'sweep of 400 settings',
    text: () => SWEEP,
    words: ['sweep', 'load', '--workers', '2'],
    budget: '1GiB',
  },
  {
    name: '200 variants',
    text: () => variants(200),
    words: ['run', '--workers', '2'],
    budget: '1GiB',
  },
];
