import { describe, expect, it } from 'vitest';
import { shardOf } from '../../src/model/resources/replication/shards.js';
import { problemsOf } from '../theory/program.js';
import { answered, golden, latencies, outcomes, times } from './tracing.js';
import type { Traced } from './tracing.js';

/** A database in two shards by `row`; the requests have the rows 0, 1, 2 and 3 in turn. */
const stored = (steps: string, at: string, more = '', database = ''): string => `
keys: { row: { kind: sequence, count: 4 }, other: { kind: sequence, count: 4 } }
services:
  shop:
    endpoints: { do: [ ${steps} ] }
databases:
  db:
    shards: { count: 2, key: row }
    ${database}
    operations:
      get: { work: 10ms, key: row }
      odd: { work: 10ms }
      all: { work: 10ms, scan: true }
workloads:
  users: { arrivals: { at: [ ${at} ] }, requests: [ { call: shop.do } ] }
${more}`;

const shardsOf = (traced: Traced, operation: string): readonly number[] =>
  traced.at(`db.${operation}`).map(({ instance }) => Number(/\d/.exec(instance)![0]));

const EIGHT = '0ms, 20ms, 40ms, 60ms, 80ms, 100ms, 120ms, 140ms';
const ROWS = [0, 1, 2, 3].map((row) => shardOf(row, 2));

describe('SE-3: shards', () => {
  it('gives each value of a key one shard, whatever the seed, and large ones even shares', () => {
    const counts = [0, 0, 0, 0];
    for (let value = 0; value < 40_000; value++) counts[shardOf(value, 4)]!++;
    // 10000 each; the standard deviation of a share is sqrt(40000 x 1/4 x 3/4) = 87.
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(350);
    expect(shardOf(2 ** 40 + 7, 1)).toBe(0);
    expect(new Set(ROWS).size).toBe(2);
  });

  it('sends an operation with the key of the shards to that of its value, each time', () => {
    expect(shardsOf(golden(stored('query: db.get', EIGHT)), 'get')).toEqual([...ROWS, ...ROWS]);
  });

  it('sends one without that key to a shard by the hash of its request', () => {
    const at = times(200, '0ms');
    const shards = shardsOf(golden(stored('query: db.odd', at)), 'odd');
    // The standard deviation of 200 throws is 7.
    expect(Math.abs(shards.filter((shard) => shard === 0).length - 100)).toBeLessThan(28);
  });

  it('sends a query with a key of its own to the shard of that value', () => {
    const step = 'query: { database: db, operation: odd, key: other }';
    expect(shardsOf(golden(stored(step, EIGHT)), 'odd')).toEqual([...ROWS, ...ROWS]);
  });

  it('has a core for each shard: two of one shard wait for each other, two of both do not', () => {
    const other = ROWS.findIndex((shard) => shard !== ROWS[0]);
    const pair = (step: string): readonly number[] =>
      latencies(
        golden(stored(step, times(4, '0ms'), '', 'cpu: { cores: 1, discipline: fcfs }')).requests,
      ).sort((a, b) => a - b);
    expect(other).toBeGreaterThan(0);
    const most = Math.max(...[0, 1].map((shard) => ROWS.filter((at) => at === shard).length));
    expect(pair('query: db.get')[3]).toBe(10 * most);
    expect(pair('query: db.all')).toEqual([10, 20, 30, 40]);
  });
});

