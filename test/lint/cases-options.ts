import type { RuleCase } from './cases.js';
import { scenario } from './lint-text.js';

/** users -> shop.buy -> stock.take: with these fields of the services and of the bundle between them. */
const hop = (shop: string, stock: string, bundle: string, network = 'a: {}, b: {}'): string =>
  scenario([
    `network: { zones: { ${network} } }`,
    `policies: { hop: { ${bundle} } }`,
    'services:',
    `  shop: { ${shop} endpoints: { buy: [ { call: stock.take, policy: hop } ] } }`,
    `  stock: { ${stock} endpoints: { take: [ wait: 1ms ] } }`,
    'workloads: { users: { arrivals: poisson(10/s), requests: [ { call: shop.buy } ] } }',
  ]);

/** Users who cancel when they give up, and a callee. */
const users = (callee: string, patience = 'patience: { after: 1s, cancel: true },'): string =>
  scenario([
    callee,
    `workloads: { users: { arrivals: poisson(10/s), ${patience} requests: [ { call: f.go } ] } }`,
  ]);

const FUNCTION = 'functions: { f: { endpoints: { go: [ wait: 1ms ] } } }';

/** A consumer with these fields. */
const consumer = (fields: string): string =>
  scenario([
    'queues:',
    `  jobs: { kind: simple, consumers: [ { call: worker.run, ${fields} } ] }`,
    '  dead: { kind: simple }',
    'services: { worker: { endpoints: { run: [ wait: 1ms ] } } }',
    'workloads: { users: { arrivals: poisson(10/s), requests: [ { name: job, steps: [ publish: jobs ] } ] } }',
  ]);

/** users -> shop.buy -> stock.take, with these fields of the shop and of the bundle. */
const oneHop = (shop: string, bundle = 'timeout: 1s'): string =>
  [
    'services:',
    `  shop: { ${shop} endpoints: { buy: [ { call: stock.take, policy: { ${bundle} } } ] } }`,
    '  stock: { endpoints: { take: [ wait: 1ms ] } }',
    'workloads: { users: { arrivals: poisson(1/s), requests: [ { call: shop.buy } ] } }',
  ].join('\n');

/** Users with a bundle of their own, and a service that may have it too. */
const lone = (policy: string, more = ''): string =>
  scenario([
    'policies: { both: { rateLimit: { rate: 5/s, scope: global } } }',
    'services:',
    '  stock: { endpoints: { take: [ wait: 1ms ] } }',
    `  shop: { ${more} endpoints: { buy: [ { call: stock.take } ] } }`,
    `workloads: { users: { arrivals: poisson(10/s), policy: ${policy}, requests: [ { call: stock.take }, { call: shop.buy } ] } }`,
  ]);

/** A database with a replica whose reads have these fields. */
const replicas = (database: string, read: string): string =>
  scenario([
    'keys: { id: uniform(count=100) }',
    'databases:',
    `  db: { ${database} replicas: { count: 1, lag: 10ms }, operations: { read: { work: 1ms${read} }, update: { work: 1ms, write: true, key: id } } }`,
    'services: { shop: { endpoints: { get: [ query: db.read ], put: [ query: db.update ] } } }',
    'workloads: { users: { arrivals: poisson(10/s), requests: [ { call: shop.get }, { call: shop.put } ] } }',
  ]);

/** A step with its own bundle. */
const step = (policy: string, stock = ''): string =>
  scenario([
    'services:',
    `  shop: { endpoints: { buy: [ { call: stock.take, policy: ${policy} } ] } }`,
    `  stock: { ${stock} endpoints: { take: [ wait: 1ms ], list: [ wait: 1ms ] } }`,
    'workloads: { users: { arrivals: poisson(10/s), requests: [ { call: shop.buy } ] } }',
  ]);

/** A function with a bundle for its calls. */
const lambda = (policy: string, more = '', network = 'network: {}'): string =>
  scenario([
    network,
    `functions: { resize: { kind: lambda, coldStart: 20ms, ${more} outbound: { default: { ${policy} } }, endpoints: { run: [ call: stock.take ] } } }`,
    'services: { stock: { endpoints: { take: [ wait: 1ms ] } } }',
    'workloads: { users: { arrivals: poisson(10/s), requests: [ { call: resize.run } ] } }',
  ]);

