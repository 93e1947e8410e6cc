import { z } from 'zod';
import { duration, whole } from '../../spec/quantities/quantities.js';

const replicas = whole({ min: 1, max: 100_000 });

/** `autoscaling` of kind `scheduled`, as the scheduled actions of AWS and the cron scaler of KEDA. */
export const scheduledSchema = z
  .strictObject({
    kind: z.literal('scheduled').describe('Changes of the number of replicas at fixed times.'),
    actions: z
      .array(
        z.strictObject({
          at: duration().describe(
            'Time of the change, from the end of the warm-up. Unit: duration. Required.',
          ),
          replicas: replicas
            .optional()
            .describe('Number of replicas from then on. Unit: count. Not with `min` and `max`.'),
          min: replicas
            .optional()
            .describe('Adds replicas if there are fewer. Unit: count. Defaults to none.'),
          max: replicas
            .optional()
            .describe('Removes replicas if there are more. Unit: count. Defaults to none.'),
        }),
      )
      .min(1)
      .describe('The changes. Required.'),
    every: duration({ allowZero: false })
      .optional()
      .describe(
        'Time after which the changes repeat, such as 24h. Unit: duration, longer than the last `at`. Defaults to ' +
          'none: each happens once.',
      ),
  })
  .describe('Sets the number of replicas at fixed times, without a metric.');

export type ScheduledOutput = z.output<typeof scheduledSchema>;
