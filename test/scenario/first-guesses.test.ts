import { describe, expect, it } from 'vitest';
import { loadScenario } from '../../src/scenario/load.js';

/** A file written after reading one example, with the words that came to mind. */
const GUESSED = `faultline: 1
title: Ticket shop
run: { duration: 30s }
services:
  api:
    endpoints:
      buy: [ { read: sessions }, { insert: tickets.hold }, { emit: bought } ]
databases:
  tickets: { kind: postgres, connections: 40 }
caches:
  sessions: {}
topics:
  bought: { kind: bus }
workloads:
  users: { rate: 300/s, requests: { api.buy: 20%, api.browse: 80% } }
`;

function messagesOf(text: string): readonly string[] {
  const { problems } = loadScenario('guessed.yaml', () => ({ text }));
  return problems.map(({ path, message }) => `${path}: ${message}`);
}

/** A gateway, an autoscaler and a rollout in the words of their products, and a fault with an end. */
const PRODUCTS = `faultline: 1
title: Gateway
run: { duration: 120s }
gateways:
  edge:
    kind: envoy
    routes:
      - match: /orders
        rateLimit: { requestsPerSecond: 300, burst: 50 }
        retryPolicy: { numRetries: 4, perTryTimeout: 750ms }
        circuitBreakers: { maxConnections: 100, maxRetries: 10 }
        bulkhead: {}
services:
  orders:
    hpa: { minReplicas: 4, maxReplicas: 12, targetCPUUtilizationPercentage: 65 }
    versions: { v1: {}, v2: { errorRate: 30% } }
    rollout: { strategy: BlueGreen, version: v2, at: 60s }
    endpoints: { get: [ work: 5ms ] }
workloads:
  users: { arrivals: poisson(50/s), requests: [ { call: orders.get } ] }
faults:
  - { id: late, kind: latency, target: orders, latency: 4s, from: 60s, to: 90s }
rollouts: []
alerts:
  - alert: ErrorBudgetBurn
`;

describe('an error rate', () => {
  it.each(['errorRate', 'failureRate', 'errors', 'failed'])(
    'is no success with the same condition: %s',
    (word) => {
      const text = PRODUCTS.replace(/gateways:[^]*?services:/, 'services:')
        .replace(/ {4}(hpa|versions|rollout):.*\n/g, '')
        .replace(/faults:[^]*/, `budgets: [ users.${word} < 1% ]\n`);
      expect(messagesOf(text)).toEqual([
        `budgets[0]: unknown metric ${word}: the share that succeeds is the metric, as in success >= 99% for at most 1 % of errors`,
      ]);
    },
  );
});

describe('a bare amount, or a field of another mapping', () => {
  it.each([
    ['loadBalancing: { kind: roundRobin, slowStart: 30s }', 'write { window: 30s }'],
    ['lifecycle: { warmup: 30s }', 'write { duration: 30s, factor: 2 }'],
    ['probes: { readiness: 5s }', 'write { period: 5s }'],
    ['healthChecks: 5s', 'write { interval: 5s }'],
    ['outlierDetection: 5', 'write { consecutive5xx: 5 }'],
    ['autoscaling: 70%', 'write { metric: cpu, target: 70%, max: 10 }'],
    ['autoscaling: 6', 'write { metric: cpu, target: 70%, max: 6 }'],
    [
      'startupTime: 20s',
      'the start of a process is part of its life; write lifecycle: { startup: 20s }',
    ],
    [
      'autoscaling: { kind: hpa, min: 2, max: 9, cpu: 70% }',
      'the use of its cores is a metric; write metric: cpu, target: 70%',
    ],
    [
      'outbound: { default: { concurrency: 10 } }',
      'calls in progress are limited by a bulkhead; write bulkhead: { maxConcurrent: 10 }',
    ],
    [
      'outbound: { default: { retry: { attempts: 3, jitter: true } } }',
      'the jitter belongs to the back-off, as backoff: { kind: exponential, base: 100ms, jitter: full }',
    ],
  ])('is written as the message says: %s', (fields, hint) => {
    const text = `
faultline: 1
title: guesses
run: { duration: 20s }
services:
  web: { replicas: 2, ${fields}, endpoints: { page: [ wait: 5ms ] } }
workloads: { users: { arrivals: poisson(5/s), requests: [ { call: web.page } ] } }
`;
    const [first] = messagesOf(text);
    expect(first).toContain(`: ${hint}`);
  });
});

