import { z } from 'zod';
import type { FaultKind } from '../../model/faults/kind.js';
import { edit } from '../../model/faults/knob.js';
import { size } from '../../contracts/quantities/quantities.js';
import { dataLimit } from '../knobs/closing.js';

const schema = z.strictObject({
  bytes: size().describe(
    'Bytes of responses that a connection carries while the fault is active. The response that exceeds them is cut: its ' +
      'caller sees a reset after the work was done, and the connection closes. Unit: size. Required.',
  ),
});

/** `limitData`: each connection closes after an amount of data. */
export const limitData: FaultKind<typeof schema> = {
  kind: 'limitData',
  summary:
    'Closes each connection once its responses exceed an amount of data: pools open new ones all the time, and ' +
    'a response larger than the amount never arrives. Acts on edges with `connections` and `responseSize`.',
  sources: ['Shopify/toxiproxy README (limit_data)'],
  targets: ['link', 'zone'],
  schema,
  example:
    '- { id: cut-off, kind: limitData, target: orders->payments, bytes: 100KB, at: 10s, for: 20s }\n',
  takesShare: false,
  takesNoRamp: true,
  edits: ({ bytes }) => [edit(dataLimit, bytes)],
};
