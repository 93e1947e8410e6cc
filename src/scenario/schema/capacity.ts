import { z } from 'zod';
import { duration, rate, whole } from '../../spec/quantities.js';

/** Provisioned throughput of a table. */
export const capacitySchema = z
  .strictObject({
    read: rate()
      .optional()
      .describe(
        'Read units of the table; one is a strongly consistent read of 4 KB. Unit: rate. Defaults to as ' +
          'many as are asked for, up to 3000/s of each partition.',
      ),
    write: rate()
      .optional()
      .describe(
        'Write units of the table; one is a write of 1 KB. Unit: rate. Defaults to as many as are asked ' +
          'for, up to 1000/s of each partition.',
      ),
    partitions: whole({ min: 1, max: 10_000 })
      .optional()
      .describe(
        'Partitions; the value of the key of an operation says which it is about. Unit: count. Defaults ' +
          'to as many as `read` / 3000 + `write` / 1000 needs.',
      ),
    burst: duration()
      .prefault('300s')
      .describe(
        'How long units that nobody has used are kept; at the beginning all of them are there. Unit: ' +
          'duration. Defaults to 300s.',
      ),
    adaptive: z
      .boolean()
      .default(true)
      .describe(
        'Whether a partition may use what others leave, up to its own maximum; without, each has an ' +
          'equal part of the units of the table, as before 2018. Unit: boolean. Defaults to true.',
      ),
  })
  .describe('Throughput of a table of kind dynamodb; who asks for more is throttled.');
