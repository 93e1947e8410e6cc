import { z } from 'zod';
import type { FaultKind } from '../../model/faults/kind.js';
import { edit } from '../../model/faults/knob.js';
import { factor } from '../../contracts/quantities/quantities.js';
import { speed } from '../knobs/speed.js';

const schema = z.strictObject({
  factor: factor().describe(
    "Factor on the time of the target's work and waits; 2 means twice as long. A ramp starts " +
      'at 1. Several faults multiply. Unit: factor. Required.',
  ),
});

/**
 * `slow`: a brown-out. On instances, work in progress continues at the new speed. On single endpoints, only steps that
 * start from now on take longer.
 */
export const slow: FaultKind<typeof schema> = {
  kind: 'slow',
  summary:
    'Slows work and waits down by a factor: on whole instances at once, including work in ' +
    'progress; on single endpoints from the next step on.',
  sources: ['Gunawi et al. 2018, Fail-Slow at Scale'],
  targets: ['instance', 'endpoint'],
  schema,
  example:
    '- { id: slow-inventory, kind: slow, target: inventory, factor: 3, at: 10s, for: 20s }\n',
  takesShare: false,
  edits: (config, strength) => [edit(speed, 1 / (1 + (config.factor - 1) * strength))],
};
