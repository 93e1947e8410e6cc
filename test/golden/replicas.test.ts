import { describe, expect, it } from 'vitest';
import { answered, golden, latencies, metered, outcomes, times } from './tracing.js';

/** A database with replicas; `w` writes and `r` reads one row. */
const stored = (database: string, workloads: string, more = ''): string => `
keys: { row: { kind: uniform, count: 1 } }
services:
  shop:
    endpoints: { write: [ query: db.w ], read: [ query: db.r ] }
databases:
  db:
    ${database}
    operations:
      w: { wait: 10ms, write: true, key: row }
      r: { wait: 1ms, key: row }
workloads:
${workloads}
${more}`;

const writers = (at: string): string =>
  `  writers: { arrivals: { at: [ ${at} ] }, requests: [ { call: shop.write } ] }`;
const readers = (at: string): string =>
  `  readers: { arrivals: { at: [ ${at} ] }, requests: [ { call: shop.read } ] }`;

/** Operations show by their failures when there is no primary, because no driver waits for one. */
const AT_ONCE = 'serverSelectionTimeout: 0s\n    retryReads: false\n    retryWrites: false';

describe('DB-9: replication', () => {
  it('CQ-1: a read at a replica is stale from the commit until the lag is over', () => {
    const body = stored(
      'replicas: { count: 1, lag: 50ms }\n    route: replica',
      // Committed at 10 ms, before arrivals of that instant; applied at 60 ms.
      `${writers('0ms')}\n${readers('9ms, 10ms, 11ms, 59ms, 60ms')}`,
    );
    expect(metered(golden(body), 'staleReads', 'db')).toBe(3);
  });

  it('answers before the replicas have it, or once one or all of them have', () => {
    const write = (mode: string): readonly number[] =>
      latencies(
        golden(stored(`replicas: { count: 2, mode: ${mode}, lag: 50ms }`, writers('0ms'))).requests,
      );
    expect([write('async'), write('semiSync'), write('sync')]).toEqual([[10], [60], [60]]);
  });

  it('answers with majority once more than half of all nodes have it, as mongo does by default', () => {
    // The second replica is down until 300 ms, the third until 600 ms; of 2, 3, 4 and 5 nodes 2, 2, 3 and 3 are needed.
    const write = (count: number): readonly number[] => {
      const crash = (node: number): string =>
        `{ id: r${node}, kind: crash, target: 'db[${node}]', at: 5ms, for: ${300 * (node - 1) - 5}ms }`;
      const down = Array.from({ length: count - 1 }, (_, index) => crash(index + 2));
      return answered(
        golden(
          stored(
            `kind: mongo\n    replicas: { count: ${count}, lag: 50ms }`,
            writers('0ms'),
            `faults: [ ${down.join(', ')} ]`,
          ),
        ).requests,
      );
    };
    expect([1, 2, 3, 4].map(write)).toEqual([[60], [60], [300], [300]]);
  });

  it('waits with sync until a replica that is down is back', () => {
    const body = stored(
      'replicas: { count: 1, mode: sync, lag: 50ms }',
      writers('0ms'),
      "faults: [ { id: dies, kind: crash, target: 'db[1]', at: 5ms, for: 295ms } ]",
    );
    expect(answered(golden(body).requests)).toEqual([300]);
  });

  it('applies no faster than its rate: the lag grows', () => {
    const body = stored(
      'replicas: { count: 1, applyRate: 10/s }\n    route: replica',
      // Three commits at 10 ms, applied at 10, 110 and 210 ms.
      `${writers(times(3, '0ms'))}\n${readers('15ms, 205ms, 215ms')}`,
    );
    expect(metered(golden(body), 'staleReads', 'db')).toBe(2);
  });
});

