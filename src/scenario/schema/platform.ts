import { z } from 'zod';
import { duration } from '../../spec/quantities/quantities.js';
import { nodesSchema } from './nodes.js';
import { choice, cost, flag } from '../../spec/quantities/fields.js';

/** `platform.restart`. The defaults are those of the kubelet. */
export const restartSchema = z
  .strictObject({
    initial: duration({ allowZero: false })
      .optional()
      .describe('First wait above 0. Unit: duration. Defaults to 10s, or `max` if that is less.'),
    factor: z
      .number()
      .min(1)
      .max(1e6)
      .default(2)
      .describe('Factor from one wait to the next. Defaults to 2.'),
    max: duration({ allowZero: false })
      .prefault('5m')
      .describe('Longest wait. Unit: duration. Defaults to 5m.'),
    resetAfter: duration({ allowZero: false })
      .prefault('10m')
      .describe(
        'A process that ends more than this after its last start waits as for the first time. Unit: duration. ' +
          'Defaults to 10m.',
      ),
    immediateFirst: flag(true).describe(
      'Whether the first restart is immediate. Unit: boolean. Defaults to true.',
    ),
  })
  .describe(
    'Waits from the end of a process to its next start, per instance: 0, `initial`, `initial` x `factor`, ... up ' +
      'to `max`.',
  );

/** `platform`: how the processes of services and gateways are restarted and placed. */
export const platformSchema = z
  .strictObject({
    kind: choice(['none', 'kubernetes', 'custom'], 'none').describe(
      'Restarts processes of services and gateways. `none`: a process that runs out of memory restarts at once, ' +
        'one killed by a poison message after 10s, one killed by a fault when the fault ends. `kubernetes`: after ' +
        'the waits of CrashLoopBackOff, as `restart` says. `custom`: after the waits of `restart`, which is then ' +
        'required. Defaults to none.',
    ),
    schedulingDelay: cost().describe(
      'Time from the order to start a new instance until it is scheduled on a node: an instance that an ' +
        'autoscaler adds or, on `kubernetes`, that replaces a stopped one. Restarted containers stay on their ' +
        'node. Unit: distribution. Defaults to 0ms.',
    ),
    imagePull: cost().describe(
      'Time to pull the image of a new instance; `lifecycle.startup` follows. Unit: distribution. Defaults to ' +
        '0ms: the image is present.',
    ),
    endpointPropagation: cost().describe(
      'Time from a change of the ready instances of a service or gateway until a calling instance has the new ' +
        'list, drawn for each caller. Until then the caller still calls removed instances, does not call new ' +
        'ones, and is refused if its list is empty. Updates of one component arrive in order. Unit: distribution ' +
        'of durations. Defaults to 0ms: callers know at once.',
    ),
    nodes: nodesSchema.optional(),
    restart: restartSchema
      .optional()
      .describe(
        'Waits before restarts of a process that crashed, ran out of memory or was killed by a poison message. ' +
          'During a `crash` fault every start fails; the first one after its end succeeds. Defaults with ' +
          '`kubernetes` to those of the kubelet.',
      ),
  })
  .describe('Platform that restarts processes.');
