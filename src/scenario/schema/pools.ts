import { z } from 'zod';
import { NS_PER_MS, NS_PER_SECOND } from '../../kernel/time.js';
import { count, duration, durationOrNone, whole } from '../../spec/quantities/quantities.js';
import { nameText } from '../../spec/fields/common.js';
import { choice, limit, timeLimit } from '../../spec/quantities/fields.js';

const maxOpen = limit().describe(
  'Largest number of connections per calling instance. Unit: count. Defaults to unlimited.',
);

const simple = z
  .strictObject({
    kind: z.literal('simple').optional().describe('First come, first served. The default kind.'),
    maxOpen,
    maxIdle: count()
      .prefault('unlimited')
      .describe('Largest number of idle connections. Unit: count. Defaults to unlimited.'),
    maxLifetime: timeLimit().describe(
      'Age at which a connection is closed. Unit: duration or `none`. Defaults to none.',
    ),
    maxIdleTime: timeLimit().describe(
      'Idle time after which a connection is closed. Unit: duration or `none`. Defaults to none.',
    ),
    acquireTimeout: durationOrNone()
      .prefault('none')
      .describe(
        'Longest wait for a connection of this pool. The time to open one and the wait for a session of ' +
          'PgBouncer do not count. Unit: duration or `none`. Defaults to none.',
      ),
    waiters: choice(['fifo', 'random'], 'fifo').describe(
      'Which waiter gets a returned connection. Defaults to fifo.',
    ),
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
    maxIdle: count()
      .prefault(2)
      .describe(
        'Largest number of idle connections; a connection returned above it is closed. Defaults to 2.',
      ),
    maxLifetime: timeLimit().describe(
      'Age beyond which a connection is closed: when it is taken, when it is returned, and by the cleaner. ' +
        'Unit: duration or `none`. Defaults to none.',
    ),
    maxIdleTime: timeLimit().describe(
      'Idle time beyond which the cleaner closes a connection; the cleaner runs at most once a second. ' +
        'Unit: duration or `none`. Defaults to none.',
    ),
  })
  .describe("Go's database/sql.");

const hikari = z
  .strictObject({
    kind: z
      .literal('hikari')
      .describe('HikariCP: waiters are served in order, and one thread adds connections.'),
    maximumPoolSize: whole({ min: 1, max: 10_000 })
      .prefault(10)
      .describe('Largest number of connections per calling instance. Unit: count. Defaults to 10.'),
    minimumIdle: whole({ max: 10_000 })
      .optional()
      .describe(
        'Number of idle connections that are kept ready; they are added 30 ms apart. Unit: count. Defaults ' +
          'to maximumPoolSize.',
      ),
    connectionTimeout: duration({ min: 250 * NS_PER_MS })
      .prefault('30s')
      .describe('Longest wait for a connection, at least 250ms. Unit: duration. Defaults to 30s.'),
    validationTimeout: duration({ min: 250 * NS_PER_MS })
      .prefault('5s')
      .describe(
        'Longest time for the test of a connection that was idle for longer than `aliveBypassWindow`: a ' +
          'round trip to the database before it is handed out. A connection that fails is closed, and the next ' +
          'one is tested. At least 250ms. Unit: duration. Defaults to 5s.',
      ),
    aliveBypassWindow: duration()
      .prefault('500ms')
      .describe(
        'Time since its last use within which a connection is not tested (the system property ' +
          'com.zaxxer.hikari.aliveBypassWindowMs): a dead connection then fails the statement. Unit: duration, ' +
          'in whole ms. Defaults to 500ms.',
      ),
    leakDetectionThreshold: durationOrNone({ min: 2 * NS_PER_SECOND })
      .prefault('none')
      .describe(
        'Time in use after which a connection counts as leaked (`pool.leaks`); it stays in use. At least 2s. ' +
          'Unit: duration or `none`. Defaults to none.',
      ),
    idleTimeout: durationOrNone({ min: 10 * NS_PER_SECOND })
      .prefault('10m')
      .describe(
        'Idle time beyond which a connection above minimumIdle is closed, checked every 30 s; at least 10s. ' +
          'Unit: duration or `none`. Defaults to 10m.',
      ),
    maxLifetime: durationOrNone({ min: 30 * NS_PER_SECOND })
      .prefault('30m')
      .describe(
        'Age at which a connection is closed, reduced at random by up to 2.5 %; a connection in use is ' +
          'closed when it is returned. At least 30s. Unit: duration or `none`. Defaults to 30m.',
      ),
    keepaliveTime: durationOrNone({ min: 30 * NS_PER_SECOND })
      .prefault('none')
      .describe(
        'Interval at which an idle connection is tested, reduced at random by up to 10 %. A connection that ' +
          'fails is closed and another opened. At least 30s, and below `maxLifetime`. Unit: duration or ' +
          '`none`. Defaults to none, as in versions of HikariCP before its default was 2m.',
      ),
    initializationFailTimeout: durationOrNone()
      .prefault('1ms')
      .describe(
        'Time for which the first call tries to open a connection, once a second; then it fails, and the ' +
          'next call tries. 0 tries once and starts even if that fails, `none` (-1) starts without a ' +
          'connection. Unit: duration or `none`. Defaults to 1ms: one try, a second, and a failure.',
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
    clients: simple
      .optional()
      .describe(
        'With `session`: the pool of each calling instance; its connections lead to the pooler. Defaults to ' +
          'one without limits, whose connections stay open.',
      ),
    defaultPoolSize: whole({ min: 1, max: 100_000 })
      .prefault(20)
      .describe('Largest number of connections to the server. Unit: count. Defaults to 20.'),
    maxClientConn: whole({ min: 1, max: 1_000_000 })
      .prefault(100)
      .describe(
        'Largest number of clients that are served or wait; further clients are refused. Unit: count. ' +
          'Defaults to 100.',
      ),
    queryWaitTimeout: durationOrNone({ allowZero: false })
      .prefault('120s')
      .describe(
        'Longest wait for a server connection. Unit: duration or `none`. Defaults to 120s.',
      ),
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