describe('semi-synchronous replication of mysql', () => {
  const down = (at: string, length: string): string =>
    `faults: [ { id: dies, kind: crash, target: 'db[1]', at: ${at}, for: ${length} } ]`;
  const replicated = (replicas: string, at: string, more: string, kind = 'mysql'): string =>
    stored(`kind: ${kind}\n    replicas: { mode: semiSync, ${replicas} }`, writers(at), more);

  it('waits for a replica no longer than semiSyncTimeout, then for none until one has caught up', () => {
    // Committed at 10 ms, 5.01 s, 12.01 s and 30.06 s; the timer of the first is that of the second too. The
    // replica is back at 30 s and has caught up at that instant.
    const body = replicated('count: 1, lag: 50ms', '0ms, 5s, 12s, 30050ms', down('5ms', '29995ms'));
    expect(answered(golden(body).requests)).toEqual([10_010, 10_010, 12_010, 30_110]);
  });

  it('loses writes that it has reported without a confirmation', () => {
    const body = replicated(
      'count: 1, lag: 50ms, semiSyncTimeout: 2s',
      '0ms, 3s, 4s',
      `faults:
  - { id: replica, kind: crash, target: 'db[1]', at: 5ms, for: 6s }
  - { id: primary, kind: crash, target: 'db[0]', at: 5s, for: 60s }`,
    );
    const traced = golden(body);
    expect(answered(traced.requests)).toEqual([2_010, 3_010, 4_010]);
    expect(metered(traced, 'lostCommits', 'db')).toBe(3);
  });

  it('continues at a primary that has lost sight of its replicas, and loses that too', () => {
    // The caller stays with the old primary, though there is a new one from 16 s on. Its three writes are lost at 35 s.
    const body = replicated(
      'count: 1, lag: 50ms, semiSyncTimeout: 12s',
      '6s, 14s, 20s',
      'faults: [ { id: apart, kind: splitBrain, target: db, at: 5s, for: 30s } ]',
      'mysql\n    failover: { detect: 10s, promote: 1s, fencing: false }',
    );
    const traced = golden(body);
    expect(answered(traced.requests)).toEqual([18_010, 18_010, 20_010]);
    expect(metered(traced, 'lostCommits', 'db')).toBe(3);
  });

  it.each([
    ['postgres', 'count: 1, lag: 50ms'],
    ['generic', 'count: 1, lag: 50ms'],
    ['mysql', 'count: 1, lag: 50ms, semiSyncTimeout: none'],
  ])('waits for ever: %s with %s', (kind, replicas) => {
    const body = replicated(replicas, '0ms', down('5ms', '60s'), kind);
    expect(answered(golden(body).requests)).toEqual([60_005]);
  });
});

describe('DB-11: where reads go', () => {
  const nodes = (route: string, at: string): readonly number[] => {
    const traced = golden(
      stored(
        `replicas: { count: 2, lag: 50ms }\n    route: ${route}`,
        `${writers('0ms')}\n${readers(at)}`,
      ),
    );
    return traced.at('db.r').map(({ instance }) => Number(/\d/.exec(instance)![0]));
  };

  it('primary: all at one', () => {
    expect(nodes('primary', '20ms, 21ms, 22ms, 23ms')).toEqual([0, 0, 0, 0]);
  });

  it('replica: one after the other', () => {
    expect(nodes('replica', '20ms, 21ms, 22ms, 23ms')).toEqual([1, 2, 1, 2]);
  });

  it('replicaIfLag: at the primary once replicas lag more', () => {
    expect(nodes('replicaIfLag(12ms)', '20ms, 22ms, 23ms, 60ms')).toEqual([1, 2, 0, 2]);
  });
});

