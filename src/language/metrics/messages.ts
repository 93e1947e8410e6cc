import { counted, gauge, timed, metric } from './entry.js';

const MESSAGING = ['topic', 'group', 'queue', 'consumer', 'projection'] as const;
const HOLDING = ['topic', 'group', 'queue', 'projection'] as const;

/** Metrics of topics with their groups and of queues with their consumers. */
export const MESSAGE_METRICS = [
  gauge(
    'lag',
    HOLDING,
    'low',
    'Messages appended and not yet committed, summed over partitions; for a topic, over its groups too. ' +
      'For a queue: all messages not acknowledged. For a projection: committed events that it has not ' +
      'processed.',
  ),
  gauge(
    'partitionLag',
    ['group'],
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
  counted('published', ['topic', 'queue'], 'none', 'Messages written to it; the mean over runs.'),
  counted(
    'consumed',
    MESSAGING,
    'none',
    'Messages or events handled successfully; repeated handling counts each time; the mean over runs.',
  ),
  counted(
    'redeliveries',
    HOLDING,
    'low',
    'Deliveries of a message after its first; the mean over runs.',
  ),
  counted(
    'duplicateEffects',
    MESSAGING,
    'low',
    'Effects of messages that happened again; none if the handler is `idempotent`. The mean over runs.',
  ),
  counted(
    'lostEffects',
    HOLDING,
    'low',
    'Messages confirmed to their publisher that never have their effect; the mean over runs.',
  ),
  counted(
    'deadLettered',
    ['topic', 'group', 'queue'],
    'low',
    'Messages moved to a dead letter topic or queue because they could not be handled; the mean over runs.',
  ),
  metric(
    'drain',
    MESSAGING,
    'seconds',
    'none',
    'low',
    'Time from the end of the fault until the lag, in a queue `waiting`, is at or below its largest value before the ' +
      'first fault, and no message of the time of the fault waits for longer than usual; `never` breaks every limit.',
    { needsAfter: true },
  ),
  gauge(
    'paused',
    ['topic', 'group', 'queue', 'consumer'],
    'low',
    'Consumers paused by their circuitBreaker: members of a group, channels of a queue.',
  ),
  counted('rebalances', ['topic', 'group'], 'low', 'Rebalances of a group; the mean over runs.'),
  timed(
    'delay',
    MESSAGING,
    'low',
    'Time from publishing a message to the end of its handling, or from the commit of an event until a ' +
      'projection has processed it.',
  ),
  gauge(
    'outbox.rows',
    ['service'],
    'low',
    'Messages in the outbox that are committed and not yet marked as published.',
  ),
  gauge(
    'outbox.retained',
    ['service'],
    'low',
    'Rows of the outbox that the log of the database keeps for the connector: those after its stored offset.',
  ),
  metric(
    'outbox.age',
    ['service'],
    'seconds',
    'gauge',
    'low',
    'Age of the oldest committed message in the outbox that is not marked as published; 0 if there is none.',
  ),
  timed(
    'outbox.delay',
    ['service'],
    'low',
    'Time from the commit of a message in the outbox until its topic has confirmed it, and with polling all of its batch.',
  ),
  counted(
    'outbox.republished',
    ['service'],
    'low',
    'Messages of the outbox published again because the relay died before it had marked them; the mean over runs.',
  ),
  counted(
    'lostEvents',
    ['service', 'endpoint'],
    'low',
    'Committed changes whose message was never published, because the process died first; the mean over ' +
      'runs.',
  ),
  counted(
    'ghostEvents',
    ['service', 'endpoint'],
    'low',
    'Messages about changes that never happened, because the process died before the commit; the mean ' +
      'over runs.',
  ),
] as const;
