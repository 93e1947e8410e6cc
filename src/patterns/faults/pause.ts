import { z } from 'zod';
import type { FaultKind } from '../../model/faults/kind.js';
import { edit } from '../../model/faults/knob.js';
import { frozen } from '../knobs/frozen.js';

const schema = z.strictObject({});

/**
 * `pause`: the whole process stands still, as in a stop-the-world collection or under SIGSTOP. No
 * work and none of its own timers moves; requests pile up in front of it and are taken together at
 * the end.
 */
export const pause: FaultKind<typeof schema> = {
  kind: 'pause',
  summary:
    'Freezes the process: neither its work nor its own timers move; what has arrived meanwhile ' +
    'is taken at the end, all at once.',
  sources: ['signal(7) SIGSTOP', 'Chaos Mesh StressChaos and PodChaos documentation'],
  targets: ['instance'],
  schema,
  example: '- { id: long-gc, kind: pause, target: orders, instances: 1, at: 10s, for: 800ms }\n',
  takesShare: false,
  takesNoRamp: true,
  edits: (_config, strength) => (strength === 0 ? [] : [edit(frozen, 2)]),
};
