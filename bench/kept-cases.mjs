// Scenarios for kept.mjs: each publishes, appends or begins `rate` per second.
const head = (seconds, more = '') => `
faultline: 1
title: Kept
run: { duration: ${seconds}s${more} }
`;
const publish = (to, rate) => `
workloads:
  users: { arrivals: constant(${rate}/s), requests: [ { name: pub, steps: [ publish: ${to} ] } ] }
`;
const worker = (replicas) =>
  `services: { worker: { replicas: ${replicas}, endpoints: { handle: [ work: 0.5ms ] } } }`;
const away = (seconds) =>
  `faults: [ { id: away, kind: crash, target: worker, at: 0s, for: ${seconds}s } ]`;

/** A topic whose group has read all messages. */
const read =
  (group, topic = '', extra = '') =>
  (rate, seconds) => `${head(seconds)}
${extra}
topics: { jobs: { kind: kafka, partitions: 12, ${topic} subscribers: [ { group: g, call: worker.handle, ${group} } ] } }
${worker(12)}
${publish(extra === '' ? 'jobs' : '{ topic: jobs, key: order }', rate)}`;

/** A topic or queue whose messages are not consumed. */
const backlog =
  (section, extra = '') =>
  (rate, seconds) => `${head(seconds)}
${extra}
${section}
${worker(1)}
${publish(extra === '' ? 'jobs' : '{ topic: jobs, key: order }', rate)}
${away(seconds)}`;
const queue = (fields) => `queues: { jobs: { ${fields} consumers: [ { call: worker.handle } ] } }`;
const KEYS = 'keys: { order: uniform(count=100000) }';

const store =
  (more, rest = '') =>
  (rate, seconds) => `${head(seconds)}
keys: { account: unique }
eventStores: { ledger: { stream: { key: account }, append: 0.1ms ${more} } }
topics: { other: { kind: kafka } }
services: { accounts: { replicas: 4, runtime: async, endpoints: { open: [ append: { store: ledger, expectedVersion: any } ] } } }
workloads: { users: { arrivals: constant(${rate}/s), requests: [ { call: accounts.open } ] } }
${rest}`;

