import { describe, expect, it } from 'vitest';
import { golden, metered, outcomes } from './tracing.js';

/** A replicated database whose writes of 10 ms come from the instances of a shop in turn. */
const stored = (
  database: string,
  at: string,
  fault: string,
  replicas = 1,
): ReturnType<typeof golden> =>
  golden(`
services:
  shop: { replicas: ${replicas}, endpoints: { write: [ query: db.w ], read: [ query: db.r ] } }
databases:
  db:
    ${database}
    operations: { w: { wait: 10ms, write: true }, r: 1ms }
workloads:
  writers: { arrivals: { at: [ ${at} ] }, requests: [ { call: shop.write } ] }
faults: [ { id: f, target: db, ${fault} } ]`);

const LAGGING = 'replicas: { count: 1, lag: 50ms }';

describe('a crash of a database with a replica', () => {
  // A crash at 100 ms; the replica is promoted at 130 and in use at 140 ms. Without a failover the database is down until 300 ms.
  const failover = 'failover: { detect: 10ms, promote: 20ms, reconnect: 10ms }';
  const crashed = (fields: string) =>
    outcomes(
      stored(
        `replicas: { count: 1, lag: 0ms }\n    ${failover}`,
        '80ms, 150ms, 310ms',
        `kind: crash, at: 100ms, for: 200ms${fields}`,
      ).requests,
    );

  it('is one of the primary, and the replica takes over', () => {
    expect(crashed('')).toEqual(['ok', 'ok', 'ok']);
    expect(crashed(', role: primary')).toEqual(['ok', 'ok', 'ok']);
  });

  it('is one of all nodes where that is written', () => {
    for (const fields of [', role: all', ', instances: all', ', instances: [0, 1]']) {
      expect(crashed(fields)).toEqual(['ok', 'serverError', 'ok']);
    }
  });

  it('hits the only node of a database without replicas, which is its primary', () => {
    const alone = (fields: string) =>
      outcomes(
        stored(
          'maxConnections: 100',
          '80ms, 150ms, 310ms',
          `kind: crash, at: 100ms, for: 200ms${fields}`,
        ).requests,
      );
    for (const fields of ['', ', role: primary', ', role: all']) {
      expect(alone(fields)).toEqual(['ok', 'serverError', 'ok']);
    }
    expect(alone(', role: replica, optional: true')).toEqual(['ok', 'ok', 'ok']);
    expect(() => alone(', role: replica')).toThrow(
      /db has no replicas, so no node has the role replica/,
    );
  });

  it('leaves other targets of the same fault as they are', () => {
    const traced = golden(`
services:
  shop: { endpoints: { write: [ query: db.w ] } }
  other: { endpoints: { ask: [ wait: 1ms ] } }
databases:
  db: { replicas: { count: 1, lag: 0ms }, ${failover}, operations: { w: { wait: 10ms, write: true } } }
workloads:
  writers: { arrivals: { at: [ 150ms ] }, requests: [ { call: shop.write } ] }
  askers: { arrivals: { at: [ 150ms ] }, requests: [ { call: other.ask } ] }
faults: [ { id: f, kind: crash, target: [ db, other ], at: 100ms, for: 200ms } ]`);
    expect(outcomes(traced.requests)).toEqual(['refused', 'ok']);
  });
});

