import { entry } from '../fields/entry.js';
import { absent, byDefault, field } from '../fields/field.js';
import { z } from 'zod';
import { NS_PER_MS, NS_PER_SECOND, type Ns } from '../../kernel/time.js';
import { count, duration } from '../quantities/quantities.js';
import { nameText } from '../fields/common.js';
import { choice } from '../quantities/fields.js';

const maxOpen = field.limit(
  'unlimited',
  'Largest number of connections per calling instance; in front of a database of kind mongo 100 where it is not written (maxPoolSize).',
);

const simple = entry(
  {
    kind: z.literal('simple').optional().describe('First come, first served. The default kind.'),
    maxOpen,
    maxIdle: field.limit('unlimited', 'Largest number of idle connections.', { min: 0 }),
    maxLifetimeNs: field.timeLimit('none', 'Age at which a connection is closed.'),
    maxIdleTimeNs: field.timeLimit('none', 'Idle time after which a connection is closed.'),
    acquireTimeoutNs: field.timeLimit(
      'none',
      'Longest wait for a connection of this pool. The time to open one and the wait for a session of PgBouncer ' +
        'do not count.',
      { allowZero: true },
    ),
    waiters: field.choice(['fifo', 'random'], 'fifo', 'Which waiter gets a returned connection.'),
    seesClosed: field.flag(
      true,
      'A connection that its server has closed is replaced when it is taken, as in node-postgres. `false`: the ' +
        'statement on it fails with `reset`, as with Tomcat JDBC or DBCP without testOnBorrow.',
    ),
  },
  'A generic pool.',
);

const go = entry(
  {
    kind: z
      .literal('go')
      .describe(
        "Go's database/sql: a random waiter gets the next free connection, and waits have no time limit.",
      ),
    maxOpen,
    maxIdle: field.of(
      count(),
      2,
      'Largest number of idle connections; a connection returned above it is closed.',
    ),
    maxLifetimeNs: field.timeLimit(
      'none',
      'Age beyond which a connection is closed: when it is taken, when it is returned, and by the cleaner.',
    ),
    maxIdleTimeNs: field.timeLimit(
      'none',
      'Idle time beyond which the cleaner closes a connection; the cleaner runs at most once a second.',
    ),
  },
  "Go's database/sql.",
);

const hikari = entry(
  {
    kind: z
      .literal('hikari')
      .describe('HikariCP: waiters are served in order, and one thread adds connections.'),
    maximumPoolSize: field.whole(10, 'Largest number of connections per calling instance.', {
      min: 1,
      max: 10_000,
    }),
    minimumIdle: field.whole(
      absent('maximumPoolSize'),
      'Number of idle connections that are kept ready; they are added 30 ms apart.',
      { max: 10_000 },
    ),
    connectionTimeoutNs: field.duration('30s', 'Longest wait for a connection, at least 250ms.', {
      min: 250 * NS_PER_MS,
    }),
    validationTimeoutNs: field.duration(
      '5s',
      'Longest time for the test of a connection that was idle for longer than `aliveBypassWindow`: a round ' +
        'trip to the database before it is handed out. A connection that fails is closed, and the next one is ' +
        'tested. At least 250ms.',
      { min: 250 * NS_PER_MS },
    ),
    aliveBypassWindowNs: field.of(
      duration(),
      '500ms',
      'Time since its last use within which a connection is not tested (the system property ' +
        'com.zaxxer.hikari.aliveBypassWindowMs): a dead connection then fails the statement.',
      'duration, in whole ms',
    ),
    leakDetectionThresholdNs: field.timeLimit(
      'none',
      'Time in use after which a connection counts as leaked (`pool.leaks`); it stays in use. At least 2s.',
      { min: 2 * NS_PER_SECOND },
    ),
    idleTimeoutNs: field.timeLimit(
      '10m',
      'Idle time beyond which a connection above minimumIdle is closed, checked every 30 s; at least 10s.',
      { min: 10 * NS_PER_SECOND },
    ),
    maxLifetimeNs: field.timeLimit(
      '30m',
      'Age at which a connection is closed, reduced at random by up to 25 %; a connection in use is closed ' +
        'when it is returned. At least 30s.',
      { min: 30 * NS_PER_SECOND },
    ),
    keepaliveTimeNs: field.timeLimit(
      absent('2m, or to none where `maxLifetime` is not longer'),
      'Interval at which an idle connection is tested, reduced at random by up to 20 %. A connection that ' +
        'fails is closed and another opened. At least 30s, and below `maxLifetime`. HikariCP up to 6.0 has ' +
        'none without it.',
      { min: 30 * NS_PER_SECOND },
    ),
    initializationFailTimeoutNs: field.timeLimit(
      byDefault('1ms', 'one try, a second, and a failure'),
      'Time for which the first call tries to open a connection, once a second; then it fails, and the next ' +
        'call tries. 0 tries once and starts even if that fails, `none` (-1) starts without a connection.',
      { allowZero: true },
    ),
  },
  'HikariCP.',
);

