import { metric } from './entry.js';

const MESSAGING = ['topic', 'group', 'queue', 'consumer', 'projection'] as const;
const HOLDING = ['topic', 'group', 'queue', 'projection'] as const;

/** Metrics of topics with their groups and of queues with their consumers. */
export const MESSAGE_METRICS = [
  metric(
    'lag',
    HOLDING,
    'number',
    'gauge',
    'low',
    'Messages appended and not yet committed, summed over partitions; for a topic, over its groups too. ' +
      'For a queue: all messages not acknowledged. For a projection: committed events that it has not ' +
      'processed.',
  ),
  metric(
    'partitionLag',
    ['group'],
    'number',
    'gauge',
    'low',
    'Messages appended and not yet committed in the partition with the most; not measured for a topic ' +
      'with one partition.',
  ),
  metric(
    'age',
    HOLDING,
    'seconds',
    'gauge',
    'low',
    'Age of the oldest message that is not committed or acknowledged, or of the oldest event that is not ' +
      'in the view; 0 if there is none.',
  ),
  metric(
    'published',
    ['topic', 'queue'],
    'number',
    'none',
    'none',
    'Messages written to it; the mean over runs.',
  ),
  metric(
    'consumed',
    MESSAGING,
    'number',
    'none',
    'none',
    'Messages or events handled successfully; repeated handling counts each time; the mean over runs.',
  ),
  metric(
    'redeliveries',
    HOLDING,
    'number',
    'none',
    'low',
    'Deliveries of a message after its first; the mean over runs.',
  ),
  metric(
    'duplicateEffects',
    MESSAGING,
    'number',
    'none',
    'low',
    'Effects of messages that happened again; none if the handler is `idempotent`. The mean over runs.',
  ),
  metric(
    'lostEffects',
    HOLDING,
    'number',
    'none',
    'low',
    'Messages confirmed to their publisher that never have their effect; the mean over runs.',
  ),
  metric(
    'deadLettered',
    ['topic', 'group', 'queue'],
    'number',
    'none',
    'low',
    'Messages moved to a dead letter topic or queue because they could not be handled; the mean over runs.',
  ),
  metric(
    'drain',
    MESSAGING,
    'seconds',
    'none',
    'low',
    'Time from the end of the fault until the lag stays at or below its largest value before the first ' +
      'fault; `never` breaks every limit.',
    { needsAfter: true },
  ),
  metric(
    'paused',
    ['topic', 'group', 'queue', 'consumer'],
    'number',
    'gauge',
    'low',
    'Consumers paused by their circuitBreaker: members of a group, channels of a queue.',
  ),
  metric(
    'rebalances',
    ['topic', 'group'],
    'number',
    'none',
    'low',
    'Rebalances of a group; the mean over runs.',
  ),
  metric(
    'delay',
    MESSAGING,
    'seconds',
    'required',
    'low',
    'Time from publishing a message to the end of its handling, or from the commit of an event until a ' +
      'projection has processed it.',
  ),
  metric(
    'outbox.rows',
    ['service'],
    'number',
    'gauge',
    'low',
    'Messages in the outbox that are committed and not yet marked as published.',
  ),
  metric(
    'outbox.age',
    ['service'],
    'seconds',
    'gauge',
    'low',
    'Age of the oldest committed message in the outbox that is not marked as published; 0 if there is none.',
  ),
  metric(
    'outbox.delay',
    ['service'],
    'seconds',
    'required',
    'low',
    'Time from the commit of a message in the outbox until its topic has confirmed it, and with polling all of its batch.',
  ),
  metric(
    'outbox.republished',
    ['service'],
    'number',
    'none',
    'low',
    'Messages of the outbox published again because the relay died before it had marked them; the mean over runs.',
  ),
  metric(
    'lostEvents',
    ['service', 'endpoint'],
    'number',
    'none',
    'low',
    'Committed changes whose message was never published, because the process died first; the mean over ' +
      'runs.',
  ),
  metric(
    'ghostEvents',
    ['service', 'endpoint'],
    'number',
    'none',
    'low',
    'Messages about changes that never happened, because the process died before the commit; the mean ' +
      'over runs.',
  ),
] as const;
