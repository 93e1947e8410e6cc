import { metric } from './entry.js';
import type { Metric } from '../metrics.js';

const HOLDING = ['queue', 'topic', 'group'] as const;

/** Metrics of queues, and of topics that push, whose subscriptions have queues. */
export const QUEUE_METRICS: readonly Metric[] = [
  metric(
    'ready',
    HOLDING,
    'number',
    'gauge',
    'low',
    'Messages that wait for a consumer, those behind another one of their key included.',
  ),
  metric(
    'inFlight',
    HOLDING,
    'number',
    'gauge',
    'none',
    'Messages that were handed to a consumer and are not settled.',
  ),
  metric(
    'delayed',
    HOLDING,
    'number',
    'gauge',
    'none',
    'Messages that are not to be delivered before an instant: new ones with a delay, or retries.',
  ),
  metric(
    'blocked',
    ['queue', 'topic'],
    'number',
    'gauge',
    'low',
    'Messages whose publishers wait: for room in a full queue, for a leader of a quorum queue, for the end of a memory alarm.',
  ),
  metric(
    'expired',
    HOLDING,
    'number',
    'none',
    'low',
    'Messages whose time to live was over before a consumer took them; the mean over runs.',
  ),
  metric(
    'dropped',
    HOLDING,
    'number',
    'none',
    'low',
    'Messages thrown away: pushed out of a full queue, or given up without a dead letter queue; the mean over runs.',
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
    'Receives of SQS that came back without a message; each of them is paid for. The mean over runs.',
  ),
  metric(
    'unavailable',
    ['queue'],
    'share',
    'gauge',
    'low',
    'Whether nobody leads it: its node is down, or a majority of its members is not there or has an election to hold.',
  ),
  metric(
    'alarmed',
    ['broker'],
    'share',
    'gauge',
    'low',
    'Whether a node has more messages than `memoryLimit`, so that nobody may publish to the cluster.',
  ),
];
