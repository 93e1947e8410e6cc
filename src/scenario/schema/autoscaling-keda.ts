import { field } from '../../contracts/fields/field.js';
import { z } from 'zod';
import { duration } from '../../contracts/quantities/quantities.js';
import { ratioFields } from './autoscaling.js';

/** `autoscaling` of kind `keda`, with the defaults of a ScaledObject. */
export const kedaSchema = z
  .strictObject({
    kind: z.literal('keda').describe('KEDA: scales on lag, and to no replica at all.'),
    ...ratioFields,
    min: field.whole(
      0,
      'Fewest replicas. With 0 the last ones go after `cooldownPeriod`, and the first one comes within ' +
        '`pollingInterval`.',
      { max: 100_000 },
    ),
    max: field.whole(100, 'Most replicas.', { min: 1, max: 100_000 }),
    pollingInterval: field.of(
      duration({ min: 100_000_000 }),
      '30s',
      'Interval of the looks at the lag that start the first replica, and that stop the last ones, from the start ' +
        'of the run.',
      'duration, at least 100ms',
    ),
    cooldownPeriod: field.duration(
      '5m',
      'Time since the last look that found the workload active, before all replicas go.',
      { allowZero: true },
    ),
    activationLagThreshold: field.whole(
      0,
      'Lag above which the workload is active. It does not change how many replicas there are from the first one on.',
      { max: 1_000_000_000 },
    ),
    allowIdleConsumers: field.flag(
      false,
      'Whether there may be more replicas than partitions. If not, a lag of more targets than partitions counts as ' +
        'one target per partition. Queues have no partitions, and no such limit.',
    ),
  })
  .describe(
    'KEDA: from the first replica on a horizontal pod autoscaler; KEDA itself starts the first replica and stops ' +
      'the last ones.',
  );

export type KedaOutput = z.output<typeof kedaSchema>;
