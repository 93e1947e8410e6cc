import type { RuleCase } from './cases.js';
import { scenario } from './lint-text.js';

/** A queue `jobs` with one consumer of 20 s a message. */
function queue(fields: string, consumer = '', more = ''): string {
  return scenario([
    `queues: { jobs: { ${fields}, consumers: [ { call: worker.handle${consumer} } ] }${more} }`,
    'services: { worker: { endpoints: { handle: [ wait: 20s ] } }, api: { endpoints: { go: [ publish: jobs ] } } }',
    'workloads: { users: { arrivals: poisson(1/s), requests: [ { call: api.go } ] } }',
  ]);
}

const bus = (fields: string): string =>
  scenario([
    `topics: { news: { kind: bus, ${fields}, subscribers: [ { group: mail, call: worker.handle } ] } }`,
    'services: { worker: { endpoints: { handle: [ wait: 20ms ] } }, api: { endpoints: { go: [ publish: news ] } } }',
    'workloads: { users: { arrivals: poisson(1/s), requests: [ { call: api.go } ] } }',
  ]);

/** 120 orders a second, each a row in an outbox with these fields. */
const outbox = (fields: string, steps = 'publish: { topic: news, via: outbox }'): string =>
  scenario([
    'topics: { news: { kind: kafka, subscribers: [ { group: mail, call: worker.handle, inbox: {} } ] } }',
    'databases: { db: { operations: { insert: { work: 1ms, write: true } } } }',
    `services:
  worker: { endpoints: { handle: [ work: 1ms ] } }
  shop:
    outbox: { database: db${fields} }
    endpoints: { buy: [ transaction: { database: db, steps: [ query: db.insert, ${steps} ] } ] }`,
    'workloads: { users: { arrivals: poisson(120/s), requests: [ { call: shop.buy } ] } }',
  ]);

/** A quorum queue on a broker with these nodes. */
const quorum = (nodes: string, fields: string): string =>
  scenario([
    `brokers: { rabbit: { kind: rabbitmq, nodes: ${nodes} } }`,
    `queues: { jobs: { kind: rabbitmq, broker: rabbit, ${fields}, capacity: 100, consumers: [ { call: worker.handle } ] } }`,
    'services: { worker: { endpoints: { handle: [ wait: 20ms ] } }, api: { endpoints: { go: [ publish: jobs ] } } }',
    'workloads: { users: { arrivals: poisson(1/s), requests: [ { call: api.go } ] } }',
  ]);

/** A topic on three nodes. */
const replicated = (fields: string): string =>
  scenario([
    'brokers: { cluster: { kind: kafka, nodes: 3 } }',
    `topics: { news: { kind: kafka, broker: cluster, ${fields}, subscribers: [ { group: mail, call: worker.handle, inbox: {} } ] } }`,
    'services: { worker: { endpoints: { handle: [ wait: 20ms ] } }, api: { endpoints: { go: [ publish: news ] } } }',
    'workloads: { users: { arrivals: poisson(1/s), requests: [ { call: api.go } ] } }',
  ]);

const TRIES = 'retry: { attempts: 2 }, onPoison: skip';

/** A worker of an SQS queue that makes one call with this policy. */
function calling(policy: string, idempotent = true): string {
  return scenario([
    'queues: { jobs: { kind: sqs, consumers: [ { call: work.handle } ] } }',
    'services:',
    '  shop: { endpoints: { buy: [ publish: jobs ] } }',
    `  work: { endpoints: { handle: [ { call: psp.charge, policy: { ${policy} } } ] } }`,
    `  psp: { endpoints: { charge: { idempotent: ${idempotent}, steps: [ wait: 300ms ] } } }`,
    'workloads: { users: { arrivals: poisson(1/s), requests: [ { call: shop.buy } ] } }',
  ]);
}

