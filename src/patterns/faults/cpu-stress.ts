import { z } from 'zod';
import type { FaultKind } from '../../model/faults/kind.js';
import { edit } from '../../model/faults/knob.js';
import { share } from '../../spec/quantities.js';
import { stress } from '../knobs/stress.js';

const schema = z.strictObject({
  load: share().describe(
    'Which part of each core something else would use if nothing ran beside it, such as the workers of ' +
      'stress-ng with --cpu-load, one a core; a ramp goes from 0 to it. Several add up as 1 - (1-a)(1-b). ' +
      'Unit: share. Required.',
  ),
});

/**
 * `cpuStress`: somebody else computes in the container. The scheduler of Linux is fair to threads: those
 * that want less than their part get what they want, and the others share the rest. With as many
 * strangers as cores C, each with a demand L, n threads get max(C(1-L), C n/(n+C)) cores together. What
 * strangers use comes out of the same quota, and counts as use of the container.
 */
export const cpuStress: FaultKind<typeof schema> = {
  kind: 'cpuStress',
  summary:
    'Something else in the containers of the target uses its cores: work shares what is left with it, waits do not ' +
    'get longer. The target needs `cpu`.',
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