describe('a planned failover', () => {
  const failover = 'failover: { detect: 30s, promote: 20ms, reconnect: 10ms }';

  it('lets the replica have all, and loses nothing', () => {
    // Committed at 90 ms, applied at 140 ms; promoted at 160, and in use at 170 ms.
    const traced = stored(
      `${LAGGING}\n    ${failover}`,
      '80ms, 101ms, 165ms, 169ms, 170ms',
      'kind: failover, at: 100ms',
    );
    expect(outcomes(traced.requests)).toEqual([
      'ok',
      'serverError',
      'serverError',
      'serverError',
      'ok',
    ]);
    expect(metered(traced, 'lostCommits', 'db')).toBe(0);
    expect(metered(traced, 'failovers', 'db')).toBe(1);
  });

  it('waits for commits that were under way', () => {
    // Begun at 95, committed at 105 ms: applied at 155, promoted at 175 ms.
    const traced = stored(
      `${LAGGING}\n    ${failover}`,
      '95ms, 184ms, 185ms',
      'kind: failover, at: 100ms',
    );
    expect(outcomes(traced.requests)).toEqual(['ok', 'serverError', 'ok']);
    expect(metered(traced, 'lostCommits', 'db')).toBe(0);
  });

  it('is called off by the death of the one that was to take over', () => {
    // Applied at 140 ms, but the replica dies at 120: the primary takes writes again.
    const traced = golden(`
services: { shop: { endpoints: { write: [ query: db.w ] } } }
databases:
  db: { ${LAGGING}, ${failover}, operations: { w: { wait: 10ms, write: true } } }
workloads:
  writers: { arrivals: { at: [ 80ms, 110ms, 121ms ] }, requests: [ { call: shop.write } ] }
faults:
  - { id: planned, kind: failover, target: db, at: 100ms }
  - { id: dies, kind: crash, target: db, role: replica, at: 120ms, for: 1s }`);
    expect(outcomes(traced.requests)).toEqual(['ok', 'serverError', 'ok']);
    expect(metered(traced, 'failovers', 'db')).toBe(0);
  });

  it('hands back the next time', () => {
    const traced = stored(
      `${LAGGING}\n    ${failover}`,
      '0ms, 500ms, 1500ms',
      'kind: failover, at: 100ms, every: 1s, count: 2',
    );
    expect(traced.at('db.w').map(({ instance }) => instance)).toEqual(['db[0]', 'db[1]', 'db[0]']);
  });
});

