// PostgreSQL: how long a session, a lock and a place in the queue of a lock are taken.
import { connect } from 'node:net';
import { arrivals, count, Failed, longest, within } from './clients.mjs';
import { accepts, freePort, printed, sleep } from './machine.mjs';

/** A cluster of its own, and a server with the settings of one rule after the other. */
export class Postgres {
  constructor(machine, pg) {
    this.machine = machine;
    this.pg = pg;
    this.data = null;
    this.child = null;
  }

  async restart(settings = {}) {
    const { machine } = this;
    if (this.data === null) {
      this.data = machine.makeFolder(`postgres-${machine.running.size}`);
      const init = ['-D', this.data, '-A', 'trust', '-U', 'app', '--no-locale', '-E', 'UTF8', '-N'];
      machine.run('initdb', init);
      this.sockets = machine.makeFolder('postgres-sockets');
    }
    if (this.child !== null) await machine.stop(this.child, 'SIGINT');
    this.port = await freePort();
    const own = {
      listen_addresses: '127.0.0.1',
      unix_socket_directories: this.sockets,
      fsync: 'off',
      ...settings,
    };
    const options = Object.entries(own).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const args = ['-D', this.data, '-p', `${this.port}`, ...options];
    this.child = await machine.start('postgres', args, () => this.isReady());
  }

  async isReady() {
    if (!(await accepts(this.port))) return false;
    try {
      await this.execute('SELECT 1');
      return true;
    } catch {
      return false;
    }
  }

  /** Opens a connection; a server without a free session refuses it. */
  async open(user = 'app', port = this.port) {
    const client = new this.pg.Client({ host: '127.0.0.1', port, user, database: 'postgres' });
    client.on('error', () => undefined);
    try {
      await client.connect();
    } catch (error) {
      if (error.code === '53300') throw new Failed('refused');
      throw error;
    }
    return client;
  }

  /** Runs statements on a connection of their own, one after the other, and leaves after `limit` seconds. */
  async execute(statements, { limit, user, port, cancels = false } = {}) {
    const client = await this.open(user, port);
    const done = this.each(client, [statements].flat());
    try {
      if (limit === undefined) await done;
      else {
        await within(limit, done, () => {
          if (cancels) this.cancel(client);
          client.connection.stream.destroy();
        });
      }
    } finally {
      client.end().catch(() => undefined);
    }
  }

  /** Asks the server to cancel what a client waits for, on a connection of its own. */
  cancel({ processID, secretKey }) {
    const request = Buffer.alloc(16);
    [16, 80877102, processID, secretKey].forEach((word, i) => request.writeInt32BE(word, 4 * i));
    connect(this.port, '127.0.0.1')
      .on('error', () => undefined)
      .end(request);
  }

  /** Sessions of users at the server, without the one that asks. */
  async sessions() {
    const client = await this.open();
    const text = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'";
    const { rows } = await client.query(text);
    await client.end();
    return Number(rows[0].count) - 1;
  }

  /** Largest number of those sessions in some seconds. */
  async mostSessions(seconds) {
    let most = 0;
    for (
      const end = performance.now() + seconds * 1000;
      performance.now() < end;
      await sleep(0.1)
    ) {
      most = Math.max(most, await this.sessions());
    }
    return most;
  }

  async each(client, statements) {
    for (const statement of statements) {
      try {
        await client.query(statement);
      } catch (error) {
        throw NAMES[error.code] === undefined ? error : new Failed(NAMES[error.code]);
      }
    }
  }
}

/** SQLSTATE codes by the word that a rule has for them. */
const NAMES = {
  '55P03': 'lockTimeout',
  '40P01': 'deadlock',
  '08P01': 'queryWaitTimeout',
  57014: 'statementTimeout',
};

/** The smallest server: two sessions, none of them reserved. */
const TWO_SESSIONS = {
  max_connections: 2,
  superuser_reserved_connections: 0,
  max_wal_senders: 0,
};

async function abandoned(postgres, settings) {
  await postgres.restart({ ...TWO_SESSIONS, ...settings });
  const results = await arrivals([0, 0, 0.8, 1.6, 2.4, 3.8], () =>
    postgres.execute('SELECT pg_sleep(3)', { limit: 0.4 }),
  );
  return { timeouts: count(results, 'timeout'), refused: count(results, 'refused') };
}

const ABANDONED = {
  timeouts: { ask: 'shop->db.outcomes.timeout' },
  refused: { ask: 'shop->db.outcomes.refused' },
};

