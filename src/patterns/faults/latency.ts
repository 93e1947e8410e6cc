import { z } from 'zod';
import type { FaultKind } from '../../model/faults/kind.js';
import { distribution, share } from '../../spec/quantities.js';
import { delay } from '../knobs/delay.js';
import { direction } from '../mechanisms/direction.js';
import { scaled } from '../mechanisms/scaled.js';

const schema = z.strictObject({
  add: distribution().describe(
    'Extra time of each message, drawn for each and added to the latency of the link and of ' +
      'other such faults; a ramp stretches it from 0. Unit: distribution of durations. ' +
      'Required.',
  ),
  correlation: share()
    .prefault('0%')
    .describe(
      'How much of each delay is that of the message before it in the same direction of the same link: a message gets ' +
        '(1 - c) x what it draws + c x what the one before got. The mean stays, the spread becomes smaller, as that of ' +
        'netem does. Unit: share, below 100%. Defaults to 0%: each for itself.',
    ),
  direction,
});

/** `latency`: a slow network. Messages already on the way keep the delay they were sent with. */
export const latency: FaultKind<typeof schema> = {
  kind: 'latency',
  summary: 'Delays messages on their way; those already sent keep their time of arrival.',
  sources: [
    'tc-netem(8); get_crandom of net/sched/sch_netem.c in torvalds/linux',
    'Shopify/toxiproxy README (latency toxic)',
  ],
  targets: ['link', 'zone'],
  schema,
  example:
    '- { id: slow-link, kind: latency, target: orders->payments, add: 40ms, at: 10s, for: 20s }\n',
  takesShare: false,
  edits: (config, strength) =>
    strength === 0
      ? []
      : [
          {
            knob: delay,
            value: delay.neutral,
            more: {
              distribution: strength === 1 ? config.add : scaled(config.add, strength),
              correlation: config.correlation,
            },
            direction: config.direction,
          },
        ],
  check: ({ correlation }) =>
    correlation < 1
      ? []
      : [
          {
            field: 'correlation',
            message: 'with 100% every message has the delay of the first: write a share below it',
          },
        ],
};
