import { describe, expect, it } from 'vitest';
import { problemsOf } from '../theory/program.js';

/** A scenario with one topic and one group; each part may be replaced. */
const text = (o: { topic?: string; group?: string; steps?: string; more?: string }): string => `
faultline: 1
title: Wrong
run: { duration: 10s }
topics:
  jobs: { kind: kafka, ${o.topic ?? ''} subscribers: [ { group: g, call: s.handle, ${o.group ?? ''} } ] }
databases: { db: { operations: { put: 1ms } } }
services: { s: { endpoints: { handle: [ wait: 1ms ], send: ${o.steps ?? '[ publish: jobs ]'} } } }
workloads: { users: { arrivals: constant(1/s), requests: [ { call: s.send } ] } }
${o.more ?? ''}`;

describe('what contradicts itself about messages is refused', () => {
  it.each([
    ['a backlog nobody reads', { topic: 'backlog: 5,' }, /autoOffsetReset: earliest/],
    ['a dead letter without a place', { group: 'onPoison: deadLetter' }, /write deadLetter: NAME/],
    [
      'a place without dead letters',
      { group: 'deadLetter: jobs' },
      /with onPoison: block no message reaches jobs: write onPoison: deadLetter/,
    ],
    [
      'dead letters for a service',
      { group: 'onPoison: deadLetter, deadLetter: s' },
      /which cannot hold messages: expected a topic or a queue/,
    ],
    [
      'heartbeats slower than the session',
      { group: 'heartbeatInterval: 50s' },
      /between two heartbeats/,
    ],
    ['an interval without auto commits', { group: 'autoCommitInterval: 1s' }, /write commit: auto/],
    [
      'a delay without a back-off',
      { group: 'retry: { mode: delayed }, onPoison: skip' },
      /mode: delayed needs a backoff/,
    ],
    [
      'a block that lets others through',
      { group: 'retry: { mode: requeue }' },
      /onPoison: block holds/,
    ],
    [
      'a replay of a group that is not there',
      { group: 'startAt: 5s, replay: { at: 3s }' },
      /the group exists only from startAt/,
    ],
    [
      'a retry policy of a consumer',
      { group: 'policy: { retry: { attempts: 3 } }' },
      /write the retry of the consumer itself/,
    ],
    [
      'a balancer for a handler',
      { group: 'policy: { loadBalancing: { kind: random } }' },
      /a handler runs in the process of the consumer and is not called over/,
    ],
    [
      'a breaker for one instance called',
      { group: 'policy: { circuitBreaker: { kind: finagle } }' },
      /keeps state per instance called, and a handler is not a remote call/,
    ],
    [
      'a consumer policy that only watches',
      { group: 'policy: { circuitBreaker: { dryRun: true } }' },
      /dryRun applies only to calls/,
    ],
    [
      'a timeout that lets the handler go on',
      { group: 'policy: { timeout: { after: 1s, cancel: false } }' },
      /the handler runs in the same process and is always stopped/,
    ],
    [
      'a consumer policy with a client',
      { group: 'policy: { client: blocking, timeout: 1s }' },
      /is always stopped: remove client/,
    ],
    ['replicas without a broker', { topic: 'replication: 3,' }, /without a broker/],
    [
      'more replicas than nodes',
      { topic: 'broker: b, replication: 3,', more: 'brokers: { b: { kind: kafka } }' },
      /has 1 nodes/,
    ],
    [
      'more in sync than there are',
      { topic: 'broker: b, minInsyncReplicas: 2,', more: 'brokers: { b: { kind: kafka } }' },
      /no write could ever be confirmed/,
    ],
    [
      'an idempotent producer that does not wait',
      {
        topic: 'broker: b, producer: { acks: 1, idempotence: true },',
        more: 'brokers: { b: { kind: kafka } }',
      },
      /an idempotent producer needs acks: all, found acks/,
    ],
    [
      'a buffer that holds no batch',
      {
        topic: 'broker: b, producer: { bufferMemory: 1KiB },',
        more: 'brokers: { b: { kind: kafka } }',
      },
      /bufferMemory must be at least batchSize, the size of one batch/,
    ],
    [
      'an outbox that is not there',
      { steps: '[ publish: { topic: jobs, via: outbox } ]' },
      /s has no outbox/,
    ],
    [
      'a length of what acts once',
      { more: 'faults: [ { id: f, kind: rebalance, target: jobs.g, at: 1s, for: 1s } ]' },
      /acts once/,
    ],
    [
      'nodes of RabbitMQ that are slow',
      {
        more:
          'brokers: { rabbit: { kind: rabbitmq } }\n' +
          'faults: [ { id: f, kind: slow, target: rabbit, factor: 2, at: 1s, for: 1s } ]',
      },
      /rabbit is a broker of kind rabbitmq: its nodes support only the faults crash/,
    ],
    [
      'errors of a node of Kafka',
      {
        more:
          'brokers: { logs: { kind: kafka } }\n' +
          'faults: [ { id: f, kind: error, target: logs, at: 1s, for: 1s } ]',
      },
      /logs is a broker of kind kafka: its nodes do not answer single requests/,
    ],
    [
      'connections of a node of Kafka that leak',
      {
        more:
          'brokers: { logs: { kind: kafka } }\n' +
          'faults: [ { id: f, kind: connectionLeak, target: logs, at: 1s, for: 1s } ]',
      },
      /its nodes call no database/,
    ],
    [
      'poison for a service',
      { more: 'faults: [ { id: f, kind: poison, target: s, at: 1s, for: 1s } ]' },
      /poison cannot target s; expected topics and queues/,
    ],
    [
      'requests that come twice',
      { more: 'faults: [ { id: f, kind: duplicate, target: users->s, at: 1s, for: 1s } ]' },
      /duplicate cannot target users->s; expected topics and queues/,
    ],
    [
      'duplicates for a producer that is idempotent whatever is written',
      { more: 'faults: [ { id: f, kind: duplicate, target: jobs, at: 1s, for: 1s } ]' },
      /jobs receives no duplicates/,
    ],
    [
      'an order of a log that is broken',
      { more: 'faults: [ { id: f, kind: reorder, target: jobs, gap: 1s, at: 1s, for: 1s } ]' },
      /a log is read in the order in which it was written/,
    ],
    [
      'a share of a log',
      { more: 'faults: [ { id: f, kind: flush, target: jobs, share: 10%, at: 1s } ]' },
      /deleted from its beginning/,
    ],
    [
      "a way back for what is nobody else's",
      {
        more: 'queues: { q: { kind: simple } }\nfaults: [ { id: f, kind: redrive, target: q, at: 1s } ]',
      },
      /q is not a dead letter queue, so there is nothing to move back/,
    ],
    [
      'a way back out of a log',
      { more: 'faults: [ { id: f, kind: redrive, target: jobs, at: 1s } ]' },
      /redrive cannot target jobs; expected dead letter queues/,
    ],
  ] as const)('%s', (_what, parts, message) => {
    expect(problemsOf(text(parts))).toMatch(message);
  });

  it('messages that go round in no time', () => {
    const circle = (wait: string): string => `
faultline: 1
title: Round
run: { duration: 10s }
topics:
  there: { kind: kafka, subscribers: [ { group: a, call: pong.take } ] }
  back: { kind: kafka, subscribers: [ { group: b, call: ping.take } ] }
services:
  ping: { endpoints: { take: [ publish: there ] } }
  pong: { endpoints: { take: [ ${wait}publish: back ] } }
workloads: { users: { arrivals: constant(1/s), requests: [ { call: ping.take } ] } }
`;
    expect(problemsOf(circle(''))).toMatch(/endless message cycle without any delay/);
    expect(problemsOf(circle('wait: 1ms, '))).toBe('');
  });
});
