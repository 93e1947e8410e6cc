import { z } from 'zod';
import type { FaultKind } from '../../model/faults/kind.js';
import { edit } from '../../model/faults/knob.js';
import { share } from '../../spec/quantities/quantities.js';
import { stress } from '../knobs/stress.js';

const schema = z.strictObject({
  load: share().describe(
    'Share of each core that other work would use on an idle machine, like stress-ng with ' +
      '--cpu-load and one worker per core. A ramp starts at 0. Several faults combine as 1 - ' +
      '(1-a)(1-b). Unit: share. Required.',
  ),
});

/**
 * `cpuStress`: other work runs in the container. The Linux scheduler is fair to threads: threads that want less than
 * their share get all they want, and the others share the rest. With one foreign thread per core C, each with a demand
 * L, n threads together get max(C(1-L), C n/(n+C)) cores. Foreign threads use the same quota, and their CPU time counts
 * as use of the container.
 */
export const cpuStress: FaultKind<typeof schema> = {
  kind: 'cpuStress',
  summary:
    "Other work in the target's containers competes for its cores: CPU work slows down, waits " +
    'do not get longer. The target needs `cpu`.',
  sources: [
    'Chaos Mesh StressChaos, stressors.cpu (load)',
    'Linux kernel sched-design-CFS.rst, sched-bwc.rst',
  ],
  targets: ['instance'],
  schema,
  example: '- { id: neighbour, kind: cpuStress, target: shop, load: 80%, at: 10s, for: 20s }\n',
  takesShare: false,
  edits: (config, strength) => [edit(stress, config.load * strength)],
};
