import { z } from 'zod';
import { entry } from '../fields/entry.js';
import { absent, field, required } from '../fields/field.js';
import { duration, whole } from '../quantities/quantities.js';
import type { CommonScaling } from './scaling-metrics.js';

const replicas = whole({ min: 1, max: 100_000 });

/** `autoscaling` of kind `scheduled`, as the scheduled actions of AWS and the cron scaler of KEDA. */
export const scheduledSchema = entry(
  {
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
    everyNs: field.of(
      duration({ allowZero: false }),
      absent('none: each happens once'),
      'Time after which the changes repeat, such as 24h.',
      'duration, longer than the last `at`',
    ),
  },
  'Sets the number of replicas at fixed times, without a metric.',
);
export type WrittenSchedule = z.output<typeof scheduledSchema>;

/** A change of the number of replicas at a time from the end of the warm-up. */
export type ScheduledAction = WrittenSchedule['actions'][number];

/** Changes at fixed times. */
export interface ScheduledScaling extends CommonScaling, Omit<WrittenSchedule, 'actions'> {
  readonly actions: readonly ScheduledAction[];
}