describe('SE-3: scatter-gather', () => {
  it('asks every shard once, at once', () => {
    const traced = golden(stored('query: db.all', '0ms'));
    expect([...shardsOf(traced, 'all')].sort()).toEqual([0, 1]);
    expect(answered(traced.requests)).toEqual([10]);
  });

  it('answers with the slowest shard', () => {
    const slow =
      "faults: [ { id: slow, kind: slow, target: 'db[1]', factor: 5, at: 0s, for: 1s } ]";
    expect(answered(golden(stored('query: db.all', '0ms', slow)).requests)).toEqual([50]);
  });

  it('fails with one shard that is down, while the rows of the other are there', () => {
    const dead = (shard: number): string =>
      `faults: [ { id: dies, kind: crash, target: 'db[${shard}]', at: 0s, for: 1s } ]`;
    const scan = golden(stored('query: db.all', '1ms', dead(1)));
    expect(outcomes(scan.requests)).toEqual(['serverError']);
    const reads = golden(stored('query: db.get', '1ms, 21ms, 41ms, 61ms', dead(1)));
    const expected = ROWS.map((shard) => (shard === 1 ? 'serverError' : 'ok'));
    expect(outcomes(reads.requests)).toEqual(expected);
  });

  it('asks as many shards as its fanout says, its own and those behind it', () => {
    const three = (more = ''): string =>
      stored('query: db.some', EIGHT, more)
        .replace('count: 2, key: row', 'count: 4, key: row')
        .replace('odd:', 'some: { work: 10ms, key: row, fanout: 3 }\n      odd:');
    const traced = golden(three());
    const asked = traced.at('db.some').map(({ instance }) => Number(/\d/.exec(instance)![0]));
    const expected = [0, 1, 2, 3].flatMap((row) =>
      [0, 1, 2].map((k) => (shardOf(row, 4) + k) % 4).sort(),
    );
    const inTurn = [0, 1, 2, 3].flatMap((k) => asked.slice(3 * k, 3 * k + 3).sort());
    expect(inTurn).toEqual(expected);
    expect(traced.at('db.some')).toHaveLength(24);
    // Ends with the slowest: a row whose three shards exclude the slow one takes 10 ms, the others 50.
    const slow =
      "faults: [ { id: slow, kind: slow, target: 'db[1]', factor: 5, at: 0s, for: 1s } ]";
    const took = latencies(golden(three(slow)).requests);
    const left = [0, 1, 2, 3].map((row) => (shardOf(row, 4) + 3) % 4 === 1);
    expect(took).toEqual([...left, ...left].map((isLeft) => (isLeft ? 10 : 50)));
    const whole = three().replace('fanout: 3', 'fanout: 4');
    expect(() => golden(whole)).toThrow('write scan: true');
    const within = three().replace(
      'query: db.some',
      'transaction: { database: db, steps: [ query: db.some ] }',
    );
    expect(() => golden(within)).toThrow('a transaction is at one of them');
  });

  it('has a pool for each shard', () => {
    const scan = golden(stored('query: db.all', times(2, '0ms'), '', 'pool: { maxOpen: 1 }'));
    expect(latencies(scan.requests)).toEqual([10, 20]);
  });

  it('handles the failure of a scan as that of a query', () => {
    const dead = "faults: [ { id: dies, kind: crash, target: 'db[0]', at: 0s, for: 1s } ]";
    const steps = '{ query: db.all, optional: true }';
    expect(outcomes(golden(stored(steps, '1ms', dead)).requests)).toEqual(['ok']);
  });

  it('keeps a breaker for each shard apart from those of the others', () => {
    const dead = "faults: [ { id: dies, kind: crash, target: 'db[1]', at: 0s, for: 1s } ]";
    const breaker = (per: string): readonly string[] => {
      const policy = `{ circuitBreaker: { kind: simple, per: ${per}, failureThreshold: 1, openDuration: 10s } }`;
      const step = `{ query: db.get, policy: ${policy} }`;
      return outcomes(golden(stored(step, EIGHT.replace('0ms', '1ms'), dead)).requests);
    };
    const up = (ended: readonly string[]): number => ended.filter((one) => one === 'ok').length;
    expect(up(breaker('target'))).toBe(2 * ROWS.filter((shard) => shard === 0).length);
    expect(up(breaker('callee'))).toBe(ROWS.indexOf(1));
  });
});

/** Writes of 10 ms that hold their row until the commit 10 ms later, in a transaction at one shard. */
const locking = (at: string, more = ''): Traced =>
  golden(
    stored(
      'transaction: { database: db, commit: 10ms, steps: [ query: db.get, query: db.odd ] }',
      at,
      more,
      'pool: { maxOpen: 20 }',
    ).replace(
      'get: { work: 10ms, key: row }',
      'get: { work: 10ms, key: row, write: true, lock: true }',
    ),
  );

