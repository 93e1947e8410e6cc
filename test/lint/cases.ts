import { ALERT_CASES } from './cases-alerts.js';
import { BEHIND_CASES } from './cases-behind.js';
import { DATA_CASES } from './cases-data.js';
import { OPTION_CASES } from './cases-options.js';
import { QUEUE_CASES } from './cases-queues.js';
import { SHAPE_CASES } from './cases-shape.js';
import { STRUCTURE_CASES } from './cases-structure.js';
import { ROLLOUT_CASES } from './cases-rollouts.js';
import { SCALING_CASES } from './cases-scaling.js';
import { STOP_CASES } from './cases-stops.js';
import { scenario } from './lint-text.js';

/** The smallest scenario in which a rule applies, and a similar one in which it does not. */
export interface RuleCase {
  readonly rule: string;
  readonly fires: string;
  /** Path, measured and limit of the one finding, by hand. */
  readonly path: string;
  readonly measured: string;
  readonly limit: string;
  /** Near the first, and right. */
  readonly silent: Readonly<Record<string, string>>;
}

const USERS =
  'workloads: { users: { arrivals: poisson(100/s), requests: [ { call: shop.buy } ] } }';
/** A saga of one step, `pay.charge`, driven by the shop. */
const SAGA =
  'sagas: { order: { kind: orchestrated, orchestrator: shop, steps: [ { name: charge, call: pay.charge, compensation: pay.refund } ] } }';
/** The same, watched; LATER are further endpoints of the shop. */
const WATCHED = `services:
  shop: { endpoints: { buy: [ call: pay.charge ], confirm: [ wait: 1ms ], cancel: [ wait: 1ms ]LATER } }
  pay: { endpoints: { charge: { idempotent: true, steps: [ wait: 20ms ] }, refund: { idempotent: true, steps: [ wait: 20ms ] } } }
sagas: { order: { kind: choreographed, startedBy: shop.buy, completedBy: shop.confirm, cancelledBy: shop.cancel, steps: [ { name: charge, call: pay.charge, compensation: pay.refund } ] } }`;
const MEMORY = 'memory: { limit: 128MiB, base: 64MiB, perRequest: 1MiB }, ';
const PAY = 'pay: { endpoints: { charge: [ wait: 20ms ] } }';
const BUY = 'endpoints: { buy: [ { call: pay.charge, policy: hop } ] }';

/** users -> shop.buy -> pay.charge under the bundle `hop`. */
function pair(hop: string, shop = '', pay = PAY, users = USERS, run?: string): string {
  const services = `services: { shop: { ${shop}${BUY} }, ${pay} }`;
  return scenario([`policies: { hop: ${hop} }`, services, users], run);
}

const PINGS = '{ connections: { keepalive: { time: 30s, withoutCalls: true } } }';

/** A payment service that speaks gRPC, with these fields of its protocol. */
function asks(more: string): string {
  return `pay: { protocol: { kind: grpc${more} }, endpoints: { charge: [ wait: 20ms ] } }`;
}

/** A chain of services a, b, c that the users call; each call has its own bundle. */
function chain(policies: string, more: { readonly [service: string]: string } = {}): string {
  return scenario([
    `policies: { first: {}, ${policies} }`,
    'services:',
    `  a: { ${more['a'] ?? ''}endpoints: { go: [ { call: b.go, policy: outer } ] } }`,
    `  b: { ${more['b'] ?? ''}endpoints: { go: { idempotent: true, steps: [ { call: c.go, policy: inner } ] } } }`,
    `  c: { ${more['c'] ?? ''}endpoints: { go: { idempotent: true, steps: [ wait: 10ms ] } } }`,
    'workloads: { users: { arrivals: poisson(10/s), requests: [ { call: a.go } ] } }',
  ]);
}

/** A gateway with a route a, b ... for each match; users send requests that match the first. */
function routed(edge: string, matches: readonly string[]): string {
  const routes = matches.map((match, i) => `{ name: ${'abc'[i]}, ${match}, to: shop.buy }`);
  return scenario([
    `gateways: { edge: { ${edge}routes: [ ${routes.join(', ')} ] } }`,
    'services: { shop: { endpoints: { buy: [ wait: 1ms ] } } }',
    'workloads: { users: { arrivals: poisson(1/s), requests: [ { name: buy, steps: [ { wait: 1ms }, { call: { to: edge, path: /orders } } ] } ] } }',
  ]);
}

/** Two services with these steps, and a database. */
function two(shop: string, stock: string): string {
  return scenario([
    'services:',
    `  shop: { endpoints: { buy: [ ${shop} ] } }`,
    `  stock: { endpoints: { take: [ ${stock} ] } }`,
    'databases: { db: { operations: { read: 20ms, write: { work: 5ms, write: true } } } }',
    'workloads: { users: { arrivals: poisson(1/s), requests: [ { call: shop.buy }, { call: stock.take } ] } }',
  ]);
}

/** A service with these steps of `buy`, a database, and further fields of both. */
function stored(steps: string, db: string, shop = ''): string {
  return scenario([
    'services:',
    `  shop: { ${shop}endpoints: { buy: [ ${steps} ] } }`,
    `  ${PAY}`,
    `databases: { db: { ${db}operations: { read: 20ms, write: { work: 5ms, write: true } } } }`,
    USERS,
  ]);
}

/** shop calls pay and queries a database; a device on one of the ways forgets connections after 60 s. */
function behind(
  hop: string,
  between = '[ shop, pay ]',
  db = 'pool: { maxIdleTime: 50s }, ',
): string {
  return scenario([
    `network: { links: [ { between: ${between}, idleTimeout: 60s } ] }`,
    `policies: { hop: { timeout: 1s, ${hop} } }`,
    'services:',
    '  shop: { endpoints: { buy: [ { call: pay.charge, policy: hop }, { query: db.read } ] } }',
    `  ${PAY}`,
    `databases: { db: { ${db}operations: { read: 20ms } } }`,
    USERS,
  ]);
}

const NESTED =
  '{ database: db, steps: [ query: db.read, transaction: { database: db, requiresNew: true, steps: [ query: db.write ] } ] }';
const KEPT = 'pay: { protocol: { keepAliveTimeout: 5s }, endpoints: { charge: [ wait: 20ms ] } }';
const GUARD = 'timeout: 100ms';
const RETRY = 'attempts: 3, on: [any], backoff: { kind: constant, base: 50ms, jitter: full }';
/** users -> shop.buy -> a cache, and the query that loads its misses. */
function cached(cache: string, query = 'query: db.read'): string {
  return scenario([
    'keys: { item: { kind: uniform, count: 500 } }',
    `caches: { items: { keys: item, ${cache} } }`,
    `services: { shop: { replicas: 2, endpoints: { buy: [ cache: { get: items, onMiss: [ { ${query} } ] } ] } } }`,
    'databases: { db: { cpu: 1, operations: { read: 20ms } } }',
    USERS,
  ]);
}

const QUEUED =
  'pay: { concurrency: 4, queue: { capacity: 41 }, endpoints: { charge: [ wait: 20ms ] } }';

