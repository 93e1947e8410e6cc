// Generated systems whose capacity can be written by hand: the least limit / (time for which a request holds it).
import { randomOf } from '../metastability/random.mjs';

/** Kinds of systems: each makes services, and the resources with their demand per request of the users. */
const KINDS = {
  /** A pool of connections in front of a database with cores to spare. */
  pool: (r) => {
    const [size, ms] = [r.whole(4, 16), r.whole(10, 60)];
    return {
      body: `
services:
  app: { concurrency: 200, queue: { capacity: 100 }, endpoints: { get: [ wait: 1ms, { query: db.read } ] } }
databases:
  db: { cpu: 16, pool: { maxOpen: ${size}, acquireTimeout: ${r.whole(200, 600)}ms }, operations: { read: { wait: "${r.pick(LAWS)(ms)}" } } }`,
      limits: { 'app connections db': [size, ms], 'app workers': [200, 1 + ms] },
    };
  },
  /** A transaction holds its connection while it calls a dependency that fails some requests itself. */
  transaction: (r) => {
    const [size, query, call] = [r.whole(5, 15), r.whole(2, 8), r.whole(15, 50)];
    const fails = r.whole(2, 12);
    return {
      body: `
services:
  app: { replicas: 2, runtime: async, endpoints: { get: [ { transaction: { database: db, steps: [ query: db.q, { call: dep.get } ] } } ] } }
  dep: { concurrency: 200, endpoints: { get: [ wait: exponential(${call}ms), { fail: 500, probability: ${fails}% } ] } }
databases:
  db: { cpu: 32, pool: { maxOpen: ${size}, acquireTimeout: 500ms }, operations: { q: { wait: exponential(${query}ms) } } }`,
      limits: { 'app connections db': [2 * size, query + call], 'dep workers': [200, call] },
      success: 1 - fails / 100,
    };
  },
  /** An autoscaler by CPU, which follows the load. */
  scaled: (r) => {
    const [ms, max, target] = [r.whole(4, 12), r.whole(4, 8), r.whole(50, 80)];
    return {
      body: `
platform: { kind: kubernetes }
services:
  app:
    cpu: { cores: 1 }
    replicas: 2
    queue: { capacity: 500 }
    lifecycle: { startup: ${r.whole(5, 20)}s }
    autoscaling: { metric: cpu, target: ${target}%, min: 2, max: ${max} }
    endpoints: { get: [ work: ${ms}ms ] }`,
      limits: { 'app cores': [max, ms] },
      warmup: 60,
    };
  },
  /** An autoscaler by CPU that never sees the threads which wait. */
  blind: (r) => {
    const [workers, ms] = [r.whole(10, 20), r.whole(40, 90)];
    return {
      body: `
platform: { kind: kubernetes }
services:
  app:
    concurrency: ${workers}
    cpu: { cores: 1 }
    replicas: 2
    queue: { capacity: 100 }
    autoscaling: { metric: cpu, target: 70%, min: 2, max: 8 }
    endpoints: { get: [ work: 1ms, wait: exponential(${ms}ms) ] }`,
      limits: { 'app workers': [2 * workers, 1 + ms], 'app cores': [8, 1] },
    };
  },
  /** Threads that wait for those of the next service: which of the two is full first? */
  chain: (r) => {
    const [front, back] = [r.whole(20, 60), r.whole(8, 20)];
    const [own, ms] = [r.whole(1, 20), r.whole(10, 40)];
    return {
      body: `
services:
  front: { concurrency: ${front}, queue: { capacity: 100 }, endpoints: { go: [ wait: ${own}ms, { call: back.do } ] } }
  back: { concurrency: ${back}, queue: { capacity: 100 }, endpoints: { do: [ wait: "${r.pick(LAWS)(ms)}" ] } }`,
      entry: 'front.go',
      limits: { 'front workers': [front, own + ms], 'back workers': [back, ms] },
    };
  },
  /** Calls that fail by themselves and are repeated. */
  repeated: (r) => {
    const [workers, ms, fails] = [r.whole(8, 24), r.whole(10, 40), r.whole(5, 25) / 100];
    const attempts = 1 + fails + fails ** 2;
    return {
      body: `
services:
  app: { concurrency: 400, endpoints: { get: [ { call: dep.get, policy: { retry: { attempts: 3, backoff: { kind: constant, base: 5ms } } } } ] } }
  dep: { concurrency: ${workers}, queue: { capacity: 60 }, endpoints: { get: { readOnly: true, steps: [ wait: exponential(${ms}ms), { fail: 503, probability: ${fails * 100}% } ] } } }`,
      limits: { 'dep workers': [workers, ms * attempts] },
      success: 1 - fails ** 3,
    };
  },
  /** Two kinds of requests that need different services. */
  mix: (r) => {
    const share = r.whole(10, 50) / 100;
    const [read, write, cores, pool] = [
      r.whole(4, 20),
      r.whole(10, 60),
      r.whole(1, 4),
      r.whole(4, 12),
    ];
    return {
      body: `
services:
  app: { concurrency: 300, cpu: { cores: ${cores} }, endpoints: { read: [ work: ${read}ms ], write: [ work: 1ms, { query: db.put } ] } }
databases:
  db: { cpu: 16, pool: { maxOpen: ${pool}, acquireTimeout: 400ms }, operations: { put: { wait: exponential(${write}ms) } } }`,
      requests: `{ call: app.read, weight: ${1 - share} }, { call: app.write, weight: ${share} }`,
      limits: {
        'app cores': [cores, (1 - share) * read + share],
        'app connections db': [pool, share * write],
      },
    };
  },
  /** A database whose cores are shared by two callers. */
  database: (r) => {
    const [cores, ms, first] = [r.whole(2, 6), r.whole(3, 15), r.whole(20, 80) / 100];
    return {
      body: `
services:
  a: { concurrency: 100, queue: { capacity: 50 }, endpoints: { get: [ { query: db.read } ] } }
  b: { concurrency: 100, queue: { capacity: 50 }, endpoints: { get: [ wait: 5ms, { query: db.read } ] } }
databases:
  db: { cpu: ${cores}, pool: { maxOpen: 60, acquireTimeout: 1s }, operations: { read: exponential(${ms}ms) } }`,
      requests: `{ name: first, call: a.get, weight: ${first} }, { name: second, call: b.get, weight: ${1 - first} }`,
      limits: { 'db cores': [cores, ms] },
    };
  },
};