describe('a statistic or an outcome', () => {
  it.each([
    ['p99 < 1s', 'unknown metric p99: it is a statistic of latency: write latency.p99'],
    ['average < 1s', 'unknown metric average: it is a statistic of latency: write latency.mean'],
    ['latency.avg < 1s', 'latency has no avg: write latency.mean'],
    [
      'timeouts < 1%',
      'unknown metric timeouts: the share of requests with this outcome is share.timeout',
    ],
    ['p97 < 1s', 'unknown metric p97'],
  ])('is no metric of its own: %s', (words, message) => {
    const text = PRODUCTS.replace(/gateways:[^]*?services:/, 'services:')
      .replace(/ {4}(hpa|versions|rollout):.*\n/g, '')
      .replace(/faults:[^]*/, `budgets: [ users.${words} ]\n`);
    expect(messagesOf(text)).toEqual([`budgets[0]: ${message}`]);
  });
});

describe('words of other products', () => {
  const route = 'gateways.edge.routes[0]';
  it.each([
    `${route}.match: must be a mapping, got /orders: write { path: /orders }`,
    `${route}.rateLimit: unknown key rateLimit: calls of a route are protected by its policy; write policy: { rateLimit: { rate: 300/s, burst: 50 } }`,
    `${route}.retryPolicy: unknown key retryPolicy: calls of a route are protected by its policy, and attempts include the first try; write policy: { timeout: 750ms, retry: { kind: envoy, attempts: 5 } }`,
    `${route}.circuitBreakers: unknown key circuitBreakers: circuit breakers of Envoy limit calls in flight, like a bulkhead, in the policy of the route; write policy: { connections: {}, bulkhead: { kind: envoy, maxConnections: 100, maxRetries: 10 } }`,
    `${route}.bulkhead: unknown key bulkhead: calls of a route are protected by its policy; write policy: { bulkhead: { maxConcurrent: 25 } }`,
    'services.orders.hpa: unknown key hpa: replicas that follow the load are written in autoscaling; write cpu: 2, autoscaling: { min: 4, max: 12, metric: cpu, target: 65% }',
    'services.orders.versions.v2.errorRate: unknown key errorRate: a version fails by a step of its own endpoints, as endpoints: { get: [ work: 5ms, { fail: 503, probability: 10% } ] }',
    'services.orders.rollout.strategy: unknown key strategy: it is the kind of the rollout, as kind: blueGreen',
    'services.orders.rollout.version: unknown key version: name the new version, as to: v2, and write it in versions, as versions: { v1: {}, v2: {} }',
    'faults[0].latency: unknown key latency: the time that a fault of kind latency adds is add, as add: 4s',
    'faults[0].to: unknown key to: a fault begins at a time and lasts for one, as at: 60s, for: 30s',
    'rollouts: unknown key rollouts: write a rollout at its service, as versions: { v1: {}, v2: {} }, rollout: { kind: rolling, to: v2, at: 60s }',
    'alerts: must be a mapping, got a list: write { objective: 99.9%, rules: { fast-burn: { burnRate: 14.4 } } }',
  ])('are answered by the line to write, with their numbers: %s', (message) => {
    expect(messagesOf(PRODUCTS)).toContain(message);
  });
});