describe('DB-10: failover', () => {
  const dying = (failover: string, at: string, more = ''): string =>
    stored(
      `replicas: { count: 1, lag: 20ms }\n    ${failover}`,
      writers(at),
      `faults: [ { id: dies, kind: crash, target: 'db[0]', at: 100ms, for: 10s } ]\n${more}`,
    );

  it('writes fail until the replica has taken over and clients know', () => {
    const failover = 'failover: { detect: 50ms, promote: 30ms, reconnect: 20ms }';
    const traced = golden(dying(failover, '150ms, 199ms, 200ms'));
    expect(outcomes(traced.requests)).toEqual(['serverError', 'serverError', 'ok']);
    expect(metered(traced, 'failovers', 'db')).toBe(1);
  });

  it('loses what was committed and not applied', () => {
    // Committed at 79, 80, 85 and 99 ms; writes applied 20 ms later are lost with the crash at 100 ms.
    const failover = 'failover: { detect: 10ms, promote: 0s }';
    const traced = golden(dying(failover, '69ms, 70ms, 75ms, 89ms'));
    expect(outcomes(traced.requests)).toEqual(['ok', 'ok', 'ok', 'ok']);
    expect(metered(traced, 'lostCommits', 'db')).toBe(3);
  });

  it('loses nothing where commits wait for a majority', () => {
    // Committed at 79, 80 and 85 ms; only the first is applied, and confirmed, before the crash.
    const body = stored(
      `kind: mongo\n    ${AT_ONCE}\n    replicas: { count: 2, lag: 20ms }\n    failover: { detect: 10ms }`,
      writers('69ms, 70ms, 75ms'),
      "faults: [ { id: dies, kind: crash, target: 'db[0]', at: 100ms, for: 10s } ]",
    );
    const traced = golden(body);
    expect(outcomes(traced.requests)).toEqual(['ok', 'serverError', 'serverError']);
    expect(metered(traced, 'lostCommits', 'db')).toBe(0);
  });

  it('does not happen without a successor', () => {
    const traced = golden(dying('', '5s, 11s'));
    expect(outcomes(traced.requests)).toEqual(['serverError', 'ok']);
    expect(metered(traced, 'failovers', 'db')).toBe(0);
  });
});

describe('a replica set of mongo needs a majority', () => {
  const set = (
    kind: string,
    count: number,
    down: readonly (readonly [number, string])[],
    at: string,
  ): string =>
    stored(
      `kind: ${kind}\n    ${AT_ONCE}\n    replicas: ${count}\n    failover: { detect: 50ms, promote: 30ms }`,
      writers(at),
      `faults: [ ${down.map(([node, times]) => `{ id: f${node}, kind: crash, target: 'db[${node}]', ${times} }`).join(', ')} ]`,
    );

  it('to elect a primary: a single survivor of three waits for another one', () => {
    const down = [
      [0, 'at: 100ms, for: 10s'],
      [1, 'at: 100ms, for: 900ms'],
    ] as const;
    // Down at 100 ms, detected at 150 ms; another node is back at 1 s and elects one within 30 ms.
    const at = '500ms, 1020ms, 1040ms';
    const elected = golden(set('mongo', 2, down, at));
    expect(outcomes(elected.requests)).toEqual(['serverError', 'serverError', 'ok']);
    expect(metered(elected, 'failovers', 'db')).toBe(1);
    expect(outcomes(golden(set('generic', 2, down, at)).requests)).toEqual(['ok', 'ok', 'ok']);
  });

  it('to elect a primary: of two nodes none can be missing', () => {
    // It is back at 1.1 s, and elected within 30 ms.
    const traced = golden(set('mongo', 1, [[0, 'at: 100ms, for: 1s']], '500ms, 1120ms, 1140ms'));
    expect(outcomes(traced.requests)).toEqual(['serverError', 'serverError', 'ok']);
    expect(metered(traced, 'failovers', 'db')).toBe(0);
  });

  it('to stay one: it steps down when the others are missed, and is elected when one is back', () => {
    const down = [
      [1, 'at: 100ms, for: 1s'],
      [2, 'at: 200ms, for: 10s'],
    ] as const;
    // Alone from 200 ms, missed at 250 ms; the other is back at 1.1 s, and elects it within 30 ms.
    const at = '150ms, 260ms, 1120ms, 1140ms';
    const traced = golden(set('mongo', 2, down, at));
    expect(outcomes(traced.requests)).toEqual(['ok', 'serverError', 'serverError', 'ok']);
    expect(metered(traced, 'failovers', 'db')).toBe(0);
    expect(metered(traced, 'lostCommits', 'db')).toBe(0);
    // A node that comes back in time causes no failover.
    const brief = golden(set('mongo', 2, [down[0], [2, 'at: 200ms, for: 40ms']], at));
    expect(outcomes(brief.requests)).toEqual(['ok', 'ok', 'ok', 'ok']);
  });

  it('behind a split as after a crash', () => {
    const body = (kind: string): string =>
      set(kind, 2, [[1, 'at: 100ms, for: 10s']], '500ms, 1060ms').replace(
        'faults: [',
        'faults: [ { id: split, kind: splitBrain, target: db, at: 200ms, for: 800ms },',
      );
    // One node sees no other and another is down: the third is alone, until they see each other again at 1 s.
    const traced = golden(body('mongo'));
    expect(outcomes(traced.requests)).toEqual(['serverError', 'ok']);
    expect(metered(traced, 'failovers', 'db')).toBe(0);
    expect(metered(golden(body('generic')), 'failovers', 'db')).toBe(1);
  });
});