/** A queue or bus `jobs`, whose consumer `work.handle` queries a database. */
function taking(holder: string, handle = '', call = 'query: db.add'): string {
  return scenario([
    `${holder}`,
    'databases: { db: { operations: { add: { work: 1ms, write: true } } } }',
    'services:',
    '  shop: { endpoints: { buy: [ publish: jobs ] } }',
    `  work: { endpoints: { handle: { ${handle}steps: [ ${call} ] } } }`,
    '  psp: { endpoints: { charge: [ wait: 20ms ] } }',
    'workloads: { users: { arrivals: poisson(1/s), requests: [ { call: shop.buy } ] } }',
  ]);
}

const held = (kind: string, consumer = ''): string =>
  `queues: { jobs: { kind: ${kind}, consumers: [ { call: work.handle${consumer} } ] } }`;

const pushed = (fields: string): string =>
  `topics: { jobs: { kind: bus${fields}, subscribers: [ { group: mail, call: work.handle } ] } }`;

/** An outbox, whose rows a group of a log reads in transactions. */
const rows = (via: string, subscriber = ''): string =>
  scenario([
    `topics: { jobs: { kind: kafka, subscribers: [ { group: mail, call: work.handle, commit: transactional${subscriber} } ] } }`,
    'databases: { db: { operations: { add: { work: 1ms, write: true } } } }',
    'services:',
    `  shop: { outbox: { database: db }, endpoints: { buy: [ transaction: { database: db, steps: [ query: db.add, publish: { topic: jobs, via: ${via} } ] } ] } }`,
    '  work: { endpoints: { handle: [ work: 1ms ] } }',
    'workloads: { users: { arrivals: poisson(1/s), requests: [ { call: shop.buy } ] } }',
  ]);

const NOT_TWICE = 'an idempotent handler, or an inbox';

/** Ways on which a message is delivered again, with a handler that is not idempotent. */
const REPEATED: readonly RuleCase[] = [
  ['sqs', 'delivered again after a crash and after visibilityTimeout, 30 s'],
  ['rabbitmq', 'delivered again after a crash and after consumerTimeout, 30 min'],
  ['nats', 'delivered again after a crash and after ackWait, 30 s'],
  ['simple', 'delivered again after a crash'],
].map(([kind, measured]) => ({
  rule: 'consumer-not-idempotent',
  fires: taking(held(kind)),
  path: 'queues.jobs.consumers[0]',
  measured,
  limit: NOT_TWICE,
  silent: {
    'the handler is idempotent': taking(held(kind), 'idempotent: true, '),
    'there is an inbox': taking(held(kind, ', inbox: {}')),
    ...(kind === 'rabbitmq'
      ? { 'it is confirmed before': taking(held(kind, ', commit: before')) }
      : {}),
  },
}));

/** Rules about queues of messages. */
/** A handler of messages with this step, and a consumer with these fields. */
const handled = (step: string, consumer: string): string =>
  scenario([
    `queues: { jobs: { kind: simple, consumers: [ { call: worker.handle, ${consumer} } ] } }`,
    'services:',
    '  shop: { endpoints: { buy: [ publish: jobs ] } }',
    `  worker: { endpoints: { handle: [ { ${step} } ] } }`,
    'workloads: { users: { arrivals: poisson(10/s), requests: [ { call: shop.buy } ] } }',
  ]);