async function lockQueue(postgres, limit) {
  await postgres.restart();
  await postgres.execute(
    'DROP TABLE IF EXISTS orders; CREATE TABLE orders (id int); INSERT INTO orders VALUES (1)',
  );
  const change = [limit, 'ALTER TABLE orders ADD COLUMN note text'];
  const report = postgres.execute('SELECT pg_sleep(3) FROM orders');
  const [readers, changed] = await Promise.all([
    arrivals([1, 1.8], () => postgres.execute('SELECT * FROM orders')),
    arrivals([0.5], () => postgres.execute(change)),
    report,
  ]);
  return { readers, changed };
}

/** Two transactions of two statements: the older one asks for its second lock at 0.4 s, the younger one at 0.9 s. */
async function deadlock(postgres, older, younger) {
  await postgres.restart({ deadlock_timeout: '1s' });
  await postgres.execute(
    'DROP TABLE IF EXISTS stock; CREATE TABLE stock (id int PRIMARY KEY, n int); INSERT INTO stock VALUES (1, 0), (2, 0)',
  );
  const transaction = ([first, second], pause) =>
    postgres.execute(['BEGIN', first, `SELECT pg_sleep(${pause})`, second, 'COMMIT']);
  const [[first], [second]] = await Promise.all([
    arrivals([0], () => transaction(older, 0.4)),
    arrivals([0.2], () => transaction(younger, 0.7)),
  ]);
  return { first, second };
}

const UPDATES = [1, 2].map((id) => `UPDATE stock SET n = n + 1 WHERE id = ${id}`);