describe('a first guess', () => {
  it.each([
    'services.api.endpoints.buy.steps[0].read: unknown key read: sessions is a cache; write cache: { get: sessions }',
    'databases.tickets.operations: is required, as in operations: { search: { work: 8ms } }',
    'databases.tickets.connections: unknown key connections: the connections that a server has for all of its callers are maxConnections; write maxConnections: 40',
    'caches.sessions.levels: is required, as in levels: [ { name: near, kind: local, capacity: 100, ttl: 10s } ]',
    'workloads.users.rate: unknown key rate: the load of a workload is its arrivals; write arrivals: poisson(300/s)',
    'workloads.users.requests: must be a list, got a map: write [ { call: api.buy, weight: 20 }, { call: api.browse, weight: 80 } ]',
  ])('is answered by the line to write: %s', (message) => {
    expect(messagesOf(GUESSED)).toContain(message);
  });

  it('of a verb is answered once, by the step that its target needs', () => {
    const text = GUESSED.replace('read: sessions', 'ask: tickets').replace(
      'connections: 40',
      'operations: { seat: 5ms }',
    );
    const own = messagesOf(text).filter((message) => message.includes('buy.steps[0]'));
    expect(own).toEqual([
      'services.api.endpoints.buy.steps[0].ask: unknown key ask: tickets is a database; write query: tickets.seat',
    ]);
  });

  it('of a write of a database is answered by an operation that writes', () => {
    const guess = (operations: string) =>
      messagesOf(
        GUESSED.replace('read: sessions', 'write: tickets').replace('connections: 40', operations),
      ).find((message) => message.includes('buy.steps[0]'));
    const operations = 'operations: { seat: 5ms, book: { work: 5ms, write: true } }';
    expect(guess(operations)).toMatch(/tickets is a database; write query: tickets\.book$/);
    expect(guess('engine: postgres')).toMatch(/write query: tickets\.insert$/);
  });

  it('of a call of a database is answered with its operation', () => {
    const text = `faultline: 1
title: Ticket shop
run: { duration: 30s }
services: { api: { endpoints: { buy: [ call: tickets.seat ] } } }
databases: { tickets: { operations: { seat: 5ms } } }
workloads: { users: { arrivals: poisson(9/s), requests: [ call: api.buy ] } }
`;
    expect(messagesOf(text)).toEqual([
      'services.api.endpoints.buy.steps[0].call.to: tickets is a database: write query: tickets.seat',
    ]);
  });

  it('of the product of a database, and of a share of failures, is answered', () => {
    const text = GUESSED.replace('connections: 40', 'engine: postgres').replace(
      'read: sessions',
      'fail: 1%',
    );
    expect(messagesOf(text)).toEqual(
      expect.arrayContaining([
        'databases.tickets.engine: unknown key engine: the product of a database is its kind, as kind: postgres',
        'services.api.endpoints.buy.steps[0].fail.status: 1% is a share: write { fail: 500, probability: 1% }',
      ]),
    );
  });

  it.each([
    [
      'gateways: { edge: { timeout: 2s, routes: [] } }',
      /routes: \[ \{ match: \{ path: \/ \}, to: shop\.get, policy: \{ timeout: 2s \} \} \]$/,
    ],
    [
      'databases: { store: { retries: 3, operations: { get: 1ms } } }',
      /retries: a call is protected by the policy of its caller.*retry: \{ attempts: 3 \} \}$/,
    ],
    [
      'functions: { thumb: { requestTimeout: 2s, endpoints: { make: [ wait: 1ms ] } } }',
      /write policy: \{ timeout: 2s \}$/,
    ],
    [
      'services: { shop: { maxThreads: 150, endpoints: { get: [ wait: 1ms ] } } }',
      /write concurrency: 150$/,
    ],
    ['services: {}', /^run: is required, as in run: \{ duration: 60s \}$/],
  ])('of what protects a component, or of what is not there, is answered: %s', (section, says) => {
    const found = messagesOf(`faultline: 1\ntitle: A guess\n${section}\n`);
    expect(found).toContainEqual(expect.stringMatching(says));
  });

  it('of a key with a list of mappings is answered, not stumbled over', () => {
    const workload = 'users: { arrivals: constant(20/s), requests: [ { call: api.get } ] }';
    const found = messagesOf(
      `faultline: 1\ntitle: A workload among the services\nservices: { api: { endpoints: { get: [ work: 1ms ] } }, ${workload} }\n`,
    );
    for (const key of ['arrivals', 'requests'])
      expect(found.join('\n')).toContain(`services.users.${key}: unknown key ${key}`);
  });

  it('of a verb without a target is answered by the verbs', () => {
    const own = messagesOf(GUESSED.replace('read: sessions', 'ask: nothing'));
    expect(own.some((message) => message.includes('a step needs a verb'))).toBe(true);
  });

  it('shows what a missing value looks like', () => {
    const text = `${GUESSED}policies: { p: { circuitBreaker: { kind: polly } , retry: { backoff: { kind: constant } } } }
faults: [ { id: a, kind: slow, target: api, at: 1s, for: 1s } ]
`;
    expect(messagesOf(text).filter((message) => message.includes('is required')))
      .toMatchInlineSnapshot(`
      [
        "databases.tickets.operations: is required, as in operations: { search: { work: 8ms } }",
        "caches.sessions.levels: is required, as in levels: [ { name: near, kind: local, capacity: 100, ttl: 10s } ]",
        "policies.p.retry.attempts: is required: a whole number >= 1 or unlimited",
        "policies.p.retry.backoff.base: is required: a duration such as 15ms",
        "faults[0].factor: is required: a factor such as 2 or 150%",
      ]
    `);
  });

  it.each([
    [
      'services.api.startup',
      '{ startup: 40s }',
      'unknown key startup: it belongs to lifecycle or probes, as in lifecycle: { startup: 40s }',
    ],
    [
      'services.api.resources.cpu',
      '{ resources: { cpu: 1000m } }',
      'unknown key cpu: it belongs to requests, as in requests: { cpu: 1000m }',
    ],
    [
      'services.api.endpoints.buy.work',
      '{ endpoints: { buy: { work: 3ms } } }',
      'unknown key work: it belongs to steps, as in steps: [ { work: 3ms } ]',
    ],
    [
      'services.api.endpoints.buy.steps',
      '{ endpoints: { buy: { steps: { work: 3ms } } } }',
      'must be a list, got a map: write [ { work: 3ms } ]',
    ],
  ])('one level too high is answered by the field that has it: %s', (path, service, message) => {
    const own = messagesOf(`faultline: 1
title: x
run: { duration: 30s }
services: { api: ${service} }
workloads: { users: { arrivals: poisson(3/s), requests: [ { call: api.buy } ] } }
`);
    expect(own.filter((one) => one.startsWith(`${path}:`))).toEqual([`${path}: ${message}`]);
    // The field that has to be written is not missing besides.
    expect(own.some((one) => one.includes('buy.steps: is required'))).toBe(false);
  });

  it('of a key is not sent to a field that takes another unit', () => {
    const own = messagesOf(
      `${GUESSED}  d: 1
databases: { d: { read: 4ms, operations: { get: 5ms } } }
`
        .replace('databases:\n  tickets: { kind: postgres, connections: 40 }\n', '')
        .replace('  d: 1\n', ''),
    );
    expect(own.filter((one) => one.startsWith('databases.d.read'))).toEqual([
      'databases.d.read: unknown key read: the time of a statement belongs to its operation, as operations: { read: { wait: 5ms }, insert: { wait: 3ms, write: true } }',
    ]);
  });

  it('of the assignor of Kafka, of a deployment and of a restart is answered by what has them', () => {
    const own = messagesOf(`faultline: 1
title: x
run: { duration: 30s }
services: { web: { endpoints: { put: [ publish: { topic: t } ] } }, w: { endpoints: { h: [ wait: 1ms ] } } }
topics: { t: { kind: kafka, partitions: 3, subscribers: [ { group: g, call: w.h, assignor: cooperative-sticky } ] } }
workloads: { users: { arrivals: poisson(3/s), requests: [ { call: web.put } ] } }
faults: [ { id: a, kind: rollout, target: w, at: 1s }, { id: b, kind: restart, target: w, at: 1s } ]
`).join('\n');
    expect(own).toContain('write rebalance: { protocol: cooperative }');
    expect(own).toContain('rollout: { kind: rolling, to: v2, at: 60s }');
    expect(own).toContain('got restart; write crash, which ends with a restart');
  });

  it('of who handles messages, of what a workload calls and of a fault is answered by the line', () => {
    const own = messagesOf(`faultline: 1
title: x
run: { duration: 30s }
services: { web: { endpoints: { put: [ publish: { topic: t } ] } }, w: { endpoints: { h: [ wait: 1ms ] } } }
topics: { t: { kind: kafka, partitions: 3, subscribers: [ w.h ] } }
queues: { q: { kind: sqs, consumers: [ w.h ] } }
workloads: { buy: { arrivals: poisson(3/s), target: web.put } }
faults: [ { id: a, crash: w, at: 1s } ]
`);
    expect(own).toEqual(
      expect.arrayContaining([
        'topics.t.subscribers[0]: must be a mapping, got w.h: write { group: w, call: w.h }',
        'queues.q.consumers[0]: must be a mapping, got w.h: write { call: w.h }',
        'workloads.buy.target: unknown key target: a workload sends a list of requests; write requests: [ { call: web.put } ]',
        'faults[0].kind: is required: write kind: crash, target: w',
      ]),
    );
  });

  it('of the policy of a call and of the source of a cache is sent to the step', () => {
    const own = messagesOf(`faultline: 1
title: x
run: { duration: 30s }
services: { web: { endpoints: { get: [ cache: { get: pages }, { call: { to: pay.charge, policy: { timeout: 1s } } } ] } }, pay: { endpoints: { charge: [ wait: 1ms ] } } }
caches: { pages: { levels: [ { name: near, kind: local, capacity: 9, ttl: 1s } ], onMiss: db.page } }
databases: { db: { operations: { page: 5ms } } }
workloads: { users: { arrivals: poisson(3/s), requests: [ call: web.get ] } }
`);
    expect(own).toEqual([
      'services.web.endpoints.get.steps[1].call.policy: unknown key policy: it belongs beside call, as { call: pay.charge, policy: { timeout: 1s } }',
      'caches.pages.onMiss: unknown key onMiss: what a miss loads belongs to the step that reads the cache, as cache: { get: pages, onMiss: [ query: db.page ] }',
    ]);
  });

  it('of the path of a request is written beside its call', () => {
    const own = messagesOf(`faultline: 1
title: x
run: { duration: 30s }
gateways: { edge: { routes: [ { match: { path: /orders }, to: web.get } ] } }
services: { web: { endpoints: { get: [ wait: 1ms ] } } }
workloads:
  a: { arrivals: poisson(3/s), requests: [ call: edge /orders ] }
  b: { arrivals: poisson(3/s), requests: [ { call: { to: edge, path: /orders, method: POST } } ] }
`);
    expect(own.map((one) => one.slice(one.indexOf(': write')))).toEqual([
      ': write { call: edge, path: /orders }',
      ': write { call: edge, path: /orders, method: POST }',
    ]);
  });

  it('of all users is answered by the workloads', () => {
    const own = messagesOf(`faultline: 1
title: x
run: { duration: 30s }
services: { web: { endpoints: { put: [ wait: 1ms ] } } }
workloads: { buy: { arrivals: poisson(3/s), requests: [ call: web.put ] } }
budgets: [ users.success > 99%, buy.success > 99% ]
`);
    expect(own).toEqual([
      'budgets[0]: unknown component users: requests come from the workload buy',
    ]);
  });

  it('of a path with an index between braces is answered once, with its quotes', () => {
    const own = messagesOf(`faultline: 1
variants: [ { name: a, set: { topics.t.subscribers[0].concurrency: 3 } } ]
`);
    expect(own).toEqual([": a key with [ ] needs quotes: 'topics.t.subscribers[0].concurrency'"]);
  });

  it('of a target with an index between braces is answered once, with its quotes', () => {
    const own = messagesOf(`faultline: 1
faults:
  - { id: drain, kind: stop, target: nodes[0], at: 60s, for: 60s }
  - { id: again, kind: stop, target: 'nodes[1]', at: 90s, for: 60s }
budgets: [ users.success >= 99.5%, users.latency.p99 < 1s ]
`);
    expect(own).toEqual([": a value with [ ] needs quotes: 'nodes[0]'"]);
  });

  it('of one included file says the line, and reads the file', () => {
    const files: Record<string, string> = {
      'peak.yaml': `faultline: 1
include: shop.yaml
run: { duration: 30s }
services: { shop: { replicas: 3 } }
`,
      'shop.yaml': `faultline: 1
title: x
services: { shop: { endpoints: { buy: [ wait: 1ms ] } } }
workloads: { users: { arrivals: poisson(3/s), requests: [ call: shop.buy ] } }
`,
    };
    const { problems } = loadScenario('peak.yaml', (path) => ({ text: files[path]! }));
    expect(problems.map(({ message }) => message)).toEqual([
      'include must be a list of paths: write [ shop.yaml ]',
    ]);
  });

  it('of a rate limit that stands one level too high is the whole mapping', () => {
    const write = 'admission: { rateLimit: { rate: 400/s } }';
    const text = (limit: string): string => `faultline: 1
title: x
run: { duration: 30s }
services: { bank: { ${limit}, endpoints: { pay: [ wait: 1ms ] } } }
workloads: { users: { arrivals: poisson(3/s), requests: [ call: bank.pay ] } }
`;
    expect(messagesOf(text('rateLimit: 400/s'))[0]).toContain(`as in ${write}`);
    expect(messagesOf(text(write))).toEqual([]);
  });

  it('of a fault in a version is an entry of faults', () => {
    const text = (v2: string, faults: string): string => `faultline: 1
title: x
run: { duration: 30s }
services:
  shop:
    versions: { v1: {}, v2: { ${v2} } }
    rollout: { kind: rolling, to: v2, at: 5s }
    memory: { limit: 500MiB }
    endpoints: { buy: [ wait: 1ms ] }
workloads: { users: { arrivals: poisson(3/s), requests: [ call: shop.buy ] } }
faults: ${faults}
`;
    const [own] = messagesOf(text('memoryLeak: { rate: 2MiB/s }', '[]'));
    const write =
      '[ { id: leak, kind: memoryLeak, target: shop, rate: 2MiB/s, at: 10s, for: 60s, version: v2 } ]';
    expect(own).toContain(`unknown key memoryLeak: memoryLeak is a fault, as faults: ${write}`);
    expect(messagesOf(text('', write))).toEqual([]);
  });

  it('of the words of Argo Rollouts, cost sheets and drained databases is the line to write', () => {
    const own = messagesOf(`faultline: 1
title: x
run: { duration: 30s }
services:
  shop:
    versions: { v1: {}, v2: {} }
    rollout: { kind: canary, to: v2, steps: [ { setWeight: 20 } ], analysis: { metrics: [ { name: success-rate } ] } }
    endpoints: { buy: [ wait: 1ms ] }
externals: { bank: {} }
databases: { db: { disruptionBudget: { maxUnavailable: 1 }, operations: { read: { wait: 1ms } } } }
report: { prices: { core: 0.04 } }
workloads: { users: { arrivals: poisson(3/s), requests: [ call: shop.buy ] } }
`);
    const of = (key: string): readonly string[] => own.filter((one) => one.includes(key));
    expect(of('analysis')).toHaveLength(1);
    expect(of('analysis')[0]).toContain('as expect: [ canary.success >= 99%');
    expect(of('externals')[0]).toContain('as services: { provider: { external: true');
    expect(of('disruptionBudget')[0]).toContain('a fault of kind failover');
    expect(of('core')[0]).toContain('unknown key core');
  });
});

