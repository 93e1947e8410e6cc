/** One mistake in an otherwise right scenario: what is written, and what has to be said about it. */
export interface BadCase {
  readonly title: string;
  /** Replaces a line of the right scenario: [what it reads, what it becomes]. */
  readonly edit: readonly [from: string, to: string];
  readonly code: string;
  /** The text that the caret has to stand under. */
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

/** Mistakes in keys, quantities, words and steps. */
export const BAD_SHAPES: readonly BadCase[] = [
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
    title: 'a section of a later version',
    edit: ['report: { focus: [orders] }', 'caches: { c: {} }'],
    code: 'FL202',
    at: 'caches',
    says: 'caches is known, not in this version',
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
    title: 'a field of a later version',
    edit: ['    concurrency: 32', '    autoscaling: {}'],
    code: 'FL202',
    at: 'autoscaling',
    says: 'known, not in this version',
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
    title: 'a policy of a later version',
    edit: [timeout, 'plain: { idempotencyKey: { key: user } }'],
    code: 'FL202',
    at: 'idempotencyKey',
    says: 'idempotencyKey is known, not in this version',
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
    says: 'stands twice',
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
    says: 'a key is text',
  },
  // Quantities.
  {
    title: 'a bare number as a duration',
    edit: [timeout, 'plain: { timeout: 500 }'],
    code: 'FL205',
    at: '500',
    says: '500 what? write 500ms',
  },
  {
    title: 'a bare number as a distribution',
    edit: [wait, 'charge: [ wait: 15 ]'],
    code: 'FL205',
    at: '15',
    says: '15 what? write 15ms',
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
    says: 'NaN is no number',
  },
  {
    title: 'an infinite number',
    edit: ['concurrency: 32', 'concurrency: 1e400'],
    code: 'FL204',
    at: '1e400',
    says: 'infinity is no number',
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
    code: 'FL202',
    at: 'empirical',
    says: 'known, not in this version',
  },
  {
    title: 'a warm-up found by itself',
    edit: ['warmup: 5s', 'warmup: auto'],
    code: 'FL202',
    at: 'auto',
    says: 'auto is known, not in this version',
  },
  // Words and kinds.
  {
    title: 'an unknown word',
    edit: ['capacity: 10', 'discipline: filo'],
    code: 'FL206',
    at: 'filo',
    says: 'must be one of fifo lifo, got filo',
    suggestion: 'fifo',
  },
  {
    title: 'a word of a later version',
    edit: ['capacity: 10', 'discipline: codel'],
    code: 'FL202',
    at: 'codel',
    says: 'codel is known, not in this version',
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
    title: 'a breaker of a later version',
    edit: [timeout, 'plain: { circuitBreaker: { kind: finagle } }'],
    code: 'FL202',
    at: 'finagle',
    says: 'finagle is known, not in this version',
  },
  {
    title: 'a database of a later version',
    edit: ['{ cpu: 4,', '{ kind: postgres, cpu: 4,'],
    code: 'FL202',
    at: 'postgres',
    says: 'postgres is known, not in this version',
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
    says: 'must be a map, got 10',
  },
  {
    title: 'a key of idempotency',
    edit: ['      create:\n', '      create:\n        idempotent: order\n'],
    code: 'FL202',
    at: 'order\n',
    says: 'order is known, not in this version',
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
    says: 'needs braces',
  },
  {
    title: 'a verb of a later version',
    edit: ['- work: lognormal(p50=2ms p99=9ms)', '- publish: order-created'],
    code: 'FL202',
    at: 'publish',
    says: 'publish is known, not in this version',
  },
  {
    title: 'two middleware in one entry',
    edit: [
      '{ authenticate: { kind: jwt, work: 0.3ms } }',
      '{ authenticate: { kind: jwt }, log: {} }',
    ],
    code: 'FL207',
    at: '{ authenticate',
    says: 'make 2 entries',
  },
  {
    title: 'a policy at a step that calls nobody',
    edit: [wait, 'charge: [ { wait: 20ms, policy: pay } ]'],
    code: 'FL208',
    at: 'pay } ]',
    says: 'a policy belongs to a call or query',
  },
  {
    title: 'a step without any verb',
    edit: [wait, 'charge: [ { sleep: 20ms } ]'],
    code: 'FL207',
    at: 'sleep',
    says: 'a step has a verb: one of work wait call',
  },
];
