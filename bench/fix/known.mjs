// Problems whose smallest sufficient value is known: by a formula of queueing, or by a quantile.

/** Factorials and powers would overflow: the recursion of Erlang B does not. */
function erlangB(servers, load) {
  let blocked = 1;
  for (let k = 1; k <= servers; k++) blocked = (load * blocked) / (k + load * blocked);
  return blocked;
}

/** Probability of a wait in M/M/c. */
function erlangC(servers, load) {
  const blocked = erlangB(servers, load);
  return blocked / (1 - (load / servers) * (1 - blocked));
}

/** The smallest whole number from 1 on with a property. */
function smallest(holds) {
  let value = 1;
  while (!holds(value)) value++;
  return value;
}

/** Blocking probability of M/M/1, by the number of requests that it has room for, the one in service included. */
function fullOf(room, load) {
  return ((1 - load) * load ** room) / (1 - load ** (room + 1));
}

/** A scenario of one service with one endpoint. */
function oneService({
  service,
  endpoint,
  rate,
  budget,
  more = '',
  duration = '200s',
  replications = 5,
}) {
  return `faultline: 1
title: a problem with a known answer
run: { duration: ${duration}, warmup: 20s, seed: 11, replications: ${replications} }
services:
  shop: { ${service}, endpoints: { buy: [ ${endpoint} ] } }
${more}workloads:
  users: { arrivals: poisson(${rate}/s), patience: 60s, requests: [ { call: shop.buy } ] }
budgets: [ "${budget}" ]
`;
}

/** Waits for a connection that may be exceeded by 1 %. Unit: s. */
const WAIT = 0.02;

