import { z } from 'zod';
import { critical, entryText, extending, inheriting, storage } from '../fields/common.js';
import { named, nameText, withShort } from '../fields/common.js';
import { entry, type Explicit, type Filled } from '../fields/entry.js';
import { absent, byKind, field, required } from '../fields/field.js';
import { count, distribution, whole } from '../quantities/quantities.js';
import type { Ns } from '../../kernel/time.js';
import { capacitySchema, type Capacity } from './capacity.js';
import { placed, type Host } from './host.js';
import { pools, type Pool } from './pools.js';
import { cpuSchema } from './process.js';
import { replicationFields, type Failover, type Replication } from './replication.js';
import { kneeSchema } from './resources.js';
import { searchFields, type SearchEngine } from './search.js';

/** Modes of a table lock, as in PostgreSQL, from the weakest to the strongest; a plan refers to a mode by its index. */
export const TABLE_MODES = [
  'accessShare',
  'rowShare',
  'rowExclusive',
  'shareUpdateExclusive',
  'share',
  'shareRowExclusive',
  'exclusive',
  'accessExclusive',
] as const;
export type TableMode = (typeof TABLE_MODES)[number];

const operationFields = {
  work: distribution().optional().describe('CPU time of the server. Unit: distribution.'),
  wait: distribution().optional().describe('Time spent on I/O, without CPU. Unit: distribution.'),
  write: field.of(z.boolean(), false, 'Whether the operation changes data.'),
  key: field.of(nameText(), absent(), 'Key whose value selects the row.'),
  lock: field.of(
    z.boolean(),
    false,
    'Whether the operation locks the row of `key` from the statement to the end of its transaction; other ' +
      'operations that lock it queue.',
  ),
  table: field.of(
    nameText(),
    absent('no table is locked'),
    'Table that the operation locks, from the statement to the end of its transaction. Requests are granted in ' +
      'their order: those after a request that waits wait too, if they conflict with it. Not for kinds redis, ' +
      'mongo, dynamodb and elasticsearch.',
    'name of a table',
  ),
  tableLock: field.of(
    z.enum(TABLE_MODES),
    absent('rowExclusive with `write`, rowShare with `lock`, else accessShare'),
    'Mode of that lock, which decides what it conflicts with, as in PostgreSQL: ALTER TABLE takes ' +
      '`accessExclusive`, CREATE INDEX `share`, CREATE INDEX CONCURRENTLY and VACUUM `shareUpdateExclusive`. Kind ' +
      'mysql has accessShare, rowExclusive and accessExclusive.',
  ),
  lockTimeoutNs: field.timeLimit(
    absent('`lockTimeout` of the database; the wait for a table of kind mysql defaults to none'),
    'Longest wait of this operation for its table, and then for its row (`SET lock_timeout`); after it, the ' +
      'statement fails with 500.',
  ),
  scan: field.of(
    z.boolean(),
    byKind('elasticsearch true for reads without a key, else false'),
    'Whether the operation runs on all shards in parallel, with `work` and `wait` on each. The slowest ' +
      'determines the latency, and one failure fails the operation. Metrics count one call per shard.',
  ),
  fanout: field.whole(
    absent('1'),
    'Number of shards that a read runs on in parallel: that of its key or request, and the next ones. Each ' +
      'takes `work` and `wait`, and the slowest determines the latency.',
    { min: 2, max: 100 },
  ),
  units: field.of(
    z.number().positive().max(100_000),
    absent('1'),
    'With kind dynamodb: capacity units that the operation takes; an eventually consistent read of 4 KB takes ' +
      'half a unit.',
    'number',
  ),
};
const operationSchema = entry(operationFields);
export type WrittenOperation = z.output<typeof operationSchema>;

/** An operation of a database. */
export interface Operation extends Filled<
  Omit<WrittenOperation, 'table' | 'tableLock'>,
  'scan' | 'fanout' | 'units'
> {
  readonly name: string;
  /** Table that it locks until the end of the transaction, and how; null = none. */
  readonly table: TableLock | null;
}

/** A lock of a table. */
export interface TableLock {
  readonly name: string;
  readonly mode: TableMode;
  /** Longest wait for it; null = no limit. */
  readonly timeoutNs: Ns | null;
}

