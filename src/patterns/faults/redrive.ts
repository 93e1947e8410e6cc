import { z } from 'zod';
import type { FaultKind } from '../../model/faults/kind.js';
import { rate } from '../../spec/quantities.js';
import { redriven } from '../knobs/messages.js';

const schema = z.strictObject({
  rate: rate()
    .prefault('500/s')
    .describe(
      'Messages moved per second, evenly spaced, the first at once. Unit: rate. Defaults to 500/s, the ' +
        'most that SQS allows.',
    ),
  repaired: z
    .boolean()
    .default(false)
    .describe(
      'What made messages impossible to handle is repaired: those of a `poison` can be handled from then ' +
        'on. Unit: boolean. Defaults to false: they fail again.',
    ),
});

/**
 * `redrive`: an operator sends dead letters back to the queue, subscription or log that each came from. Both ends
 * count them: what the dead letter queue lets go of is `redriven` there, and `published` where it comes to.
 */
export const redrive: FaultKind<typeof schema> = {
  kind: 'redrive',
  summary:
    'Sends back what waits in a dead letter queue, the oldest first and as many as are there at its start: each to ' +
    'where it came from, as a new message with no failures behind it. Into a log it is written once more, for all groups. ' +
    'It waits while a destination is full or away, and leaves what a consumer of the dead letter queue has in hand.',
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
  edits: (config, strength) =>
    strength === 0
      ? []
      : [{ knob: redriven, value: config.rate, more: { isRepaired: config.repaired } }],
};
