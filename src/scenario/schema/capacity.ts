import { z } from 'zod';
import { duration, rate, whole } from '../../spec/quantities/quantities.js';
import { flag } from '../../spec/quantities/fields.js';

/** Provisioned throughput of a table. */
export const capacitySchema = z
  .strictObject({
    read: rate()
      .optional()
      .describe(
        'Read units per second of the table; one unit is a strongly consistent read of 4 KB. Unit: rate. ' +
          'Defaults to as many as requested, up to 3000/s per partition.',
      ),
    write: rate()
      .optional()
      .describe(
        'Write units per second of the table; one unit is a write of 1 KB. Unit: rate. Defaults to as many ' +
          'as requested, up to 1000/s per partition.',
      ),
    partitions: whole({ min: 1, max: 10_000 })
      .optional()
      .describe(
        "Number of partitions; the value of an operation's key selects one. Unit: count. Defaults to the " +
          'number that `read` / 3000 + `write` / 1000 requires.',
      ),
    burst: duration()
      .prefault('300s')
      .describe(
        'Time for which unused units are kept (burst capacity); the burst capacity is full at time 0. Unit: ' +
          'duration. Defaults to 300s.',
      ),
    adaptive: flag(true).describe(
      'Adaptive capacity: whether a partition may use units that others leave, up to its own maximum. With false ' +
        "each has an equal part of the table's units, as before 2018. Unit: boolean. Defaults to true.",
    ),
  })
  .describe('Throughput of a table of kind dynamodb; requests above it are throttled.');