/** A query that is tried again. */
const query = (retry: string, db: string, more = ''): string =>
  scenario([
    'services:',
    `  shop: { endpoints: { buy: [ { query: db.read, policy: { retry: { attempts: 2, on: [ error ], ${retry} }${more} } } ] } }`,
    `databases: { db: { ${db} operations: { read: { wait: 1ms } } } }`,
    'workloads: { users: { arrivals: poisson(10/s), requests: [ { call: shop.buy } ] } }',
  ]);

/** Nodes with this room, and a service that requests this. */
const room = (nodes: string, requests: string): string =>
  scenario([
    `platform: { kind: kubernetes, nodes: { count: 2, ${nodes} } }`,
    'services:',
    `  shop: { resources: { requests: { ${requests} } }, endpoints: { buy: [ wait: 1ms ] } }`,
    'workloads: { users: { arrivals: poisson(10/s), requests: [ { call: shop.buy } ] } }',
  ]);

/** Levels by a label. */
const ranked = (label: string): string =>
  `loadBalancing: { kind: roundRobin, priorities: { failoverPriority: [ ${label} ] } }`;

/** A callee with versions of two labels. */
const tiers = (label: string): string =>
  hop(
    'labels: { tier: gold },',
    'replicas: { v1: 1, v2: 1 }, versions: { v1: {}, v2: { labels: { tier: gold } } },',
    ranked(label),
  );

/** A callee in two regions. */
const regions = (more: string, policy: string): string =>
  scenario([
    'network: { zones: { a: { region: east }, b: { region: west } } }',
    more,
    'services:',
    `  shop: { zone: a, endpoints: { buy: [ { call: stock.take, policy: { ${policy} } } ] } }`,
    '  stock: { replicas: 2, zone: [ a, b ], outlierDetection: { kind: istio }, endpoints: { take: [ wait: 1ms ] } }',
    'workloads: { users: { arrivals: poisson(10/s), requests: [ { call: shop.buy } ] } }',
  ]);

const TWO = 'replicas: 2,';
const SIX = 'replicas: 6,';
const AWARE = 'loadBalancing: { kind: roundRobin, zoneAware: true }';
const STAYS = 'outlierDetection: { successfulActiveHealthCheckUnejectHost: false }';
const PANIC = 'loadBalancing: { kind: roundRobin, panicThreshold: 60% }';
const EJECTS = 'outlierDetection: { kind: envoy }';

/** A bundle of the caller, and that of its only call. */
const bundles = (outbound: string, policy: string): string =>
  scenario([
    'services:',
    `  shop: { outbound: { ${outbound} }, endpoints: { buy: [ { call: stock.take${policy} } ] } }`,
    '  stock: { replicas: 2, endpoints: { take: [ wait: 1ms ] } }',
    'workloads: { users: { arrivals: poisson(10/s), requests: [ { call: shop.buy } ] } }',
  ]);

const HEDGES = 'stock: { hedge: { after: 20ms } }';