export const cases = {
  backlogKafka: {
    what: 'message of kafka',
    why: 'waits',
    text: backlog(
      'topics: { jobs: { kind: kafka, partitions: 12, subscribers: [ { group: g, call: worker.handle, autoOffsetReset: earliest } ] } }',
    ),
  },
  backlogKafkaKeys: {
    what: 'message of kafka with a key',
    why: 'waits',
    text: backlog(
      'topics: { jobs: { kind: kafka, partitions: 12, subscribers: [ { group: g, call: worker.handle, autoOffsetReset: earliest } ] } }',
      KEYS,
    ),
  },
  backlogSimple: { what: 'message of simple', why: 'waits', text: backlog(queue('kind: simple,')) },
  backlogRabbit: {
    what: 'message of rabbitmq',
    why: 'waits',
    text: backlog(queue('kind: rabbitmq,')),
  },
  backlogSqs: { what: 'message of sqs', why: 'waits', text: backlog(queue('kind: sqs,')) },
  backlogFifo: {
    what: 'message of sqs with fifo',
    why: 'waits, and its id is known for 5 minutes',
    text: backlog(queue('kind: sqs, fifo: true, fifoThroughputLimit: perMessageGroupId,'), KEYS),
  },
  backlogBus: {
    what: 'message of a bus, a subscription',
    why: 'waits',
    text: backlog(
      'topics: { jobs: { kind: bus, subscribers: [ { group: g, call: worker.handle } ] } }',
    ),
  },
  readKafka: { what: 'message that all have read', why: 'nothing reads it again', text: read('') },
  readRetained: {
    what: 'message that all have read, retention',
    why: 'nothing reads it again',
    text: read('', 'retention: 1h,'),
  },
  replay: {
    what: 'message that all have read',
    why: 'replay',
    text: read('replay: { at: 100s, from: earliest }'),
  },
  replayKeys: {
    what: 'message with a key that all have read',
    why: 'replay',
    text: read('replay: { at: 100s, from: earliest }', '', KEYS),
  },
  replayInbox: {
    what: 'message with a key that all have read',
    why: 'replay, known to an inbox',
    text: read('inbox: { window: 1h }, replay: { at: 100s, from: earliest }', '', KEYS),
  },
  resetEarliest: {
    what: 'message that all have read',
    why: 'offsetsRetention, earliest',
    text: read('offsetsRetention: 50s, autoOffsetReset: earliest'),
  },
  inbox: {
    what: 'message known to an inbox',
    why: 'its offset is committed: it never comes again',
    text: read('inbox: { window: 1h }'),
  },
  event: { what: 'event, and a stream for each', why: 'version of the stream', text: store('') },
  eventSnapshot: {
    what: 'event, stream with snapshots',
    why: 'version, snapshot',
    text: store(', snapshots: { every: 100 }'),
  },
  eventSeen: {
    what: 'event that a view has',
    why: 'version of the stream',
    text: store('', 'projections: { list: { from: ledger, batchSize: 1000 } }'),
  },
  eventRebuilt: {
    what: 'event that a rebuild will read',
    why: 'version; a rebuild counts events',
    text: store(
      '',
      'projections: { list: { from: ledger, batchSize: 1000, rebuild: { at: 99s, rate: 1/s, mode: sideBySide } } }',
    ),
  },
  eventUnseen: {
    what: 'event that a view misses',
    why: 'waits',
    text: store(
      '',
      'projections: { list: { from: ledger, batchSize: 1 } }\nfaults: [ { id: away, kind: crash, target: list, at: 0s, for: 100s } ]',
    ),
  },
  idempotency: {
    what: 'result by idempotency key',
    why: 'answers a repetition within the window',
    text: (rate, seconds) => `${head(seconds)}
policies: { pay: { idempotencyKey: request } }
services: { bank: { runtime: async, endpoints: { charge: [ wait: 1ms ] } } }
workloads: { users: { arrivals: constant(${rate}/s), requests: [ { call: bank.charge, policy: pay } ] } }`,
  },
  fifoIds: {
    what: 'deduplication id of sqs with fifo',
    why: 'known for 5 minutes',
    text: (rate, seconds) => `${head(seconds)}
${KEYS}
queues: { jobs: { kind: sqs, fifo: true, fifoThroughputLimit: perMessageGroupId, consumers: [ { call: worker.handle, concurrency: 40 } ] } }
${worker(12)}
${publish('{ topic: jobs, key: order }', rate)}`,
  },
  saga: {
    what: 'saga of 3 steps that has ended',
    why: 'late effects are counted for 5 minutes',
    text: (rate, seconds) => `${head(seconds)}
services:
  agency: { runtime: async, endpoints: { book: [ saga: trip ] } }
  hotel: { runtime: async, endpoints: { book: [ wait: 1ms ], cancel: [ wait: 1ms ] } }
sagas:
  trip:
    kind: orchestrated
    orchestrator: agency
    steps:
      - { name: fly, call: hotel.book, compensation: hotel.cancel }
      - { name: stay, call: hotel.book, compensation: hotel.cancel }
      - { name: drive, call: hotel.book, compensation: hotel.cancel }
workloads: { users: { arrivals: constant(${rate}/s), requests: [ { call: agency.book } ] } }`,
  },
  outbox: {
    what: 'row of an outbox',
    why: 'not published yet',
    text: (rate, seconds) => `${head(seconds)}
topics: { placed: { kind: kafka, subscribers: [ { group: g, call: worker.handle } ] } }
databases: { store: { operations: { insert: { wait: 0.1ms, write: true } } } }
services:
  worker: { endpoints: { handle: [ work: 1ms ] } }
  orders:
    runtime: async
    outbox: { database: store.insert, pollInterval: 1h }
    endpoints: { place: [ transaction: { database: store, steps: [ publish: { topic: placed, via: outbox } ] } ] }
workloads: { users: { arrivals: constant(${rate}/s), requests: [ { call: orders.place } ] } }`,
  },
};
