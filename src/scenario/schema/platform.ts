import { z } from 'zod';
import { distribution, duration } from '../../spec/quantities.js';

/** `platform.restart`: the waits of the kubelet, unless told. */
export const restartSchema = z
  .strictObject({
    initial: duration({ allowZero: false })
      .optional()
      .describe(
        'The first wait that is not nothing. Unit: duration. Defaults to 10s, or `max` where that is less.',
      ),
    factor: z
      .number()
      .min(1)
      .max(1e6)
      .default(2)
      .describe('Each wait is so many times the one before. Defaults to 2.'),
    max: duration({ allowZero: false })
      .prefault('5m')
      .describe('Longest wait. Unit: duration. Defaults to 5m.'),
    resetAfter: duration({ allowZero: false })
      .prefault('10m')
      .describe(
        'Who ends more than this after its last start waits as for the first time. Unit: duration. Defaults to 10m.',
      ),
    immediateFirst: z
      .boolean()
      .default(true)
      .describe('The first restart comes without a wait. Unit: boolean. Defaults to true.'),
  })
  .describe(
    'Waits from the end of a process to its next start, each instance by itself: nothing, `initial`, ' +
      '`initial` x `factor`, ... up to `max`.',
  );

/** `platform`: what starts the processes of services and gateways again. */
export const platformSchema = z
  .strictObject({
    kind: z
      .enum(['none', 'kubernetes', 'custom'])
      .default('none')
      .describe(
        'What starts the processes of services and gateways again. `none`: one that runs out of memory comes back at once, ' +
          'one that a poison message ends after 10s, one that a fault ends when that is over. `kubernetes`: after the waits of its CrashLoopBackOff, as ' +
          '`restart` says. `custom`: after the waits of `restart`, which has to be written. Defaults to none.',
      ),
    schedulingDelay: distribution()
      .prefault('0ms')
      .describe(
        'From the order to start a new instance until a node has it: one that an autoscaler adds, or that on `kubernetes` takes the place of one that was ' +
          'stopped. Containers that start again stay where they are. Unit: distribution. Defaults to 0ms.',
      ),
    imagePull: distribution()
      .prefault('0ms')
      .describe(
        'How long the node of a new instance loads its image; `lifecycle.startup` comes behind that. Unit: distribution. ' +
          'Defaults to 0ms: it is there.',
      ),
    endpointPropagation: distribution()
      .prefault('0ms')
      .describe(
        'From a change of who is ready, of services and gateways, to the list of each calling instance, drawn for each of ' +
          'them; until then it goes on calling who is gone, does not call who is back, and is refused where it knows of nobody. News of one component come ' +
          'in their order. Unit: distribution of durations. Defaults to 0ms: callers know at once.',
      ),
    restart: restartSchema
      .optional()
      .describe(
        'Waits before restarts of a process that has crashed, run out of memory or met a poison message. While a `crash` ' +
          'lasts every start fails; the first one behind its end succeeds. Defaults with `kubernetes` to those of the kubelet.',
      ),
  })
  .describe('What starts processes again when they have ended.');
