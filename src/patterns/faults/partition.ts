import { z } from 'zod';
import type { FaultKind } from '../../model/faults/kind.js';
import { edit } from '../../model/faults/knob.js';
import { cut } from '../knobs/cut.js';

const schema = z.strictObject({
  direction: z
    .enum(['both', 'to', 'from'])
    .default('both')
    .describe(
      'Which messages are cut: from the first side of `between` to the second (`to`), back ' +
        '(`from`), or both. One way, requests are executed and their answers lost. Unit: name. ' +
        'Defaults to both.',
    ),
  mode: z
    .enum(['drop', 'reject'])
    .default('drop')
    .describe(
      'Whether messages vanish, found out by time limits only, or connections are refused at ' +
        'once. Unit: name. Defaults to drop.',
    ),
});

/** `partition`: two sides cannot reach each other. Messages already on the way arrive. */
export const partition: FaultKind<typeof schema> = {
  kind: 'partition',
  summary:
    'Cuts two sides apart: messages vanish or connections are refused; calls under way wait ' +
    'for answers that do not come, while the work for them goes on.',
  sources: [
    'Bailis and Kingsbury 2014, The Network is Reliable',
    'tc-netem(8), iptables(8) REJECT',
  ],
  targets: ['between'],
  schema,
  example: '- { id: split, kind: partition, between: [orders, payments], at: 10s, for: 20s }\n',
  takesShare: false,
  takesNoRamp: true,
  edits: (config, strength) =>
    strength === 0
      ? []
      : [edit(cut, config.mode === 'drop' ? 1 : 2, { direction: config.direction })],
};