/** Systems in the words of clouds and of plans for outages; each fault of a line has the answer that is written there. */
const CLOUD = `faultline: 1
title: Cloud
run: { duration: 60s }
platform: { kind: PLATFORM }
network: { zones: { a: {}, b: {} } }
gateways:
  edge: { kind: GATEWAY, routes: [ { to: api.get } ] }
services:
  api:
    cpu: 1
    autoscaling: { SCALING, max: 4 }
    probes: { readiness: { call: health, period: 30s } }
    endpoints: { get: [ query: ledger.read ], health: [ work: 1ms ] }
databases:
  ledger: { kind: postgres, REPLICAS, failover: { FAILOVER }, operations: { read: 5ms, write: { work: 1ms, write: true } } }
  SECOND
workloads:
  users: { arrivals: ARRIVALS, requests: [ { call: edge, path: /get } ] }
budgets: [ BUDGET ]
`;

const RIGHT: Readonly<Record<string, string>> = {
  PLATFORM: 'none',
  GATEWAY: 'simple',
  SCALING: 'kind: hpa, metric: cpu, target: 60%',
  REPLICAS: 'zone: [a, b], replicas: { count: 1 }',
  FAILOVER: 'detect: 30s, promote: 30s',
  SECOND: 'other: { operations: { read: 5ms } }',
  ARRIVALS: 'poisson(50/s)',
  BUDGET: 'ledger.lostCommits == 0',
};