describe('DB-8: transactions and locks at a shard', () => {
  it('has all statements and the commit where the row is', () => {
    const traced = locking(EIGHT);
    const at = [...ROWS, ...ROWS];
    expect(shardsOf(traced, 'get')).toEqual(at);
    expect(shardsOf(traced, 'odd')).toEqual(at);
    expect(shardsOf(traced, 'commit')).toEqual(at);
  });

  it('holds a row until the commit: the same one waits, others of its shard do not (GS-31)', () => {
    // Rows 0, 1, 2, 3, 0 at once: 10 ms for each statement and the commit; the fifth waits for the first.
    expect(latencies(locking(times(5, '0ms')).requests).sort((a, b) => a - b)).toEqual([
      30, 30, 30, 30, 60,
    ]);
  });

  it('loses the locks of a shard with it, and keeps those of the others', () => {
    const dead = (shard: number): Traced =>
      locking(
        '0ms, 0ms, 0ms, 0ms, 5ms, 5ms, 5ms, 5ms, 20ms, 20ms, 20ms, 20ms',
        `faults: [ { id: dies, kind: crash, target: 'db[${shard}]', at: 15ms, for: 1ms } ]`,
      );
    const traced = dead(0);
    const own = traced.requests.map((request, k) => [ROWS[k % 4], request] as const);
    for (const [shard, request] of own) {
      if (shard === 1) expect(request.outcome).toBe('ok');
    }
    // Statements in flight at shard 0 are reset; those that arrive at 20 ms find its rows free.
    const lost = own.slice(0, 8).filter(([shard]) => shard === 0);
    expect(lost.every(([, { outcome }]) => outcome !== 'ok')).toBe(true);
    const later = own.slice(8).filter(([shard]) => shard === 0);
    expect(later.map(([, { answered: at }]) => at)).toEqual(later.map(() => 50));
    // At shard 1 the third of a row waits for two: 30 + 30 + 30 ms.
    const waited = own.slice(8).filter(([shard]) => shard === 1);
    expect(waited.map(([, { answered: at }]) => at)).toEqual(waited.map(() => 90));
  });
});

describe('what shards are not', () => {
  const problems = (steps: string, database = ''): string =>
    problemsOf(
      `faultline: 1\ntitle: x\nrun: { duration: 1s }\n${stored(steps, '0ms', '', database)}`,
    );

  it('refuses replicas of them', () => {
    expect(problems('query: db.get', 'replicas: 1')).toContain(
      'a database has either replicas or shards; only elasticsearch has',
    );
  });

  it('refuses transactions over several of them, and locks of rows that are nowhere', () => {
    const within = (query: string, key = ''): string =>
      stored(`transaction: { database: db, ${key} steps: [ ${query} ] }`, '0ms');
    expect(() => golden(within('query: db.all'))).toThrow('a transaction is at one of them');
    const other = 'query: { database: db, operation: odd, key: other }';
    expect(() => golden(within(other))).toThrow('committed in two phases');
    expect(() => golden(within(other, 'key: other,'))).not.toThrow();
    expect(() => golden(within('query: db.get', 'key: other,'))).toThrow('in two phases');
    const locked = stored('query: db.get', '0ms').replace(
      '{ work: 10ms }',
      '{ work: 10ms, key: other, lock: true }',
    );
    expect(() => golden(locked)).toThrow('a row is locked on its shard, which the value of');
    const one =
      'databases: { d: { operations: { a: 1ms } } }\nservices: { s: { endpoints: { e: [ transaction: { database: d, key: request, steps: [] } ] } } }';
    expect(problemsOf(`faultline: 1\ntitle: x\nrun: { duration: 1s }\n${one}`)).toContain(
      'has no shards',
    );
  });

  it('refuses a scan except by a step', () => {
    const limit = '{ rateLimit: { rate: 9/s, scope: caller, store: { of: db.all } } }';
    const body = stored('query: db.get', '0ms').replace(
      'endpoints: { do',
      `middleware: [ ${limit} ]\n    endpoints: { do`,
    );
    expect(() => golden(body)).toThrow('only a step `query` does that');
  });

  it('refuses a scan of a row', () => {
    expect(() =>
      golden(stored('query: { database: db, operation: all, key: row }', '0ms')),
    ).toThrow('asks all shards');
  });
});