const settings = {
  kind: field.choice(
    ['generic', 'postgres', 'mysql', 'mongo', 'redis', 'elasticsearch', 'dynamodb'],
    'generic',
    'Product whose defaults apply: connection limits, locks, threads, copies.',
  ),
  operations: field.of(
    named(
      withShort(operationSchema, { $ref: '#/definitions/distribution' }).describe(
        'Cost of an operation.',
      ),
    ),
    required,
    'Operations.',
  ),
  capacity: capacitySchema.optional(),
  cpu: cpuSchema
    .prefault({})
    .describe(
      'Cores of the server: how many operations it works on in parallel. Defaults to unlimited.',
    ),
  maxConnections: field.of(
    count({ min: 1 }),
    byKind('postgres 100, mysql 151, mongo 65536, redis 10000, else unlimited'),
    'Largest number of connections of all pools together; beyond it, connecting fails.',
  ),
  reserved: field.of(
    whole(),
    byKind('postgres 3, else 0'),
    'Number of those connections that are reserved for administrators.',
  ),
  connect: field.cost('0ms', 'Time to open a connection, without CPU of the server.'),
  connectWork: field.cost(
    '0ms',
    'CPU of the server for each connection that is opened, after `connect`: the fork of a process, TLS, the ' +
      'check of the password. It competes with statements for the cores.',
  ),
  onAbandon: field.choice(
    ['close', 'cancel'],
    'close',
    'How a client leaves a statement that it no longer waits for. `close`: it closes the connection; the ' +
      'server notices when the statement ends, and its session counts until then. `cancel`: it also sends a ' +
      'cancel request, and the statement ends when that arrives. A killed client sends none.',
  ),
  clientCheckIntervalNs: field.timeLimit(
    'none',
    'Interval at which the server checks, during a statement, whether its client is still connected; it ends a ' +
      'statement whose client has gone (client_connection_check_interval). Only for kinds postgres and generic.',
  ),
  idleTimeoutNs: field.timeLimit(
    'none',
    'Time without a statement, outside of a transaction, after which the server closes a session (MySQL ' +
      'wait_timeout, PostgreSQL idle_session_timeout). Pools notice it as they notice a restart of the server.',
  ),
  statementTimeoutNs: field.timeLimit(
    'none',
    'Longest time of a statement from its start, including waits for rows; after it, the server fails the ' +
      'statement with 500.',
  ),
  lockTimeoutNs: field.timeLimit(
    byKind('mysql 50s, else none'),
    'Longest wait for a row lock, and in kinds other than mysql for a table lock; after it, the statement ' +
      'fails with 500.',
  ),
  deadlockTimeoutNs: field.duration(
    byKind('mysql 0s, else 1s'),
    'Time waited for a lock after which the server checks for a deadlock. A transaction of it is rolled back ' +
      'with 500: with postgres the one whose statement checks, else the youngest.',
    { allowZero: true },
  ),
  serverSelectionTimeoutNs: field.duration(
    byKind('mongo 30s, else 0s'),
    'Longest wait of an operation for a node that takes it, as for a primary during an election; after it, the ' +
      'operation fails with `connectTimeout`. 0s: it fails at once. Only for kind mongo without shards.',
    { allowZero: true },
  ),
  retryReads: field.of(
    z.boolean(),
    byKind('mongo true, else false'),
    'Whether a driver repeats a read once, at once or on the next node that it finds, if its node fails. Reads of ' +
      'a transaction are not repeated. Only for kind mongo without shards.',
  ),
  retryWrites: field.of(
    z.boolean(),
    byKind('mongo true, else false'),
    'The same for writes to a replica set.',
  ),
  knee: field.of(kneeSchema, absent(), 'Slowdown from switching between concurrent statements.'),
  ...replicationFields,
  ...searchFields,
  ...pools,
};

export const databaseSchema = inheriting(
  entry(
    { ...extending, ...entryText, critical, storage, ...settings, ...placed },
    'A database with its client-side pools.',
  ),
).meta({ id: 'database' });
export interface WrittenDatabase extends z.output<typeof databaseSchema> {}

/** Fields that are resolved into others. */
export const OF_SERVER = ['cpu', 'replicas', 'threadPools', 'refresh'] as const;

/** A database and its client-side pools. */
export interface Database
  extends
    Host,
    Filled<
      Omit<
        Explicit<typeof settings>,
        (typeof OF_SERVER)[number] | 'operations' | 'capacity' | 'failover' | 'pool' | 'pools'
      >,
      | 'maxConnections'
      | 'reserved'
      | 'deadlockTimeoutNs'
      | 'serverSelectionTimeoutNs'
      | 'retryReads'
      | 'retryWrites'
    > {
  readonly operations: ReadonlyMap<string, Operation>;
  /** Replicas of the primary; null = a single node. */
  readonly replication: Replication | null;
  /** Provisioned throughput; null = unlimited. */
  readonly capacity: Capacity | null;
  /** Thread pools, shard copies and refreshes of a search engine; null for other products. */
  readonly search: SearchEngine | null;
  /** null = callers wait until a failed primary has recovered. */
  readonly failover: Failover | null;
  /** Transaction of a deadlock that is rolled back: the one whose statement finds it, or the youngest one. */
  readonly deadlockVictim: 'finder' | 'youngest';
  /** Client-side pool; each calling instance has one. */
  readonly pool: Pool;
  /** Pool by calling component. */
  readonly pools: ReadonlyMap<string, Pool>;
}
