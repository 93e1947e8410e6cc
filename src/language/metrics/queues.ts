import { metric } from './entry.js';

const HOLDING = ['queue', 'topic', 'group'] as const;

/** Metrics of queues, and of topics that push, whose subscriptions have queues. */
export const QUEUE_METRICS = [
  metric(
    'ready',
    HOLDING,
    'number',
    'gauge',
    'low',
    'Messages waiting for a consumer, including those behind another message of their key.',
  ),
  metric(
    'inFlight',
    HOLDING,
    'number',
    'gauge',
    'none',
    'Messages delivered to a consumer and not acknowledged.',
  ),
  metric(
    'delayed',
    HOLDING,
    'number',
    'gauge',
    'none',
    'Delayed messages: new ones with a delay, or retries; for a group of a log, messages set aside for ' +
      'their next try.',
  ),
  metric(
    'blocked',
    ['queue', 'topic'],
    'number',
    'gauge',
    'low',
    'Messages whose publishers are blocked: by a full queue, a quorum queue without a leader, or a memory ' +
      'alarm.',
  ),
  metric(
    'expired',
    HOLDING,
    'number',
    'none',
    'low',
    'Messages that expired before a consumer received them; the mean over runs.',
  ),
  metric(
    'dropped',
    HOLDING,
    'number',
    'none',
    'low',
    'Messages dropped: evicted from a full queue, or abandoned without a dead letter queue; the mean over ' +
      'runs.',
  ),
  metric(
    'purged',
    HOLDING,
    'number',
    'none',
    'low',
    'Messages deleted by a `flush` before they were handled; the mean over runs.',
  ),
  metric(
    'redriven',
    ['queue'],
    'number',
    'none',
    'none',
    'Dead letters that a `redrive` moved back to their source; the mean over runs.',
  ),
  metric(
    'duplicated',
    ['queue', 'topic'],
    'number',
    'none',
    'low',
    'Messages accepted a second time during a `duplicate` fault; the mean over runs.',
  ),
  metric(
    'overtaken',
    HOLDING,
    'number',
    'none',
    'low',
    'Messages first delivered after one that was published later; counted only with a `reorder` fault. ' +
      'The mean over runs.',
  ),
  metric(
    'publishRejected',
    ['queue', 'topic'],
    'number',
    'none',
    'low',
    'Messages that were refused because the queue is full or its node is down; the mean over runs.',
  ),
  metric(
    'publishTimeouts',
    ['queue', 'topic'],
    'number',
    'none',
    'low',
    'Messages whose publishers gave up waiting for room; the mean over runs.',
  ),
  metric(
    'emptyReceives',
    ['queue'],
    'number',
    'none',
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
