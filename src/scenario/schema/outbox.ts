import { z } from 'zod';
import { distribution, duration, whole } from '../../spec/quantities/quantities.js';
import { REFERENCE_PATTERN } from '../../spec/fields/common.js';
import { choice } from '../../spec/quantities/fields.js';

const operation = (): z.ZodString => z.string().regex(REFERENCE_PATTERN).max(200);

/** `outbox` of a service: the table for `publish: { via: outbox }`, and its relay. */
export const outboxSchema = z
  .strictObject({
    database: operation().describe(
      'Database, or `database.operation`, that a message is written to with the rest of the ' +
        'transaction. Required.',
    ),
    mode: choice(['polling', 'cdc'], 'polling').describe(
      '`polling`: one instance queries the rows at intervals, publishes them and marks them as sent; ' +
        '`cdc`: a connector follows the log of the database. Defaults to polling.',
    ),
    pollInterval: duration({ allowZero: false })
      .prefault('1s')
      .describe(
        'With `polling`: time between two queries, counted from time 0. Unit: duration. Defaults to 1s.',
      ),
    batchSize: whole({ min: 1, max: 1_000_000 })
      .prefault(100)
      .describe(
        'With `polling`: largest number of rows of one query. Unit: count. Defaults to 100.',
      ),
    relayQuery: operation()
      .optional()
      .describe(
        'With `polling`: operation that each query runs, and again the mark of each row. Defaults to ' +
          'none: both are free.',
      ),
    work: distribution()
      .optional()
      .describe(
        'With `polling`: CPU time of the relaying instance for each row, spent between its publishing ' +
          'and its mark. Unit: distribution. Defaults to none.',
      ),
    cdcLatency: distribution()
      .prefault('100ms')
      .describe(
        'With `cdc`: time from the commit to the publishing. The order of the rows is kept. Unit: distribution. ' +
          'Defaults to 100ms.',
      ),
  })
  .describe('Messages leave with the commit of the database, never without it.');
export type OutboxOutput = z.output<typeof outboxSchema>;
