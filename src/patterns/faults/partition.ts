import { z } from 'zod';
import { choice } from '../../contracts/quantities/fields.js';
import type { FaultKind } from '../../model/faults/kind.js';
import { edit } from '../../model/faults/knob.js';
import { cut } from '../knobs/cut.js';

const schema = z.strictObject({
  direction: choice(['both', 'to', 'from'], 'both').describe(
    'Direction of the messages that are lost: from the first side of `between` to the ' +
      'second (`to`), back (`from`), or both. If only the responses are lost, requests are ' +
      'still executed. Unit: name. Defaults to both.',
  ),
  mode: choice(['drop', 'reject'], 'drop').describe(
    '`drop`: messages are lost silently, which callers notice only by their timeouts. ' +
      '`reject`: connections are refused at once. Unit: name. Defaults to drop.',
  ),
});

/** `partition`: two sides cannot reach each other. Messages already on the way arrive. */
export const partition: FaultKind<typeof schema> = {
  kind: 'partition',
  summary:
    'Cuts the network between two sides: messages are lost or connections refused. Calls in ' +
    'flight wait for responses that do not arrive, while their work goes on.',
  sources: [
    'Bailis and Kingsbury 2014, The Network is Reliable',
    'tc-netem(8), iptables(8) REJECT',
  ],
  targets: ['between'],
  schema,
  example: '- { id: split, kind: partition, between: [orders, payments], at: 10s, for: 20s }\n',
  takesShare: false,
  takesNoRamp: true,
  edits: ({ mode, direction }) => [edit(cut, mode === 'drop' ? 1 : 2, { direction })],
};
