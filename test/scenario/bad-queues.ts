import type { BadCase } from './bad-input.js';

const REPORT = 'report: { focus: [orders] }';

/** A queue `jobs` with these fields in the right scenario. */
function queue(
  title: string,
  fields: string,
  code: string,
  at: string,
  says: string,
  more: Partial<BadCase> = {},
): BadCase {
  return { title, edit: [REPORT, `queues: { jobs: { ${fields} } }`], code, at, says, ...more };
}

const CALL = 'call: orders.create';

const MANY = Array.from({ length: 31 }, (_, k) => `{ group: g${k}, ${CALL} }`).join(', ');

/** Queues and buses that cannot be. */
export const BAD_QUEUES: readonly BadCase[] = [
  queue('a kind of queue that nobody knows', 'kind: sqss', 'FL206', 'sqss', 'sqss', {
    suggestion: 'sqs',
  }),
  queue(
    'a prefetch of a queue that is asked',
    'kind: sqs, prefetch: 3',
    'FL201',
    'prefetch',
    'unknown key prefetch',
  ),
  queue(
    'a limit of returns that nobody counts',
    'kind: rabbitmq, deliveryLimit: 17',
    'FL208',
    '17 }',
    'only quorum queues count redeliveries',
  ),
  queue(
    'members of a queue that is on no broker',
    'kind: rabbitmq, quorum: true, initialGroupSize: 37',
    'FL208',
    '37 }',
    'write quorum: true and broker: NAME',
  ),
  queue(
    'a broker that is a service',
    'kind: rabbitmq, broker: orders, capacity: 41',
    'FL405',
    'orders, capacity',
    'orders is a service, not a broker',
  ),
  {
    title: 'a broker of another kind',
    edit: [
      REPORT,
      'brokers: { log: { kind: kafka } }\nqueues: { jobs: { kind: rabbitmq, broker: log } }',
    ],
    code: 'FL405',
    at: 'log } }',
    says: 'log is a broker of kind kafka: expected one of kind rabbitmq',
  },
  {
    title: 'more replicas of a stream than its broker has nodes',
    edit: [
      REPORT,
      'brokers: { hub: { kind: nats, nodes: 3 } }\nqueues: { jobs: { kind: nats, broker: hub, replicas: 5 } }',
    ],
    code: 'FL208',
    at: '5 } }',
    says: 'hub has 3 nodes: no stream can have 5 replicas',
  },
  queue(
    'an overflow that quorum queues do not know',
    'kind: rabbitmq, quorum: true, capacity: 9, overflow: rejectPublishDlx',
    'FL208',
    'rejectPublishDlx',
    'quorum queues do not support rejectPublishDlx',
  ),
  queue(
    'receives counted to no end',
    'kind: sqs, maxReceiveCount: 7',
    'FL208',
    '7 }',
    'write deadLetter: NAME',
  ),
  queue(
    'an overflow of a queue without a bound',
    'kind: simple, overflow: reject',
    'FL208',
    'reject }',
    'overflow has no effect on an unbounded queue',
  ),
  queue(
    'a publisher that waits where nobody waits',
    'kind: simple, capacity: 9, overflow: reject, publishTimeout: 1s',
    'FL208',
    '1s }',
    'publishTimeout has no effect with overflow: reject, because no publisher waits',
  ),
  queue(
    'a backlog larger than the queue',
    'kind: simple, capacity: 9, backlog: 19',
    'FL208',
    '19 }',
    'a backlog of 19 does not fit into the capacity of 9: lower backlog or raise',
  ),
  queue(
    'dead letters that go round',
    'kind: simple, deadLetter: jobs',
    'FL208',
    'jobs } }',
    'jobs would send its dead letters to itself',
  ),
  queue(
    'a retry of what is settled',
    `kind: simple, consumers: [ { ${CALL}, commit: before, onPoison: skip, retry: { mode: requeue } } ]`,
    'FL208',
    'requeue',
    'write mode: delayed, with which its consumer sends it again, or commit: afterEach',
  ),
  queue(
    'two consumers of one name',
    `kind: simple, consumers: [ { ${CALL} }, { ${CALL}, concurrency: 2 } ]`,
    'FL402',
    `{ ${CALL}, concurrency`,
    'another consumer of jobs is called orders',
  ),
  queue(
    'a poll that is long and short',
    'kind: sqs, waitTime: 20s, pollInterval: 2s',
    'FL208',
    '2s }',
    'a long poll repeats at once',
  ),
  queue(
    'heartbeats that come too late',
    `kind: sqs, consumers: [ { ${CALL}, heartbeatInterval: 30s } ]`,
    'FL208',
    '30s }',
    'must be less than visibilityTimeout',
  ),
  queue(
    'heartbeats for what is deleted',
    `kind: sqs, consumers: [ { ${CALL}, commit: before, heartbeatInterval: 10s } ]`,
    'FL208',
    '10s }',
    'there is nothing left to extend',
  ),
  queue(
    'a visibility timeout beyond half a day',
    'kind: sqs, visibilityTimeout: 13h',
    'FL205',
    '13h',
    'above the largest possible, 12h',
  ),
  ...(['bus', 'kafka'] as const).map((kind): BadCase => ({
    title: `more readers than a topic of kind ${kind} can have`,
    edit: [REPORT, `topics: { news: { kind: ${kind}, subscribers: [ ${MANY} ] } }`],
    code: 'FL208',
    at: 'subscribers: [',
    says: 'news has 31 subscriptions; the limit is 30 per topic: move some of them to',
  })),
  {
    title: 'an event for processes that is kept',
    edit: [
      REPORT,
      `topics: { news: { kind: bus, event: system, stored: true, subscribers: [ { group: g, ${CALL} } ] } }`,
    ],
    code: 'FL208',
    at: 'true, subscribers',
    says: 'a system event reaches only processes that are up and is not stored: remove',
  },
];
