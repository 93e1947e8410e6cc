import { absent, byDefault, field } from '../../spec/fields/field.js';
import { z } from 'zod';
import { NS_PER_MS, NS_PER_SECOND } from '../../kernel/time.js';
import { count, duration, durationOrNone } from '../../spec/quantities/quantities.js';
import { nameText } from '../../spec/fields/common.js';
import { choice } from '../../spec/quantities/fields.js';

const maxOpen = field.limit('unlimited', 'Largest number of connections per calling instance.');

const simple = z
  .strictObject({
    kind: z.literal('simple').optional().describe('First come, first served. The default kind.'),
    maxOpen,
    maxIdle: field.limit('unlimited', 'Largest number of idle connections.', { min: 0 }),
    maxLifetime: field.timeLimit('none', 'Age at which a connection is closed.'),
    maxIdleTime: field.timeLimit('none', 'Idle time after which a connection is closed.'),
    acquireTimeout: field.timeLimit(
      'none',
      'Longest wait for a connection of this pool. The time to open one and the wait for a session of PgBouncer ' +
        'do not count.',
      { allowZero: true },
    ),
    waiters: field.choice(['fifo', 'random'], 'fifo', 'Which waiter gets a returned connection.'),
  })
  .describe('A generic pool.');

const go = z
  .strictObject({
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
    maxLifetime: field.timeLimit(
      'none',
      'Age beyond which a connection is closed: when it is taken, when it is returned, and by the cleaner.',
    ),
    maxIdleTime: field.timeLimit(
      'none',
      'Idle time beyond which the cleaner closes a connection; the cleaner runs at most once a second.',
    ),
  })
  .describe("Go's database/sql.");

const hikari = z
  .strictObject({
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
    connectionTimeout: field.duration('30s', 'Longest wait for a connection, at least 250ms.', {
      min: 250 * NS_PER_MS,
    }),
    validationTimeout: field.duration(
      '5s',
      'Longest time for the test of a connection that was idle for longer than `aliveBypassWindow`: a round ' +
        'trip to the database before it is handed out. A connection that fails is closed, and the next one is ' +
        'tested. At least 250ms.',
      { min: 250 * NS_PER_MS },
    ),
    aliveBypassWindow: field.of(
      duration(),
      '500ms',
      'Time since its last use within which a connection is not tested (the system property ' +
        'com.zaxxer.hikari.aliveBypassWindowMs): a dead connection then fails the statement.',
      'duration, in whole ms',
    ),
    leakDetectionThreshold: field.timeLimit(
      'none',
      'Time in use after which a connection counts as leaked (`pool.leaks`); it stays in use. At least 2s.',
      { min: 2 * NS_PER_SECOND },
    ),
    idleTimeout: field.timeLimit(
      '10m',
      'Idle time beyond which a connection above minimumIdle is closed, checked every 30 s; at least 10s.',
      { min: 10 * NS_PER_SECOND },
    ),
    maxLifetime: field.timeLimit(
      '30m',
      'Age at which a connection is closed, reduced at random by up to 2.5 %; a connection in use is closed ' +
        'when it is returned. At least 30s.',
      { min: 30 * NS_PER_SECOND },
    ),
    keepaliveTime: durationOrNone({ min: 30 * NS_PER_SECOND })
      .prefault('none')
      .describe(
        'Interval at which an idle connection is tested, reduced at random by up to 10 %. A connection that ' +
          'fails is closed and another opened. At least 30s, and below `maxLifetime`. Unit: duration or ' +
          '`none`. Defaults to none, as in versions of HikariCP before its default was 2m.',
      ),
    initializationFailTimeout: field.timeLimit(
      byDefault('1ms', 'one try, a second, and a failure'),
      'Time for which the first call tries to open a connection, once a second; then it fails, and the next ' +
        'call tries. 0 tries once and starts even if that fails, `none` (-1) starts without a connection.',
      { allowZero: true },
    ),
  })
  .describe('HikariCP.');

const pgbouncer = z
  .strictObject({
    kind: z
      .literal('pgbouncer')
      .describe('PgBouncer: one pooler for all callers, between them and the server.'),
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
    defaultPoolSize: field.whole(20, 'Largest number of connections to the server.', {
      min: 1,
      max: 100_000,
    }),
    maxClientConn: field.whole(
      100,
      'Largest number of clients that are served or wait; further clients are refused.',
      { min: 1, max: 1_000_000 },
    ),
    queryWaitTimeout: field.timeLimit('120s', 'Longest wait for a server connection.'),
  })
  .describe('PgBouncer.');

/** The client-side pool of a database. */
export const pool = z
  .discriminatedUnion('kind', [simple, go, hikari, pgbouncer])
  .describe('A client-side pool of connections.');
export type PoolOutput = z.output<typeof pool>;

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