/** The setting, and the answer by hand. */
export const KNOWN = [
  {
    name: 'workers without a queue, Erlang B: 1 % refused at 30 Erlang',
    path: 'services.shop.concurrency',
    truth: smallest((c) => erlangB(c, 30) <= 0.01),
    text: oneService({
      service: 'concurrency: 25, queue: { capacity: 0 }',
      endpoint: 'wait: exponential(100ms)',
      rate: 300,
      budget: 'users.success >= 99%',
    }),
  },
  {
    name: 'workers, M/M/c: p95 of the latency 330 ms at 40 Erlang of 100 ms',
    path: 'services.shop.concurrency',
    truth: smallest((c) => c > 40 && sojourn95(c, 40, 0.1) <= 0.33),
    text: oneService({
      service: 'concurrency: 41',
      endpoint: 'wait: exponential(100ms)',
      rate: 400,
      budget: 'users.latency.p95 <= 330ms',
    }),
  },
  {
    name: 'connections of a pool, Erlang C: 1 % wait longer than 20 ms at 20 Erlang',
    path: 'databases.db.pool.maxOpen',
    truth: smallest((c) => c > 20 && erlangC(c, 20) * Math.exp((-(c - 20) * WAIT) / 0.05) <= 0.01),
    text: oneService({
      service: 'runtime: async, cpu: 64',
      endpoint: '{ query: db.read }',
      rate: 400,
      more: 'databases:\n  db: { cpu: 1000, pool: { maxOpen: 21 }, operations: { read: { wait: exponential(50ms) } } }\n',
      budget: 'shop->db.pool.wait.p99 < 20ms',
    }),
  },
  {
    name: 'places of a queue, M/M/1/K: 1 % refused at 90 %',
    path: 'services.shop.queue.capacity',
    truth: smallest((k) => fullOf(k + 1, 0.9) <= 0.01),
    text: oneService({
      service: 'concurrency: 1, queue: { capacity: 5 }',
      endpoint: 'wait: exponential(2ms)',
      rate: 450,
      budget: 'users.success >= 99%',
      duration: '1500s',
    }),
  },
  {
    name: 'replicas, M/M/c: 70 % in use at 40 Erlang',
    path: 'services.shop.replicas',
    truth: Math.ceil(40 / (2 * 0.7)),
    text: oneService({
      service: 'replicas: 21, concurrency: 2',
      endpoint: 'wait: exponential(100ms)',
      rate: 400,
      budget: 'shop.utilization <= 70%',
    }),
  },
  {
    name: 'cores of a database: 65 % in use at 26 cores of work',
    path: 'databases.db.cpu',
    truth: 40,
    text: oneService({
      service: 'runtime: async, cpu: 64',
      endpoint: '{ query: db.read }',
      rate: 1300,
      more: 'databases:\n  db: { cpu: 28, operations: { read: { work: exponential(20ms) } } }\n',
      budget: 'db.utilization <= 65%',
      duration: '100s',
    }),
  },
  {
    name: 'time limit, quantile of a lognormal: 99 % answer',
    path: 'policies.out.timeout',
    truth: 0.4,
    text: oneService({
      service: 'runtime: async, outbound: out',
      endpoint: '{ call: bank.pay }',
      rate: 400,
      more: '  bank: { runtime: async, endpoints: { pay: [ wait: lognormal(p50=100ms p99=400ms) ] } }\npolicies:\n  out: { timeout: 150ms }\n',
      budget: 'users.success >= 99%',
    }),
  },
  {
    name: 'time limit, quantile of an exponential: 95 % answer',
    path: 'policies.out.timeout',
    truth: 0.05 * Math.log(20),
    text: oneService({
      service: 'runtime: async, outbound: out',
      endpoint: '{ call: bank.pay }',
      rate: 400,
      more: '  bank: { runtime: async, endpoints: { pay: [ wait: exponential(50ms) ] } }\npolicies:\n  out: { timeout: 50ms }\n',
      budget: 'users.success >= 95%',
    }),
  },
  {
    name: 'retry budget: 1.3 attempts per call while all fail, 1 + the budget',
    path: 'policies.out.retry.budget.ratio',
    truth: 30,
    text: oneService({
      service: 'runtime: async, outbound: out',
      endpoint: '{ call: bank.pay }',
      rate: 200,
      more: '  bank: { runtime: async, endpoints: { pay: [ wait: 1ms, fail: 503 ] } }\npolicies:\n  out: { retry: { attempts: 5, on: [any], budget: { ratio: 100%, minPerSecond: 0 } } }\n',
      budget: 'shop->bank.amplification <= 1.3',
    }),
  },
  {
    name: 'permits of a bulkhead, Erlang B: 2 % refused at 20 Erlang',
    path: 'policies.out.bulkhead.maxConcurrent',
    truth: smallest((c) => erlangB(c, 20) <= 0.02),
    text: oneService({
      service: 'runtime: async, outbound: out',
      endpoint: '{ call: bank.pay }',
      rate: 400,
      more: '  bank: { runtime: async, endpoints: { pay: [ wait: 50ms ] } }\npolicies:\n  out: { bulkhead: { maxConcurrent: 16 } }\n',
      budget: 'users.success >= 98%',
    }),
  },
  {
    name: 'wait of a breaker: it closes 25 s after an outage of 5 s',
    path: 'policies.out.circuitBreaker.openDuration',
    truth: 30,
    text: `faultline: 1
title: a problem with a known answer
run: { duration: 150s, warmup: 10s, seed: 11, replications: 5 }
services:
  shop: { runtime: async, outbound: out, endpoints: { buy: [ { call: bank.pay } ] } }
  bank: { runtime: async, endpoints: { pay: [ wait: 1ms ] } }
policies:
  out: { circuitBreaker: { failureThreshold: 5, openDuration: 60s } }
workloads:
  users: { arrivals: poisson(200/s), requests: [ { call: shop.buy } ] }
faults: [ { id: down, kind: error, target: bank, share: 100%, at: 20s, for: 5s } ]
budgets: [ users.recovery <= 25s after down ]
`,
  },
];

/** p95 of the time in M/M/c, wait and work, by bisection. */
function sojourn95(servers, load, work) {
  const waits = erlangC(servers, load);
  const drain = (servers - load) / work;
  const rate = 1 / work;
  // P(T > t) of the sum of an exponential work and a wait that is 0 or exponential.
  const above = (t) =>
    drain === rate
      ? Math.exp(-rate * t) * (1 + waits * rate * t)
      : (1 - waits) * Math.exp(-rate * t) +
        (waits * (drain * Math.exp(-rate * t) - rate * Math.exp(-drain * t))) / (drain - rate);
  let [low, high] = [0, 100 * work];
  for (let k = 0; k < 60; k++) {
    const middle = (low + high) / 2;
    if (above(middle) > 0.05) low = middle;
    else high = middle;
  }
  return high;
}
