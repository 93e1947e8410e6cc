import { z } from 'zod';
import type { FaultKind } from '../../model/faults/kind.js';
import { distribution } from '../../contracts/quantities/quantities.js';
import { heldBack } from '../knobs/messages.js';

const schema = z.strictObject({
  gap: distribution().describe(
    'Delay of each affected message, drawn for each. Unit: distribution of durations. Required.',
  ),
});

/**
 * `reorder`: some messages are delivered late, so that later messages overtake them. The publisher does not notice. The
 * queue counts the held messages as `delayed`.
 */
export const reorder: FaultKind<typeof schema> = {
  kind: 'reorder',
  summary:
    'Holds back a share of the messages published to a queue or bus while it is active, so ' +
    'that later ones overtake them. With order per key (`ordering: key`, `fifo`), later ' +
    'messages of the same key wait instead. A log cannot be a target, because its records are ' +
    'read in the order in which they were written.',
  sources: [
    'tc-netem(8) (reorder, gap)',
    'AWS SQS developer guide, standard queues (best-effort ordering)',
  ],
  targets: ['queue'],
  schema,
  example:
    '- { id: out-of-order, kind: reorder, target: mails, share: 5%, gap: 200ms, at: 10s, for: 20s }\n',
  takesShare: true,
  edits: ({ gap }, strength, share = 1) => [
    { knob: heldBack, value: share * strength, more: { distribution: gap } },
  ],
};