/** Messages of shop.buy for a handler of 20 ms. */
function messages(subscriber: string, topic: string, endpoint: string): string {
  return scenario([
    `topics: { jobs: { kind: kafka, ${topic}subscribers: [ { group: work, call: pay.charge, ${subscriber} } ] } }`,
    `services: { shop: { endpoints: { buy: [ publish: jobs ] } }, pay: { endpoints: { charge: { ${endpoint}steps: [ wait: 20ms ] } } } }`,
    USERS,
  ]);
}

/** A saga whose engine has its state in a database. */
function leased(engine: string, step = ''): string {
  return scenario([
    'databases: { store: { operations: { put: { wait: 1ms, write: true } } } }',
    'services:',
    '  shop: { endpoints: { buy: [ saga: order ] } }',
    '  pay: { endpoints: { charge: { idempotent: true, steps: [ wait: 20ms ] }, refund: { idempotent: true, steps: [ wait: 1ms ] } } }',
    `sagas: { order: { kind: orchestrated, orchestrator: shop, ${engine}, persistence: { query: store.put }, steps: [ { name: pay, call: pay.charge, ${step}compensation: pay.refund } ] } }`,
    USERS,
  ]);
}

/** A purchase that is stored and published. */
function writing(via: string): string {
  return scenario([
    'topics: { bought: { kind: kafka } }',
    'databases: { store: { operations: { insert: { work: 1ms, write: true } } } }',
    `services: { shop: { outbox: { database: store }, endpoints: { buy: [ query: store.insert, { publish: { topic: bought, via: ${via} } } ] } } }`,
    USERS,
  ]);
}

/** Two services that answer each other's messages. */
function circling(more: string): string {
  return scenario([
    'topics:',
    '  first: { kind: kafka, subscribers: [ { group: a, call: pay.charge } ] }',
    '  second: { kind: kafka, subscribers: [ { group: b, call: shop.buy } ] }',
    'services:',
    '  shop: { endpoints: { buy: [ wait: 1ms, publish: first ] } }',
    `  pay: { endpoints: { charge: [ wait: 1ms, { publish: second${more} } ] } }`,
    USERS,
  ]);
}

