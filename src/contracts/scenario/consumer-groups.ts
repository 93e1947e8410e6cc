import { z } from 'zod';
import { entry } from '../fields/entry.js';
import { field, required } from '../fields/field.js';
import { duration } from '../quantities/quantities.js';

export const rebalance = entry(
  {
    protocol: field.choice(
      ['classic', 'cooperative', 'consumer'],
      'classic',
      '`classic`: all members stop until all have rejoined; `cooperative`: as `classic`, but only partitions ' +
        'that move stop; `consumer` (KIP-848): members do not wait for each other, and only partitions that move ' +
        'stop.',
    ),
    pauseNs: field.duration(
      '3s',
      'Time from when all members are ready until the new assignment applies (heartbeats, joining, syncing).',
      { allowZero: true },
    ),
    initialDelayNs: field.duration(
      '3s',
      'Time for which an empty group waits for more members after the first one has joined ' +
        '(group.initial.rebalance.delay.ms).',
      { allowZero: true },
    ),
    isStatic: field.of(
      z.boolean(),
      false,
      'Static membership (group.instance.id): a restart within `sessionTimeout` triggers no rebalance.',
    ),
  },
  'Rebalancing of partitions when members join or leave.',
  { isStatic: 'staticMembership' },
);

export const replay = entry(
  {
    atNs: field.duration(required, 'Time of the replay.', { allowZero: true }),
    from: field.of(
      z.union([z.enum(['earliest', 'latest']), duration({ allowZero: false })]),
      'earliest',
      'Position to read from: `earliest`, the oldest message of the topic; `latest`, its end; or a duration ' +
        'before the time of the replay.',
      'name or duration',
    ),
  },
  'Resets the position of the group once, like Consumer.seek: each member at its next poll, after its ' +
    'messages in flight. Messages take effect again unless an `inbox` recognises them.',
);
