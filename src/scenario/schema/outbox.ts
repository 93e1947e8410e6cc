import { z } from 'zod';
import { distribution, duration, whole } from '../../spec/quantities/quantities.js';
import { REFERENCE_PATTERN } from './common.js';

const operation = (): z.ZodString => z.string().regex(REFERENCE_PATTERN).max(200);

/** `outbox` of a service: the table for `publish: { via: outbox }`, and its relay. */
export const outboxSchema = z
  .strictObject({
    database: operation().describe(
      'Database, or `database.operation`, that a message is written to with the rest of the ' +
        'transaction. Required.',
    ),
    mode: z
      .enum(['polling', 'cdc'])
      .default('polling')
      .describe(
        '`polling`: one instance looks for rows at intervals, publishes them and marks them; `cdc`: the ' +
          'log of the database is followed. Defaults to polling.',
      ),
    pollInterval: duration({ allowZero: false })
      .prefault('1s')
      .describe(
        'Of `polling`: from one look to the next, counted from time 0. Unit: duration. Defaults to 1s.',
      ),
    batchSize: whole({ min: 1, max: 1_000_000 })
      .prefault(100)
      .describe('Of `polling`: rows of one look, at most. Unit: count. Defaults to 100.'),
    relayQuery: operation()
      .optional()
      .describe(
        'Of `polling`: operation that each look runs, and again each row that is marked. Defaults to ' +
          'none: they cost nothing.',
      ),
    work: distribution()
      .optional()
      .describe(
        'Of `polling`: CPU of the relaying instance for each row, between its publishing and its mark. ' +
          'Unit: distribution. Defaults to none.',
      ),
    cdcLatency: distribution()
      .prefault('100ms')
      .describe(
        'Of `cdc`: from the commit to the publishing; the order stays. Unit: distribution. Defaults to 100ms.',
      ),
  })
  .describe('Messages leave with the commit of the database, never without it.');
export type OutboxOutput = z.output<typeof outboxSchema>;
