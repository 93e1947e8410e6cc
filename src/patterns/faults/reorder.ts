import { z } from 'zod';
import type { FaultKind } from '../../model/faults/kind.js';
import { distribution } from '../../spec/quantities.js';
import { heldBack } from '../knobs/messages.js';

const schema = z.strictObject({
  gap: distribution().describe(
    'How long each of them is held back, drawn for each. Unit: distribution of durations. Required.',
  ),
});

/**
 * `reorder`: some messages are handed out late, so that those behind them go first. The publisher notices nothing;
 * meanwhile the queue counts them as `delayed`.
 */
export const reorder: FaultKind<typeof schema> = {
  kind: 'reorder',
  summary:
    'A share of the messages published to a queue or bus while it is active is held back, and later ones overtake ' +
    'it. Where the order of a key is kept (`ordering: key`, `fifo`), the later ones of its key wait behind it instead. A log ' +
    'cannot be hit: what is written is read in that order.',
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