describe('split brain', () => {
  const split = 'kind: splitBrain, at: 100ms, for: 900ms';
  const failover = (fencing: boolean): string =>
    `failover: { detect: 200ms, promote: 100ms, fencing: ${fencing} }`;
  const at = '60ms, 110ms, 310ms, 410ms, 420ms, 430ms, 440ms, 1100ms';

  it('costs a fenced primary the time of a failover, and what was not replicated', () => {
    // Committed at 70 ms: too late for the replica. Fenced at 300, the other one there at 400 ms.
    const traced = stored(`${LAGGING}\n    ${failover(true)}`, at, split, 2);
    expect(outcomes(traced.requests)).toEqual([
      'ok',
      'ok',
      'serverError',
      'ok',
      'ok',
      'ok',
      'ok',
      'ok',
    ]);
    // Those of 60 and 110 ms.
    expect(metered(traced, 'lostCommits', 'db')).toBe(2);
    expect(metered(traced, 'divergedWrites', 'db')).toBe(0);
    expect(
      traced
        .at('db.w')
        .map(({ instance }) => instance)
        .slice(3),
    ).toEqual(Array<string>(5).fill('db[1]'));
  });

  it('lets both write without fencing, and loses what the old one took', () => {
    const traced = stored(`${LAGGING}\n    ${failover(false)}`, at, split, 2);
    expect(outcomes(traced.requests)).toEqual(Array<string>(8).fill('ok'));
    // From 400 ms on every second caller uses the old one.
    expect(
      traced
        .at('db.w')
        .map(({ instance }) => instance)
        .slice(3),
    ).toEqual(['db[1]', 'db[0]', 'db[1]', 'db[0]', 'db[1]']);
    expect(metered(traced, 'divergedWrites', 'db')).toBe(2);
    // Three of before the promotion, and those two.
    expect(metered(traced, 'lostCommits', 'db')).toBe(5);
  });

  it('refuses the commit of what a fenced primary has begun', () => {
    // Fenced at 300 ms, in the middle of the second one.
    const traced = stored(`${LAGGING}\n    ${failover(true)}`, '285ms, 295ms', split);
    expect(outcomes(traced.requests)).toEqual(['ok', 'serverError']);
    expect(metered(traced, 'lostCommits', 'db')).toBe(1);
  });

  it('never promotes a node that no other node sees', () => {
    // The new primary of 400 ms dies at 500: the old one is up, out of sight until 1000, promoted at 1100 ms.
    const traced = golden(`
services: { shop: { replicas: 2, endpoints: { write: [ query: db.w ] } } }
databases:
  db: { ${LAGGING}, ${failover(true)}, operations: { w: { wait: 10ms, write: true } } }
workloads:
  writers: { arrivals: { at: [ 410ms, 900ms, 1099ms, 1101ms ] }, requests: [ { call: shop.write } ] }
faults:
  - { id: apart, ${split}, target: db }
  - { id: dies, kind: crash, target: 'db[1]', at: 500ms, for: 2s }`);
    expect(outcomes(traced.requests)).toEqual(['ok', 'serverError', 'serverError', 'ok']);
    expect(metered(traced, 'failovers', 'db')).toBe(2);
  });

  it('is that of Redis without fencing: the old primary is not stopped', () => {
    const traced = stored(
      `kind: redis\n    ${LAGGING}`,
      '32s, 33s, 34s, 35s',
      'kind: splitBrain, at: 1s, for: 60s',
      2,
    );
    expect(metered(traced, 'divergedWrites', 'db')).toBe(2);
  });

  it('is over without a trace where it is shorter than the detection', () => {
    const traced = stored(
      `${LAGGING}\n    ${failover(false)}`,
      '60ms, 110ms, 400ms',
      'kind: splitBrain, at: 100ms, for: 150ms',
    );
    expect(metered(traced, 'failovers', 'db')).toBe(0);
    expect(metered(traced, 'lostCommits', 'db')).toBe(0);
  });

  it('confirms nothing that is lost where commits wait for a replica', () => {
    const sync = 'replicas: { count: 1, mode: sync, lag: 50ms }';
    const traced = stored(`${sync}\n    ${failover(false)}`, '10ms, 110ms, 420ms', split, 2);
    expect(outcomes(traced.requests)).toEqual(['ok', 'serverError', 'serverError']);
    expect(metered(traced, 'lostCommits', 'db')).toBe(0);
  });
});

describe('role', () => {
  it('is that of the moment at which the fault begins', () => {
    const traced = golden(`
services: { shop: { endpoints: { write: [ query: db.w ] } } }
databases:
  db: { replicas: 1, failover: { detect: 0s }, operations: { w: { wait: 10ms, write: true } } }
workloads:
  writers: { arrivals: { at: [ 0ms, 1s, 3s ] }, requests: [ { call: shop.write } ] }
faults:
  - { id: first, kind: crash, target: db, role: primary, at: 500ms, for: 100ms }
  - { id: second, kind: crash, target: db, role: primary, at: 2s, for: 100ms }`);
    expect(traced.at('db.w').map(({ instance }) => instance)).toEqual(['db[0]', 'db[1]', 'db[0]']);
    expect(metered(traced, 'failovers', 'db')).toBe(2);
  });
});

describe('a failover with a time of its own', () => {
  it('keeps the other time of its kind', () => {
    // It dies at 0.5 s, is missed at 1.5 s, and postgres takes 5 s to promote a replica: 6.5 s.
    const traced = golden(`
services: { shop: { endpoints: { write: [ query: db.w ] } } }
databases:
  db: { kind: postgres, replicas: 1, failover: { detect: 1s }, operations: { w: { wait: 10ms, write: true } } }
workloads:
  writers: { arrivals: { at: [ 0ms, 6s, 7s ] }, requests: [ { call: shop.write } ] }
faults: [ { id: first, kind: crash, target: db, role: primary, at: 500ms, for: 60s } ]`);
    const [first, second, third] = outcomes(traced.requests);
    expect([first, second === 'ok', third]).toEqual(['ok', false, 'ok']);
  });
});
