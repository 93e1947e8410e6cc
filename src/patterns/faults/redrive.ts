import { z } from 'zod';
import { byDefault, field } from '../../contracts/fields/field.js';
import type { FaultKind } from '../../model/faults/kind.js';
import { rate } from '../../contracts/quantities/quantities.js';
import { redriven } from '../knobs/messages.js';

const schema = z.strictObject({
  rate: rate()
    .prefault('500/s')
    .describe(
      'Messages moved per second, evenly spaced, the first at once. Unit: rate. Defaults to 500/s, the ' +
        'most that SQS allows.',
    ),
  repaired: field.flag(
    byDefault(false, 'they fail again'),
    'Whether the cause is fixed, so that the messages of a `poison` fault can be handled from then on.',
  ),
});

/**
 * `redrive`: an operator sends dead letters back to the queue, subscription or log that each came from. Both ends count
 * them: as `redriven` at the dead letter queue, and as `published` at the destination.
 */
export const redrive: FaultKind<typeof schema> = {
  kind: 'redrive',
  summary:
    'Moves the messages that wait in a dead letter queue at its start back to where they came ' +
    'from, oldest first, as new messages with no failed deliveries. A message from a log is ' +
    'appended again, for all groups. The move waits while a destination is full or down, and ' +
    'skips messages in flight at a consumer of the dead letter queue.',
  sources: [
    'AWS SQS API reference, StartMessageMoveTask',
    'rabbitmq/rabbitmq-server deps/rabbitmq_shovel (move messages)',
  ],
  targets: ['deadLetters'],
  schema,
  example:
    '- { id: second-try, kind: redrive, target: orders-dead, rate: 10/s, repaired: true, at: 40s }\n',
  takesShare: false,
  instant: true,
  edits: ({ rate: value, repaired }) => [{ knob: redriven, value, more: { isRepaired: repaired } }],
};
