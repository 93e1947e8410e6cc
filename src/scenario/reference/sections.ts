import { MODULES, SECTIONS } from '../modules/index.js';

const SHOP = `services:
  shop: { replicas: 2, concurrency: 32, endpoints: { buy: [ work: 2ms, call: payments.charge ] } }
  payments: { concurrency: 16, endpoints: { charge: [ wait: lognormal(p50=30ms p99=120ms) ] } }
`;
const USERS = `workloads:
  users: { arrivals: poisson(100/s), patience: 5s, requests: [ { call: shop.buy } ] }
`;

const scenario = (title: string, ...parts: readonly string[]): string =>
  `faultline: 1\ntitle: ${title}\n${parts.join('')}`;
const RUN = 'run: { duration: 30s }\n';

const SERVICES = `services:
  shop:
    replicas: 3
    runtime: threads
    concurrency: 32                       # threads of each replica
    cpu: 2
    queue: { capacity: 64 }
    endpoints:
      buy:
        - work: exponential(2ms)          # uses a core
        - parallel: { branches: [ [ call: stock.reserve ], [ call: prices.get ] ] }
      browse: { readOnly: true, steps: [ call: prices.get ] }
  stock: { endpoints: { reserve: [ wait: 5ms ] } }
  prices: { external: true, endpoints: { get: [ wait: lognormal(p50=8ms p99=40ms) ] } }
`;

const GATEWAYS = `gateways:
  edge:
    middleware: [ { authenticate: { kind: jwt, work: 0.3ms } }, { rateLimit: { kind: tokenBucket, rate: 200/s, burst: 50 } } ]
    routes:
      - { name: buy, match: { method: POST, path: /orders }, to: shop.buy, policy: front }
policies:
  front: { timeout: 2s }
`;

const WORKLOADS = `workloads:
  rush:                                   # open: they come whether or not answers do
    arrivals: { kind: stages, start: 50/s, stages: [ { duration: 10s, target: 200/s }, { duration: 20s, target: 50/s } ] }
    patience: 5s
    requests: [ { name: buy, call: shop.buy, weight: 100 } ]
  clerks:                                 # closed: each waits for the answer, and thinks
    arrivals: { kind: closed, users: { start: 5, stages: [ { duration: 20s, target: 40 } ] }, think: exponential(1s) }
    requests: [ { call: shop.buy } ]
`;

const FAULTS = `faults:
  - { id: slow-payments, kind: slow, target: payments, factor: 5, at: 10s, for: 5s }
  - { id: half-fail, kind: error, target: payments.charge, share: 50%, at: 20s, for: 5s }
`;

const ALERTS = `alerts:
  objective: 99.9%
  history: 1h                             # calm time before the run, for the long windows
  rules:
    fast-burn: { burnRate: 14.4, severity: page }
    slow: { when: users.latency.p99 > 250ms, over: 1m, for: 15s }
  groups:                                 # pasted from a rule file of Prometheus
    - name: shop
      rules:
        - alert: PaymentsFail
          expr: sum(rate(client_requests_total{target="payments",outcome!="ok"}[1m])) > 5
          for: 15s
`;

