import { z } from 'zod';
import { absent, field, required } from '../../contracts/fields/field.js';
import type { FaultKind } from '../../model/faults/kind.js';
import { stress } from '../knobs/stress.js';

const schema = z.strictObject({
  load: field.share(
    required,
    'Share of each core that other work would use on an idle machine, like stress-ng with --cpu-load and one ' +
      'worker per core. A ramp starts at 0. Several faults combine as 1 - (1-a)(1-b).',
  ),
  workers: field.whole(
    absent('one per core'),
    'Number of foreign threads in each process, as in stress-ng --cpu N: each wants `load` of a core. Threads of ' +
      'several faults add up.',
    { unit: 'threads', min: 1, max: 10_000 },
  ),
});

/**
 * `cpuStress`: other work runs in the container. The Linux scheduler is fair to threads: threads that want less than
 * their share get all they want, and the others share the rest. With W foreign threads on C cores, each with a demand L,
 * n threads together get max(C - W L, C n/(n + W)) cores, at most n. Foreign threads use the same quota, and their CPU time counts
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
  edits: ({ load, workers }, strength) => [
    { knob: stress, value: load * strength, more: { workers: workers ?? null } },
  ],
};