/** Laws of times with the same mean. */
const LAWS = [
  (ms) => `${ms}ms`,
  (ms) => `exponential(${ms}ms)`,
  (ms) => `uniform(${ms / 2}ms, ${1.5 * ms}ms)`,
];

export const KIND_NAMES = Object.keys(KINDS);

/** The system of a seed: its text at a load, its capacity by hand, and the resource that is full then. */
export function systemOf(kind, seed) {
  const {
    body,
    limits,
    entry = 'app.get',
    requests,
    warmup = 10,
    success = 1,
  } = KINDS[kind](randomOf(seed));
  const bounds = Object.entries(limits).map(([name, [limit, ms]]) => ({
    name,
    rate: (1000 * limit) / ms,
  }));
  bounds.sort((a, b) => a.rate - b.rate);
  const [{ name, rate }] = bounds;
  const budget = `users.success >= ${(98 * success).toFixed(2)}%`;
  return {
    kind,
    seed,
    capacity: rate,
    resource: name,
    budget,
    text: (load, seconds = 60, patience = 1) => `faultline: 1
title: ${kind} ${seed}
run: { duration: ${seconds}s, warmup: ${warmup}s, seed: ${seed} }${body}
workloads:
  users: { arrivals: poisson(${load.toFixed(1)}/s), patience: ${patience}s, requests: [ ${requests ?? `{ call: ${entry} }`} ] }
budgets: [ ${budget} ]
`,
  };
}
