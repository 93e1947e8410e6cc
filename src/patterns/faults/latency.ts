import { z } from 'zod';
import type { FaultKind } from '../../model/faults/kind.js';
import { distribution, share } from '../../contracts/quantities/quantities.js';
import { delay } from '../knobs/delay.js';
import { direction } from '../mechanisms/direction.js';
import { scaled } from '../mechanisms/scaled.js';
import { problemsOf } from '../mechanisms/problems.js';

const schema = z.strictObject({
  add: distribution().describe(
    'Extra latency, drawn for each message and added to that of the link and of other such ' +
      'faults. A ramp scales it up from 0. Unit: distribution of durations. Required.',
  ),
  correlation: share()
    .prefault('0%')
    .describe(
      'Correlation c of each delay with that of the previous message in the same direction on ' +
        'the same link: delay = (1 - c) x draw + c x previous delay. The mean stays, the spread ' +
        'shrinks, as with netem. Unit: share, below 100%. Defaults to 0%: independent delays.',
    ),
  direction,
});

/** `latency`: a slow network. Messages already on the way keep the delay they were sent with. */
export const latency: FaultKind<typeof schema> = {
  kind: 'latency',
  summary: 'Delays messages on the network. Messages already sent keep their arrival time.',
  sources: [
    'tc-netem(8); get_crandom of net/sched/sch_netem.c in torvalds/linux',
    'Shopify/toxiproxy README (latency toxic)',
  ],
  targets: ['link', 'zone'],
  schema,
  example:
    '- { id: slow-link, kind: latency, target: orders->payments, add: 40ms, at: 10s, for: 20s }\n',
  takesShare: false,
  edits({ add, correlation, direction: way }, strength) {
    if (strength === 0) return [];
    const distribution = strength === 1 ? add : scaled(add, strength);
    const more = { distribution, correlation };
    return [{ knob: delay, value: delay.neutral, more, direction: way }];
  },
  check: ({ correlation }) =>
    problemsOf({
      correlation:
        correlation >= 1 &&
        'with 100% every message has the delay of the first: write a share below 100%',
    }),
};