export const CASES: readonly RuleCase[] = [
  {
    rule: 'breaker-never-opens',
    // 10/s over two instances and a window of 1 s: 5 calls, and 5 + 4 x sqrt(5) = 13.9 < 20.
    fires: pair(
      `{ circuitBreaker: { kind: gobreaker, interval: 1s, tripAfter: { failureRatio: 50%, minRequests: 20 } } }`,
      'replicas: 2, ',
      PAY,
      USERS.replace('100/s', '10/s'),
    ),
    path: 'policies.hop.circuitBreaker.tripAfter.minRequests',
    measured: 'at most 5 calls of one caller in 1 s on average',
    limit: 'minRequests is 20',
    silent: {
      'chance brings so many together': pair(
        `{ circuitBreaker: { kind: gobreaker, interval: 1s, tripAfter: { failureRatio: 50%, minRequests: 13 } } }`,
        'replicas: 2, ',
        PAY,
        USERS.replace('100/s', '10/s'),
      ),
      'retries inside come to it': pair(
        `{ circuitBreaker: { kind: gobreaker, interval: 1s, tripAfter: { failureRatio: 50%, minRequests: 20 } }, retry: { attempts: 3 } }`,
        'replicas: 2, ',
        PAY,
        USERS.replace('100/s', '10/s'),
      ),
      'the instances share it': pair(
        `{ circuitBreaker: { kind: gobreaker, scope: caller, interval: 1s, tripAfter: { failureRatio: 50%, minRequests: 20 } } }`,
        'replicas: 2, ',
        PAY,
        USERS.replace('100/s', '10/s'),
      ),
      'the window has no end': pair(
        `{ circuitBreaker: { kind: gobreaker, tripAfter: { failureRatio: 50%, minRequests: 20 } } }`,
        'replicas: 2, ',
        PAY,
        USERS.replace('100/s', '10/s'),
      ),
      'a surge is to come': `${pair(
        `{ circuitBreaker: { kind: gobreaker, interval: 1s, tripAfter: { failureRatio: 50%, minRequests: 20 } } }`,
        'replicas: 2, ',
        PAY,
        USERS.replace('100/s', '10/s'),
      )}faults: [ { id: rush, kind: load, target: users, factor: 9, at: 10s, for: 10s } ]\n`,
    },
  },
  {
    rule: 'breaker-opens-by-chance',
    // 100/s x 60 s = 6000 calls; 6000 x 0.1^3 x 0.9 = 5.4 rows of three.
    fires: pair(
      '{ circuitBreaker: { failureThreshold: 3 } }',
      '',
      'pay: { endpoints: { charge: [ { fail: 500, probability: 10% } ] } }',
    ),
    path: 'policies.hop.circuitBreaker.failureThreshold',
    measured: '10 % of 6,000 calls fail anyhow: 3 in a row about 5.4 times in a run',
    limit: 'less than once',
    silent: {
      // 6000 x 0.1^4 x 0.9 = 0.54.
      'one more in the row': pair(
        '{ circuitBreaker: { failureThreshold: 4 } }',
        '',
        'pay: { endpoints: { charge: [ { fail: 500, probability: 10% } ] } }',
      ),
      'a 404 is no failure': pair(
        '{ circuitBreaker: { failureThreshold: 3 } }',
        '',
        'pay: { endpoints: { charge: [ { fail: 404, probability: 10% } ] } }',
      ),
      'the callee is ill': pair(
        '{ circuitBreaker: { failureThreshold: 3 } }',
        '',
        'pay: { endpoints: { charge: [ { fail: 500, probability: 60% } ] } }',
      ),
    },
  },
  {
    rule: 'bulkhead-too-large',
    fires: pair(
      '{ bulkhead: { maxConcurrent: 17 } }',
      'replicas: 4, ',
      'pay: { replicas: 2, concurrency: 32, endpoints: { charge: [ wait: 20ms ] } }',
    ),
    path: 'policies.hop.bulkhead.maxConcurrent',
    measured: '4 x 17 = 68 calls',
    limit: 'at most 2 x 32 = 64 workers',
    silent: {
      'exactly the workers': pair(
        '{ bulkhead: { maxConcurrent: 16 } }',
        'replicas: 4, ',
        'pay: { replicas: 2, concurrency: 32, endpoints: { charge: [ wait: 20ms ] } }',
      ),
      'one for all instances': pair(
        '{ bulkhead: { maxConcurrent: 17, scope: caller } }',
        'replicas: 4, ',
        'pay: { replicas: 2, concurrency: 32, endpoints: { charge: [ wait: 20ms ] } }',
      ),
      'workers without a limit': pair('{ bulkhead: { maxConcurrent: 1000 } }'),
    },
  },
  {
    rule: 'pings-above-permit',
    fires: pair(PINGS, '', asks('')),
    path: 'policies.hop.connections.keepalive',
    measured: 'a PING each 30s, also without calls',
    limit: '5m, the permit of pay',
    silent: {
      'the server permits it': pair(
        PINGS,
        '',
        asks(', minPingInterval: 20s, permitWithoutCalls: true'),
      ),
      'a server of HTTP/2': pair(PINGS, '', asks('').replace('grpc', 'http2')),
      'no keepalive': pair('{ connections: {} }', '', asks('')),
      'less often': pair('{ connections: { keepalive: { time: 5m } } }', '', asks('')),
    },
  },
  {
    rule: 'idle-beyond-path',
    fires: behind('connections: { idleTimeout: 300s, keepalive: { time: 90s } }'),
    path: 'policies.hop.connections',
    measured: 'the client closes them after 300 s, with a keepalive of 90 s',
    limit: 'less than the 60 s of the link',
    silent: {
      'the client closes them first': behind('connections: { idleTimeout: 50s }'),
      'they are kept known': behind('connections: { keepalive: { time: 30s } }'),
      'the device is on another way': behind('connections: {}', '[ shop, db ]'),
      'a pool keeps them known': behind(
        '',
        '[ shop, db ]',
        'pool: { kind: hikari, keepaliveTime: 50s }, ',
      ),
    },
  },
  {
    rule: 'left-work-fills-bulkhead',
    // 100/s at two callers: 50/s each, and 200 ms of work that is left after 100 ms.
    fires: pair(
      '{ order: resilience4j, timeout: 100ms, bulkhead: { kind: threadPool, coreThreads: 5, maxThreads: 9 } }',
      'replicas: 2, ',
      'pay: { endpoints: { charge: [ wait: 200ms ] } }',
    ),
    path: 'policies.hop.bulkhead.maxThreads',
    measured: '50/s x 200 ms = 10 calls at once',
    limit: 'at most 9, the maxThreads',
    silent: {
      'as many as needed': pair(
        '{ order: resilience4j, timeout: 100ms, bulkhead: { kind: threadPool, coreThreads: 5, maxThreads: 10 } }',
        'replicas: 2, ',
        'pay: { endpoints: { charge: [ wait: 200ms ] } }',
      ),
      'the callee ends first': pair(
        '{ order: resilience4j, timeout: 300ms, bulkhead: { kind: threadPool, coreThreads: 5, maxThreads: 9 } }',
        'replicas: 2, ',
        'pay: { endpoints: { charge: [ wait: 200ms ] } }',
      ),
      'a client that aborts': pair(
        '{ order: resilience4j, timeout: { after: 100ms, onTimeout: abort }, bulkhead: { kind: threadPool, coreThreads: 5, maxThreads: 9 } }',
        'replicas: 2, ',
        'pay: { endpoints: { charge: [ wait: 200ms ] } }',
      ),
    },
  },
  {
    rule: 'limit-waits-for-answer',
    fires: pair(
      '{ client: jdbc, timeout: 100ms }',
      '',
      'pay: { endpoints: { charge: [ wait: 200ms ] } }',
    ),
    path: 'policies.hop.timeout',
    measured: 'pay finishes what it has begun, asked or not',
    limit: 'a socketTimeout',
    silent: {
      'the driver has a socket timeout': pair(
        '{ client: jdbc, timeout: { after: 100ms, socketTimeout: 300ms } }',
        '',
        'pay: { endpoints: { charge: [ wait: 200ms ] } }',
      ),
      'the client aborts': pair(
        '{ client: go, timeout: 100ms }',
        '',
        'pay: { endpoints: { charge: [ wait: 200ms ] } }',
      ),
    },
  },
  {
    rule: 'cache-is-load-bearing',
    // 100 reads a second, and one core with 20 ms each: 50.
    fires: cached('levels: [ { name: near, kind: local } ]'),
    path: 'services.shop.endpoints.buy.steps[0].cache.onMiss[0]',
    measured: '100/s at most',
    limit: '50/s, what db can do',
    silent: {
      'one request loads for all': cached(
        'coalesce: cluster, levels: [ { name: near, kind: local } ]',
      ),
      'reads fail while the cache is away': cached(
        'onError: fail, levels: [ { name: far, kind: redis } ]',
      ),
      'loads are limited': cached(
        'levels: [ { name: near, kind: local } ]',
        'query: db.read, policy: { bulkhead: { maxConcurrent: 4 } }',
      ),
    },
  },
  {
    rule: 'call-inside-transaction',
    fires: stored(
      'transaction: { database: db, steps: [ query: db.write, call: pay.charge ] }',
      '',
    ),
    path: 'services.shop.endpoints.buy.steps[0].transaction.steps[1]',
    measured: 'a call between the beginning and the end of a transaction of db',
    limit: 'none',
    silent: {
      'the call comes first': stored(
        'call: pay.charge, transaction: { database: db, steps: [ query: db.write ] }',
        '',
      ),
      'nobody waits for it': stored(
        'transaction: { database: db, steps: [ query: db.write, { call: pay.charge, background: true } ] }',
        '',
      ),
    },
  },
  {
    rule: 'call-without-time-limit',
    fires: pair('{ retry: { attempts: 2 } }'),
    path: 'policies.hop',
    measured: 'no timeout, and no deadline that reaches the call on every way',
    limit: 'a finite one',
    silent: {
      'a timeout': pair('{ timeout: 1s }'),
      'a deadline of its own': pair('{ deadline: 1s }'),
      'a deadline from above': chain('outer: { deadline: 1s }, inner: { retry: { attempts: 2 } }'),
      'a limit of its proxy': `${pair('{ retry: { attempts: 2 } }')}\nmesh: { kind: istio, policy: { timeout: 1s } }`,
      'a deadline of its proxy': `${pair('{ retry: { attempts: 2 } }')}\nmesh: { kind: istio, policy: { deadline: 1s } }`,
      'nobody waits': scenario([
        `services: { shop: { endpoints: { buy: [ { call: pay.charge, background: true } ] } }, ${PAY} }`,
        USERS,
      ]),
      'nobody ever calls': scenario([
        `services: { shop: { endpoints: { buy: [ wait: 1ms ], old: [ call: pay.charge ] } }, ${PAY} }`,
        USERS,
      ]),
    },
  },
  {
    rule: 'capacity-below-traffic',
    // 100 purchases a second write twice.
    fires: stored(
      'query: db.read, { query: db.write, times: 2 }',
      'kind: dynamodb, capacity: { read: 100/s, write: 199/s }, ',
    ),
    path: 'databases.db.capacity.write',
    measured: '200/s',
    limit: 'at most 199/s',
    silent: {
      'as many as are asked for': stored(
        '{ query: db.write, times: 2 }',
        'kind: dynamodb, capacity: { write: 200/s }, ',
      ),
      'a table on demand': stored('query: db.write', 'kind: dynamodb, '),
      'units of reads': stored('query: db.write', 'kind: dynamodb, capacity: { read: 1/s }, '),
    },
  },
  {
    rule: 'capacity-below-traffic',
    // 100 purchases a second write 41 times: more than the four partitions of a new table on demand give.
    fires: stored('{ query: db.write, times: 41 }', 'kind: dynamodb, '),
    path: 'databases.db.capacity.partitions',
    measured: '4,100/s',
    limit: 'at most 4,000/s',
    silent: {
      'as many as they give': stored('{ query: db.write, times: 40 }', 'kind: dynamodb, '),
      'more partitions': stored(
        '{ query: db.write, times: 41 }',
        'kind: dynamodb, capacity: { partitions: 5 }, ',
      ),
    },
  },
  {
    rule: 'choreography-without-deadline',
    fires: scenario([WATCHED.replace('LATER', ''), USERS]),
    path: 'sagas.order',
    measured: 'no deadline',
    limit: 'one that cancels it',
    silent: {
      'who begins it cancels it after a while': scenario([
        WATCHED.replace('LATER', ', late: [ wait: 30s, call: self.cancel ]'),
        USERS,
      ]),
    },
  },
  {
    rule: 'consumer-not-idempotent',
    fires: messages('', '', ''),
    path: 'topics.jobs.subscribers[0].commit',
    measured: 'commit: afterBatch',
    limit: 'an idempotent handler, or an inbox',
    silent: {
      'there is an inbox': messages('inbox: {}', '', ''),
      'it is committed before': messages('commit: before', '', ''),
      'the handler is idempotent': messages('', '', 'idempotent: true, '),
    },
  },
  {
    rule: 'deadline-not-propagated',
    fires: chain('outer: { deadline: { after: 1s, propagate: false } }, inner: { timeout: 9s }'),
    path: 'policies.outer.deadline.propagate',
    measured: 'b.go calls c.go without knowing of the 1 s',
    limit: 'propagate: true where the callee calls on',
    silent: {
      'handed on': chain('outer: { deadline: 1s }, inner: { timeout: 9s }'),
      'the callee calls nobody': pair('{ deadline: { after: 1s, propagate: false } }'),
    },
  },
  {
    rule: 'dual-write',
    fires: writing('direct').replace('outbox: { database: store }, ', ''),
    path: 'services.shop.endpoints.buy',
    measured: 'two writes that do not belong together',
    limit: 'one write, and an outbox',
    silent: { 'there is an outbox': writing('outbox') },
  },
  {
    rule: 'dual-write',
    fires: writing('direct'),
    path: 'services.shop.endpoints.buy',
    measured: 'shop has an outbox, and this message does not go through it',
    limit: 'via: outbox',
    silent: {},
  },
  {
    // CH-5: a circle of events that nothing ends.
    rule: 'event-cycle',
    fires: circling(''),
    path: 'topics.second.subscribers[0].call',
    measured: '2 parts, each of which publishes whenever it runs',
    limit: 'a step on the way that may end it',
    silent: {
      'only some are published': circling(', probability: 50%'),
    },
  },
  {
    rule: 'fallback-hides-failures',
    fires: pair('{ fallback: { on: [any], degraded: false } }'),
    path: 'policies.hop.fallback.degraded',
    measured: 'on: any, degraded: false',
    limit: 'degraded: true, or a list of outcomes',
    silent: {
      'counted as degraded': pair('{ fallback: { on: [any] } }'),
      'for timeouts only': pair('{ timeout: 1s, fallback: { on: [timeout], degraded: false } }'),
    },
  },
  {
    rule: 'more-consumers-than-partitions',
    fires: messages('concurrency: 3', 'partitions: 2, ', ''),
    path: 'topics.jobs.subscribers[0].concurrency',
    measured: '3 members',
    limit: '2 partitions',
    silent: { 'each has one': messages('concurrency: 3', 'partitions: 3, ', '') },
  },
  {
    rule: 'poll-interval-exceeded',
    fires: messages('maxPollRecords: 100, maxPollInterval: 2s', '', ''),
    path: 'topics.jobs.subscribers[0].maxPollRecords',
    measured: '100 messages need 2 s',
    limit: 'less than maxPollInterval, 2 s',
    silent: {
      'it takes one less': messages('maxPollRecords: 99, maxPollInterval: 2s', '', ''),
    },
  },
  {
    rule: 'refused-by-product',
    fires: messages('sessionTimeout: 4s', '', ''),
    path: 'topics.jobs.subscribers[0].sessionTimeout',
    measured: 'sessionTimeout is 4 s',
    limit: 'at least 6 s: group.min.session.timeout.ms of Kafka',
    silent: {
      'the shortest': messages('sessionTimeout: 6s', '', ''),
      'the longest': messages('sessionTimeout: 30m', '', ''),
    },
  },
  {
    rule: 'transaction-below-batch',
    // 100 x 20 ms; the poll has five minutes.
    fires: messages('maxPollRecords: 100, commit: transactional, transactionTimeout: 2s', '', ''),
    path: 'topics.jobs.subscribers[0].transactionTimeout',
    measured: '100 messages need 2 s',
    limit: 'less than transactionTimeout, 2 s',
    silent: {
      'it takes one less': messages(
        'maxPollRecords: 99, commit: transactional, transactionTimeout: 2s',
        '',
        '',
      ),
      'no transaction': messages('maxPollRecords: 100', '', ''),
    },
  },
  {
    rule: 'pool-below-concurrency',
    // 100/s x 20 ms = 2 connections are busy on average.
    fires: stored('query: db.read', 'pool: { maxOpen: 1 }, '),
    path: 'databases.db.pool.maxOpen',
    measured: '1 connections for 100/s x 20 ms = 2',
    limit: 'at least 2',
    silent: {
      'as many as are busy': stored('query: db.read', 'pool: { maxOpen: 2 }, '),
      'no more workers than connections': stored(
        'query: db.read',
        'pool: { maxOpen: 1 }, ',
        'concurrency: 1, ',
      ),
      'one for each of two instances': stored(
        'query: db.read',
        'pool: { maxOpen: 1 }, ',
        'replicas: 2, ',
      ),
    },
  },
  {
    rule: 'pool-below-nested-transactions',
    // Ten requests hold the ten connections, and each waits for a second one.
    fires: stored(`transaction: ${NESTED}`, 'pool: { maxOpen: 10 }, ', 'concurrency: 10, '),
    path: 'databases.db.pool.maxOpen',
    measured: '10 connections for 10 x (2 - 1) + 1 = 11',
    limit: 'at least 11',
    silent: {
      'one more': stored(`transaction: ${NESTED}`, 'pool: { maxOpen: 11 }, ', 'concurrency: 10, '),
      'nine requests at once': stored(
        `transaction: ${NESTED}`,
        'pool: { maxOpen: 10 }, ',
        'concurrency: 9, ',
      ),
      'the second one after the first': stored(
        'query: db.read, transaction: { database: db, steps: [ query: db.write ] }',
        'pool: { maxOpen: 10 }, ',
        'concurrency: 10, ',
      ),
    },
  },
  {
    rule: 'pools-exceed-server',
    fires: stored('query: db.read', 'kind: postgres, pool: { maxOpen: 50 }, ', 'replicas: 2, '),
    path: 'databases.db.pool.maxOpen',
    measured: '2 x 50 = 100',
    limit: 'at most 97',
    silent: {
      'as many as there are': stored(
        'query: db.read',
        'maxConnections: 100, pool: { maxOpen: 50 }, ',
        'replicas: 2, ',
      ),
      'a server without a limit': stored(
        'query: db.read',
        'pool: { maxOpen: 50 }, ',
        'replicas: 2, ',
      ),
    },
  },
  {
    rule: 'primary-not-fenced',
    fires: stored('query: db.read', 'kind: redis, replicas: 2, '),
    path: 'databases.db.failover.fencing',
    measured: 'fencing: false, mode: async',
    limit: 'one of them otherwise',
    silent: {
      'a product that fences': stored('query: db.read', 'kind: mongo, replicas: 2, '),
      'one that is fenced': stored(
        'query: db.read',
        'kind: redis, replicas: 2, failover: { detect: 30s, fencing: true }, ',
      ),
      'commits that wait': stored(
        'query: db.read',
        'kind: redis, replicas: { count: 2, mode: semiSync }, ',
      ),
      'commits that wait for ever': stored(
        'query: db.read',
        'kind: mysql, replicas: { count: 2, mode: semiSync, semiSyncTimeout: none }, failover: { detect: 5s, fencing: false }, ',
      ),
      'nobody who takes over': stored('query: db.read', 'replicas: 2, '),
    },
  },
  {
    rule: 'quorum-without-spare',
    fires: stored('query: db.read', 'kind: mongo, replicas: 1, '),
    path: 'databases.db.replicas',
    measured: '2 members',
    limit: '3 members',
    silent: {
      'three members': stored('query: db.read', 'kind: mongo, replicas: 2, '),
      'one node': stored('query: db.read', 'kind: mongo, '),
      'a product that needs no majority': stored('query: db.read', 'kind: postgres, replicas: 1, '),
    },
  },
  {
    rule: 'projection-falls-behind',
    // 100 appends/s of two events each, and one segment: 1 / 12 ms = 83.3 a second.
    fires: scenario([
      'services: { shop: { endpoints: { buy: [ { append: { store: log, events: 2 }, policy: { timeout: 1s } } ] } } }',
      'keys: { order: uniform(count=9) }',
      'eventStores: { log: { stream: { key: order } } }',
      'projections: { list: { from: log, work: 12ms } }',
      USERS,
    ]),
    path: 'projections.list',
    measured: '200/s events of 12 ms each',
    limit: '83.3/s: concurrency 1 on cores 1',
    silent: {
      'work that fits': scenario([
        'services: { shop: { endpoints: { buy: [ { append: { store: log, events: 2 }, policy: { timeout: 1s } } ] } } }',
        'keys: { order: uniform(count=9) }',
        'eventStores: { log: { stream: { key: order } } }',
        'projections: { list: { from: log, work: 5ms } }',
        USERS,
      ]),
      'a write that ten events share': scenario([
        'services: { shop: { endpoints: { buy: [ { append: { store: log, events: 2 }, policy: { timeout: 1s } } ] } } }',
        'keys: { order: uniform(count=9) }',
        'eventStores: { log: { stream: { key: order } } }',
        'databases: { views: { operations: { upsert: { work: 4ms, write: true } } } }',
        'projections: { list: { from: log, work: 2ms, writes: views.upsert, batchSize: 10 } }',
        USERS,
      ]),
    },
  },
  {
    rule: 'query-without-time-limit',
    fires: scenario([
      'policies: { hop: { retry: { attempts: 2 } } }',
      'services: { shop: { endpoints: { buy: [ { query: db.select, policy: hop } ] } } }',
      'databases: { db: { kind: generic, operations: { select: 2ms } } }',
      USERS,
    ]),
    path: 'policies.hop',
    measured: 'no timeout, and no deadline that reaches the call on every way',
    limit: 'a finite one',
    silent: {
      'a timeout': scenario([
        'services: { shop: { endpoints: { buy: [ { query: db.select, policy: { timeout: 1s } } ] } } }',
        'databases: { db: { kind: generic, operations: { select: 2ms } } }',
        USERS,
      ]),
    },
  },
  {
    rule: 'queue-outlives-callers',
    // 4 workers of 20 ms each: one leaves the queue every 5 ms, so place 41 waits 205 ms.
    fires: pair('{ timeout: 200ms }', '', QUEUED),
    path: 'services.pay.queue.capacity',
    measured: '41 requests at 5 ms each = 205 ms',
    limit: '200 ms, the longest any caller waits',
    silent: {
      'exactly the time of the caller': pair('{ timeout: 200ms }', '', QUEUED.replace('41', '40')),
      'abandoned requests are dropped': pair(
        '{ timeout: 200ms }',
        '',
        QUEUED.replace('concurrency', 'cancellation: onDequeue, concurrency'),
      ),
      'a longest wait': pair(
        '{ timeout: 200ms }',
        '',
        QUEUED.replace('capacity: 41', 'capacity: 41, maxWait: 200ms'),
      ),
      'the newest first': pair(
        '{ timeout: 200ms }',
        '',
        QUEUED.replace('capacity: 41', 'capacity: 41, discipline: lifo'),
      ),
      'a deadline that travels': pair('{ deadline: 200ms }', '', QUEUED),
      'somebody waits for ever': pair('{ retry: { attempts: 2 } }', '', QUEUED),
    },
  },
  {
    rule: 'rate-limit-above-capacity',
    // Two instances of 101/s against 4 workers / 20 ms = 200/s.
    fires: pair('{ rateLimit: { rate: 101/s } }', 'replicas: 2, ', QUEUED),
    path: 'policies.hop.rateLimit.rate',
    measured: '2 x 101/s = 202/s',
    limit: 'at most 200/s, with which pay is busy all the time',
    silent: {
      'exactly the capacity': pair('{ rateLimit: { rate: 100/s } }', 'replicas: 2, ', QUEUED),
      'one for all instances': pair(
        '{ rateLimit: { rate: 101/s, scope: caller } }',
        'replicas: 2, ',
        QUEUED,
      ),
      'nothing behind has a limit': pair('{ rateLimit: { rate: 101/s } }', 'replicas: 2, '),
    },
  },
  {
    rule: 'retry-not-idempotent',
    fires: pair(`{ ${GUARD}, retry: { attempts: 2, on: [timeout, connect] } }`),
    path: 'policies.hop.retry.on',
    measured: 'retried after timeout',
    limit: 'only what was surely not done: connect, overload, throttled',
    silent: {
      'an idempotent callee': pair(
        `{ ${GUARD}, retry: { attempts: 2, on: [timeout] } }`,
        '',
        'pay: { endpoints: { charge: { idempotent: true, steps: [ wait: 20ms ] } } }',
      ),
      'an idempotent callee that calls one': pair(
        `{ ${GUARD}, retry: { attempts: 2, on: [timeout] } }`,
        '',
        'pay: { endpoints: { charge: { idempotent: true, steps: [ call: bank ] } } }, bank: { endpoints: { take: { idempotent: true, steps: [ wait: 20ms ] } } }',
      ),
      'a key, with which the callee makes its calls once': pair(
        `{ ${GUARD}, retry: { attempts: 2, on: [timeout] } }`,
        '',
        'pay: { endpoints: { charge: { idempotent: request, steps: [ call: bank ] } } }, bank: { endpoints: { take: [ wait: 20ms ] } }',
      ),
      'only what was not done': pair(
        `{ ${GUARD}, retry: { attempts: 2, on: [connect, overload] } }`,
      ),
      'the default list': pair(`{ ${GUARD}, retry: { attempts: 2 } }`),
      'other methods': pair(`{ ${GUARD}, retry: { attempts: 2, on: [timeout], methods: [PUT] } }`),
      'one try': pair(`{ ${GUARD}, retry: { attempts: 1, on: [timeout] } }`),
    },
  },
  {
    // The callee calls itself idempotent, but it calls the bank again.
    rule: 'retry-not-idempotent',
    fires: pair(
      `{ ${GUARD}, retry: { attempts: 2, on: [timeout] } }`,
      '',
      'pay: { endpoints: { charge: { idempotent: true, steps: [ call: bank ] } } }, bank: { endpoints: { take: [ wait: 20ms ] } }',
    ),
    path: 'policies.hop.retry.on',
    measured: 'retried after timeout',
    limit: 'only what was surely not done: connect, overload, throttled',
    silent: {},
  },
  {
    rule: 'hedge-not-idempotent',
    fires: pair(`{ ${GUARD}, hedge: { after: 50ms } }`),
    path: 'policies.hop.hedge',
    measured: 'a second copy while the first is in progress',
    limit: 'no hedge of work that must be done once',
    silent: {
      'an idempotent callee': pair(
        `{ ${GUARD}, hedge: { after: 50ms } }`,
        '',
        'pay: { endpoints: { charge: { idempotent: true, steps: [ wait: 20ms ] } } }',
      ),
      'a callee that reads': pair(
        `{ ${GUARD}, hedge: { after: 50ms } }`,
        '',
        'pay: { endpoints: { charge: { readOnly: true, steps: [ wait: 20ms ] } } }',
      ),
    },
  },
  {
    rule: 'mesh-retries-twice',
    fires: `${pair(`{ retry: { ${RETRY} } }`)}\nmesh: { kind: istio }`,
    path: 'policies.hop.retry.attempts',
    measured: '3 x 3 = 9 attempts',
    limit: 'retries in one of them',
    silent: {
      'no retries of the mesh': `${pair(`{ retry: { ${RETRY} } }`)}\nmesh: { kind: istio, policy: none }`,
      'no retries of the application': `${pair('{ timeout: 1s }')}\nmesh: { kind: istio }`,
      'the caller is outside': `${pair(`{ retry: { ${RETRY} } }`)}\nmesh: { kind: istio, services: [pay] }`,
    },
  },
  {
    rule: 'retry-product',
    fires: chain(
      `outer: { retry: { ${RETRY} } }, inner: { retry: { ${RETRY.replace('3', '4')} } }`,
    ),
    path: 'policies.inner.retry.attempts',
    measured: '3 x 4 = 12 attempts',
    limit: 'at most 9',
    silent: {
      'exactly nine': chain(`outer: { retry: { ${RETRY} } }, inner: { retry: { ${RETRY} } }`),
      'a budget': chain(
        `outer: { retry: { ${RETRY}, budget: { ratio: 20% } } }, inner: { retry: { ${RETRY.replace('3', '4')} } }`,
      ),
      'the outer one does not see failures of the inner one': chain(
        `outer: { retry: { attempts: 3, on: [connect] } }, inner: { retry: { ${RETRY.replace('3', '4')} } }`,
      ),
    },
  },
  {
    rule: 'retry-leaves-timeouts',
    fires: pair('{ timeout: 300ms, retry: { attempts: 2 } }'),
    path: 'policies.hop.retry',
    measured: 'a limit of 300 ms for each try, and pay.charge is not idempotent',
    limit: 'an idempotent callee, or timeout in the list',
    silent: {
      'a list': pair('{ timeout: 300ms, retry: { attempts: 2, on: [connect] } }'),
      'a kind that retries them': pair(
        '{ timeout: 300ms, retry: { kind: resilience4j, attempts: 2 } }',
      ),
      'a key': pair('{ timeout: 300ms, idempotencyKey: request, retry: { attempts: 2 } }'),
      'no limit for a try': pair('{ deadline: 300ms, retry: { attempts: 2 } }'),
      'one try': pair('{ timeout: 300ms, retry: { attempts: 1 } }'),
    },
  },
  {
    rule: 'retry-without-backoff',
    fires: pair('{ retry: { attempts: 2 } }'),
    path: 'policies.hop.retry',
    measured: 'no back-off',
    limit: 'a delay that is spread',
    silent: {
      'delays that are spread': pair(
        '{ retry: { attempts: 2, backoff: { kind: constant, base: 50ms, jitter: 20% } } }',
      ),
      'a kind that spreads by itself': pair(
        '{ retry: { attempts: 2, backoff: { kind: grpc, base: 50ms } } }',
      ),
    },
  },
  {
    rule: 'retry-without-backoff',
    fires: pair(
      '{ retry: { kind: resilience4j, maxAttempts: 3, waitDuration: 500ms, enableExponentialBackoff: true } }',
    ),
    path: 'policies.hop.retry.backoff',
    measured: 'no jitter',
    limit: 'a delay that is spread',
    silent: {
      'a wait that is random': pair(
        '{ retry: { kind: resilience4j, maxAttempts: 3, waitDuration: 500ms, enableRandomizedWait: true } }',
      ),
    },
  },
  {
    rule: 'retry-without-budget',
    // users -> a -> b -> c: three calls.
    fires: chain(`outer: {}, inner: { retry: { ${RETRY} } }`),
    path: 'policies.inner.retry',
    measured: '3 attempts on a path of 3 calls',
    limit: 'a budget from 3 calls on',
    silent: {
      'a budget': chain(`outer: {}, inner: { retry: { ${RETRY}, budget: { ratio: 20% } } }`),
      'two calls are not deep': pair(`{ retry: { ${RETRY} } }`),
    },
  },
  {
    rule: 'call-without-route',
    fires: routed('', ['match: { path: /order/* }', 'match: { path: /items }']),
    path: 'workloads.users.requests[0].steps[1]',
    measured: 'GET /orders',
    limit: 'edge.a takes any method /order/*',
    silent: {
      'a route takes it': routed('', ['match: { path: /orders }', 'match: { path: /items }']),
      'a header may lead there': routed('', ['match: { path: /orders, headers: { tier: gold } }']),
    },
  },
  {
    rule: 'route-without-calls',
    fires: routed('', ['match: { path: /orders }', 'match: { path: /items }']),
    path: 'gateways.edge.routes[1]',
    measured: '0 calls of /items',
    limit: '1 or more',
    silent: {
      'every route has calls': routed('', ['match: { path: /orders }']),
      'a header may lead there': routed('', [
        'match: { path: /orders }',
        'match: { path: /items, headers: { tier: gold } }',
      ]),
      'another route takes all of it, which is a finding of its own': routed('', [
        'match: { path: /* }',
        'match: { path: /items }',
      ]),
    },
  },
  {
    rule: 'route-unreachable',
    fires: routed('', ['match: { path: /orders* }', 'match: { method: GET, path: /orders/new }']),
    path: 'gateways.edge.routes[1]',
    measured: 'with routing firstMatch, a takes /orders*',
    limit: 'leave some of GET, /orders/new to b',
    silent: {
      'the narrower stands first': routed('', [
        'match: { path: /orders/new }',
        'match: { path: /orders* }',
      ]),
      'the routing prefers the narrower': routed('routing: gatewayApi, ', [
        'match: { path: /orders* }',
        'match: { path: /orders/new }',
      ]),
      'Kong prefers the one that asks for more': routed('kind: kong, ', [
        'match: { path: /orders* }',
        'match: { path: /orders*, method: GET }',
      ]),
      'another method': routed('', [
        'match: { path: /orders*, method: POST }',
        'match: { path: /orders/new }',
      ]),
      'another value of a header': routed('', [
        'match: { headers: { tier: [gold, silver] } }',
        'match: { headers: { tier: [gold, bronze] } }',
      ]),
      'another host': routed('', [
        'match: { host: "*.shop.com" }',
        'match: { host: [a.shop.com, shop.com] }',
      ]),
      'a virtual host of its own': routed('kind: envoy, ', [
        'match: { path: /* }',
        'match: { host: shop.com, path: /a }',
      ]),
      'by elements it is another prefix': routed('routing: gatewayApi, ', [
        'match: { path: /orders/* }',
        'match: { path: /orders-old/* }',
      ]),
    },
  },
  {
    rule: 'saga-hole',
    fires: scenario([
      'services:',
      '  shop: { endpoints: { buy: [ saga: order ] } }',
      '  pay: { endpoints: { charge: [ wait: 20ms ], refund: [ wait: 20ms ] } }',
      SAGA,
      USERS,
    ]),
    path: 'sagas.order.steps',
    measured: 'undone as often as it is asked for',
    limit: 'undone once',
    silent: {
      'a compensation that knows what it has undone': scenario([
        'services:',
        '  shop: { endpoints: { buy: [ saga: order ] } }',
        '  pay: { endpoints: { charge: [ wait: 20ms ], refund: { idempotent: true, steps: [ wait: 20ms ] } } }',
        SAGA,
        USERS,
      ]),
    },
  },
  {
    rule: 'lease-below-step',
    fires: leased('engine: camunda, leaseTimeout: 15ms'),
    path: 'sagas.order.leaseTimeout',
    measured: '20 ms on average',
    limit: 'leaseTimeout 15 ms',
    silent: {
      'a lease that is longer': leased('engine: camunda, leaseTimeout: 21ms'),
      'the lease of the engine': leased('engine: camunda'),
      'no lease': leased('engine: simple'),
    },
  },
  {
    rule: 'lease-below-step',
    // startToCloseTimeout: Temporal counts the time limit of the activity.
    fires: leased('engine: temporal', 'policy: { timeout: 15ms }, '),
    path: 'sagas.order.steps[0].policy.timeout',
    measured: '20 ms on average',
    limit: 'timeout 15 ms',
    silent: {
      'a time limit that is longer': leased('engine: temporal', 'policy: { timeout: 50ms }, '),
    },
  },
  {
    rule: 'option-without-effect',
    fires: leased(
      'engine: temporal, heartbeatTimeout: 50ms, compensationPolicy: { timeout: 40ms }',
      'policy: { timeout: 50ms }, ',
    ),
    path: 'sagas.order.heartbeatTimeout',
    measured: '50 ms',
    limit: 'less than the time limit of a command, 50 ms',
    silent: {
      'heartbeats that come first': leased(
        'engine: temporal, heartbeatTimeout: 45ms, compensationPolicy: { timeout: 40ms }',
        'policy: { timeout: 50ms }, ',
      ),
      'a command without a limit': leased('engine: temporal, heartbeatTimeout: 30ms'),
    },
  },
  {
    rule: 'saga-step-not-idempotent',
    fires: scenario([
      'services:',
      '  shop: { endpoints: { buy: [ saga: order ] } }',
      '  pay: { endpoints: { charge: [ wait: 20ms ], refund: { idempotent: true, steps: [ wait: 20ms ] } } }',
      SAGA.replace('steps:', 'ambiguous: retry, steps:'),
      USERS,
    ]),
    path: 'sagas.order.steps',
    measured: 'sent again until its outcome is known',
    limit: 'done once',
    silent: {
      'its outcome is compensated': scenario([
        'services:',
        '  shop: { endpoints: { buy: [ saga: order ] } }',
        '  pay: { endpoints: { charge: [ wait: 20ms ], refund: { idempotent: true, steps: [ wait: 20ms ] } } }',
        SAGA.replace('steps:', 'ambiguous: compensate, steps:'),
        USERS,
      ]),
      'a command that is sent once': scenario([
        'services:',
        '  shop: { endpoints: { buy: [ saga: order ] } }',
        '  pay: { endpoints: { charge: [ wait: 20ms ], refund: { idempotent: true, steps: [ wait: 20ms ] } } }',
        SAGA,
        USERS,
      ]),
    },
  },
  {
    rule: 'saga-step-not-idempotent',
    // A pivot cannot be undone, so its engine repeats it.
    fires: scenario([
      'services:',
      '  shop: { endpoints: { buy: [ saga: order ] } }',
      '  pay: { endpoints: { charge: [ wait: 20ms ] } }',
      'sagas: { order: { kind: orchestrated, orchestrator: shop, steps: [ { name: charge, call: pay.charge, kind: pivot } ] } }',
      USERS,
    ]),
    path: 'sagas.order.steps',
    measured: 'sent again until its outcome is known',
    limit: 'done once',
    silent: {},
  },
  {
    rule: 'server-closes-first',
    fires: pair('{ timeout: 1s, connections: { idleTimeout: 60s } }', '', KEPT),
    path: 'policies.hop.connections',
    measured: 'the client closes them after 60 s',
    limit: 'less than the 5 s of the server',
    silent: {
      'the client closes first': pair(
        '{ timeout: 1s, connections: { idleTimeout: 4s } }',
        '',
        KEPT,
      ),
      'the client keeps none': pair('{ timeout: 1s, connections: { maxIdle: 0 } }', '', KEPT),
      'each connection has one request': pair(
        '{ timeout: 1s, connections: { maxRequests: 1 } }',
        '',
        KEPT,
      ),
      'connections are warm and free': pair('{ timeout: 1s }', '', KEPT),
      'the server says which requests it has not looked at': pair(
        '{ timeout: 1s, connections: {} }',
        '',
        KEPT.replace('{ keep', '{ kind: http2, keep'),
      ),
      'the server keeps them for ever': pair('{ timeout: 1s, connections: {} }'),
    },
  },
  {
    rule: 'sessions-exceed-pooler',
    fires: stored('query: db.read', 'pool: { kind: pgbouncer, mode: session }, ', 'replicas: 21, '),
    path: 'databases.db.pool.mode',
    measured: '21 x 1 = 21',
    limit: 'at most 20',
    silent: {
      'one for each': stored(
        'query: db.read',
        'pool: { kind: pgbouncer, mode: session, clients: { maxOpen: 5 } }, ',
        'replicas: 4, ',
      ),
      'clients that close what is idle': stored(
        'query: db.read',
        'pool: { kind: pgbouncer, mode: session, clients: { maxIdleTime: 1s } }, ',
        'replicas: 21, ',
      ),
      'a pool by transaction': stored(
        'query: db.read',
        'pool: { kind: pgbouncer }, ',
        'replicas: 21, ',
      ),
    },
  },
  {
    rule: 'shared-database',
    fires: two('query: db.write', 'query: db.read'),
    path: 'databases.db',
    measured: 'written by shop, read by stock',
    limit: 'one service',
    silent: {
      'one service asks it': two('query: db.write, query: db.read', 'wait: 1ms'),
      'nobody writes it': two('query: db.read', 'query: db.read'),
    },
  },
  {
    rule: 'single-point-of-failure',
    fires: pair('{}', 'critical: true, '),
    path: 'services.shop.replicas',
    measured: '1 replica',
    limit: 'at least 2',
    silent: {
      'two replicas': pair('{}', 'critical: true, replicas: 2, '),
      'not critical': pair('{}'),
      'not ours': pair('{}', 'critical: true, external: true, '),
    },
  },
  {
    rule: 'sync-cycle',
    fires: scenario([
      'services:',
      '  shop: { concurrency: 8, endpoints: { buy: [ call: pay.charge ], price: [ wait: 1ms ] } }',
      '  pay: { endpoints: { charge: [ call: shop.price ] } }',
      USERS,
    ]),
    path: 'services.pay.endpoints.charge.steps[0]',
    measured: 'each of its 8 workers may wait for another one of them',
    limit: 'no way back',
    silent: {
      'no worker is held while it waits': scenario([
        'services:',
        '  shop: { runtime: async, concurrency: 8, endpoints: { buy: [ call: pay.charge ], price: [ wait: 1ms ] } }',
        '  pay: { endpoints: { charge: [ call: shop.price ] } }',
        USERS,
      ]),
      'workers without a limit': scenario([
        'services:',
        '  shop: { endpoints: { buy: [ call: pay.charge ], price: [ wait: 1ms ] } }',
        '  pay: { endpoints: { charge: [ call: shop.price ] } }',
        USERS,
      ]),
      'a circle of components, but of no calls': scenario([
        'services:',
        '  shop: { concurrency: 8, endpoints: { buy: [ call: pay.charge ], price: [ wait: 1ms ] } }',
        '  pay: { endpoints: { charge: [ wait: 1ms ], refund: [ call: shop.price ] } }',
        'workloads: { users: { arrivals: poisson(1/s), requests: [ { call: shop.buy }, { call: pay.refund } ] } }',
      ]),
      'nobody waits': scenario([
        'services:',
        '  shop: { concurrency: 8, endpoints: { buy: [ call: pay.charge ], price: [ wait: 1ms ] } }',
        '  pay: { endpoints: { charge: [ { call: shop.price, background: true } ] } }',
        USERS,
      ]),
    },
  },
  {
    rule: 'timeout-inversion',
    // 3 tries of 100 ms and two delays of at most 50 ms against 400 ms.
    fires: chain(`outer: { timeout: 400ms }, inner: { timeout: 100ms, retry: { ${RETRY} } }`),
    path: 'policies.inner.retry',
    measured: '3 x 100 ms + 100 ms of back-off = 400 ms',
    limit: 'below 400 ms',
    silent: {
      'it ends before': chain(
        `outer: { timeout: 401ms }, inner: { timeout: 100ms, retry: { ${RETRY} } }`,
      ),
      'a deadline over the tries': chain(
        `outer: { timeout: 400ms }, inner: { timeout: 100ms, deadline: 399ms, retry: { ${RETRY} } }`,
      ),
      'the outer limit travels': chain(
        `outer: { deadline: 400ms }, inner: { timeout: 100ms, retry: { ${RETRY} } }`,
      ),
      'the callee stops at once': chain(
        `outer: { timeout: 400ms }, inner: { timeout: 100ms, retry: { ${RETRY} } }`,
        { b: 'cancellation: immediate, ' },
      ),
    },
  },
  {
    rule: 'ttl-without-jitter',
    // Half of 500 values.
    fires: cached('warm: 50%, levels: [ { name: near, kind: local, ttl: 1m } ]'),
    path: 'caches.items.levels[0].ttl',
    measured: '250 entries at once',
    limit: 'spread by ttlJitter',
    silent: {
      'the times differ': cached(
        'warm: 50%, ttlJitter: 10%, levels: [ { name: near, kind: local, ttl: 1m } ]',
      ),
      'it begins empty': cached('levels: [ { name: near, kind: local, ttl: 1m } ]'),
      'one loads for all': cached(
        'warm: 50%, coalesce: instance, levels: [ { name: near, kind: local, ttl: 1m } ]',
      ),
    },
  },
  {
    rule: 'memory-before-limits',
    // 8 workers and 100 places; (128 - 64) / 1.
    fires: pair('{}', `concurrency: 8, queue: { capacity: 100 }, ${MEMORY}`),
    path: 'services.shop.memory.limit',
    measured: '108 requests at once',
    limit: 'memory for 64 of 1MiB',
    silent: {
      'a shorter queue': pair('{}', `concurrency: 8, queue: { capacity: 56 }, ${MEMORY}`),
      'a limit before it': pair('{}', `admission: { concurrencyLimit: { limit: 64 } }, ${MEMORY}`),
      'a limit that learns': pair(
        '{}',
        `admission: { concurrencyLimit: { kind: vegas, max: 64 } }, ${MEMORY}`,
      ),
      'callers with bulkheads': pair(
        '{ bulkhead: { maxConcurrent: 64 } }',
        '',
        PAY.replace('{', `{ ${MEMORY}`),
      ),
      'no room for a single one, which no limit helps': pair(
        '{}',
        'memory: { limit: 128MiB, base: 127MiB, perRequest: 2MiB }, ',
      ),
      'requests that take none': pair('{}', 'memory: { limit: 128MiB, base: 64MiB }, '),
      'no limit': pair('{}', 'memory: { base: 64MiB, perRequest: 1MiB }, '),
      'closed users': pair(
        '{}',
        MEMORY,
        PAY,
        USERS.replace('poisson(100/s)', '{ kind: closed, users: 9, think: 1s }'),
      ),
    },
  },
  {
    rule: 'memory-before-limits',
    fires: pair('{}', MEMORY),
    path: 'services.shop.memory.limit',
    measured: 'requests without end',
    limit: 'memory for 64 of 1MiB',
    silent: {},
  },
  {
    rule: 'memory-before-limits',
    // Its worker is free while a request waits for another component.
    fires: pair('{}', `runtime: eventLoop, queue: { capacity: 10 }, ${MEMORY}`),
    path: 'services.shop.memory.limit',
    measured: 'requests without end',
    limit: 'memory for 64 of 1MiB',
    silent: {},
  },
  {
    rule: 'unbounded-queue',
    fires: pair('{}', 'concurrency: 8, '),
    path: 'services.shop.queue.capacity',
    measured: 'unlimited places in front of 8 workers',
    limit: 'a capacity, or a maxWait',
    silent: {
      'a capacity': pair('{}', 'concurrency: 8, queue: { capacity: 8 }, '),
      'a longest wait': pair('{}', 'concurrency: 8, queue: { maxWait: 1s }, '),
      'a limit before it': pair(
        '{}',
        'concurrency: 8, admission: { concurrencyLimit: { limit: 99 } }, ',
      ),
      'a queue timeout': pair(
        '{}',
        'concurrency: 8, queue: { discipline: adaptiveLifo, target: 5ms }, ',
      ),
      'workers without a limit': pair('{}'),
      'a third party': pair('{}', 'external: true, concurrency: 8, '),
      'closed users': pair(
        '{}',
        'concurrency: 8, ',
        PAY,
        USERS.replace('poisson(100/s)', '{ kind: closed, users: 9, think: 1s }'),
      ),
    },
  },
  ...DATA_CASES,
  ...OPTION_CASES,
  ...QUEUE_CASES,
  ...SHAPE_CASES,
  ...STRUCTURE_CASES,
  ...ROLLOUT_CASES,
  ...SCALING_CASES,
  ...STOP_CASES,
  ...ALERT_CASES,
  ...BEHIND_CASES,
];
