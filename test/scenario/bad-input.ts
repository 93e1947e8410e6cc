/** One mistake in an otherwise valid scenario: the text, and the expected message. */
export interface BadCase {
  readonly title: string;
  /** Replaces a line of the valid scenario: [original, replacement]. */
  readonly edit: readonly [from: string, to: string];
  readonly code: string;
  /** The text that the caret must mark. */
  readonly at: string;
  readonly says: string;
  readonly suggestion?: string;
}

/** A right scenario in which nearly everything occurs once. */
export const RIGHT = `faultline: 1
title: Right
run: { duration: 60s, warmup: 5s, seed: 3, replications: 2 }
network:
  latency: 1ms
  zones: { a: {}, b: { latency: 0.5ms } }
  links: [ { between: [a, b], latency: 2ms } ]
keys: { product: zipf(count=1000) }
policies:
  plain: { timeout: 500ms }
  pay: { extends: plain, deadline: 2s, retry: { attempts: 3 }, order: [retry, timeout] }
gateways:
  edge:
    middleware: [ { authenticate: { kind: jwt, work: 0.3ms } } ]
    routes:
      - { name: order, match: { method: POST, path: /orders }, to: orders.create, policy: plain }
services:
  orders:
    replicas: 2
    zone: [a, b]
    concurrency: 32
    queue: { capacity: 10 }
    endpoints:
      create:
        steps:
          - work: lognormal(p50=2ms p99=9ms)
          - { call: payments.charge, name: charge, policy: pay }
          - { query: orders-db.insert, times: 2 }
      show: [ wait: exponential(2ms), { fail: 503, probability: 1% } ]
  payments:
    labels: { tier: core }
    endpoints: { charge: [ wait: 20ms ] }
databases:
  orders-db: { cpu: 4, pool: { maxOpen: 5 }, operations: { insert: exponential(3ms) } }
workloads:
  shoppers:
    arrivals: poisson(20/s)
    patience: 5s
    requests: [ { call: edge, method: POST, path: /orders }, { name: look, call: orders.show, weight: 2 } ]
faults:
  - { id: slow-pay, kind: slow, target: payments, factor: 3, at: 10s, for: 5s }
variants:
  - { name: as-is }
  - { name: naive, remove: [policies.pay.retry], set: { policies.plain.timeout: 900ms } }
budgets:
  - shoppers.latency.p99 < 500ms during slow-pay in as-is
report: { focus: [orders] }
`;

const timeout = 'plain: { timeout: 500ms }';
const wait = 'charge: [ wait: 20ms ]';
const chain = 'middleware: [ { authenticate: { kind: jwt, work: 0.3ms } } ]';

