import { z } from 'zod';
import type { FaultKind } from '../../model/faults/kind.js';
import { edit } from '../../model/faults/knob.js';
import { duration } from '../../contracts/quantities/quantities.js';
import { closeDelay } from '../knobs/closing.js';

const schema = z.strictObject({
  add: duration({ allowZero: false }).describe(
    'Time by which a close of the callee reaches its callers later. A ramp scales it up from 0. Several faults add up. ' +
      'Unit: duration. Required.',
  ),
});

/** `slowClose`: a proxy or a firewall keeps the caller's side of a connection open after the callee has closed it. */
export const slowClose: FaultKind<typeof schema> = {
  kind: 'slowClose',
  summary:
    'Delays the news that a callee has closed a connection. Until it arrives callers send requests on it, which no ' +
    'process receives; they end as a reset when it does.',
  sources: ['Shopify/toxiproxy README (slow_close)'],
  targets: ['link', 'zone'],
  schema,
  example:
    '- { id: half-open, kind: slowClose, target: orders->payments, add: 2s, at: 10s, for: 20s }\n',
  takesShare: false,
  edits: ({ add }, strength) => [edit(closeDelay, Math.round(add * strength))],
};
