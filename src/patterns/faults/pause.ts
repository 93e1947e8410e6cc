import type { FaultKind } from '../../model/faults/kind.js';
import { edit } from '../../model/faults/knob.js';
import { frozen } from '../knobs/frozen.js';
import { NO_FIELDS } from '../mechanisms/no-fields.js';

/**
 * `pause`: the whole process stops, as in a stop-the-world collection or under SIGSTOP. Its work and its own timers do
 * not advance; requests pile up in front of it and are accepted together at the end.
 */
export const pause: FaultKind<typeof NO_FIELDS> = {
  kind: 'pause',
  summary:
    'Freezes the process: its work and its own timers stop. Requests that arrived meanwhile ' +
    'are accepted all at once at the end.',
  sources: ['signal(7) SIGSTOP', 'Chaos Mesh StressChaos and PodChaos documentation'],
  targets: ['instance'],
  schema: NO_FIELDS,
  example: '- { id: long-gc, kind: pause, target: orders, instances: 1, at: 10s, for: 800ms }\n',
  takesShare: false,
  takesNoRamp: true,
  edits: () => [edit(frozen, 2)],
};