/** Mistakes in keys, quantities, words and steps. */
export const BAD_SHAPES: readonly BadCase[] = [
  {
    title: 'a split of a state that no key splits',
    edit: [timeout, 'plain: { hedge: { kind: polly, per: key } }'],
    code: 'FL206',
    at: 'key } }',
    says: 'must be one of',
  },
  {
    title: 'a key that splits nothing',
    edit: [timeout, 'plain: { hedge: { after: 9ms, key: customer } }'],
    code: 'FL208',
    at: 'customer',
    says: 'there is no state to split by key',
  },
  // Idempotency keys.
  {
    title: 'an idempotency key that does not exist',
    edit: [wait, 'charge: { idempotent: produkt, steps: [ wait: 20ms ] }'],
    code: 'FL404',
    at: 'produkt',
    says: 'there is no key produkt',
    suggestion: 'product',
  },
  {
    title: 'a hedge of a call that is executed once',
    edit: [timeout, 'plain: { hedge: { after: 9ms }, idempotencyKey: request }'],
    code: 'FL208',
    at: 'request }',
    says: 'a hedge with the same idempotency key is answered 409 while the',
  },
  {
    title: 'a result that is kept for no time',
    edit: [timeout, 'plain: { idempotencyKey: { key: request, window: 0ms } }'],
    code: 'FL205',
    at: '0ms',
    says: 'write a duration above 0',
  },
  // Stores of limiters.
  {
    title: 'a store of a state that nobody shares',
    edit: [timeout, 'plain: { bulkhead: { maxConcurrent: 9, store: { latency: 2ms } } }'],
    code: 'FL208',
    at: '{ latency: 2ms } } }',
    says: 'with scope: instance each instance keeps its state in memory',
  },
  {
    title: 'a state that is shared by one word and not by the other',
    edit: [
      timeout,
      'plain: { rateLimit: { kind: kong, second: 9, policy: redis, scope: instance } }',
    ],
    code: 'FL208',
    at: 'instance',
    says: 'with this policy all instances of the caller share the state anyway',
  },
  {
    title: 'two words about a store that fails',
    edit: [
      timeout,
      'plain: { rateLimit: { kind: kong, second: 9, policy: cluster, store: { of: orders-db.insert, onError: reject } } }',
    ],
    code: 'FL208',
    at: 'reject',
    says: 'faultTolerant defines what happens when the lookup fails',
  },
  {
    title: 'a dry run of what refuses nobody',
    edit: [chain, 'middleware: [ { log: { work: 1ms, dryRun: true } } ]'],
    code: 'FL208',
    at: 'true',
    says: 'dryRun has no effect, because this entry refuses no requests',
  },
  {
    title: 'a status of what refuses nothing',
    edit: [chain, 'middleware: [ { compress: { work: 1ms, status: 503 } } ]'],
    code: 'FL208',
    at: '503',
    says: 'status has no effect, because this entry refuses no requests',
  },
  {
    title: 'a failed call of what calls nothing',
    edit: [chain, 'middleware: [ { authenticate: { work: 1ms, onError: allow } } ]'],
    code: 'FL208',
    at: 'allow',
    says: 'there is no call',
  },
  {
    title: 'a failed call of a limiter that means its store',
    edit: [chain, 'middleware: [ { rateLimit: { rate: 9/s, onError: allow } } ]'],
    code: 'FL208',
    at: 'allow',
    says: 'For a failed store use store.onError',
  },
  {
    title: 'tolerance of a store that nothing asks',
    edit: [
      chain,
      'admission: { rateLimit: { kind: kong, second: 9, limitBy: service, faultTolerant: false } }',
    ],
    code: 'FL208',
    at: 'false',
    says: 'faultTolerant has no effect here: it applies to the store of a',
  },
  {
    title: 'a store of counters that nobody shares',
    edit: [chain, 'middleware: [ { rateLimit: { rate: 9/s, store: { latency: 2ms } } } ]'],
    code: 'FL208',
    at: '{ latency: 2ms } } }',
    says: 'each instance counts in its own memory: a store needs a shared',
  },
  {
    title: 'a failure of a store that is no component',
    edit: [
      chain,
      'middleware: [ { rateLimit: { rate: 9/s, scope: caller, store: { onError: allow } } } ]',
    ],
    code: 'FL208',
    at: 'allow',
    says: 'a lookup can fail only if the store is a component',
  },
  {
    title: 'a store that does not exist',
    edit: [
      chain,
      'middleware: [ { rateLimit: { rate: 9/s, scope: caller, store: { of: orders-bd.insert } } } ]',
    ],
    code: 'FL404',
    at: 'orders-bd.insert',
    says: 'there is no component orders-bd',
  },
  {
    title: 'counters of a node that are synchronised',
    edit: [chain, 'middleware: [ { rateLimit: { kind: kong, second: 9, syncRate: 1s } } ]'],
    code: 'FL208',
    at: '1s',
    says: 'write policy: redis',
  },
  // Keys of limiters.
  {
    title: 'a limiter per key that does not say which',
    edit: [timeout, 'plain: { rateLimit: { rate: 9/s, per: key } }'],
    code: 'FL203',
    at: 'key }',
    says: 'per: key needs a key',
  },
  {
    title: 'half-open permits above the window',
    edit: [
      timeout,
      'plain: { circuitBreaker: { kind: custom, window: count, windowSize: 10, threshold: 50%, halfOpen: { permits: 20 } } }',
    ],
    code: 'FL208',
    at: '20 } }',
    says: 'the window holds 10 calls',
  },
  // Answers.
  {
    title: 'a failure for a makeshift',
    edit: [wait, 'charge: [ respond: { status: 503, degraded: true } ]'],
    code: 'FL208',
    at: 'true } ]',
    says: 'a 503 is a failure and does not count as degraded',
  },
  {
    title: 'a failure with a body',
    edit: [wait, 'charge: [ respond: { status: 404, responseSize: 2KiB } ]'],
    code: 'FL208',
    at: '2KiB',
    says: 'a 404 is a failure and has no body',
  },
  // Stores of policies.
  {
    title: 'a store of a policy that costs nothing to ask',
    edit: [
      timeout,
      'plain: { bulkhead: { maxConcurrent: 9, scope: caller, store: { cache: 1s } } }',
    ],
    code: 'FL203',
    at: '{ cache: 1s }',
    says: 'write latency, or of',
  },
  {
    title: 'a store of a policy that cannot fail',
    edit: [
      timeout,
      'plain: { bulkhead: { maxConcurrent: 9, scope: caller, store: { latency: 1ms, onError: reject } } }',
    ],
    code: 'FL208',
    at: 'reject } }',
    says: 'write of: COMPONENT.OPERATION',
  },
  {
    title: 'a store of a policy that does not exist',
    edit: [
      timeout,
      'plain: { bulkhead: { maxConcurrent: 9, scope: caller, store: { of: orders-db.count } } }',
    ],
    code: 'FL404',
    at: 'orders-db.count',
    says: 'orders-db has no operation count',
  },
  {
    title: 'a bulkhead per key that does not say which',
    edit: [timeout, 'plain: { bulkhead: { maxConcurrent: 9, per: key } }'],
    code: 'FL203',
    at: 'key }',
    says: 'per: key needs a key',
  },
  {
    title: 'a key of a retry without a budget',
    edit: [timeout, 'plain: { retry: { attempts: 3, key: product } }'],
    code: 'FL208',
    at: 'product } }',
    says: 'without a budget a retry has no state',
  },
  {
    title: 'a breaker for each request',
    edit: [timeout, 'plain: { circuitBreaker: { per: key, key: request } }'],
    code: 'FL208',
    at: 'request',
    says: 'every request has its own value of this key, so each state would see',
  },
  {
    title: 'a limiter by a key that does not exist',
    edit: [timeout, 'plain: { rateLimit: { rate: 9/s, key: produkt } }'],
    code: 'FL404',
    at: 'produkt',
    says: 'there is no key produkt',
    suggestion: 'product',
  },
  {
    title: 'a key of a policy whose state no key splits',
    edit: [timeout, 'plain: { hedge: { kind: polly, key: product } }'],
    code: 'FL201',
    at: 'key: product }',
    says: 'unknown',
  },
  // Hints.
  {
    title: 'a hint that is no duration',
    edit: [wait, 'charge: [ { fail: { status: 503, retryAfter: soon } } ]'],
    code: 'FL205',
    at: 'soon',
    says: 'is no duration',
  },
  {
    title: 'a hint on a failure without an answer',
    edit: [wait, 'charge: [ { fail: { status: timeout, retryAfter: 1s } } ]'],
    code: 'FL208',
    at: '1s',
    says: 'timeout is not a response that could carry a hint: write a status',
  },
  // Keys and sections.
  {
    title: 'a misspelt section',
    edit: ['report: {', 'reprot: {'],
    code: 'FL201',
    at: 'reprot',
    says: 'unknown key reprot',
    suggestion: 'report',
  },
  {
    title: 'an unknown section',
    edit: ['report: { focus: [orders] }', 'tenants: {}'],
    code: 'FL201',
    at: 'tenants',
    says: 'unknown key tenants',
  },
  {
    title: 'a misspelt field of a service',
    edit: ['    concurrency: 32', '    concurency: 32'],
    code: 'FL201',
    at: 'concurency',
    says: 'unknown key concurency',
    suggestion: 'concurrency',
  },
  {
    title: 'an unknown field of a service',
    edit: ['    concurrency: 32', '    colour: {}'],
    code: 'FL201',
    at: 'colour',
    says: 'unknown key colour',
  },
  {
    title: 'a protocol that carries nothing here',
    edit: ['    labels: { tier: core }', '    protocol: { kind: http3 }'],
    code: 'FL206',
    at: 'http3',
    says: 'http1',
  },
  {
    title: 'the work of a handshake that does not take place',
    edit: ['    labels: { tier: core }', '    protocol: { kind: grpc, handshakeWork: 3.3ms }'],
    code: 'FL208',
    at: '3.3ms',
    says: 'has no effect without tls, because there is no TLS handshake',
  },
  {
    title: 'limits of nginx at a gRPC server',
    edit: ['    labels: { tier: core }', '    protocol: { kind: grpc, keepAliveTimeout: 3.3s }'],
    code: 'FL208',
    at: '3.3s',
    says: 'does not apply to a gRPC server: write maxConnectionIdle and maxConnectionAge',
  },
  {
    title: 'a GOAWAY over HTTP/1.1',
    edit: ['    labels: { tier: core }', '    protocol: { kind: http1, maxConnectionAge: 3.3s }'],
    code: 'FL208',
    at: '3.3s',
    says: 'needs GOAWAY, which only http2 and grpc have',
  },
  {
    title: 'a grace of connections that do not grow too old',
    edit: [
      '    labels: { tier: core }',
      '    protocol: { kind: grpc, maxConnectionAgeGrace: 3.3s }',
    ],
    code: 'FL208',
    at: '3.3s',
    says: 'without maxConnectionAge',
  },
  {
    title: 'two limits on the same idle time',
    edit: [
      '    labels: { tier: core }',
      '    protocol: { kind: http2, keepAliveTimeout: 1s, maxConnectionIdle: 3.3s }',
    ],
    code: 'FL208',
    at: '3.3s',
    says: 'keepAliveTimeout limits the same idle time',
  },
  {
    title: 'a line for connections that never forms',
    edit: [timeout, 'plain: { connections: { maxPending: 4 } }'],
    code: 'FL208',
    at: '4',
    says: 'has no effect with max unlimited, because no call waits',
  },
  {
    title: 'a wait for connections in a line without room',
    edit: [timeout, 'plain: { connections: { max: 2, maxPending: 0, acquireTimeout: 7ms } }'],
    code: 'FL208',
    at: '7ms',
    says: 'has no effect with maxPending 0, because no call waits',
  },
  {
    title: 'more idle connections than there may be',
    edit: [timeout, 'plain: { connections: { max: 2, maxIdle: 77 } }'],
    code: 'FL208',
    at: '77',
    says: 'has no effect, because never more than max connections are open',
  },
  {
    title: 'an idle time of connections that are never idle',
    edit: [timeout, 'plain: { connections: { maxIdle: 0, idleTimeout: 7s } }'],
    code: 'FL208',
    at: '7s',
    says: 'no connection is ever idle',
  },
  {
    title: 'a balancer of connections where there are none',
    edit: [timeout, 'plain: { loadBalancing: { kind: random, level: connection } }'],
    code: 'FL208',
    at: 'connection',
    says: 'the instance is picked when a connection is opened, and this bundle',
  },
  {
    title: 'a balancer of connections that looks at attempts',
    edit: [
      timeout,
      'plain: { connections: {}, loadBalancing: { kind: peakEwma, level: connection } }',
    ],
    code: 'FL208',
    at: 'connection } }',
    says: 'peakEwma needs the latency of attempts, which an L4 balancer does not',
  },
  {
    title: 'a field of another kind of pool',
    edit: ['pool: { maxOpen: 5 }', 'pool: { kind: hikari, maxOpen: 5 }'],
    code: 'FL201',
    at: 'maxOpen',
    says: 'unknown key maxOpen',
  },
  {
    title: 'a misspelt field of a policy',
    edit: ['attempts: 3', 'attempt: 3'],
    code: 'FL201',
    at: 'attempt',
    says: 'unknown key attempt',
    suggestion: 'attempts',
  },
  {
    title: 'a policy with a key that is not declared',
    edit: [timeout, 'plain: { coalesce: { key: user } }'],
    code: 'FL404',
    at: 'user',
    says: 'there is no key user in keys',
  },
  {
    title: 'a split of what only calls of one endpoint can share',
    edit: [timeout, 'plain: { coalesce: { key: user, per: callee } }'],
    code: 'FL201',
    at: 'per',
    says: 'unknown key per',
  },
  {
    title: 'a misspelt policy',
    edit: [timeout, 'plain: { timeot: 500ms }'],
    code: 'FL201',
    at: 'timeot',
    says: 'unknown key timeot',
    suggestion: 'timeout',
  },
  {
    title: 'a missing required section',
    edit: ['run: {', 'report: {'],
    code: 'FL203',
    at: 'faultline',
    says: 'is required',
  },
  {
    title: 'a missing duration',
    edit: ['duration: 60s, ', ''],
    code: 'FL203',
    at: 'run',
    says: 'is required',
  },
  {
    title: 'a missing title',
    edit: ['title: Right', 'description: x'],
    code: 'FL203',
    at: 'faultline',
    says: 'is required',
  },
  {
    title: 'another version of the language',
    edit: ['faultline: 1', 'faultline: 2'],
    code: 'FL206',
    at: '2',
    says: 'must be 1, got 2',
  },
  {
    title: 'a key without a value',
    edit: ['    concurrency: 32', '    concurrency:'],
    code: 'FL204',
    at: 'concurrency',
    says: 'concurrency has no value',
  },
  {
    title: 'a key twice',
    edit: ['    concurrency: 32', '    replicas: 3'],
    code: 'FL106',
    at: 'replicas: 3',
    says: 'duplicate key',
  },
  {
    title: 'a merge key',
    edit: ['    concurrency: 32', '    <<: { replicas: 3 }'],
    code: 'FL105',
    at: '<<',
    says: 'merge keys',
  },
  {
    title: 'a numeric key',
    edit: ['labels: { tier: core }', 'labels: { 7: core }'],
    code: 'FL108',
    at: '7',
    says: 'a key must be text: put it in quotes',
  },
  // Quantities.
  {
    title: 'a bare number as a duration',
    edit: [timeout, 'plain: { timeout: 500 }'],
    code: 'FL205',
    at: '500',
    says: '500 what? write 500s or 500ms',
  },
  {
    title: 'a bare number as a distribution',
    edit: [wait, 'charge: [ wait: 15 ]'],
    code: 'FL205',
    at: '15',
    says: '15 what? write 15s or 15ms',
  },
  {
    title: 'a negative duration',
    edit: [timeout, 'plain: { timeout: -5ms }'],
    code: 'FL205',
    at: '-5ms',
    says: 'negative',
  },
  {
    title: 'an unknown unit',
    edit: [timeout, 'plain: { timeout: 5sec }'],
    code: 'FL205',
    at: '5sec',
    says: 'units are ns us ms s m h',
  },
  {
    title: 'an absurd duration',
    edit: ['duration: 60s', 'duration: 900000h'],
    code: 'FL205',
    at: '900000h',
    says: 'the longest time is 104 days',
  },
  {
    title: 'NaN',
    edit: ['concurrency: 32', 'concurrency: .nan'],
    code: 'FL204',
    at: '.nan',
    says: 'NaN is not allowed as a number',
  },
  {
    title: 'an infinite number',
    edit: ['concurrency: 32', 'concurrency: 1e400'],
    code: 'FL204',
    at: '1e400',
    says: 'infinity is not allowed as a number',
  },
  {
    title: 'a number that looks octal',
    edit: ['concurrency: 32', 'concurrency: 010'],
    code: 'FL204',
    at: '010',
    says: 'reads like octal but is 10',
  },
  {
    title: 'a broken count',
    edit: ['concurrency: 32', 'concurrency: 1.5'],
    code: 'FL205',
    at: '1.5',
    says: 'a whole number >= 1 or unlimited, got 1.5',
  },
  {
    title: 'too few replicas',
    edit: ['replicas: 2', 'replicas: -1'],
    code: 'FL205',
    at: '-1',
    says: 'got -1',
  },
  {
    title: 'a share above 100%',
    edit: ['probability: 1%', 'probability: 120%'],
    code: 'FL205',
    at: '120%',
    says: '120% is above 100%',
  },
  {
    title: 'a share above 1',
    edit: ['probability: 1%', 'probability: 5'],
    code: 'FL205',
    at: '5 } ]',
    says: '5 is above 1: a share is written 5%',
  },
  {
    title: 'a bare rate',
    edit: ['poisson(20/s)', '{ kind: poisson, rate: 20 }'],
    code: 'FL205',
    at: '20 }',
    says: '20 what? write 20/s',
  },
  {
    title: 'an absurd rate',
    edit: ['poisson(20/s)', 'poisson(99999999999/s)'],
    code: 'FL205',
    at: 'poisson(99999999999/s)',
    says: 'more than one per nanosecond',
  },
  {
    title: 'a rate of nothing',
    edit: ['poisson(20/s)', 'poisson(0/s)'],
    code: 'FL205',
    at: 'poisson',
    says: 'never happens',
  },
  {
    title: 'a comma that ends a flow value',
    edit: ['work: lognormal(p50=2ms p99=9ms)', '{ work: lognormal(p50=2ms, p99=9ms) }'],
    code: 'FL205',
    at: 'lognormal(p50=2ms',
    says: 'a comma inside { } ends the value: write lognormal(p50=8ms p99=60ms)',
  },
  {
    title: 'an unknown distribution',
    edit: [wait, 'charge: [ wait: lognorm(p50=2ms p99=3ms) ]'],
    code: 'FL205',
    at: 'lognorm(',
    says: 'lognorm is unknown here',
  },
  {
    title: 'quantiles in the wrong order',
    edit: ['p50=2ms p99=9ms', 'p50=9ms p99=2ms'],
    code: 'FL205',
    at: 'lognormal',
    says: 'p99 is below p50',
  },
  {
    title: 'shares that do not add up',
    edit: [wait, 'charge: [ wait: hyperexponential(50%=1ms 20%=9ms) ]'],
    code: 'FL205',
    at: 'hyperexponential',
    says: 'the shares add up to 70%',
  },
  {
    title: 'a file of samples',
    edit: [wait, 'charge: [ wait: empirical(latencies.csv) ]'],
    code: 'FL205',
    at: 'empirical',
    says: 'empirical reads no file: list the values',
  },
  {
    title: 'a warm-up that is no time',
    edit: ['warmup: 5s', 'warmup: soon'],
    code: 'FL205',
    at: 'soon',
    says: 'soon is no duration',
  },
  // Words and kinds.
  {
    title: 'an unknown word',
    edit: ['capacity: 10', 'discipline: filo'],
    code: 'FL206',
    at: 'filo',
    says: 'must be one of fifo lifo adaptiveLifo priority fair codel, got filo',
    suggestion: 'fifo',
  },
  {
    title: 'a field of another discipline',
    edit: ['capacity: 10', 'discipline: lifo, target: 77ms'],
    code: 'FL208',
    at: '77ms',
    says: 'target applies to codel and adaptiveLifo, not to lifo: remove it',
  },
  {
    title: 'a target that is as long as the interval',
    edit: ['capacity: 10', 'discipline: codel, target: 100ms'],
    code: 'FL208',
    at: '100ms',
    says: 'target must be below interval; CoDel recommends 5% to 10% of it',
  },
  {
    title: 'codel without a target',
    edit: ['capacity: 10', 'discipline: codel, target: none'],
    code: 'FL208',
    at: 'none',
    says: 'codel needs target, the wait that is acceptable',
  },
  {
    title: 'two limits of one queue',
    edit: ['capacity: 10', 'discipline: adaptiveLifo, target: 5ms, maxWait: 1s'],
    code: 'FL208',
    at: '1s',
    says: 'with target the queue has its own limit',
  },
  {
    title: 'a fair queue without a key',
    edit: ['capacity: 10', 'discipline: fair'],
    code: 'FL203',
    at: 'fair',
    says: 'fair needs key',
  },
  {
    title: 'a fair queue by an unknown key',
    edit: ['capacity: 10', 'discipline: fair, key: prodct'],
    code: 'FL404',
    at: 'prodct',
    says: 'there is no key prodct in keys',
    suggestion: 'product',
  },
  {
    title: 'a fair queue by a built-in key',
    edit: ['capacity: 10', 'discipline: fair, key: client'],
    code: 'FL202',
    at: 'client',
    says: 'queues do not support the built-in key client in this version',
  },
  {
    title: 'a warm-up that makes faster',
    edit: ['    concurrency: 32', '    lifecycle: { warmup: { duration: 9s, factor: 0.7 } }'],
    code: 'FL208',
    at: '0.7',
    says: 'a cold process cannot be faster than a warm one',
  },
  {
    title: 'the dependencies that a probe checks',
    edit: ['    concurrency: 32', '    probes: { readiness: { checks: [ ghost ] } }'],
    code: 'FL404',
    at: 'ghost',
    says: 'there is no component ghost',
  },
  {
    title: 'collections by what is allocated and by the clock',
    edit: [
      '    concurrency: 32',
      '    runtime: { gc: { allocated: 64MiB, pause: 9ms, every: 1s } }',
    ],
    code: 'FL208',
    at: '64MiB',
    says: 'collections are triggered by time or by allocation',
  },
  {
    title: 'collections that never come',
    edit: ['    concurrency: 32', '    runtime: { gc: { pause: 9ms } }'],
    code: 'FL203',
    at: '{ pause: 9ms }',
    says: 'no trigger for collections',
  },
  {
    title: 'collections by what nobody allocates',
    edit: ['    concurrency: 32', '    runtime: { gc: { allocated: 64MiB, pause: 9ms } }'],
    code: 'FL208',
    at: '64MiB',
    says: 'requests allocate nothing: write memory.perRequest',
  },
  {
    title: 'collections without end',
    edit: ['    concurrency: 32', '    runtime: { gc: { allocated: 0B, pause: 9ms } }'],
    code: 'FL208',
    at: '0B',
    says: 'with 0B the collector would run without end',
  },
  {
    title: 'a memory that is full without a request',
    edit: ['    concurrency: 32', '    memory: { limit: 64MiB, base: 64MiB, perRequest: 1MiB }'],
    code: 'FL208',
    at: '64MiB, base',
    says: 'the process would run out of memory at its first request: raise limit',
  },
  {
    title: 'shedding by a queue that is never full',
    edit: [
      '    queue: { capacity: 10 }',
      '    admission: { shed: { kind: priority, above: 51%, below: 1 } }',
    ],
    code: 'FL208',
    at: '51%',
    says: 'has no effect without queue.capacity, because an unbounded queue is',
  },
  {
    title: 'shedding by a queue that is always full',
    edit: [
      'queue: { capacity: 10 }',
      'queue: { capacity: 0 }\n    admission: { shed: { kind: priority, above: 51%, below: 1 } }',
    ],
    code: 'FL208',
    at: '51%',
    says: 'a queue with capacity 0 is always full: raise queue.capacity',
  },
  {
    title: 'shedding by waits where nobody waits',
    edit: ['    concurrency: 32', '    admission: { shed: { kind: queueDelay, target: 77ms } }'],
    code: 'FL208',
    at: 'queueDelay',
    says: 'has no effect while concurrency is unlimited, because no request waits',
  },
  {
    title: 'shedding by cores that are never busy',
    edit: ['    concurrency: 32', '    admission: { shed: { kind: cpu, above: 80% } }'],
    code: 'FL208',
    at: 'cpu',
    says: 'has no effect with unlimited cores, which are never busy',
  },
  {
    title: 'a level of admission by waits where nothing waits',
    edit: ['    concurrency: 32', '    admission: { shed: { kind: dagor } }'],
    code: 'FL208',
    at: 'dagor',
    says: 'has no effect while concurrency is unlimited, because no request waits',
  },
  {
    title: 'a level of admission that never rises',
    edit: [
      '    concurrency: 32',
      '    concurrency: 32\n    admission: { shed: { kind: dagor, beta: 0% } }',
    ],
    code: 'FL208',
    at: '0% }',
    says: 'at 0% the level would never move in this direction',
  },
  {
    title: 'levels of users by a key that does not exist',
    edit: [
      '    concurrency: 32',
      '    concurrency: 32\n    admission: { shed: { kind: dagor, key: user } }',
    ],
    code: 'FL404',
    at: 'user }',
    says: 'there is no key user',
  },
  {
    title: 'shedding at all times',
    edit: ['    concurrency: 32', '    cpu: 2\n    admission: { shed: { kind: cpu, above: 0% } }'],
    code: 'FL208',
    at: '0%',
    says: 'at 0% every request is refused',
  },
  {
    title: 'a contradiction of a limit at a server',
    edit: [
      '    concurrency: 32',
      '    admission: { concurrencyLimit: { kind: aimd, min: 30, max: 29 } }',
    ],
    code: 'FL208',
    at: '30, max',
    says: 'above max',
  },
  {
    title: 'a limiter of a server by an unknown key',
    edit: ['    concurrency: 32', '    admission: { rateLimit: { rate: 9/s, key: prodct } }'],
    code: 'FL404',
    at: 'prodct',
    says: 'there is no key prodct in keys',
    suggestion: 'product',
  },
  {
    title: 'an unknown kind of breaker',
    edit: [timeout, 'plain: { circuitBreaker: { kind: gobraker } }'],
    code: 'FL206',
    at: 'gobraker',
    says: 'must be one of',
    suggestion: 'gobreaker',
  },
  {
    title: 'a first penalty above the longest',
    edit: [timeout, 'plain: { circuitBreaker: { kind: linkerd, minPenalty: 90s } }'],
    code: 'FL208',
    at: '90s',
    says: 'the first penalty is longer than the longest, maxPenalty',
  },
  {
    title: 'a longest ejection below the first',
    edit: [timeout, 'plain: { outlierDetection: { maxEjectionTime: 20s } }'],
    code: 'FL208',
    at: '20s',
    says: 'the longest ejection is shorter than the first, baseEjectionTime',
  },
  {
    title: 'a misspelt field of outlier detection',
    edit: ['    replicas: 2', '    replicas: 2\n    outlierDetection: { consecutive5x: 3 }'],
    code: 'FL201',
    at: 'consecutive5x',
    says: 'unknown key consecutive5x',
    suggestion: 'consecutive5xx',
  },
  {
    title: 'an unknown kind of outlier detection',
    edit: [timeout, 'plain: { outlierDetection: { kind: isto } }'],
    code: 'FL206',
    at: 'isto',
    says: 'must be one of',
    suggestion: 'istio',
  },
  {
    title: 'a field of Envoy in an outlier detection of Istio',
    edit: [timeout, 'plain: { outlierDetection: { kind: istio, consecutive5xx: 3 } }'],
    code: 'FL201',
    at: 'consecutive5xx',
    says: 'unknown key consecutive5xx',
  },
  {
    title: 'a failure in a panic that never comes',
    edit: [
      '    replicas: 2',
      '    replicas: 2\n    loadBalancing: { kind: random, panicThreshold: 0, failTrafficOnPanic: true }',
    ],
    code: 'FL208',
    at: 'true }',
    says: 'has no effect with panicThreshold 0, because there is no panic mode',
  },
  {
    title: 'an unknown kind of fault',
    edit: ['kind: slow,', 'kind: slwo,'],
    code: 'FL206',
    at: 'slwo',
    says: 'must be one of',
    suggestion: 'slow',
  },
  {
    title: 'text where a map is wanted',
    edit: ['queue: { capacity: 10 }', 'queue: 10'],
    code: 'FL204',
    at: '10\n',
    says: 'must be a mapping, got 10: write { capacity: 10 }',
  },
  // Steps.
  {
    title: 'a step without a verb',
    edit: ['- work: lognormal', '- wrok: lognormal'],
    code: 'FL201',
    at: 'wrok',
    says: 'unknown key wrok',
    suggestion: 'work',
  },
  {
    title: 'a step with two verbs',
    edit: ['name: charge, policy: pay', 'work: 2ms, policy: pay'],
    code: 'FL207',
    at: 'work: 2ms, policy',
    says: 'one verb',
  },
  {
    title: 'a modifier without braces',
    edit: ['{ fail: 503, probability: 1% }', 'fail: 503, probability: 1%'],
    code: 'FL207',
    at: 'probability',
    says: 'without a step: put a step and its modifiers into braces, as in [ {',
  },
  {
    title: 'two middleware in one entry',
    edit: [
      '{ authenticate: { kind: jwt, work: 0.3ms } }',
      '{ authenticate: { kind: jwt }, log: {} }',
    ],
    code: 'FL207',
    at: '{ authenticate',
    says: 'expected one middleware per entry, found authenticate and log: write 2 entries',
  },
  {
    title: 'a policy at a step that calls nobody',
    edit: [wait, 'charge: [ { wait: 20ms, policy: pay } ]'],
    code: 'FL208',
    at: 'pay } ]',
    says: 'policy applies only to a call, a query, a cache, a load or an append',
  },
  {
    title: 'a step without any verb',
    edit: [wait, 'charge: [ { zzzz: 20ms } ]'],
    code: 'FL207',
    at: 'zzzz',
    says: 'a step needs a verb: one of work wait call query load append publish saga',
  },
];
