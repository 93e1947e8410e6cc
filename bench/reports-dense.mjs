// Thirty services in five variants with everything that a report shows of a system: gateway, policies, databases with
// their pools, caches, topics, queues, an outbox, traces, budgets and six faults. For the size of its page.

const LAYERS = 5;
const WIDTH = 6;
const DATABASES = 4;
/** Requests per second of users. */
const RATE = 120;

/** The text of the scenario. */
export function denseThirtyByFive({ seconds = 120, replications = 2, rate = RATE } = {}) {
  const services = [];
  for (let layer = 0; layer < LAYERS; layer++)
    for (let k = 0; k < WIDTH; k++) services.push(serviceOf(layer, k));
  const routes = Array.from(
    { length: WIDTH },
    (_, k) =>
      `      - { name: get${k}, match: { method: GET, path: /p${k} }, to: ${name(0, k)}.get, policy: { timeout: 2s } }`,
  );
  const requests = Array.from(
    { length: WIDTH },
    (_, k) => `{ name: get${k}, call: edge, method: GET, path: /p${k} }`,
  );
  return `faultline: 1
title: Thirty services with everything
description: Policies, queues, databases, caches and six faults, so that every section of the report has something to show.
run: { duration: ${seconds}s, warmup: 5s, seed: 7, replications: ${replications} }
network:
  latency: lognormal(p50=0.3ms p99=2ms)
  zones: { zone-a: {}, zone-b: {} }
keys: { product: zipf(count=2000 exponent=1), order: unique }
policies:
  calls:
    timeout: 400ms
    retry: { attempts: 3, backoff: { kind: exponential, base: 50ms, jitter: full } }
    circuitBreaker: { kind: gobreaker, interval: 5s, timeout: 5s, maxRequests: 3, tripAfter: { failureRatio: 50%, minRequests: 10 } }
    bulkhead: { maxConcurrent: 40 }
gateways:
  edge:
    replicas: 2
    concurrency: 512
    middleware: [ authenticate: { kind: jwt, work: 0.1ms, reject: 0.5% } ]
    routes:
${routes.join('\n')}
services:
${services.join('\n')}
databases:
${range(DATABASES).map(databaseOf).join('\n')}
caches:
${range(DATABASES).map(cacheOf).join('\n')}
topics:
${range(2).map(topicOf).join('\n')}
queues:
${range(2).map(queueOf).join('\n')}
workloads:
  users: { arrivals: poisson(${rate}/s), patience: 5s, requests: [ ${requests.join(', ')} ] }
faults:
  - { id: hang, kind: hang, target: ${name(4, 2)}, at: 30s, for: 20s }
  - { id: slow, kind: slow, target: ${name(3, 4)}, factor: 4, at: 25s, for: 30s }
  - { id: errors, kind: error, target: ${name(2, 1)}, share: 30%, at: 40s, for: 10s }
  - { id: slow-store, kind: slow, target: store-0, factor: 8, at: 60s, for: 15s }
  - { id: flush, kind: flush, target: pages-1.shared, at: 80s }
  - { id: crash, kind: crash, target: ${name(4, 5)}, at: 90s, for: 10s }
variants:
  - { name: naive, remove: [policies.calls.timeout, policies.calls.retry, policies.calls.circuitBreaker, policies.calls.bulkhead] }
  - { name: timeouts, remove: [policies.calls.retry, policies.calls.circuitBreaker, policies.calls.bulkhead] }
  - { name: retries, remove: [policies.calls.circuitBreaker, policies.calls.bulkhead] }
  - { name: breaker, remove: [policies.calls.retry] }
  - { name: full }
budgets:
  - users.success >= 99%
  - users.latency.p99 < 1s
  - users.recovery < 10s after hang in full
  - users.get0.success >= 99% during hang in breaker, full
`;
}

function serviceOf(layer, k) {
  const isLast = layer === LAYERS - 1;
  const calls = range(2).map((j) => `call: ${name(layer + 1, (k + j) % WIDTH)}.get`);
  const store = `store-${(layer + k) % DATABASES}`;
  const steps = [
    'work: exponential(300us)',
    ...(isLast
      ? [
          'wait: exponential(5ms)',
          `cache: { get: pages-${k % DATABASES}, onMiss: [ query: ${store}.read ] }`,
        ]
      : calls),
    ...(isLast || layer === 2 ? [`query: ${store}.read`] : []),
    ...(layer === 0 && k < 2 ? [`publish: { topic: events-${k}, key: order }`] : []),
    ...(layer === 1 && k < 2 ? [`publish: jobs-${k}`] : []),
  ];
  const list = steps.map((step) => `{ ${step} }`).join(', ');
  const handler = layer === 4 && k < 4 ? ', handle: [ work: exponential(2ms) ]' : '';
  return `  ${name(layer, k)}: { replicas: 2, concurrency: 48, cpu: 2, queue: { capacity: 96 }, outbound: { default: calls }, endpoints: { get: { readOnly: ${layer > 1}, steps: [ ${list} ] }${handler} } }`;
}

function databaseOf(_, k) {
  return `  store-${k}: { kind: postgres, cpu: 4, maxConnections: 100, pool: { maxOpen: 8, acquireTimeout: 500ms }, operations: { read: exponential(1ms) } }`;
}

function cacheOf(_, k) {
  return `  pages-${k}: { keys: product, warm: 80%, levels: [ { kind: local, name: near, capacity: 200, ttl: 30s }, { kind: redis, name: shared, latency: 0.5ms, ttl: 2m } ] }`;
}

function topicOf(_, k) {
  return `  events-${k}: { kind: kafka, partitions: 4, subscribers: [ { group: readers-${k}, call: ${name(4, k)}.handle, concurrency: 2 } ] }`;
}

function queueOf(_, k) {
  return `  jobs-${k}: { kind: rabbitmq, consumers: [ { call: ${name(4, 2 + k)}.handle, concurrency: 2 } ] }`;
}

function range(length) {
  return Array.from({ length }, (_, i) => i);
}

function name(layer, index) {
  return `layer${layer}-${index}`;
}
