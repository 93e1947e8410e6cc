import { entry } from '../fields/entry.js';
import { absent, field, required } from '../fields/field.js';
import { z } from 'zod';
import { nameText, REFERENCE_PATTERN } from '../fields/common.js';
import type { Query } from './target.js';

/** Rows of one query of a polling outbox, where it does not say. */
export const OUTBOX_BATCH = 100;

const operation = (): z.ZodString => z.string().regex(REFERENCE_PATTERN).max(200);

/** `outbox` of a service: the table for `publish: { via: outbox }`, and its relay. */
export const outboxSchema = entry(
  {
    database: field.of(
      operation(),
      required,
      'Database, or `database.operation`, that a message is written to with the rest of the transaction.',
    ),
    mode: field.choice(
      ['polling', 'cdc'],
      'polling',
      '`polling`: one instance queries the rows at intervals, publishes them and marks them as sent; `cdc`: a ' +
        'connector follows the log of the database.',
    ),
    pollNs: field.duration('1s', 'With `polling`: time between two queries, counted from time 0.'),
    batchSize: field.whole(OUTBOX_BATCH, 'With `polling`: largest number of rows of one query.', {
      min: 1,
      max: 1_000_000,
    }),
    relayQuery: field.of(
      operation(),
      absent('none: both are free'),
      'With `polling`: operation that each query runs, and again the mark of each row.',
    ),
    work: field.cost(
      absent(),
      'With `polling`: CPU time of the relaying instance for each row, spent between its publishing and its ' +
        'mark.',
    ),
    cdcLatency: field.cost(
      '100ms',
      'With `cdc`: time from the commit to the publishing. The order of the rows is kept.',
    ),
    connector: field.of(
      nameText(),
      absent('none: a process that never fails'),
      'With `cdc`: service whose processes follow the log, such as a Kafka Connect worker with Debezium. While none of ' +
        'them is up, nothing is published.',
    ),
    offsetFlushNs: field.duration(
      '60s',
      'With `connector`: time between two stores of the offset, from the start of its process (offset.flush.interval.ms). ' +
        'After a crash the rows since the last store are published again.',
    ),
    logPerRow: field.size(
      absent('0: the log takes no room'),
      'With `connector`: bytes of the log of the database for each row, with all that is written beside it. The ' +
        'database keeps its log from the stored offset on (restart_lsn of a replication slot).',
    ),
    logRoom: field.size(
      absent('unlimited'),
      'Room for that log on the disk of the database. When it is full the database stops, and stays down, as ' +
        'PostgreSQL does. Needs `logPerRow`.',
    ),
    maxSlotWalKeepSize: field.size(
      absent('unlimited: -1'),
      'Log above which the database gives up the slot of the connector (max_slot_wal_keep_size): the rows stay in ' +
        'the table, and nothing is published any more. Needs `logPerRow`.',
    ),
  },
  'Messages leave with the commit of the database, never without it.',
  { pollNs: 'pollInterval' },
);
export type WrittenOutbox = z.output<typeof outboxSchema>;

/** Fields that are resolved. */
type Resolved = 'database' | 'relayQuery' | 'logPerRow' | 'logRoom' | 'maxSlotWalKeepSize';

/** Outbox of a service: a table of its database through which its messages are published. */
export interface Outbox extends Omit<WrittenOutbox, Resolved> {
  readonly insert: Query;
  /** Database operation of each poll and of each update that marks rows as sent; null = free. */
  readonly query: Query | null;
  /** Log that the database keeps for the connector; null = it takes no room. */
  readonly log: RetainedLog | null;
}

/** Rows of a log that are kept for a connector. */
interface RetainedLog {
  /** Rows with which the disk is full and the database stops; Infinity = never. */
  readonly roomRows: number;
  /** Rows above which the slot of the connector is given up; Infinity = never. */
  readonly keepRows: number;
}
