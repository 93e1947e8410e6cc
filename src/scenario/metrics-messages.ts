import { metric } from './metric-entry.js';
import type { Metric } from './metrics.js';

const MESSAGING = ['topic', 'group', 'queue', 'consumer', 'projection'] as const;
const HOLDING = ['topic', 'group', 'queue', 'projection'] as const;

/** Metrics of topics with their groups and of queues with their consumers. */
export const MESSAGE_METRICS: readonly Metric[] = [
  metric(
    'lag',
    HOLDING,
    'number',
    'gauge',
    'low',
    'Messages appended and not yet committed, summed over partitions; of a topic, over its groups too. Of a queue, all that are not settled. Of a projection: events committed that it has not passed.',
  ),
  metric(
    'age',
    HOLDING,
    'seconds',
    'gauge',
    'low',
    'Time since the publishing of the oldest message that is not committed or settled, of the oldest event that is not in the view; 0 where there is none.',
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
    'Messages handled with success, again and again counted each time, or events; the mean over runs.',
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
    'Messages whose effect happened once more although it had happened before; the mean over runs.',
  ),
  metric(
    'lostEffects',
    HOLDING,
    'number',
    'none',
    'low',
    'Messages that were confirmed to their publisher and will never have their effect; the mean over runs.',
  ),
  metric(
    'deadLettered',
    ['topic', 'group', 'queue'],
    'number',
    'none',
    'low',
    'Messages moved to another topic or queue because nobody could handle them; the mean over runs.',
  ),
  metric(
    'rebalances',
    ['topic', 'group'],
    'number',
    'none',
    'low',
    'How often the partitions of a group were dealt anew; the mean over runs.',
  ),
  metric(
    'delay',
    MESSAGING,
    'seconds',
    'required',
    'low',
    'Time from the publishing of a message to the end of its handling, from the commit of an event until a projection has passed it.',
  ),
];