describe('a pooler whose server has refused a login', () => {
  const run = (database: string, pool: string, at: string): ReturnType<typeof golden> =>
    golden(
      `
databases:
  pg:
    kind: postgres
    ${database}
    operations: { write: { wait: 10ms, write: true } }
    pool: { kind: pgbouncer${pool} }
services: { s: { endpoints: { put: [ query: pg.write ] } } }
workloads:
  users: { arrivals: { at: [ ${at} ] }, requests: [ { call: s.put } ] }
faults: [ { id: dies, kind: crash, target: pg, at: 5.5s, for: 24.5s } ]`,
      '5m',
    );
  const failed = (traced: ReturnType<typeof golden>): number[] =>
    traced.requests.filter(({ outcome }) => outcome !== 'ok').map(({ sent }) => sent / 1000);

  it('tries no other one for server_login_retry, and fails statements at once meanwhile', () => {
    // Logins fail at 7 s and at 23 s; the server is back at 30 s, and the next login is not before 38 s.
    const at = '1s, 7s, 23s, 31s, 37s, 39s, 40s';
    expect(failed(run('', '', at))).toEqual([7, 23, 31, 37]);
    expect(failed(run('', ', serverLoginRetry: 1s', at))).toEqual([7, 23]);
    // No statement came while the server was away.
    expect(failed(run('', '', '1s, 31s'))).toEqual([]);
  });

  it('logs in at another node by the same address', () => {
    // Its primary died at 5.5 s, and the next one takes over at 10.5 s; logins have failed at 7 s.
    const database = 'replicas: 1\n    failover: { detect: 4s, promote: 1s }';
    const traced = run(database, '', '1s, 7s, 12s, 21s, 23s');
    expect(failed(traced)).toEqual([7, 12, 21]);
  });
});

describe('calls that wait for a connection while a replica takes over', () => {
  // The primary dies at 5.5 s, and clients know the next one 30 s + 5 s later, at 40.5 s.
  const run = (more = ''): ReturnType<typeof golden> =>
    golden(
      `
databases:
  pg:
    kind: postgres
    replicas: 1
    operations: { write: { wait: 10ms, write: true }, read: { wait: 10ms } }
    pool: { kind: hikari, maximumPoolSize: 3 }
services: { s: { ${more} endpoints: { put: [ query: pg.write ] } } }
workloads:
  users: { arrivals: { at: [ 1s, 7s, 13s, 20s, 41s ] }, requests: [ { call: s.put } ] }
faults: [ { id: dies, kind: crash, target: pg, at: 5.5s, for: 200s } ]`,
      '5m',
    );

  it('get one to the new primary, and their connectionTimeout goes on', () => {
    // The call at 7 s has waited 30 s before. The start of the pool opens one connection and its thread another one.
    const { requests } = run();
    expect(outcomes(requests)).toEqual(['ok', 'serverError', 'ok', 'ok', 'ok']);
    expect(answered(requests)).toEqual([1010, 37_000, 40_510, 40_510, 41_010]);
  });

  it('stay in line where an outer layer has a state for each node', () => {
    const own =
      'outbound: { pg: { circuitBreaker: { kind: simple, failureThreshold: 100, per: target } } },';
    expect(answered(run(own).requests)).toEqual([1010, 37_000, 43_000, 50_000, 41_010]);
  });
});
