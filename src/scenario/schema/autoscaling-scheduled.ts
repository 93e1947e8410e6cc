import { entry } from '../../contracts/fields/entry.js';
import { absent, field, required } from '../../contracts/fields/field.js';
import { z } from 'zod';
import { duration, whole } from '../../contracts/quantities/quantities.js';

const replicas = whole({ min: 1, max: 100_000 });

/** `autoscaling` of kind `scheduled`, as the scheduled actions of AWS and the cron scaler of KEDA. */
export const scheduledSchema = z
  .strictObject({
    kind: z.literal('scheduled').describe('Changes of the number of replicas at fixed times.'),
    actions: field.of(
      z
        .array(
          entry({
            atNs: field.duration(required, 'Time of the change, from the end of the warm-up.', {
              allowZero: true,
            }),
            replicas: replicas
              .optional()
              .describe('Number of replicas from then on. Unit: count. Not with `min` and `max`.'),
            min: field.of(replicas, absent(), 'Adds replicas if there are fewer.', 'count'),
            max: field.of(replicas, absent(), 'Removes replicas if there are more.', 'count'),
          }),
        )
        .min(1),
      required,
      'The changes.',
    ),
    every: field.of(
      duration({ allowZero: false }),
      absent('none: each happens once'),
      'Time after which the changes repeat, such as 24h.',
      'duration, longer than the last `at`',
    ),
  })
  .describe('Sets the number of replicas at fixed times, without a metric.');

export type ScheduledOutput = z.output<typeof scheduledSchema>;