/** A runnable scenario for each section that has no example of a kind. */
export const SECTION_EXAMPLES: ReadonlyMap<string, string> = new Map([
  ...SECTIONS.map((section) => [section, MODULES[section].example] as const),
  [
    'run',
    scenario(
      'How long',
      'run: { duration: 60s, warmup: 10s, seed: 7, replications: 3 }\n',
      SHOP,
      USERS,
    ),
  ],
  [
    'network',
    scenario(
      'Two zones',
      RUN,
      'network:\n  latency: lognormal(p50=0.5ms p99=3ms)\n  loss: 0.01%\n  zones: { east: {}, west: {} }\n  links: [ { between: [east, west], latency: 1ms } ]\n',
      SHOP,
      USERS,
    ),
  ],
  [
    'platform',
    scenario(
      'Repeated crashes wait longer and longer',
      RUN,
      'platform: { kind: kubernetes, restart: { max: 60s }, endpointPropagation: uniform(100ms 2s), imagePull: 8s }\n',
      SHOP,
      USERS,
      'faults:\n  - { id: bad-settings, kind: crash, target: payments, at: 5s, for: 4s }\n  - { id: moved, kind: stop, target: payments, at: 20s, for: 0s }\n',
    ),
  ],
  [
    'mesh',
    scenario(
      'The sidecars of Istio cost time and try three times',
      RUN,
      `mesh:
  kind: istio
  policy: { outlierDetection: { kind: istio } }       # and the retries of every route
services:
  shop: { replicas: 2, endpoints: { buy: [ work: 2ms, call: payments.charge ] } }
  payments: { replicas: 5, endpoints: { charge: { readOnly: true, steps: [ wait: lognormal(p50=30ms p99=120ms) ] } } }
`,
      USERS,
      'faults:\n  - { id: bad, kind: error, target: payments, instances: 1, status: 503, at: 10s, for: 10s }\n',
    ),
  ],
  [
    'keys',
    scenario(
      'Some customers are requested more often than others',
      RUN,
      'keys: { customer: zipf(count=10000 exponent=1.1) }\n',
      'caches: { profiles: { keys: customer, levels: [ { name: near, kind: local, capacity: 500, ttl: 10s } ] } }\n',
      'databases: { people: { operations: { read: 5ms } } }\n',
      'services: { shop: { endpoints: { buy: [ cache: { get: profiles, onMiss: [ query: people.read ] } ] } } }\n',
      USERS,
    ),
  ],
  [
    'clusters',
    scenario(
      'Two routes with their own time limits share the limits and the ejections of their cluster',
      RUN,
      `clusters:
  payments:
    bulkhead: { kind: envoy, maxRequests: 20 }
    outlierDetection: { consecutive5xx: 5 }
    connections: { max: 10 }
policies:
  charge: { cluster: payments, order: envoy, timeout: 300ms }
  refund: { cluster: payments, order: envoy, timeout: 2s }
services:
  shop: { endpoints: { buy: [ { call: payments.charge, policy: charge }, { call: payments.refund, policy: refund, probability: 5% } ] } }
  payments:
    replicas: 2
    concurrency: 16
    endpoints: { charge: [ wait: lognormal(p50=30ms p99=120ms) ], refund: [ wait: 300ms ] }
`,
      USERS,
    ),
  ],
  [
    'policies',
    scenario(
      'A bundle and its user',
      RUN,
      `policies:
  careful:
    timeout: 300ms
    retry: { attempts: 2, on: [connect, gateway], backoff: { kind: exponential, base: 20ms, jitter: full } }
    circuitBreaker: { kind: resilience4j }
services:
  shop: { endpoints: { buy: [ { call: payments.charge, policy: careful } ] } }
  payments: { concurrency: 16, endpoints: { charge: [ wait: lognormal(p50=30ms p99=120ms) ] } }
`,
      USERS,
    ),
  ],
  ['services', scenario('A shop and its dependencies', RUN, SERVICES, USERS)],
  [
    'gateways',
    scenario(
      'All traffic enters through the edge',
      RUN,
      GATEWAYS,
      SHOP,
      'workloads:\n  users: { arrivals: poisson(100/s), requests: [ { call: edge, method: POST, path: /orders } ] }\n',
    ),
  ],
  ['workloads', scenario('A rush, and regular users', RUN, SHOP, WORKLOADS)],
  ['faults', scenario('Slow, then failing', RUN, SHOP, USERS, FAULTS)],
  ['alerts', scenario('Which alert fires first', RUN, SHOP, USERS, FAULTS, ALERTS)],
  [
    'variants',
    scenario(
      'With and without a timeout',
      RUN,
      `policies: { pay: { timeout: 200ms } }
services:
  shop: { concurrency: 32, endpoints: { buy: [ { call: payments.charge, policy: pay } ] } }
  payments: { concurrency: 16, endpoints: { charge: [ wait: lognormal(p50=30ms p99=120ms) ] } }
`,
      USERS,
      FAULTS,
      `variants:
  - { name: patient, remove: [ policies.pay.timeout ] }
  - { name: strict, set: { policies.pay.timeout: 100ms } }
`,
    ),
  ],
  [
    'budgets',
    scenario(
      'Budgets of a shop',
      RUN,
      SHOP,
      USERS,
      FAULTS,
      `budgets:
  - users.latency.p99 < 2s
  - users.success >= 99% during slow-payments
  - users.success >= 90% always
  - { expect: users.recovery < 5s after slow-payments, name: comes back, severity: warning }
expect:                                   # no goal: users feel this fault
  - users.latency.p50 > 100ms during slow-payments
`,
    ),
  ],
  [
    'expect',
    scenario(
      'An expected failure',
      RUN,
      SHOP,
      USERS,
      FAULTS,
      `expect:                                   # a check of this file, not a goal of the shop
  - users.success < 60% during half-fail
  - { expect: users.latency.p50 > 100ms during slow-payments, name: users feel it }
budgets:                                  # a goal: what users need
  - users.success >= 99% before slow-payments
`,
    ),
  ],
  [
    'hypothesis',
    scenario(
      'A claim',
      RUN,
      SHOP,
      USERS,
      FAULTS,
      `hypothesis:
  statement: The shop survives a slow payment provider
  expect: [ users.success >= 99% during slow-payments ]
`,
    ),
  ],
  [
    'lint',
    scenario(
      'A finding that is known',
      RUN,
      SHOP,
      USERS,
      `lint:
  accept:
    - { rule: single-point-of-failure, of: payments, reason: the provider gives one endpoint }
`,
    ),
  ],
  [
    'sweeps',
    scenario(
      'Where it breaks',
      RUN,
      SHOP,
      USERS,
      FAULTS,
      `sweeps:
  load-and-timeout:
    set:
      workloads.users.arrivals.rate: { from: 50/s, to: 250/s, steps: 5 }
      services.payments.concurrency: [ 8, 16, 32 ]
    metrics: [ users.goodput, users.latency.p99 during slow-payments ]
  edge:
    kind: bisect
    set: { workloads.users.arrivals.rate: { from: 50/s, to: 500/s } }
    expect: users.success >= 99%
`,
    ),
  ],
  [
    'templates',
    scenario(
      'Three services alike',
      RUN,
      `templates:
  small: { replicas: 2, concurrency: 16, cpu: 1 }
services:
  shop: { extends: small, endpoints: { buy: [ work: 2ms, call: payments.charge ] } }
  payments: { extends: small, endpoints: { charge: [ wait: 30ms ] } }
`,
      USERS,
    ),
  ],
  [
    'defaults',
    scenario(
      'Two replicas for every service',
      RUN,
      'defaults: { services: { replicas: 2 } }\n',
      SHOP,
      USERS,
    ),
  ],
  [
    'report',
    scenario(
      'Charts first in the report',
      RUN,
      SHOP,
      USERS,
      'report: { focus: [ payments ], slo: { success: 99.9%, latency: 500ms } }\n',
    ),
  ],
]);
