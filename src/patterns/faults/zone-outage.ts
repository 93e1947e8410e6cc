import { z } from 'zod';
import { byDefault, field } from '../../contracts/fields/field.js';
import type { FaultKind } from '../../model/faults/kind.js';
import { edit } from '../../model/faults/knob.js';
import { distribution } from '../../contracts/quantities/quantities.js';
import { blackhole as silent, down } from '../knobs/down.js';

const schema = z.strictObject({
  recovery: field.of(
    distribution(),
    byDefault('0s', 'all at once'),
    'Time from the end of `for` until the host of an instance is back, drawn for each instance and each outage: ' +
      'power returns to the zone at once, but its machines come up one by one. The start-up of the process ' +
      '(`lifecycle`) comes on top.',
    'distribution of durations',
  ),
  blackhole: field.flag(
    true,
    'Whether the hosts are down too: a machine without power sends no RST, so connection attempts end only by a ' +
      'timeout. With false only the processes die, and connections are refused.',
  ),
});

/**
 * `zoneOutage`: everything in the zone dies at once, as with `crash`, including its hosts. Each instance stays down
 * until the end of the fault and its own `recovery`, and starts empty and cold.
 */
export const zoneOutage: FaultKind<typeof schema> = {
  kind: 'zoneOutage',
  summary:
    'Takes a whole zone down: all its instances die at once and connection attempts to them ' +
    'get no response. After it ends they come back one by one.',
  sources: [
    'AWS FIS scenario library, AZ Availability: Power Interruption (30 min impact, 30 min recovery symptoms)',
    'Netflix Simian Army (Chaos Gorilla)',
    'RFC 9293 section 3.10.7.1 (the RST of a closed port comes from a host that runs)',
  ],
  targets: ['zone'],
  schema,
  example:
    '- { id: zone-a-out, kind: zoneOutage, target: east, recovery: exponential(20s), at: 10s, for: 30s }\n',
  takesShare: false,
  takesNoRamp: true,
  edits({ blackhole, recovery }) {
    const out = edit(down, 2, { recovery });
    return blackhole ? [out, edit(silent, 1, { recovery })] : [out];
  },
};
