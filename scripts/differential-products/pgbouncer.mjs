// PgBouncer: whose pool a statement waits for, and what the server still executes for clients that have left.
import { arrivals, count, longest } from './clients.mjs';
import { accepts, freePort, printed } from './machine.mjs';
import { Postgres } from './postgres.mjs';

/** A PgBouncer in front of a PostgreSQL of its own, with the settings of one rule after the other. */
class PgBouncer {
  constructor(machine, clients) {
    this.machine = machine;
    this.postgres = new Postgres(machine, clients.pg);
    this.child = null;
  }

  async restart(settings) {
    const { machine, postgres } = this;
    if (postgres.data === null) {
      await postgres.restart();
      await postgres.execute('CREATE ROLE reports LOGIN');
    }
    if (this.child !== null) await machine.stop(this.child, 'SIGTERM');
    this.port = await freePort();
    const own = {
      listen_addr: '127.0.0.1',
      listen_port: this.port,
      unix_socket_dir: '',
      auth_type: 'trust',
      auth_file: machine.write('users.txt', '"app" ""\n"reports" ""\n'),
      pool_mode: 'transaction',
      ...settings,
    };
    const lines = Object.entries(own).map(([name, value]) => `${name} = ${value}`);
    const text = `[databases]\npostgres = host=127.0.0.1 port=${postgres.port}\n[pgbouncer]\n${lines.join('\n')}\n`;
    const file = machine.write('pgbouncer.ini', text);
    this.child = await machine.start('pgbouncer', [file], () => accepts(this.port));
  }

  execute(statement, options = {}) {
    return this.postgres.execute(statement, { port: this.port, ...options });
  }
}

const WAIT = { unit: 's', tolerance: 0.25 };
/** PgBouncer looks for clients that have waited too long three times a second (janitor.c, full_maint_period). */
const LOOK = { unit: 's', tolerance: 0.5 };

export const pgbouncer = {
  name: 'PgBouncer',
  needs: ['pgbouncer', 'initdb', 'postgres'],
  install: 'apt-get install pgbouncer postgresql',
  version: () => /\d+\.\d+\.\d+/.exec(printed('pgbouncer', '--version'))[0],
  start: (machine, clients) => new PgBouncer(machine, clients),
  rules: [
    {
      scenario: 'pgbouncer-per-user',
      rule: 'A pool belongs to a user and a database: another user does not wait',
      figures: {
        'the four statements': { ask: 'slow.latency.max', ...WAIT },
        'same user': { ask: 'own.latency.max', ...WAIT },
        'other user': { ask: 'other.latency.max', ...WAIT },
      },
      right: { 'the four statements': 3, 'same user': 2.5, 'other user': 0 },
      async measure(own) {
        await own.restart({ default_pool_size: 2 });
        const [slow, same, other] = await Promise.all([
          arrivals([0, 0, 0, 0], () => own.execute('SELECT pg_sleep(1.5)')),
          arrivals([0.5], () => own.execute('SELECT 1')),
          arrivals([0.5], () => own.execute('SELECT 1', { user: 'reports' })),
        ]);
        return {
          'the four statements': longest(slow),
          'same user': longest(same),
          'other user': longest(other),
        };
      },
    },
    {
      scenario: 'pgbouncer-reserve',
      rule: '`reserve_pool_size` adds a connection for a client that has waited for `reserve_pool_timeout`',
      figures: {
        'longest of three statements': { ask: 'users.latency.max', ...LOOK },
        sessions: { ask: 'db.connections.max' },
      },
      right: { 'longest of three statements': 4, sessions: 3 },
      async measure(own) {
        await own.restart({ default_pool_size: 2, reserve_pool_size: 1, reserve_pool_timeout: 1 });
        const [users, sessions] = await Promise.all([
          arrivals([0, 0, 0], () => own.execute('SELECT pg_sleep(3)')),
          own.postgres.mostSessions(4),
        ]);
        return { 'longest of three statements': longest(users), sessions };
      },
    },
    {
      scenario: 'pgbouncer-wait-timeout',
      rule: '`query_wait_timeout` of 1 s ends the wait for a connection',
      figures: {
        'end of the early one': { ask: 'early.latency.max', ...LOOK },
        'early ok': { ask: 'early.outcomes.ok' },
        'end of the late one': { ask: 'late.latency.max', ...WAIT },
        'late ok': { ask: 'late.outcomes.ok' },
      },
      right: {
        'end of the early one': 1,
        'early ok': 0,
        'end of the late one': 0.5,
        'late ok': 1,
      },
      async measure(own) {
        await own.restart({ default_pool_size: 1, query_wait_timeout: 1 });
        const [early, late] = await Promise.all([
          arrivals([0.1], () => own.execute('SELECT 1')),
          arrivals([2.5], () => own.execute('SELECT 1')),
          arrivals([0], () => own.execute('SELECT pg_sleep(3)')),
        ]);
        return {
          'end of the early one': longest(early),
          'early ok': count(early, 'ok'),
          'end of the late one': longest(late),
          'late ok': count(late, 'ok'),
        };
      },
    },
    {
      scenario: 'pgbouncer-abandoned',
      rule: 'A client that leaves during its statement costs a session more than the pool has',
      figures: {
        'next statement': { ask: 'next.latency.max', ...WAIT },
        sessions: { ask: 'db.connections.max' },
      },
      right: { 'next statement': 0.5, sessions: 2 },
      async measure(own) {
        await own.restart({ default_pool_size: 1 });
        const [next, sessions] = await Promise.all([
          arrivals([1], () => own.execute('SELECT pg_sleep(0.5)')),
          own.postgres.mostSessions(2),
          arrivals([0], () => own.execute('SELECT pg_sleep(3)', { limit: 0.4 })),
        ]);
        return { 'next statement': longest(next), sessions };
      },
    },
  ],
};
