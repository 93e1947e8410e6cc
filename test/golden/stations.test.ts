import { describe, expect, it } from 'vitest';
import { begun, ended, golden, latencies, outcomes, sent } from './tracing.js';

const single = (queue: string, wait: string, at: string): string => `
services:
  s: { concurrency: 1, queue: ${queue}, endpoints: { serve: [ wait: ${wait} ] } }
workloads:
  users: { arrivals: { at: [ ${at} ] }, requests: [ { call: s } ] }
`;

describe('one worker', () => {
  it('G1: serves four requests one after the other', () => {
    const { requests, at, ran } = golden(
      single('{ capacity: unbounded }', '25ms', '0ms, 10ms, 20ms, 30ms'),
    );
    expect(ended(at('s.serve'))).toEqual([25, 50, 75, 100]);
    expect(at('s.serve').map(({ begun, arrived }) => begun - arrived)).toEqual([0, 15, 30, 45]);
    expect(latencies(requests)).toEqual([25, 40, 55, 70]);
    expect(ran.variant().components['users'].latency.mean).toBe(0.0475);
  });

  it('G2: rejects what finds the queue full, at once', () => {
    const { requests, at } = golden(single('{ capacity: 1 }', '100ms', '0ms, 10ms, 20ms, 110ms'));
    expect(latencies(requests)).toEqual([100, 190, 0, 190]);
    expect(outcomes(requests)).toEqual(['ok', 'ok', 'rejectedOverload', 'ok']);
    expect(begun(at('s.serve'))).toEqual([0, 100, -1, 200]);
  });

  it('G3: serves the last first, or the first first, with the same mean', () => {
    const fifo = golden(single('{ discipline: fifo }', '10ms', '0ms, 1ms, 2ms, 3ms'));
    expect(latencies(fifo.requests)).toEqual([10, 19, 28, 37]);
    const lifo = golden(single('{ discipline: lifo }', '10ms', '0ms, 1ms, 2ms, 3ms'));
    expect(latencies(lifo.requests)).toEqual([10, 39, 28, 17]);
    for (const { ran } of [fifo, lifo]) {
      expect(ran.variant().components['users'].latency.mean).toBe(0.0235);
    }
  });
});

describe('cores', () => {
  const jobs = (cpu: string, list: readonly (readonly [at: string, work: string])[]): string => `
services:
  s:
    cpu: ${cpu}
    endpoints:
${list.map(([, work], k) => `      job${k}: [ work: ${work} ]`).join('\n')}
workloads:
${list
  .map(
    ([at], k) => `  user${k}: { arrivals: { at: [ ${at} ] }, requests: [ { call: s.job${k} } ] }`,
  )
  .join('\n')}
`;
  const ends = (cpu: string, list: readonly (readonly [string, string])[]): number[] => {
    const { at } = golden(jobs(cpu, list));
    return list.map((_, k) => at(`s.job${k}`)[0].ended);
  };

  it('G4: share one core between three jobs', () => {
    const list = [
      ['0ms', '100ms'],
      ['50ms', '50ms'],
      ['100ms', '30ms'],
    ] as const;
    expect(ends('1', list)).toEqual([175, 175, 180]);
  });

  it('G5: share two cores between three jobs', () => {
    const job = ['0ms', '60ms'] as const;
    expect(ends('2', [job, job, job])).toEqual([90, 90, 90]);
  });

  it('G6: stop when the quota of a period is used up', () => {
    const quota = 'quota: { limit: 0.5, period: 100ms }';
    expect(ends(`{ cores: 4, ${quota} }`, [['0ms', '120ms']])).toEqual([220]);
    const two = ['0ms', '40ms'] as const;
    expect(ends(`{ cores: 2, ${quota} }`, [two, two])).toEqual([115, 115]);
  });
});

describe('a client-side pool', () => {
  const pool = (maxIdle: number): string => `
services:
  app: { endpoints: { ask: [ query: db.select ] } }
databases:
  db:
    kind: generic
    connect: 30ms
    pool: { maxOpen: 2, maxIdle: ${maxIdle} }
    operations: { select: { wait: 50ms } }
workloads:
  users: { arrivals: { at: [ 0ms, 0ms, 0ms, 0ms, 200ms, 200ms ] }, requests: [ { call: app } ] }
`;

  it('G25: dials, makes the others wait, and keeps as many idle as it may', () => {
    const one = golden(pool(1));
    expect(latencies(one.requests).slice(0, 4)).toEqual([80, 80, 130, 130]);
    expect(one.requests.slice(4).map(({ answered }) => answered)).toEqual([250, 280]);
    const two = golden(pool(2));
    expect(latencies(two.requests).slice(0, 4)).toEqual([80, 80, 130, 130]);
    expect(two.requests.slice(4).map(({ answered }) => answered)).toEqual([250, 250]);
  });

  // One connection for two pools, too old after each statement.
  const scarce = (step: string, others: string): string => `
services:
  app: { endpoints: { ask: [ ${step} ] } }
  other: { endpoints: { ask: [ query: db.select ] } }
databases:
  db:
    kind: generic
    connect: 30ms
    maxConnections: 1
    pool: { maxOpen: 1, maxLifetime: 40ms }
    operations: { select: { wait: 50ms } }
workloads:
  users: { arrivals: { at: [ 0ms ] }, requests: [ { call: app } ] }
  others: { arrivals: { at: [ ${others} ] }, requests: [ { call: other } ] }
`;
  const branches = 'branches: [ query: db.select, query: db.select, query: db.select ]';

  it('G25: dials for the one that waits in the place of the connection that is closed', () => {
    const { requests, at } = golden(
      scarce(`parallel: { ${branches} }`, '79ms, 81ms, 159ms, 161ms'),
    );
    const [user, ...others] = requests;
    expect(latencies([user])).toEqual([240]);
    expect(sent(at('db.select'))).toEqual([30, 110, 190]);
    expect(latencies(others)).toEqual([0, 0, 0, 0]);
    expect(outcomes(others)).toEqual(Array(4).fill('serverError'));
  });

  it('G25: abandons waiting and dialling calls in the instant in which another is done', () => {
    const { requests, at } = golden(scarce(`parallel: { ${branches}, join: any }`, '79ms, 81ms'));
    expect(latencies(requests)).toEqual([80, 0, 80]);
    expect(begun(at('db.select'))).toEqual([30, 111]);
  });
});

describe('fan-out', () => {
  const fan = (join: string): string => `
services:
  front:
    endpoints:
      ask: [ work: 5ms, { parallel: { branches: [ call: a, call: b, call: c ], join: ${join} } }, work: 2ms ]
  a: { endpoints: { serve: [ wait: 30ms ] } }
  b: { endpoints: { serve: [ wait: 80ms ] } }
  c: { endpoints: { serve: [ wait: 50ms ] } }
workloads:
  users: { arrivals: { at: [ 0ms ] }, requests: [ { call: front } ] }
`;

  it.each([
    ['all', 87, 'ok'],
    ['bestEffort(60ms)', 67, 'degraded'],
    ['quorum(2)', 57, 'ok'],
    ['any', 37, 'ok'],
  ])('G27: joins %s after %d ms: %s', (join, latency, outcome) => {
    const { requests } = golden(fan(join));
    expect(latencies(requests)).toEqual([latency]);
    expect(outcomes(requests)).toEqual([outcome]);
  });

  it('G27: adds up what is called one after the other', () => {
    const { requests } = golden(
      fan('all').replace(/\{ parallel.*\}, work/, 'call: a, call: b, call: c, work'),
    );
    expect(latencies(requests)).toEqual([167]);
  });
});