export const postgres = {
  name: 'PostgreSQL',
  needs: ['initdb', 'postgres'],
  install: 'apt-get install postgresql',
  version: () => /\d+\.\d+/.exec(printed('postgres', '--version'))[0],
  start: (machine, { pg }) => new Postgres(machine, pg),
  rules: [
    {
      scenario: 'pg-abandoned-statement',
      rule: 'A statement whose client has left keeps its session until it ends',
      figures: ABANDONED,
      right: { timeouts: 3, refused: 3 },
      measure: (own) => abandoned(own, {}),
    },
    {
      scenario: 'pg-client-check',
      rule: '`client_connection_check_interval` of 1 s ends it at the next whole interval',
      figures: ABANDONED,
      right: { timeouts: 5, refused: 1 },
      measure: (own) => abandoned(own, { client_connection_check_interval: '1s' }),
    },
    {
      scenario: 'pg-cancel',
      variant: 'cancels',
      rule: 'A cancel request ends the statement, and its session is free',
      figures: ABANDONED,
      right: { timeouts: 6, refused: 0 },
      async measure(own) {
        await own.restart({ ...TWO_SESSIONS, max_connections: 3 });
        const results = await arrivals([0, 0, 0.8, 0.8, 1.6, 1.6], () =>
          own.execute('SELECT pg_sleep(3)', { limit: 0.4, cancels: true }),
        );
        return { timeouts: count(results, 'timeout'), refused: count(results, 'refused') };
      },
    },
    {
      scenario: 'pg-share-lock',
      rule: 'A SHARE lock, as of CREATE INDEX, stops writes and no reads',
      figures: {
        write: { ask: 'writers.latency.max', unit: 's', tolerance: 0.25 },
        read: { ask: 'readers.latency.max', unit: 's', tolerance: 0.25 },
      },
      right: { write: 1.5, read: 0 },
      async measure(own) {
        await own.restart();
        await own.execute('DROP TABLE IF EXISTS orders; CREATE TABLE orders (id int)');
        const build = ['BEGIN', 'LOCK TABLE orders IN SHARE MODE', 'SELECT pg_sleep(2)', 'COMMIT'];
        const [writes, reads] = await Promise.all([
          arrivals([0.5], () => own.execute('INSERT INTO orders VALUES (1)')),
          arrivals([1], () => own.execute('SELECT * FROM orders')),
          arrivals([0], () => own.execute(build)),
        ]);
        return { write: longest(writes), read: longest(reads) };
      },
    },
    {
      scenario: 'pg-lock-queue',
      variant: 'waits',
      rule: 'Reads queue behind an ALTER TABLE that waits for a report',
      figures: {
        'longest read': { ask: 'users.latency.max', unit: 's', tolerance: 0.25 },
        'ALTER TABLE': { ask: 'deploy.latency.max', unit: 's', tolerance: 0.25 },
      },
      right: { 'longest read': 2, 'ALTER TABLE': 2.5 },
      async measure(own) {
        const { readers, changed } = await lockQueue(own, 'SET lock_timeout = 0');
        return { 'longest read': longest(readers), 'ALTER TABLE': longest(changed) };
      },
    },
    {
      scenario: 'pg-lock-queue',
      variant: 'limited',
      rule: '`lock_timeout` of the ALTER TABLE frees the reads behind it',
      figures: {
        'longest read': { ask: 'users.latency.max', unit: 's', tolerance: 0.25 },
        'lock timeouts': { ask: 'db.lockTimeouts' },
      },
      right: { 'longest read': 0.5, 'lock timeouts': 1 },
      async measure(own) {
        const { readers, changed } = await lockQueue(own, "SET lock_timeout = '1s'");
        return { 'longest read': longest(readers), 'lock timeouts': count(changed, 'lockTimeout') };
      },
    },
    {
      scenario: 'pg-abandoned-row',
      rule: 'An update whose client has left keeps its row until it ends',
      figures: { 'next update': { ask: 'b.latency.max', unit: 's', tolerance: 0.25 } },
      right: { 'next update': 2 },
      async measure(own) {
        await own.restart();
        await own.execute(
          'DROP TABLE IF EXISTS account; CREATE TABLE account (id int, n int); INSERT INTO account VALUES (1, 0)',
        );
        const update = 'UPDATE account SET n = n + 1 WHERE id = 1';
        const slow = `DO $$ BEGIN ${update}; PERFORM pg_sleep(3); END $$`;
        const [next] = await Promise.all([
          arrivals([1], () => own.execute(update)),
          arrivals([0], () => own.execute(slow, { limit: 0.5 })),
        ]);
        return { 'next update': longest(next) };
      },
    },
    {
      scenario: 'pg-statement-timeout',
      rule: '`statement_timeout` of 2 s includes the wait for a row',
      figures: {
        'end of the second': { ask: 'b.latency.max', unit: 's', tolerance: 0.25 },
        'second ok': { ask: 'b.outcomes.ok' },
      },
      right: { 'end of the second': 2, 'second ok': 0 },
      async measure(own) {
        await own.restart({ statement_timeout: '2s' });
        await own.execute(
          'DROP TABLE IF EXISTS account; CREATE TABLE account (id int, n int); INSERT INTO account VALUES (1, 0)',
        );
        const update = (seconds) =>
          `DO $$ BEGIN UPDATE account SET n = n + 1; PERFORM pg_sleep(${seconds}); END $$`;
        const [second] = await Promise.all([
          arrivals([0.02], () => own.execute(update(1))),
          arrivals([0], () => own.execute(update(1.5))),
        ]);
        return { 'end of the second': longest(second), 'second ok': count(second, 'ok') };
      },
    },
    {
      scenario: 'pg-deadlock-victim',
      rule: 'The transaction that first waits for `deadlock_timeout` in a circle is rolled back',
      figures: {
        'older ok': { ask: 'older.outcomes.ok' },
        'younger ok': { ask: 'younger.outcomes.ok' },
        'end of the older': { ask: 'older.latency.max', unit: 's', tolerance: 0.25 },
        'end of the younger': { ask: 'younger.latency.max', unit: 's', tolerance: 0.25 },
      },
      right: { 'older ok': 0, 'younger ok': 1, 'end of the older': 1.4, 'end of the younger': 1.2 },
      async measure(own) {
        const { first, second } = await deadlock(own, UPDATES, [...UPDATES].reverse());
        return {
          'older ok': count([first], 'ok'),
          'younger ok': count([second], 'ok'),
          'end of the older': first.latency,
          'end of the younger': second.latency,
        };
      },
    },
    {
      scenario: 'pg-deadlock-at-once',
      rule: 'A statement that would wait for a request which waits for its own table lock fails at once',
      figures: {
        'first ok': { ask: 'first.outcomes.ok' },
        'second ok': { ask: 'second.outcomes.ok' },
        'end of the first': { ask: 'first.latency.max', unit: 's', tolerance: 0.25 },
        'end of the second': { ask: 'second.latency.max', unit: 's', tolerance: 0.25 },
      },
      right: { 'first ok': 1, 'second ok': 0, 'end of the first': 0.9, 'end of the second': 0.7 },
      async measure(own) {
        const upgrade = (column) => [
          'SELECT * FROM stock',
          `ALTER TABLE stock ADD COLUMN ${column} text`,
        ];
        const { first, second } = await deadlock(own, upgrade('a'), upgrade('b'));
        return {
          'first ok': count([first], 'ok'),
          'second ok': count([second], 'ok'),
          'end of the first': first.latency,
          'end of the second': second.latency,
        };
      },
    },
  ],
};
