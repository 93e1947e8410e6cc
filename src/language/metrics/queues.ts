import { counted, gauge, metric } from './entry.js';

const HOLDING = ['queue', 'topic', 'group'] as const;

/** Metrics of queues, and of topics that push, whose subscriptions have queues. */
export const QUEUE_METRICS = [
  gauge(
    'ready',
    HOLDING,
    'low',
    'Messages waiting for a consumer, including those behind another message of their key.',
  ),
  gauge(
    'waiting',
    HOLDING,
    'low',
    'Messages that are not acknowledged and that no handler works on: `lag` without those in service.',
  ),
  gauge('inFlight', HOLDING, 'none', 'Messages delivered to a consumer and not acknowledged.'),
  gauge(
    'delayed',
    HOLDING,
    'none',
    'Delayed messages: new ones with a delay, or retries; for a group of a log, messages set aside for ' +
      'their next try.',
  ),
  gauge(
    'spent',
    ['queue'],
    'low',
    'Messages whose deliveries are used up and which stay in a stream of JetStream: no consumer gets ' +
      'them, and its limits count them.',
  ),
  gauge(
    'unconfirmed',
    ['queue'],
    'low',
    'Dead letters that a queue of RabbitMQ with `deadLetterStrategy: atLeastOnce` keeps until their target ' +
      'has confirmed them; its `capacity` counts them.',
  ),
  gauge(
    'blocked',
    ['queue', 'topic'],
    'low',
    'Messages whose publishers are blocked: by a full queue, a quorum queue without a leader, or a memory ' +
      'alarm.',
  ),
  counted(
    'expired',
    HOLDING,
    'low',
    'Messages that expired before a consumer received them; the mean over runs.',
  ),
  counted(
    'dropped',
    HOLDING,
    'low',
    'Messages dropped: evicted from a full queue, or abandoned without a dead letter queue; the mean over ' +
      'runs.',
  ),
  counted(
    'purged',
    HOLDING,
    'low',
    'Messages deleted by a `flush` before they were handled; the mean over runs.',
  ),
  counted(
    'redriven',
    ['queue'],
    'none',
    'Dead letters that a `redrive` moved back to their source; the mean over runs.',
  ),
  counted(
    'duplicated',
    ['queue', 'topic'],
    'low',
    'Messages accepted a second time during a `duplicate` fault; the mean over runs.',
  ),
  counted(
    'overtaken',
    HOLDING,
    'low',
    'Messages first delivered after one that was published later; counted only with a `reorder` fault. ' +
      'The mean over runs.',
  ),
  counted(
    'publishRejected',
    ['queue', 'topic'],
    'low',
    'Messages that were refused because the queue is full or its node is down; the mean over runs.',
  ),
  counted(
    'publishTimeouts',
    ['queue', 'topic'],
    'low',
    'Messages whose publishers gave up waiting for room; the mean over runs.',
  ),
  counted(
    'emptyReceives',
    ['queue'],
    'low',
    'SQS receives that returned no message; each of them is billed. The mean over runs.',
  ),
  metric(
    'unavailable',
    ['queue'],
    'share',
    'gauge',
    'low',
    'Whether the queue has no leader: its node is down, a majority of its members is missing, or an ' +
      'election is in progress.',
  ),
  metric(
    'alarmed',
    ['broker'],
    'share',
    'gauge',
    'low',
    'Whether any node has more messages than `memoryLimit`, which blocks publishing to the whole cluster.',
  ),
] as const;