function cloud(changes: Readonly<Record<string, string>>): string {
  return Object.entries({ ...RIGHT, ...changes }).reduce(
    (text, [place, own]) => text.replace(place, own),
    CLOUD,
  );
}

/** A file in which each place of KINDS can have another kind, and what the hints say is written. */
const KINDS = `faultline: 1
title: Products
run: { duration: 60s }
keys: { user: zipf(count=100 exponent=1.1) }
gateways:
  edge: { kind: GATEWAY, middleware: [ rateLimit: { kind: tokenBucket, rate: 10000/s, burst: 5000 } ], routes: [ { to: api.get, policy: { timeout: 29s } } ] }
services:
  api: { endpoints: { get: [ { call: pay.charge, policy: calls }, query: db.read, publish: jobs ], put: [ publish: events ] } }
  pay: { replicas: 2, endpoints: { charge: { idempotent: true, steps: [ wait: 1ms ] }, on: [ wait: 1ms ] } }
policies:
  calls: { connections: {}, CALLS }
databases: { db: { kind: DATABASE, replicas: 1, failover: { detect: 10s, promote: 20s }, operations: { read: 1ms } } }
queues: { jobs: { kind: QUEUE, consumers: [ { call: pay.on } ] } }
topics: { events: { kind: TOPIC, subscribers: [ { group: pay, call: pay.on } ] } }
functions: { fn: { kind: FUNCTION, steps: [ wait: 1ms ] } }
workloads: { users: { arrivals: poisson(1/s), requests: [ { call: edge, path: /get }, { call: api.put }, { call: fn } ] } }
`;
/** Begins a queue of another name, with a consumer that has more fields. */
const other = (kind: string, fields: string): string =>
  `simple, consumers: [ { call: pay.on } ] }, others: { kind: ${kind}, consumers: [ { call: pay.on, ${fields} } ] }, last: { kind: simple`;