export const QUEUE_CASES: readonly RuleCase[] = [
  ...REPEATED,
  {
    rule: 'consumer-not-idempotent',
    fires: taking(pushed('')),
    path: 'topics.jobs.subscribers[0]',
    measured: 'delivered again after a crash',
    limit: NOT_TWICE,
    silent: { 'the bus is in memory': taking(pushed(', stored: false')) },
  },
  {
    rule: 'consumer-not-idempotent',
    // The handler answers for its own work, and calls psp again.
    fires: taking(held('sqs'), 'idempotent: true, ', 'call: psp.charge'),
    path: 'queues.jobs.consumers[0]',
    measured: 'delivered again after a crash and after visibilityTimeout, 30 s',
    limit: NOT_TWICE,
    silent: {
      'the handler runs once for each message': taking(
        held('sqs'),
        'idempotent: request, ',
        'call: psp.charge',
      ),
    },
  },
  {
    rule: 'consumer-not-idempotent',
    fires: rows('outbox'),
    path: 'topics.jobs.subscribers[0].commit',
    measured: 'sent again when the outbox of shop has not noted it as sent',
    limit: NOT_TWICE,
    silent: {
      'it is sent at once': rows('direct'),
      'there is an inbox': rows('outbox', ', inbox: {}'),
    },
  },
  {
    rule: 'ack-timeout-below-processing',
    // Three messages of one receive, 20 s each, one after the other.
    fires: queue('kind: sqs', ', maxNumberOfMessages: 3'),
    path: 'queues.jobs.visibilityTimeout',
    measured: '60 s on average in 3 runs one after the other',
    limit: 'visibilityTimeout 30 s',
    silent: {
      'one message at a time': queue('kind: sqs'),
      'one run for all three': queue('kind: sqs', ', maxNumberOfMessages: 3, batch: 3'),
      'a timeout for all three': queue(
        'kind: sqs, visibilityTimeout: 2m',
        ', maxNumberOfMessages: 3',
      ),
      'tries that fit': queue('kind: sqs, visibilityTimeout: 2m', `, ${TRIES}`),
      'deleted before': queue('kind: sqs', ', maxNumberOfMessages: 3, commit: before'),
      'half an hour': queue('kind: rabbitmq, prefetch: 80, capacity: 10'),
      // Ten handlers share the buffer of their client.
      'a handler for each message of the buffer': queue(
        'kind: nats, maxMessages: 10, ackWait: 45s',
        ', concurrency: 10',
      ),
    },
  },
  {
    rule: 'ack-timeout-below-processing',
    // Heartbeats at 5 and 10 s, and the timeout of 8 s from the last one, for a handler of 20 s.
    fires: queue(
      'kind: sqs, visibilityTimeout: 8s',
      ', heartbeatInterval: 5s, heartbeatLimit: 15s',
    ),
    path: 'queues.jobs.consumers[0].heartbeatLimit',
    measured: '20 s on average',
    limit: 'visible again 18 s after its receive',
    silent: {
      'one more heartbeat': queue(
        'kind: sqs, visibilityTimeout: 8s',
        ', heartbeatInterval: 5s, heartbeatLimit: 16s',
      ),
      'the limit of SQS': queue('kind: sqs, visibilityTimeout: 8s', ', heartbeatInterval: 5s'),
    },
  },
  {
    rule: 'ack-timeout-below-processing',
    // Three tries of 10 s, with 1 s between them.
    fires: calling('timeout: 10s, retry: { attempts: 3, backoff: { kind: constant, base: 1s } }'),
    path: 'queues.jobs.visibilityTimeout',
    measured: 'up to 32 s for one message while psp.charge does not respond',
    limit: 'visibilityTimeout 30 s',
    silent: {
      'two tries': calling('timeout: 10s, retry: { attempts: 2 }'),
      'timeouts that are not retried': calling('timeout: 10s, retry: { attempts: 3 }', false),
      'a deadline for all': calling('timeout: 10s, deadline: 20s, retry: { attempts: 3 }'),
      'no limit, which is another finding': calling('retry: { attempts: 3 }'),
    },
  },
  {
    rule: 'dead-letter-cycle',
    fires: queue(
      'kind: rabbitmq, messageTtl: 1s, deadLetter: late',
      '',
      ', late: { kind: rabbitmq, messageTtl: 1s, deadLetter: jobs }',
    ),
    path: 'queues.jobs.deadLetter',
    measured: 'dropped after one round',
    limit: 'a queue where they end',
    silent: {
      'a queue where they end': queue(
        'kind: rabbitmq, messageTtl: 1s, deadLetter: dead',
        '',
        ', dead: { kind: rabbitmq }',
      ),
    },
  },
  {
    rule: 'dead-letter-cycle',
    fires: queue(
      'kind: rabbitmq, messageTtl: 1s, deadLetter: late',
      '',
      ', late: { kind: rabbitmq, quorum: true, messageTtl: 1s, overflow: rejectPublish, deadLetter: jobs, deadLetterStrategy: atLeastOnce }',
    ),
    path: 'queues.jobs.deadLetter',
    measured: 'kept for ever in late after one round',
    limit: 'a queue where they end',
    silent: {},
  },
  {
    rule: 'deliveries-fill-stream',
    fires: queue('kind: nats, maxDeliver: 3, capacity: 10'),
    path: 'queues.jobs.maxDeliver',
    measured: '3 deliveries, no dead letters, no age',
    limit: 'a deadLetter or a maxAge',
    silent: {
      'deliveries without end': queue('kind: nats, capacity: 10'),
      'an age': queue('kind: nats, maxDeliver: 3, capacity: 10, maxAge: 1h'),
      'a place for them': queue(
        'kind: nats, maxDeliver: 3, deadLetter: dead',
        '',
        ', dead: { kind: nats }',
      ),
    },
  },
  {
    rule: 'message-queue-without-end',
    fires: queue('kind: rabbitmq'),
    path: 'queues.jobs.capacity',
    measured: 'no capacity, no time to live, no dead letters',
    limit: 'one of them',
    silent: {
      'a capacity': queue('kind: rabbitmq, capacity: 100'),
      'a time to live': queue('kind: rabbitmq, messageTtl: 1h'),
      'dead letters, whose queue somebody looks after': queue(
        'kind: rabbitmq, deadLetter: dead',
        '',
        ', dead: { kind: simple }',
      ),
      'the retention of SQS': queue('kind: sqs'),
      'a bus in memory': bus('stored: false'),
      'a bus with a capacity': bus('capacity: 100'),
    },
  },
  {
    rule: 'outbox-below-traffic',
    fires: outbox(', batchSize: 100, pollInterval: 1s'),
    path: 'services.shop.outbox',
    measured: '120/s written',
    limit: '100 rows every 1 s',
    silent: {
      'more rows with a look': outbox(', batchSize: 120, pollInterval: 1s'),
      'more looks': outbox(', batchSize: 100, pollInterval: 500ms'),
      'the log is tailed': outbox(', mode: cdc'),
      'half of the orders only': outbox(
        ', batchSize: 100, pollInterval: 1s',
        '{ publish: { topic: news, via: outbox }, probability: 50% }',
      ),
    },
  },
  {
    rule: 'quorum-without-spare',
    fires: quorum('2', 'quorum: true'),
    path: 'queues.jobs.initialGroupSize',
    measured: '2 members',
    limit: '3 members',
    silent: {
      'three nodes': quorum('3', 'quorum: true'),
      'three of five nodes': quorum('5', 'quorum: true, initialGroupSize: 3'),
      'a classic queue': quorum('2', 'quorum: false'),
      'no broker, which never fails': queue('kind: rabbitmq, quorum: true, capacity: 10'),
    },
  },
  {
    rule: 'writes-need-every-replica',
    fires: replicated('replication: 3, minInsyncReplicas: 3'),
    path: 'topics.news.minInsyncReplicas',
    measured: 'minInsyncReplicas 3 of 3 replicas',
    limit: '2 or fewer',
    silent: {
      'two of three': replicated('replication: 3, minInsyncReplicas: 2'),
      'one replica': replicated('replication: 1'),
      'a producer that asks the leader alone': replicated(
        'replication: 3, minInsyncReplicas: 3, producer: { acks: 1, idempotence: false }',
      ),
    },
  },
  {
    rule: 'option-without-effect',
    fires: handled('work: 5ms, times: messages', 'batch: 1'),
    path: 'services.worker.endpoints.handle.steps[0]',
    measured: 'no consumer hands it a batch',
    limit: 'a consumer with `batch` above 1',
    silent: {
      'a batch': handled('work: 5ms, times: messages', 'batch: 5'),
      'once for all': handled('work: 5ms', 'batch: 1'),
    },
  },
];