const pgbouncer = entry(
  {
    kind: z
      .literal('pgbouncer')
      .describe(
        'PgBouncer: one pooler for all callers, between them and the server, with a pool for each user.',
      ),
    user: field.of(
      nameText(),
      absent('the name of the caller'),
      'The database user that a caller connects as. Callers with the same user share a pool.',
    ),
    mode: choice(['session', 'transaction', 'statement'], 'transaction').describe(
      'Pool mode: how long a client holds a server connection. `transaction`: for a transaction or a single ' +
        'statement. `statement`: for one statement; transactions are refused. `session`: while the client is ' +
        'connected, used or not, as `clients` defines. Unit: name. Defaults to transaction; PgBouncer without a ' +
        'pool_mode has session.',
    ),
    clients: field.of(
      simple,
      absent('one without limits, whose connections stay open'),
      'With `session`: the pool of each calling instance; its connections lead to the pooler.',
    ),
    defaultPoolSize: field.whole(
      20,
      'Largest number of connections to the server, for each user.',
      {
        min: 1,
        max: 100_000,
      },
    ),
    reservePoolSize: field.whole(
      0,
      'Further connections for each user, opened for calls that have waited for `reservePoolTimeout`. Not with `session`.',
      { max: 100_000 },
    ),
    reservePoolTimeoutNs: field.duration(
      '5s',
      'Wait after which a call may use a connection of the reserve.',
    ),
    maxClientConn: field.whole(
      100,
      'Largest number of clients of all users that are served or wait; further clients are refused.',
      { min: 1, max: 1_000_000 },
    ),
    queryWaitTimeoutNs: field.timeLimit('120s', 'Longest wait for a server connection.'),
    serverLoginRetryNs: field.duration(
      '15s',
      'Time after a failed connection to the server in which statements fail at once, also if the server is back. ' +
        'Not with `session`.',
      { allowZero: true },
    ),
    connectWork: field.cost(
      '0ms',
      'With `session`: time of the one thread of PgBouncer for each client that connects, such as the check of its ' +
        'SCRAM password; clients that connect at once are let in one after the other.',
    ),
  },
  'PgBouncer.',
);

/** The client-side pool of a database. */
export const pool = z
  .discriminatedUnion('kind', [simple, go, hikari, pgbouncer])
  .describe('A client-side pool of connections.');
export type WrittenPool = z.output<typeof pool>;

/** Go's database/sql. */
export type GoSettings = z.output<typeof go>;

/** A generic pool. */
export interface PoolSettings extends Omit<z.output<typeof simple>, 'kind'> {
  readonly kind: 'simple';
}

export interface HikariSettings extends z.output<typeof hikari> {
  readonly minimumIdle: number;
  readonly keepaliveTimeNs: Ns | null;
}

/** PgBouncer: one pool for all callers, and with `session` a pool of each client. */
export interface PgbouncerSettings extends Omit<z.output<typeof pgbouncer>, 'clients'> {
  readonly clients: PoolSettings;
}

/** A pool without limits: its connections are opened on demand and kept. */
export const UNLIMITED_POOL: PoolSettings = Object.freeze({
  kind: 'simple',
  maxOpen: Infinity,
  maxIdle: Infinity,
  maxLifetimeNs: null,
  maxIdleTimeNs: null,
  acquireTimeoutNs: null,
  waiters: 'fifo',
  seesClosed: true,
});

/** Client-side pool of a database, with the settings of its library. */
export type Pool = PoolSettings | GoSettings | HikariSettings | PgbouncerSettings;

/** The pools of the clients of a component. */
export const pools = {
  pool: pool
    .prefault({})
    .describe('Connection pool of each calling instance. Defaults to unlimited.'),
  pools: z
    .record(nameText(), pool.describe('Fields that override those of `pool`.'))
    .optional()
    .describe('Pools by the name of the caller. Their fields override those of `pool`.'),
};
