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
const fault = 'target: payments, factor: 3, at: 10s, for: 5s';
const budget = 'shoppers.latency.p99 < 500ms during slow-pay in as-is';
const naive = 'remove: [policies.pay.retry], set: { policies.plain.timeout: 900ms }';

export const BAD: readonly BadCase[] = [
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
    edit: [timeout, 'plain: { hedge: { after: 5ms } }'],
    code: 'FL202',
    at: 'hedge',
    says: 'hedge is known, not in this version',
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
    edit: [timeout, 'plain: { circuitBreaker: { kind: hystrix } }'],
    code: 'FL202',
    at: 'hystrix',
    says: 'hystrix is known, not in this version',
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
  // Names and references.
  {
    title: 'a name with a dot',
    edit: ['  payments:\n', '  pay.ments:\n'],
    code: 'FL401',
    at: 'pay.ments',
    says: 'is no name',
  },
  {
    title: 'a reserved name',
    edit: ['  edge:\n', '  run:\n'],
    code: 'FL403',
    at: 'run:\n',
    says: 'run is a reserved word',
  },
  {
    title: 'a name twice across sections',
    edit: ['databases:\n', 'databases:\n  payments: { operations: { get: 1ms } }\n'],
    code: 'FL402',
    at: 'payments: { operations',
    says: 'is in services already',
  },
  {
    title: 'a zone named like a component',
    edit: ['zones: { a: {}, b: { latency: 0.5ms } }', 'zones: { a: {}, b: {}, orders: {} }'],
    code: 'FL402',
    at: 'orders: {} }',
    says: 'is in services already',
  },
  {
    title: 'a part named like a metric',
    edit: ['      show: [', '      queue: ['],
    code: 'FL407',
    at: 'queue: [',
    says: 'name of a metric',
  },
  {
    title: 'a call of nobody',
    edit: ['call: payments.charge', 'call: paymets.charge'],
    code: 'FL404',
    at: 'paymets.charge',
    says: 'there is no component paymets',
    suggestion: 'payments',
  },
  {
    title: 'a call of an unknown endpoint',
    edit: ['call: payments.charge', 'call: payments.chrage'],
    code: 'FL404',
    at: 'payments.chrage',
    says: 'payments has no endpoint chrage; it has charge',
    suggestion: 'charge',
  },
  {
    title: 'an ambiguous call',
    edit: ['call: orders.show', 'call: orders'],
    code: 'FL406',
    at: 'orders, weight',
    says: 'orders has 2 endpoints: write orders.create or orders.show',
  },
  {
    title: 'a call of a database',
    edit: ['call: payments.charge', 'call: orders-db.insert'],
    code: 'FL405',
    at: 'orders-db.insert, name',
    says: 'write query: orders-db',
  },
  {
    title: 'a query of a service',
    edit: ['query: orders-db.insert', 'query: payments.charge'],
    code: 'FL405',
    at: 'payments.charge, times',
    says: 'payments is a service, not a database',
  },
  {
    title: 'an unknown operation',
    edit: ['query: orders-db.insert', 'query: orders-db.insrt'],
    code: 'FL404',
    at: 'orders-db.insrt',
    says: 'has no operation insrt',
    suggestion: 'insert',
  },
  {
    title: 'an unknown base of a policy',
    edit: ['extends: plain', 'extends: plian'],
    code: 'FL303',
    at: 'plian',
    says: 'there is no policy "plian"',
    suggestion: 'plain',
  },
  {
    title: 'policies that extend each other',
    edit: [timeout, 'plain: { extends: pay }'],
    code: 'FL304',
    at: 'pay }',
    says: 'in a circle',
  },
  {
    title: 'an unknown policy of a call',
    edit: ['policy: pay }', 'policy: pya }'],
    code: 'FL303',
    at: 'pya',
    says: 'there is no policy "pya"',
    suggestion: 'pay',
  },
  {
    title: 'an unknown zone',
    edit: ['zone: [a, b]', 'zone: [a, c]'],
    code: 'FL404',
    at: 'c]',
    says: 'there is no zone c',
  },
  {
    title: 'zones that do not agree with replicas',
    edit: ['zone: [a, b]', 'zone: { a: 3, b: 2 }'],
    code: 'FL411',
    at: '{ a: 3',
    says: 'add up to 5, replicas says 2',
  },
  {
    title: 'an order that leaves a layer out',
    edit: ['order: [retry, timeout]', 'order: [retry]'],
    code: 'FL209',
    at: '[retry]',
    says: 'order does not say where timeout stands',
  },
  {
    title: 'a call that no route takes',
    edit: ['method: POST, path: /orders }, { name', 'method: GET, path: /nowhere }, { name'],
    code: 'FL409',
    at: '{ call: edge',
    says: 'no route of edge takes GET /nowhere',
  },
  {
    title: 'a circle of calls',
    edit: [wait, 'charge: [ call: orders.create ]'],
    code: 'FL408',
    at: 'create:',
    says: 'orders.create -> payments.charge -> orders.create',
  },
  {
    title: 'two requests of one name',
    edit: ['name: look,', 'name: order,'],
    code: 'FL402',
    at: '{ name: order, call',
    says: 'another request of shoppers is called order',
  },
  {
    title: 'a report of nobody',
    edit: ['focus: [orders]', 'focus: [ordres]'],
    code: 'FL404',
    at: 'ordres',
    says: 'there is no component ordres',
    suggestion: 'orders',
  },
  {
    title: 'an event loop with a number of workers',
    edit: ['    concurrency: 32', '    concurrency: 32\n    runtime: eventLoop'],
    code: 'FL208',
    at: '32',
    says: 'one worker per core',
  },
  // Faults.
  {
    title: 'a fault on nobody',
    edit: [fault, fault.replace('payments', 'paymnts')],
    code: 'FL404',
    at: 'paymnts',
    says: 'paymnts',
    suggestion: 'payments',
  },
  {
    title: 'a fault on an edge that is not there',
    edit: [
      'kind: slow, target: payments, factor: 3',
      'kind: latency, target: payments->orders, add: 3ms',
    ],
    code: 'FL410',
    at: 'payments->orders',
    says: 'nothing calls along payments->orders',
  },
  {
    title: 'a fault that cannot hit its target',
    edit: [fault, fault.replace('payments', 'shoppers')],
    code: 'FL405',
    at: 'shoppers, factor',
    says: 'slow cannot hit shoppers',
  },
  {
    title: 'a fault without an end',
    edit: [', for: 5s', ''],
    code: 'FL203',
    at: '{ id',
    says: 'needs `for`',
  },
  {
    title: 'a fault without a start',
    edit: ['at: 10s, ', ''],
    code: 'FL203',
    at: '{ id',
    says: 'needs `at` or `after`',
  },
  {
    title: 'a fault after the end',
    edit: ['at: 10s', 'at: 100s'],
    code: 'FL410',
    at: '100s',
    says: 'starts at 100s, but the run ends at 1m',
  },
  {
    title: 'a fault that overlaps itself',
    edit: ['for: 5s', 'for: 5s, every: 2s'],
    code: 'FL208',
    at: '2s }\n',
    says: 'every is at least for',
  },
  {
    title: 'an instance that is not there',
    edit: ['target: payments,', 'target: "orders[7]",'],
    code: 'FL410',
    at: '"orders[7]"',
    says: 'orders has 2 instances',
  },
  {
    title: 'a version of a later version',
    edit: ['for: 5s', 'for: 5s, version: v2'],
    code: 'FL202',
    at: 'version',
    says: 'known, not in this version',
  },
  // Variants.
  {
    title: 'a patch that leads nowhere',
    edit: [naive, 'remove: [policies.pay.rety]'],
    code: 'FL302',
    at: 'rety',
    says: 'policies.pay has no rety',
    suggestion: 'retry',
  },
  {
    title: 'a patch of an unknown component',
    edit: [naive, 'set: { services.paymets.replicas: 3 }'],
    code: 'FL302',
    at: 'paymets.replicas',
    says: 'services has no paymets',
    suggestion: 'payments',
  },
  {
    title: 'a patch with a wrong value',
    edit: [naive, 'set: { services.orders.replicas: many }'],
    code: 'FL205',
    at: 'many',
    says: 'a whole number from 1 to 100000, got many',
  },
  {
    title: 'a patch with an unknown key',
    edit: [naive, 'set: { services.orders.concurency: 3 }'],
    code: 'FL201',
    at: 'services.orders.concurency',
    says: 'unknown key concurency',
    suggestion: 'concurrency',
  },
  {
    title: 'a patch that takes away what is needed',
    edit: [naive, 'remove: [services.payments.endpoints]'],
    code: 'FL203',
    at: 'services.payments.endpoints',
    says: 'it was taken away here',
  },
  {
    title: 'a path that cannot be read',
    edit: [naive, 'remove: ["policies[pay"]'],
    code: 'FL301',
    at: '[pay"',
    says: 'expected [0], [name]',
  },
  {
    title: 'an unknown step in a path',
    edit: [naive, 'set: { "services.orders.endpoints.create.steps[chrge].times": 2 }'],
    code: 'FL302',
    at: '[chrge]',
    says: 'has no chrge',
    suggestion: 'charge',
  },
  {
    title: 'an unknown base of a variant',
    edit: ['{ name: naive,', '{ name: naive, extends: asis,'],
    code: 'FL303',
    at: 'asis',
    says: 'there is no variant asis',
    suggestion: 'as-is',
  },
  {
    title: 'two variants of one name',
    edit: ['- { name: as-is }', '- { name: naive }'],
    code: 'FL402',
    at: 'naive, remove',
    says: 'another variant is called naive',
  },
  {
    title: 'a reserved name of a variant',
    edit: ['- { name: as-is }', '- { name: base }'],
    code: 'FL403',
    at: 'base }',
    says: 'reserved',
  },
  // Budgets.
  {
    title: 'a budget that cannot be read',
    edit: [budget, 'shoppers.latency.p99 500ms'],
    code: 'FL501',
    at: '500ms\nreport',
    says: '',
  },
  {
    title: 'a budget on nobody',
    edit: [budget, 'shopers.latency.p99 < 500ms'],
    code: 'FL502',
    at: 'shopers',
    says: '',
    suggestion: 'shoppers',
  },
  {
    title: 'a budget on an unknown fault',
    edit: ['during slow-pay', 'during slow-pai'],
    code: 'FL502',
    at: 'slow-pai',
    says: '',
    suggestion: 'slow-pay',
  },
  {
    title: 'a budget in an unknown variant',
    edit: ['slow-pay in as-is', 'slow-pay in asis'],
    code: 'FL502',
    at: 'asis',
    says: '',
    suggestion: 'as-is',
  },
  {
    title: 'a strict budget',
    edit: [`- ${budget}`, `- { expect: ${budget}, strict: true }`],
    code: 'FL202',
    at: 'strict',
    says: 'strict is known, not in this version',
  },
  // Resources.
  {
    title: 'a load that no machine can run',
    edit: ['poisson(20/s)', 'poisson(1000000000/s)'],
    code: 'FL601',
    at: 'arrivals',
    says: '1e9/s x 65s = 6.5e10 requests a run',
  },
  {
    title: 'too many instances',
    edit: ['replicas: 2', 'replicas: 100000'],
    code: 'FL602',
    at: 'services:',
    says: '100003 instances',
  },
];
