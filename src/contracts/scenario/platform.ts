import type { z } from 'zod';
import type { Distribution } from '../../kernel/distribution.js';
import { entry } from '../fields/entry.js';
import { byDefault, field } from '../fields/field.js';
import { distribution } from '../quantities/quantities.js';
import { nodesSchema, type Nodes } from './nodes.js';
import { restartSchema, type RestartBackoff } from './restarts.js';

/** `platform`: how the processes of services and gateways are restarted and placed. */
export const platformSchema = entry(
  {
    kind: field.choice(
      ['none', 'kubernetes', 'custom'],
      'none',
      'Restarts processes of services and gateways. `none`: a process that runs out of memory restarts at once, ' +
        'one killed by a poison message after 10s, one killed by a fault when the fault ends. `kubernetes`: after ' +
        'the waits of CrashLoopBackOff, as `restart` says. `custom`: after the waits of `restart`, which is then ' +
        'required.',
    ),
    schedulingDelay: field.cost(
      '0ms',
      'Time from the order to start a new instance until it is scheduled on a node: an instance that an ' +
        'autoscaler adds or, on `kubernetes`, that replaces a stopped one. Restarted containers stay on their ' +
        'node.',
    ),
    imagePull: field.cost(
      byDefault('0ms', 'the image is present'),
      'Time to pull the image of a new instance; `lifecycle.startup` follows.',
    ),
    endpointPropagation: field.of(
      distribution(),
      byDefault('0ms', 'callers know at once'),
      'Time from a change of the ready instances of a service or gateway until a calling instance has the new ' +
        'list, drawn for each caller. Until then the caller still calls removed instances, does not call new ' +
        'ones, and is refused if its list is empty. Updates of one component arrive in order.',
      'distribution of durations',
    ),
    nodes: nodesSchema.optional(),
    restart: restartSchema
      .optional()
      .describe(
        'Waits before restarts of a process that crashed, ran out of memory or was killed by a poison message. ' +
          'During a `crash` fault every start fails; the first one after its end succeeds. Defaults with ' +
          '`kubernetes` to those of the kubelet.',
      ),
  },
  'Platform that restarts processes.',
);
export type WrittenPlatform = z.output<typeof platformSchema>;

/** Delays before a new instance starts up: until it is scheduled on a node, and until the node has its image. */
export type Placing = Pick<WrittenPlatform, 'schedulingDelay' | 'imagePull'>;

/** Platform that runs the processes of services and gateways. */
export interface Platform {
  /** A replacement starts at once when a process is ordered to stop. */
  readonly replaces: boolean;
  /** Back-off of restarts. null = a process restarts at once, or when the fault that stopped it ends. */
  readonly restart: RestartBackoff | null;
  readonly placing: Placing;
  /** Delay from a readiness change until each caller's endpoint list shows it; null = none. */
  readonly endpointPropagation: Distribution | null;
  /** Nodes that hold the instances; null = there is always room. */
  readonly nodes: Nodes | null;
}