const USUAL: Readonly<Record<string, string>> = {
  GATEWAY: 'simple',
  CALLS: 'timeout: 1s',
  DATABASE: 'postgres',
  QUEUE: 'simple',
  TOPIC: 'bus',
  FUNCTION: 'lambda',
};
const kinds = (changes: Readonly<Record<string, string>>): readonly string[] =>
  messagesOf(
    Object.entries({ ...USUAL, ...changes }).reduce(
      (text, [place, own]) => text.replace(place, own),
      KINDS,
    ),
  );

describe('products without a kind', () => {
  it.each([
    ['DATABASE', 'aurora', 'failover: { detect: 10s, promote: 20s }', 'mysql'],
    ['DATABASE', 'RDS', 'failover: { detect: 30s, promote: 60s }', 'postgres'],
    ['DATABASE', 'mssql', 'write generic', 'generic'],
    ['DATABASE', 'mariadb', 'write mysql', 'mysql'],
    [
      'QUEUE',
      'serviceBus',
      'sqs, waitTime: 20s, visibilityTimeout: 60s, maxReceiveCount: 10',
      other(
        'sqs, waitTime: 20s, visibilityTimeout: 60s, maxReceiveCount: 10, deadLetter: last',
        'heartbeatInterval: 50s, heartbeatLimit: 5m, retry: { mode: requeue }, onPoison: deadLetter',
      ),
    ],
    [
      'QUEUE',
      'bullmq',
      'waitTime: 20s, visibilityTimeout: 60s }, with heartbeatInterval: 15s, retry: { attempts: 1 }, onPoison: skip',
      other(
        'sqs, waitTime: 20s, visibilityTimeout: 60s',
        'heartbeatInterval: 15s, retry: { attempts: 1 }, onPoison: skip',
      ),
    ],
    [
      'QUEUE',
      'sidekiq',
      'commit: before of its consumer; retries of Sidekiq are retry: { attempts: 26, mode: delayed, backoff: { kind: sidekiq } }, onPoison: skip',
      other(
        'simple',
        'commit: before, retry: { attempts: 26, mode: delayed, backoff: { kind: sidekiq } }, onPoison: skip',
      ),
    ],
    ['QUEUE', 'celery', 'with commit: before of its consumer', 'sqs, visibilityTimeout: 1h'],
    [
      'QUEUE',
      'pubsub',
      'heartbeatInterval: 5s, heartbeatLimit: 1h for a streaming pull',
      other(
        'sqs, waitTime: 20s, visibilityTimeout: 10s',
        'heartbeatInterval: 5s, heartbeatLimit: 1h, retry: { mode: requeue }, onPoison: skip',
      ),
    ],
    ['QUEUE', 'redis-streams', 'for a min-idle-time of 60 s', 'sqs, visibilityTimeout: 60s'],
    ['QUEUE', 'kinesis', 'write it in topics, as kind: kafka', 'nats'],
    ['TOPIC', 'event-bridge', 'write bus', 'bus'],
    ['TOPIC', 'redpanda', 'write kafka', 'kafka, partitions: 6'],
    ['TOPIC', 'pubsub', 'write a queue for each in queues', 'bus'],
    ['GATEWAY', 'apigateway', 'rate: 10000/s, burst: 5000', 'simple'],
    ['GATEWAY', 'contour', 'write envoy', 'envoy'],
    [
      'FUNCTION',
      'cloudFunctions',
      'concurrencyPerInstance: 1',
      'cloudRun, concurrencyPerInstance: 1',
    ],
    ...[
      [
        'circuitBreaker: { kind: istio }',
        'bulkhead: { kind: envoy }, outlierDetection: { kind: envoy }',
      ],
      ['circuitBreaker: { kind: pybreaker }', 'circuitBreaker: { kind: custom, threshold: 5 }'],
      [
        'rateLimit: { kind: nginx }',
        'rateLimit: { kind: leakyBucket, rate: 10/s, burst: 20, delay: 20 }',
      ],
      ['bulkhead: { kind: polly }', 'bulkhead: { kind: semaphore, maxConcurrent: 5 }'],
      [
        'retry: { kind: haproxy }',
        'retry: { attempts: 4, on: [ connect ], backoff: { kind: constant, base: 1s } }',
      ],
      ['retry: { kind: spring }', 'retry: { attempts: 3, backoff: { kind: constant, base: 1s } }'],
      ['loadBalancing: leastconn', 'loadBalancing: leastConnections'],
      ['loadBalancing: { kind: source }', 'loadBalancing: { kind: ringHash, key: user }'],
      ['loadBalancing: ewma', 'loadBalancing: peakEwma'],
    ].map(([wrong, right]) => ['CALLS', wrong!, ': ', right!]),
    [
      'CALLS',
      'retry: { kind: springretry }',
      'attempts: 4 for that of Spring 7',
      'retry: { attempts: 4 }',
    ],
  ])('%s: %s is answered by what can be written', (place, wrong, answer, right) => {
    const own = kinds({ [place!]: wrong! }).join('\n');
    expect(own).toContain(answer);
    expect(own).toMatch(/must be one of .*, got [\w-]+: /u);
    expect(own).not.toContain('did you mean');
    expect(kinds({ [place!]: right! })).toEqual([]);
  });
});