/** Options that change nothing where they are written. */
export const OPTION_CASES: readonly RuleCase[] = [
  {
    rule: 'option-without-effect',
    // The policy of a step replaces the bundle of its caller, so the call is never hedged.
    fires: bundles(HEDGES, ', policy: { timeout: 1s }'),
    path: 'services.shop.outbound.stock',
    measured: '1 call, as with the policy at services.shop.endpoints.buy.steps[0].policy',
    limit: 'a call without a policy of its own, or these fields in that policy',
    silent: {
      'the call has none': bundles(HEDGES, ''),
      'it has both': bundles('stock: { timeout: 1s, hedge: { after: 20ms } }', ''),
    },
  },
  {
    rule: 'option-without-effect',
    fires: bundles(`${HEDGES}, stock.take: { timeout: 1s }`, ''),
    path: 'services.shop.outbound.stock',
    measured: '1 call, as with the policy at services.shop.outbound["stock.take"]',
    limit: 'a call without a policy of its own, or these fields in that policy',
    silent: { 'no other endpoint is called': bundles('stock.take: { timeout: 1s }', '') },
  },
  {
    rule: 'option-without-effect',
    fires: room('cpu: 4, memory: 4GiB', 'memory: 1GiB'),
    path: 'platform.nodes.cpu',
    measured: 'no service or gateway requests cpu',
    limit: 'resources.requests.cpu of a service',
    silent: {},
  },
  {
    rule: 'option-without-effect',
    fires: room('cpu: 4', 'cpu: 1, memory: 1GiB'),
    path: 'services.shop.resources.requests.memory',
    measured: 'no node counts memory',
    limit: 'platform.nodes.memory',
    silent: {
      'nodes count it': room('cpu: 4, memory: 4GiB', 'cpu: 1, memory: 1GiB'),
      'no nodes: nothing is placed': room('', 'cpu: 1, memory: 1GiB').replace(
        /, nodes: .* } }/,
        ' }',
      ),
    },
  },
  {
    rule: 'option-without-effect',
    fires: hop(SIX, SIX, AWARE, ''),
    path: 'policies.hop.loadBalancing.zoneAware',
    measured: 'shop is in 0 zones, stock has 6 instances in 0 zones',
    limit: 'two zones on both sides, and 6 instances (minClusterSize)',
    silent: {
      'both are in two zones': hop(TWO, SIX, AWARE),
      'fewer instances are enough': hop(
        TWO,
        TWO,
        'loadBalancing: { kind: roundRobin, zoneAware: { minClusterSize: 2 } }',
      ),
      'it is off': hop(SIX, SIX, 'loadBalancing: { kind: roundRobin, zoneAware: false }', ''),
    },
  },
  {
    rule: 'option-without-effect',
    fires: hop(SIX, `${SIX} zone: a, ${AWARE},`, ''),
    path: 'services.stock.loadBalancing.zoneAware',
    measured: 'shop is in 2 zones, stock has 6 instances in 1 zone',
    limit: 'two zones on both sides, and 6 instances (minClusterSize)',
    silent: { 'the callee says it of itself': hop(SIX, `${SIX} ${AWARE},`, '') },
  },
  {
    rule: 'option-without-effect',
    fires: hop('zone: a,', TWO, ranked('version')),
    path: 'policies.hop.loadBalancing.priorities',
    measured: 'all instances of stock have the same version',
    limit: 'a label in which they differ: version, zone, region, or labels of versions',
    silent: {
      'they are in two zones': hop('zone: a,', TWO, ranked('topology.kubernetes.io/zone')),
    },
  },
  {
    rule: 'option-without-effect',
    fires: tiers('version'),
    path: 'services.stock.versions.v2.labels.tier',
    measured: 'no call to stock has it in failoverPriority',
    limit: 'loadBalancing: { priorities: { failoverPriority: [ tier ] } }',
    silent: { 'calls look at it': tiers('tier') },
  },
  {
    rule: 'option-without-effect',
    fires: regions('', 'loadBalancing: roundRobin'),
    path: 'network.zones.a.region',
    measured: 'no call has levels of instances (priorities) that are in two regions',
    limit: 'loadBalancing: { priorities: true }, or a mesh of kind istio with outlierDetection',
    silent: {
      'calls have levels': regions('', 'loadBalancing: { kind: roundRobin, priorities: true }'),
      'the mesh has them': regions('mesh: { kind: istio }', 'timeout: 1s'),
    },
  },
  {
    rule: 'option-without-effect',
    fires: hop('', TWO, PANIC),
    path: 'policies.hop.loadBalancing.panicThreshold',
    measured: 'no instance is ever ejected or shut',
    limit: 'outlierDetection, healthChecks, or a circuitBreaker with per: target',
    silent: {
      'outliers are ejected': hop('', TWO, `${PANIC}, ${EJECTS}`),
      'the callee has them ejected': hop('', `${TWO} ${EJECTS},`, PANIC),
      'a breaker for each instance': hop('', TWO, `${PANIC}, circuitBreaker: { kind: linkerd }`),
      'callers check the callee': hop('', `${TWO} healthChecks: {},`, PANIC),
      never: hop('', TWO, 'loadBalancing: { kind: roundRobin, panicThreshold: 0% }'),
    },
  },
  {
    rule: 'option-without-effect',
    fires: hop('', TWO, STAYS),
    path: 'policies.hop.outlierDetection.successfulActiveHealthCheckUnejectHost',
    measured: 'stock has no healthChecks',
    limit: 'healthChecks of the callee',
    silent: { 'callers check it': hop('', `${TWO} healthChecks: {},`, STAYS) },
  },
  {
    rule: 'option-without-effect',
    fires: hop('', TWO, 'loadBalancing: { kind: roundRobin, failTrafficOnPanic: true }'),
    path: 'policies.hop.loadBalancing.failTrafficOnPanic',
    measured: 'no instance is ever ejected or shut',
    limit: 'outlierDetection, healthChecks, or a circuitBreaker with per: target',
    silent: {
      'outliers are ejected': hop(
        '',
        TWO,
        `loadBalancing: { kind: roundRobin, failTrafficOnPanic: true }, ${EJECTS}`,
      ),
    },
  },
  {
    rule: 'option-without-effect',
    fires: users(FUNCTION),
    path: 'workloads.users.patience.cancel',
    measured: 'f is a function: an invocation runs to its end',
    limit: 'a callee that can be cancelled',
    silent: {
      'it tells no one': users(FUNCTION, 'patience: 1s,'),
      'the service listens': users(
        'services: { f: { cancellation: onDequeue, endpoints: { go: [ wait: 1ms ] } } }',
      ),
    },
  },
  {
    rule: 'option-without-effect',
    fires: users('services: { f: { cancellation: ignore, endpoints: { go: [ wait: 1ms ] } } }'),
    path: 'workloads.users.patience.cancel',
    measured: 'f has cancellation: ignore',
    limit: 'cancellation: onDequeue, atSteps or immediate at the callee',
    silent: {},
  },
  {
    rule: 'option-without-effect',
    fires: consumer('retry: { attempts: 3 }'),
    path: 'queues.jobs.consumers[0].retry.attempts',
    measured: 'onPoison: block',
    limit: 'onPoison: skip or deadLetter',
    silent: {
      'the tries end': consumer('retry: { attempts: 3 }, onPoison: skip'),
      'dead letters are kept': consumer(
        'retry: { attempts: 3 }, onPoison: deadLetter, deadLetter: dead',
      ),
      'no number is written': consumer('retry: { backoff: { kind: constant, base: 1s } }'),
    },
  },
  {
    rule: 'option-without-effect',
    fires: lone('{ rateLimit: { rate: 5/s, scope: global } }'),
    path: 'workloads.users.policy.rateLimit.scope',
    measured: 'users is a workload, which is one caller, and the bundle is its own',
    limit: 'a caller with instances, or a bundle in `policies` that several callers name',
    silent: {
      'as it is without the option': lone('{ rateLimit: { rate: 5/s, scope: instance } }'),
      'another caller has the bundle too': lone('both', 'outbound: both,'),
    },
  },
  {
    rule: 'option-without-effect',
    fires: lambda('bulkhead: { maxConcurrent: 1, scope: caller }'),
    path: 'functions.resize.outbound.default.bulkhead.scope',
    measured: 'resize is a function in one zone: its environments share one state',
    limit: 'a service with several instances, or a function in several zones',
    silent: {
      'as it is without the option': lambda('bulkhead: { maxConcurrent: 1, scope: instance }'),
      'there is a state in each zone': lambda(
        'bulkhead: { maxConcurrent: 1, scope: caller }',
        'zone: [ a, b ],',
        'network: { zones: { a: {}, b: {} } }',
      ),
    },
  },
  {
    rule: 'option-without-effect',
    fires: lambda('rateLimit: { kind: kong, second: 5, policy: redis, store: { latency: 1ms } }'),
    path: 'functions.resize.outbound.default.rateLimit.policy',
    measured: 'resize is a function in one zone: its environments share one state',
    limit: 'a service with several instances, or a function in several zones',
    silent: { 'it is not written': lambda('rateLimit: { kind: kong, second: 5 }') },
  },
  {
    rule: 'option-without-effect',
    fires: step('{ rateLimit: { kind: kong, second: 5, limitBy: service } }'),
    path: 'services.shop.endpoints.buy.steps[0].policy.rateLimit.limitBy',
    measured: 'each instance of shop counts its own calls, which come from one address',
    limit: 'a key, or a limiter that the instances share',
    silent: {
      'it is not written': step('{ rateLimit: { kind: kong, second: 5 } }'),
      'instances share the limiter': step(
        '{ rateLimit: { kind: kong, second: 5, limitBy: service, scope: caller } }',
      ),
    },
  },
  {
    rule: 'option-without-effect',
    fires: step('{ client: blocking, bulkhead: { maxConcurrent: 9 } }'),
    path: 'services.shop.endpoints.buy.steps[0].policy.client',
    measured: 'no layer of the bundle leaves a call before its end',
    limit: 'a timeout, a deadline or a hedge',
    silent: {
      'a limit leaves it': step('{ client: blocking, timeout: 10ms }'),
      'a deadline leaves it': step('{ client: blocking, deadline: 10ms }'),
    },
  },
  {
    rule: 'option-without-effect',
    fires: step('{ client: blocking, timeout: { after: 10ms, onTimeout: abort } }'),
    path: 'services.shop.endpoints.buy.steps[0].policy.client',
    measured: 'onTimeout of its timeout says it',
    limit: 'a timeout without onTimeout',
    silent: { 'the client says it': step('{ client: blocking, timeout: 10ms }') },
  },
  {
    rule: 'option-without-effect',
    fires: step('{ timeout: { after: 10ms, cancel: false } }'),
    path: 'services.shop.endpoints.buy.steps[0].policy.timeout.cancel',
    measured: 'stock finishes what it has begun, cancelled or not',
    limit: 'a service or gateway with cancellation: onDequeue, atSteps or immediate',
    silent: {
      'the callee is notified, as without the option': step('{ timeout: { after: 10ms } }'),
      'the callee stops': step(
        '{ timeout: { after: 10ms, cancel: false } }',
        'cancellation: immediate,',
      ),
    },
  },
  {
    rule: 'option-without-effect',
    fires: query('', '', ', idempotencyKey: { key: request, storeErrors: false }'),
    path: 'services.shop.endpoints.buy.steps[0].policy.idempotencyKey.storeErrors',
    measured: 'an operation of db that is executed does not fail',
    limit: 'a call of an endpoint that can fail',
    silent: { 'it is not written': query('', '', ', idempotencyKey: { key: request }') },
  },
  {
    rule: 'option-without-effect',
    fires: hop('', '', 'fallback: { status: 203 }'),
    path: 'policies.hop.fallback.status',
    measured: 'shop answers with a status of its own',
    limit: 'a call of a workload or a gateway, or `respond` in the steps of the service',
    silent: {
      'it is that of any answer': hop('', '', 'fallback: { status: 200 }'),
      'a client is given it': lone('{ fallback: { status: 203 } }'),
    },
  },
  {
    rule: 'option-without-effect',
    fires: step('{ bulkhead: { maxConcurrent: 5, per: endpoint } }'),
    path: 'services.shop.endpoints.buy.steps[0].policy.bulkhead.per',
    measured: 'the bundle is that of one step, which calls one endpoint',
    limit: 'a bundle for several endpoints, or a callee with several instances',
    silent: {
      'one for each callee, as it is without the option': step(
        '{ bulkhead: { maxConcurrent: 5, per: callee } }',
      ),
      'each instance has one': step('{ bulkhead: { maxConcurrent: 5, per: target } }', TWO),
      'a kind that is about instances': step('{ circuitBreaker: { kind: linkerd } }'),
    },
  },
  {
    rule: 'option-without-effect',
    fires: query('otherInstance: true', ''),
    path: 'services.shop.endpoints.buy.steps[0].policy.retry.otherInstance',
    measured: 'db is one node',
    limit: 'a database with replicas',
    silent: {
      'there are replicas': query('otherInstance: true', 'replicas: { count: 2, lag: 1ms },'),
      'it is off': query('otherInstance: false', ''),
    },
  },
  {
    rule: 'stale-read-without-key',
    fires: replicas('route: replica,', ''),
    path: 'databases.db.operations.read',
    measured: 'no key, and update beside it',
    limit: 'writes of the same row',
    silent: {
      'reads at the primary': replicas('', ''),
      'a row': replicas('route: replica,', ', key: id'),
    },
  },
  {
    rule: 'implausible-value',
    fires: scenario([oneHop('concurrency: 1000000000,')]),
    path: 'services.shop.concurrency',
    measured: '1000000000 requests',
    limit: '1048576: a Linux process has at most 1048576 open files (fs.nr_open)',
    silent: {
      'it is the largest': scenario([oneHop('concurrency: 1048576,')]),
      'it is unlimited': scenario([oneHop('concurrency: unlimited,')]),
    },
  },
  {
    rule: 'implausible-value',
    fires: scenario([oneHop('', 'retry: { attempts: 1000000 }')]),
    path: 'services.shop.endpoints.buy.steps[0].policy.retry.attempts',
    measured: '1000000 attempts',
    limit: '1000: libraries make 3 to 10 attempts, and SQS counts at most 1000',
    silent: {
      'it is unlimited': scenario([oneHop('', 'retry: { kind: aws, attempts: unlimited }')]),
    },
  },
  {
    rule: 'implausible-value',
    fires: scenario([oneHop('', 'bulkhead: { kind: envoy, maxRequests: 2147483647 }')]),
    path: 'services.shop.endpoints.buy.steps[0].policy.bulkhead.maxRequests',
    measured: '2147483647 requests',
    limit: '1048576: a Linux process has at most 1048576 open files (fs.nr_open)',
    silent: { 'it is the default': scenario([oneHop('', 'bulkhead: { kind: envoy }')]) },
  },
  {
    rule: 'implausible-value',
    fires: scenario([oneHop('cpu: 4000,')]),
    path: 'services.shop.cpu.cores',
    measured: '4000 cores',
    limit: '1920: the largest machine of EC2 has 1920 vCPUs',
    silent: { 'it is a large machine': scenario([oneHop('cpu: 192,')]) },
  },
  {
    rule: 'implausible-value',
    fires: scenario([oneHop('')], '{ duration: 5s, warmup: 500s }'),
    path: 'run.warmup',
    measured: '500s before a run of 5s',
    limit: 'at most 5s, the duration of the run',
    silent: { 'it is as long': scenario([oneHop('')], '{ duration: 5s, warmup: 5s }') },
  },
  {
    rule: 'ejection-never-acts',
    // 10 % of nine instances is none.
    fires: hop('', 'replicas: 9, outlierDetection: {},', 'timeout: 1s'),
    path: 'services.stock.outlierDetection',
    measured: 'one of 9 instances is more than may be out',
    limit: 'at least one instance',
    silent: {
      'ten instances': hop('', 'replicas: 10, outlierDetection: {},', 'timeout: 1s'),
      'a larger share': hop(
        '',
        'replicas: 9, outlierDetection: { kind: istio, maxEjectionPercent: 12 },',
        'timeout: 1s',
      ),
      'one may always be out': hop(
        '',
        'replicas: 9, outlierDetection: { alwaysEjectOneHost: true },',
        'timeout: 1s',
      ),
      'one instance': hop('', 'outlierDetection: {},', 'timeout: 1s'),
      'no detection': hop('', 'replicas: 9,', 'timeout: 1s'),
      'the one of the proxy counts': `${hop('', 'replicas: 9, outlierDetection: {},', 'timeout: 1s')}mesh: { kind: istio, outbound: { stock: { outlierDetection: { kind: istio, maxEjectionPercent: 50 } } } }
`,
    },
  },
  {
    rule: 'ejection-never-acts',
    // As a DestinationRule is imported.
    fires: `${hop('', 'replicas: 2,', 'timeout: 1s')}mesh: { kind: istio, outbound: { stock: { outlierDetection: { kind: istio } } } }
`,
    path: 'mesh.outbound.stock.outlierDetection',
    measured: 'one of 2 instances is more than may be out',
    limit: 'at least one instance',
    silent: {
      'without a mesh': hop('', 'replicas: 2,', 'timeout: 1s'),
    },
  },
];
