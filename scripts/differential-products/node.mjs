// Libraries of Node.js: agents, pools, bulkheads and time limits in this process.
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { createRequire } from 'node:module';
import { bulkhead, TaskCancelledError, timeout, TimeoutStrategy, wrap } from 'cockatiel';
import CircuitBreaker from 'opossum';
import { arrivals, count, Failed, get, longest, server, shortest, within } from './clients.mjs';
import { Postgres } from './postgres.mjs';
import { sleep } from './machine.mjs';

const TIME = { unit: 's', tolerance: 0.25 };
const versionOf = (name) => {
  const file = createRequire(import.meta.url).resolve(`${name}/package.json`);
  return JSON.parse(readFileSync(file, 'utf8')).version;
};

/** A server that answers after 0.5 s, and callers of it through an agent with two sockets. */
async function withAgent(use) {
  const slow = (_, response) => setTimeout(() => response.end('ok'), 500);
  const { port, seen, close } = await server(slow);
  const agent = new http.Agent({ maxSockets: 2 });
  const call = (limit) => {
    const caller = new AbortController();
    const got = get(port, { agent, signal: caller.signal });
    return within(limit, got, () => caller.abort()).then(() => 'ok');
  };
  const results = await use(call);
  await close();
  return { results, served: seen.requests };
}

export const agent = {
  name: 'Node.js http.Agent',
  needs: [],
  version: () => process.versions.node,
  start: () => null,
  rules: [
    {
      scenario: 'node-agent-queue',
      variant: 'patient',
      rule: '`maxSockets: 2`: further calls wait in line for a socket',
      figures: { 'longest of six': { ask: 'users.latency.max', ...TIME } },
      right: { 'longest of six': 1.5 },
      async measure() {
        const { results } = await withAgent((call) => arrivals([0, 0, 0, 0, 0, 0], () => call(5)));
        return { 'longest of six': longest(results) };
      },
    },
    {
      scenario: 'node-agent-queue',
      variant: 'leaving',
      rule: 'Callers that leave the line are never sent',
      figures: {
        timeouts: { ask: 'page->app.outcomes.timeout' },
        'calls that the server saw': { ask: 'app.outcomes.ok' },
        'call after them': { ask: 'next.latency.max', ...TIME },
      },
      right: { timeouts: 2, 'calls that the server saw': 3, 'call after them': 0.55 },
      async measure() {
        const { results, served } = await withAgent((call) =>
          Promise.all([
            arrivals([0.1, 0.1], () => call(0.3)),
            arrivals([0.45], () => call(5)),
            arrivals([0, 0], () => call(5)),
          ]),
        );
        const [leavers, next] = results;
        return {
          timeouts: count(leavers, 'timeout'),
          'calls that the server saw': served,
          'call after them': longest(next),
        };
      },
    },
  ],
};

export const genericPool = {
  name: 'generic-pool',
  needs: [],
  version: (own) => own.versions['generic-pool'],
  start: (_, clients) => clients,
  rules: [
    {
      scenario: 'generic-pool',
      rule: '`acquireTimeoutMillis` of 1 s ends the wait for one of two resources',
      figures: {
        ok: { ask: 'users.outcomes.ok' },
        'failed after': { ask: 'users.latency.min', ...TIME },
        longest: { ask: 'users.latency.max', ...TIME },
      },
      right: { ok: 2, 'failed after': 1, longest: 1.5 },
      async measure(own) {
        const factory = { create: async () => ({}), destroy: async () => undefined };
        const pool = own['generic-pool'].createPool(factory, {
          max: 2,
          acquireTimeoutMillis: 1000,
        });
        const results = await arrivals([0, 0, 0, 0, 0], () =>
          pool.use(() => sleep(1.5)).then(() => 'ok'),
        );
        await pool.drain();
        return {
          ok: count(results, 'ok'),
          'failed after': shortest(results),
          longest: longest(results),
        };
      },
    },
  ],
};