describe('the words of clouds and of plans for outages', () => {
  it.each([
    ['PLATFORM', 'ecs', 'write custom', 'custom, restart: { initial: 10s }'],
    ['PLATFORM', 'eks', 'write kubernetes', 'kubernetes'],
    [
      'GATEWAY',
      'alb',
      'readiness: { call: health, period: 30s, timeout: 5s, failureThreshold: 2, successThreshold: 5, failOpenBelow: 1% }',
      'simple',
    ],
    ['GATEWAY', 'haproxy', 'as healthChecks: { interval: 2s, unhealthyThreshold: 3', 'simple'],
    [
      'SCALING',
      'kind: ecs',
      'kind: targetTracking, metric: cpu, target: 60%',
      'kind: targetTracking, metric: cpu, target: 60%',
    ],
    [
      'REPLICAS',
      'replicas: { count: 1, zone: b }',
      'zones belong to the database, first that of the primary, as zone: [a, b]',
      RIGHT.REPLICAS!,
    ],
    [
      'FAILOVER',
      'detect: 30s, rpo: 5s',
      'a goal is a budget, as ledger.lostCommits == 0',
      RIGHT.FAILOVER!,
    ],
    [
      'ARRIVALS',
      '{ kind: ramp, from: 150/s }',
      'write { kind: stages, start: 150/s, stages: [ { duration: 60s, target: 600/s } ] }',
      '{ kind: stages, start: 150/s, stages: [ { duration: 60s, target: 600/s } ] }',
    ],
    ['ARRIVALS', '{ kind: batch, count: 100 }', 'is closed(8 0s)', 'closed(8 0s)'],
    [
      'ARRIVALS',
      '{ kind: cron }',
      '{ kind: closed, users: { start: 0, stages: [ { duration: 60s, target: 0 }, { duration: 0s, target: 8 } ] }, think: 0s }',
      '{ kind: closed, users: { start: 0, stages: [ { duration: 60s, target: 0 }, { duration: 0s, target: 8 } ] }, think: 0s }',
    ],
  ])('%s: %s is answered by what can be written', (place, wrong, answer, right) => {
    const own = messagesOf(cloud({ [place]: wrong }));
    expect(own.join('\n')).toContain(answer);
    expect(messagesOf(cloud({ [place]: right }))).toEqual([]);
  });

  it('name the place of zones and of rebuilds', () => {
    const wrong = cloud({})
      .replace('network: { zones: { a: {}, b: {} } }', 'regions: [ eu, us ]')
      .concat(
        'faults: [ { id: r, kind: rebuild, target: ledger, at: 1s }, { id: p, kind: replay, target: api, at: 1s } ]\n',
      );
    const own = messagesOf(wrong).join('\n');
    expect(own).toContain('network: { zones: { eu-1: { region: eu }, us-1: { region: us } } }');
    expect(own).toContain('declare it, as network: { zones: { a: {} } }');
    expect(own).toContain('write it at its projection, as rebuild: { at: 60s, rate: 1000/s }');
    expect(own).toContain('write it at the subscriber, as replay: { at: 60s, from: earliest }');
  });

  it('say which metric is the time of a lag', () => {
    const text = `${SOURCED}budgets: [ orders.group.lag.max < 30s ]\n`;
    expect(messagesOf(text)).toEqual([
      'budgets[0]: lag is a number, but the limit is a duration: it counts messages; their time is delay, that of the oldest one age',
    ]);
    expect(messagesOf(text.replace('lag.max', 'age.max'))).toEqual([]);
  });

  it('name the kinds that have the fields which are written, where the kind is not', () => {
    const of = (arrivals: string) => messagesOf(SOURCED.replace('poisson(5/s)', arrivals));
    const missing = 'workloads.users.arrivals.kind: is required';
    expect(of('{ start: 5/s, stages: [ { target: 9/s, duration: 5s } ] }')).toEqual([
      `${missing}: write kind: stages`,
    ]);
    expect(of('{ rate: 5/s }')[0]).toContain(`${missing}: one of poisson constant;`);
    expect(of('{ rate: 5/s, nosuch: 1 }')[0]).toContain(
      `${missing}: one of poisson constant stages`,
    );
  });

  it('name two budgets that no run can hold both', () => {
    const text = `${SOURCED}budgets: [ users.success >= 90%, users.success <= 10%, { expect: users.success < 5%, severity: warning } ]\n`;
    expect(messagesOf(text)).toEqual([
      'budgets[1]: no run can hold this and budgets[0], users.success >= 90%: change a limit, or let each name its variants, as in `in VARIANT`',
    ]);
    expect(messagesOf(text.replace('<= 10%', '<= 99%'))).toEqual([]);
  });

  it('lead from an event store of Kafka to a topic and its projection', () => {
    const [first] = messagesOf(
      cloud({ SECOND: '' }).replace(
        'workloads:',
        'eventStores: { orders: { kind: kafka } }\nworkloads:',
      ),
    ).filter((message) => message.includes('kind'));
    expect(first).toContain('projections: { view: { from: TOPIC, writes: DATABASE.OPERATION } }');
    expect(messagesOf(SOURCED)).toEqual([]);
  });
});

const SOURCED = `faultline: 1
title: Sourced
run: { duration: 60s }
topics: { orders: { kind: kafka, partitions: 2, subscribers: [ { group: group, call: api.on, replay: { at: 10s, from: earliest } } ] } }
databases: { views: { operations: { upsert: { work: 1ms, write: true } } } }
projections: { view: { from: orders, work: 1ms, writes: views.upsert, rebuild: { at: 60s, rate: 1000/s } } }
services: { api: { endpoints: { put: [ publish: orders ], on: [ work: 1ms ] } } }
workloads: { users: { arrivals: poisson(5/s), requests: [ { call: api.put } ] } }
`;