export const pgPool = {
  name: 'pg-pool',
  needs: ['initdb', 'postgres'],
  install: 'apt-get install postgresql',
  version: (own) => own.versions['pg-pool'],
  async start(machine, clients) {
    const postgres = new Postgres(machine, clients.pg);
    await postgres.restart();
    return { postgres, pg: clients.pg, versions: clients.versions };
  },
  rules: [
    {
      scenario: 'pg-pool-query-timeout',
      rule: '`query_timeout` frees the place in the pool, not the session of the server',
      figures: {
        'end of the slow one': { ask: 'slow.latency.max', ...TIME },
        'next one': { ask: 'next.latency.max', ...TIME },
        sessions: { ask: 'db.connections.max' },
      },
      right: { 'end of the slow one': 0.4, 'next one': 0.5, sessions: 2 },
      async measure({ postgres, pg }) {
        const { port } = postgres;
        const pool = new pg.Pool({
          host: '127.0.0.1',
          port,
          user: 'app',
          database: 'postgres',
          max: 1,
          query_timeout: 400,
        });
        pool.on('error', () => undefined);
        const query = (text, limit) => pool.query({ text, query_timeout: limit }).then(() => 'ok');
        const [slow, next, sessions] = await Promise.all([
          arrivals([0], () => query('SELECT pg_sleep(3)', 400)),
          arrivals([1], () => query('SELECT pg_sleep(0.5)', 5000)),
          postgres.mostSessions(2),
        ]);
        await pool.end();
        return { 'end of the slow one': longest(slow), 'next one': longest(next), sessions };
      },
    },
  ],
};

/** Work of a number of seconds that does not notice when its caller leaves, and how many run at once. */
function workers(seconds) {
  const seen = { now: 0, most: 0 };
  const work = async () => {
    seen.most = Math.max(seen.most, ++seen.now);
    await sleep(seconds);
    seen.now--;
  };
  return { seen, work };
}

export const opossum = {
  name: 'opossum',
  needs: [],
  version: () => versionOf('opossum'),
  start: () => null,
  rules: [
    {
      scenario: 'opossum-timeout-permit',
      rule: 'A timeout frees the permit of `capacity`, while its work goes on',
      figures: {
        timeouts: { ask: 'page->app.outcomes.timeout' },
        refused: { ask: 'page->app.outcomes.rejectedBulkhead' },
        'running at once': { ask: 'app.concurrency.max' },
      },
      right: { timeouts: 4, refused: 0, 'running at once': 4 },
      async measure() {
        const { seen, work } = workers(1);
        const breaker = new CircuitBreaker(work, {
          timeout: 200,
          capacity: 1,
          volumeThreshold: 100,
        });
        const results = await arrivals([0, 0.25, 0.5, 0.75], () =>
          breaker.fire().catch((error) => {
            throw new Failed(error.code);
          }),
        );
        await sleep(1);
        breaker.shutdown();
        const refused = count(results, 'ESEMLOCKED');
        return { timeouts: count(results, 'ETIMEDOUT'), refused, 'running at once': seen.most };
      },
    },
  ],
};

/** The outcome of a call through policies of cockatiel. */
function outcomeOf(error) {
  return new Failed(error instanceof TaskCancelledError ? 'timeout' : 'refused');
}

const BULKHEAD = { refused: { ask: 'page->app.outcomes.rejectedBulkhead' } };

export const cockatiel = {
  name: 'cockatiel',
  needs: [],
  version: () => versionOf('cockatiel'),
  start: () => null,
  rules: [
    {
      scenario: 'cockatiel-timeout-bulkhead',
      rule: 'A bulkhead inside a timeout keeps its place until the work ends',
      figures: { timeouts: { ask: 'page->app.outcomes.timeout' }, ...BULKHEAD },
      right: { timeouts: 2, refused: 3 },
      async measure() {
        const { work } = workers(1);
        const policy = wrap(timeout(200, TimeoutStrategy.Aggressive), bulkhead(1));
        const call = () =>
          policy.execute(work).catch((error) => {
            throw outcomeOf(error);
          });
        const results = await arrivals([0, 0.25, 0.5, 0.75, 1.1], call);
        return { timeouts: count(results, 'timeout'), refused: count(results, 'refused') };
      },
    },
    {
      scenario: 'cockatiel-bulkhead-queue',
      rule: 'A bulkhead of 2 with 2 places in line',
      figures: {
        ok: { ask: 'users.outcomes.ok' },
        ...BULKHEAD,
        longest: { ask: 'users.latency.max', ...TIME },
      },
      right: { ok: 4, refused: 2, longest: 1 },
      async measure() {
        const { work } = workers(0.5);
        const policy = bulkhead(2, 2);
        const results = await arrivals([0, 0, 0, 0, 0, 0], () =>
          policy.execute(work).then(
            () => 'ok',
            (error) => {
              throw outcomeOf(error);
            },
          ),
        );
        return {
          ok: count(results, 'ok'),
          refused: count(results, 'refused'),
          longest: longest(results),
        };
      },
    },
  ],
};
