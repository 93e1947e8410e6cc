import { describe, expect, it } from 'vitest';
import { problemsOf } from '../theory/program.js';
import { endings, states } from './states.js';
import { golden, metered, outcomes, times } from './tracing.js';
import type { Traced } from './tracing.js';

/** One process that takes 3 s per request, with a stop order at 10 s, called at these times. */
const asked = (lifecycle: string, at: string, more: Record<string, string> = {}): Traced =>
  golden(
    `
${more['platform'] ?? ''}
services:
  s: { ${more['service'] ?? ''}lifecycle: { ${lifecycle} }, endpoints: { serve: [ ${more['steps'] ?? 'wait: 3s'} ] } }
workloads:
  users: { arrivals: { at: [ ${at} ] }, requests: [ { call: s } ] }
faults: [ { id: asked, kind: stop, target: s, at: 10s, for: ${more['length'] ?? '0s'} } ]
${more['faults'] ?? ''}
`,
    '100s',
  );

const KUBERNETES = 'platform: { kind: kubernetes }';

describe('stop (OR-2, OR-3)', () => {
  it('finishes what it has, refuses what is new, and ends with the last', () => {
    const traced = asked('startup: 4s', '8s, 9s, 11s');
    expect(states(traced)).toEqual(['leaving 10', 'down 12', 'up 16']);
    expect(outcomes(traced.requests)).toEqual(['ok', 'ok', 'refused']);
  });

  it('ends at once with what is under way where it does not drain', () => {
    const traced = asked('drain: false, startup: 4s', '8s, 11s, 15s');
    expect(states(traced)).toEqual(['leaving 10', 'down 10', 'up 14']);
    expect(outcomes(traced.requests)).toEqual(['reset', 'refused', 'ok']);
  });

  it('serves as before for preStop', () => {
    const traced = asked('preStop: 5s', '9s, 12s, 14.999s, 15.001s', { platform: KUBERNETES });
    expect(outcomes(traced.requests)).toEqual(['ok', 'ok', 'ok', 'refused']);
    expect(states(traced)).toEqual(['leaving 10', 'down 17.999', 'up 17.999']);
  });

  it('ends at once when it has nothing to do', () => {
    expect(states(asked('startup: 1s', '2s'))).toEqual(['leaving 10', 'down 10', 'up 11']);
    expect(states(asked('preStop: 2s', '2s'))).toEqual(['leaving 10', 'down 12', 'up 12']);
  });

  it('is killed at the end of its grace, which preStop is a part of', () => {
    const grace = (lifecycle: string, platform = ''): readonly string[] =>
      states(asked(lifecycle, '9.5s, 13s', { platform, steps: 'wait: 60s' }));
    expect(grace('terminationGrace: 7s')).toEqual(['leaving 10', 'down 17', 'up 17']);
    expect(grace('preStop: 4s, terminationGrace: 7s')).toEqual(['leaving 10', 'down 17', 'up 17']);
    expect(grace('preStop: 5s')).toEqual(['leaving 10', 'down 40', 'up 40']);
    expect(outcomes(asked('terminationGrace: 1s', '9.5s').requests)).toEqual(['reset']);
    expect(endings(asked('terminationGrace: 1s', '9.5s'))).toEqual(['killed 11']);
    expect(endings(asked('', '9.5s'))).toEqual(['drained 12.5']);
  });

  it('has two seconds between SIGTERM and SIGKILL on kubernetes, whatever is left (killContainer)', () => {
    const grace = (lifecycle: string): readonly string[] =>
      states(asked(lifecycle, '9.5s', { platform: KUBERNETES, steps: 'wait: 60s' }));
    expect(grace('preStop: 6s, terminationGrace: 7s')).toEqual(['leaving 10', 'down 18', 'up 18']);
    // A preStop that would take longer is not waited for.
    expect(grace('preStop: 60s, terminationGrace: 7s')).toEqual([
      ...['leaving 10', 'down 19', 'up 19'],
    ]);
    expect(grace('terminationGrace: 1s')).toEqual(['leaving 10', 'down 12', 'up 12']);
  });

  it('is replaced beside its end on kubernetes, behind it elsewhere', () => {
    const up = (platform: string, startup: string, length = '0s'): string | undefined =>
      states(asked(`startup: ${startup}`, '9s', { platform, length })).at(-1);
    expect(up(KUBERNETES, '5s')).toBe('up 15');
    expect(up(KUBERNETES, '1s')).toBe('up 12');
    expect(up('', '5s')).toBe('up 17');
    // Another one is started at the end of the fault.
    expect(up(KUBERNETES, '5s', '1s')).toBe('up 16');
    expect(up(KUBERNETES, '5s', '20s')).toBe('up 35');
    expect(up('', '5s', '20s')).toBe('up 35');
    expect(up('', '5s', 'none')).toBe('down 12');
  });

  it('finishes what waits in its queue too', () => {
    const traced = asked('', `${times(4, '9s')}, 12s`, { service: 'concurrency: 1, ' });
    expect(states(traced)).toEqual(['leaving 10', 'down 21', 'up 21']);
    expect(outcomes(traced.requests)).toEqual(['ok', 'ok', 'ok', 'ok', 'refused']);
  });

  it('finishes what an answer has left behind', () => {
    const steps = 'wait: 1s, respond: { status: 200, then: [ wait: 4s ] }';
    const traced = asked('', '9.5s', { steps });
    expect(states(traced)).toEqual(['leaving 10', 'down 14.5', 'up 14.5']);
  });

  it('hangs until it is killed', () => {
    const traced = asked('terminationGrace: 8s', '9s', {
      faults: '',
      length: '0s, instances: all } , { id: h, kind: hang, target: s, at: 9.5s, for: 20s',
    });
    expect(states(traced)).toEqual([
      'hung 9.5',
      'leaving 10',
      'down 18',
      'up 18',
      'hung 18',
      'up 29.5',
    ]);
  });

  it('does not come back from a crash in between before its place is free', () => {
    const traced = asked('startup: 2s', '9s', {
      length: '10s }, { id: c, kind: crash, target: s, at: 11s, for: 3s',
    });
    // Killed at 11 s; the crash is over at 14 s, its successor starts at 20 s.
    expect(states(traced)).toEqual(['leaving 10', 'down 11', 'up 22']);
    expect(outcomes(traced.requests)).toEqual(['reset']);
  });

  it('resets the back-off of replaced processes', () => {
    // Dies of three at once, twice: it would start again at 18 s.
    const traced = golden(
      `
${KUBERNETES}
services:
  s: { memory: { limit: 10MiB, base: 1MiB, perRequest: 4MiB }, endpoints: { serve: [ wait: 10ms ] } }
workloads:
  users: { arrivals: { at: [ ${times(3, '7s')}, ${times(3, '8s')} ] }, requests: [ { call: s } ] }
faults: [ { id: asked, kind: stop, target: s, at: 10s, for: 1s } ]
`,
      '100s',
    );
    expect(states(traced)).toEqual(['down 7', 'up 7', 'down 8', 'up 11']);
  });

  it('is asked once: another order changes nothing', () => {
    const traced = asked('preStop: 2s', '9s', {
      length: '1s }, { id: again, kind: stop, target: s, at: 11s, for: 10s',
    });
    // Both are over at 21 s.
    expect(states(traced)).toEqual(['leaving 10', 'down 12', 'up 21']);
  });
});

/** Four replicas and one caller, which learns of readiness changes after 2 s; one replica gets a stop order at 10 s. */
const fleet = (lifecycle: string, more = '', edge = ''): Traced =>
  golden(
    `
platform: { kind: kubernetes, endpointPropagation: 2s }
services:
  front: { endpoints: { go: [ call: s ] }${edge} }
  s: { replicas: 4, ${more}lifecycle: { startup: 10s, ${lifecycle} }, endpoints: { serve: [ wait: 100ms ] } }
workloads:
  users: { arrivals: constant(100/s), requests: [ { call: front } ] }
faults: [ { id: asked, kind: stop, target: s, instances: [0], at: 10s, for: 0s } ]
`,
    '30s',
  );

const count = (traced: Traced, outcome: string): number =>
  traced.at('s.serve').filter((row) => row.outcome === outcome).length;

const refused = ({ requests }: Traced): number =>
  requests.filter(({ outcome }) => outcome === 'refused').length;

describe('a stop and the lists of callers (K8-1)', () => {
  it('loses what is under way and what still comes, what comes, or nothing', () => {
    // Every fourth of 100/s: 25/s for 2 s are refused, 2.5 are under way at any time.
    const killed = fleet('drain: false');
    expect(count(killed, 'refused')).toBe(50);
    expect(count(killed, 'reset')).toBeGreaterThanOrEqual(2);
    expect(count(killed, 'reset')).toBeLessThanOrEqual(3);
    const drained = fleet('drain: true');
    expect(count(drained, 'reset')).toBe(0);
    expect(count(drained, 'refused')).toBe(50);
    const waits = fleet('preStop: 2.1s');
    expect(outcomes(waits.requests).filter((outcome) => outcome !== 'ok')).toEqual([]);
    expect(count(fleet('preStop: 1s'), 'refused')).toBe(25);
  });

  it('has connections closed without losing what is on them', () => {
    const edge = ', outbound: { default: { connections: { max: 10 } } }';
    const drained = fleet('drain: true', '', edge);
    const failed = outcomes(drained.requests).filter((outcome) => outcome !== 'ok');
    // A request on a new connection is refused until the caller learns of the stop.
    expect(failed.length).toBeGreaterThan(10);
    expect(count(drained, 'reset')).toBe(0);
    const waits = fleet('preStop: 2.1s', '', edge);
    expect(outcomes(waits.requests).filter((outcome) => outcome !== 'ok')).toEqual([]);
  });

  it('serves requests that are on their way over a connection', () => {
    const traced = golden(
      `
network: { latency: 50ms }
services:
  front: { endpoints: { go: [ call: s ] }, outbound: { default: { connections: {} } } }
  s: { protocol: http2, endpoints: { serve: [ wait: 1ms ] } }
workloads:
  users: { arrivals: { at: [ 1s, 9.93s ] }, requests: [ { call: front } ] }
faults: [ { id: asked, kind: stop, target: s, at: 10s, for: 0s } ]
`,
      '30s',
    );
    // Sent at 9.98 s, it arrives at 10.03 s.
    expect(outcomes(traced.requests)).toEqual(['ok', 'ok']);
    expect(states(traced)[1]).toBe('down 10.031');
  });

  it('has the last ones called on kubernetes though they are about to end (KEP-1669)', () => {
    const all = (platform: string): number =>
      refused(
        golden(
          `
platform: { ${platform}, endpointPropagation: 1s }
services:
  s: { replicas: 3, lifecycle: { startup: 6s, preStop: 5s }, endpoints: { serve: [ wait: 10ms ] } }
workloads:
  users: { arrivals: constant(100/s), requests: [ { call: s } ] }
faults: [ { id: asked, kind: stop, target: s, at: 10s, for: 0s } ]
`,
          '30s',
        ),
      );
    // From 15 to 17 s, when the news of their return are there; from the news of their orders to 22 s.
    expect(all('kind: kubernetes')).toBe(200);
    expect(all('kind: custom, restart: {}')).toBe(1100);
  });
});

describe('consumers in a process that is asked to end', () => {
  const topic = (lifecycle: string, subscriber = ''): Traced =>
    golden(
      `
services:
  api: { endpoints: { go: [ publish: orders ] } }
  worker: { replicas: 2, lifecycle: { startup: 60s, ${lifecycle} }, endpoints: { handle: [ wait: 10ms ] } }
topics:
  orders:
    kind: kafka
    partitions: 4
    subscribers: [ { group: ship, call: worker.handle, sessionTimeout: 20s, maxPollRecords: 10${subscriber} } ]
workloads:
  users: { arrivals: constant(50/s), requests: [ { call: api } ] }
faults: [ { id: asked, kind: stop, target: worker, instances: [0], at: 10.003s, for: 0s } ]
`,
      '60s',
    );

  it('leave their group when they have handled what they have, and nothing comes twice', () => {
    const drained = topic('drain: true');
    expect(metered(drained, 'duplicateEffects', 'orders.ship')).toBe(0);
    expect(metered(drained, 'redeliveries', 'orders.ship')).toBe(0);
    expect(metered(drained, 'rebalances', 'orders.ship')).toBe(1);
    const killed = topic('drain: false');
    expect(metered(killed, 'rebalances', 'orders.ship')).toBe(1);
    // The partitions of the other member are not read until its session has ended.
    const handled = (traced: Traced): number =>
      traced.rows.filter(
        ({ part, begun }) => part === 'worker.handle' && begun >= 15e3 && begun < 25e3,
      ).length;
    // The messages that waited during the rebalance come on top.
    expect(handled(drained)).toBeGreaterThanOrEqual(500);
    expect(handled(killed)).toBeLessThan(300);
  });

  it('are missed only when their session ends where they are static (KIP-345)', () => {
    const traced = topic('drain: true', ', rebalance: { staticMembership: true }');
    expect(metered(traced, 'duplicateEffects', 'orders.ship')).toBe(0);
    const late = traced.rows.filter(
      ({ part, begun }) => part === 'worker.handle' && begun >= 15e3 && begun < 25e3,
    );
    expect(late.length).toBeLessThan(300);
  });

  it('send what lingers before they end', () => {
    const traced = golden(
      `
services:
  api: { replicas: 2, endpoints: { go: [ publish: { topic: orders, confirm: false } ] } }
  worker: { endpoints: { handle: [ wait: 1ms ] } }
brokers: { cluster: { kind: kafka, nodes: 3 } }
topics:
  orders:
    kind: kafka
    broker: cluster
    partitions: 2
    producer: { linger: 5s }
    subscribers: [ { group: ship, call: worker.handle } ]
workloads:
  users: { arrivals: { at: [ 9s, 9.1s, 9.2s, 9.3s ] }, requests: [ { call: api } ] }
faults: [ { id: asked, kind: stop, target: api, at: 10s, for: 0s } ]
`,
      '30s',
    );
    const handled = traced.rows.filter(({ part }) => part === 'worker.handle');
    expect(handled).toHaveLength(4);
    expect(Math.max(...handled.map(({ begun }) => begun))).toBeLessThan(11e3);
  });

  const queue = (lifecycle: string, kind: string): Traced =>
    golden(
      `
services:
  api: { endpoints: { go: [ publish: jobs ] } }
  worker: { replicas: 2, lifecycle: { startup: 60s, ${lifecycle} }, endpoints: { handle: [ wait: 200ms ] } }
queues:
  jobs: { ${kind}, consumers: [ { call: worker.handle, concurrency: 2 } ] }
workloads:
  users: { arrivals: constant(18/s), requests: [ { call: api } ] }
faults: [ { id: asked, kind: stop, target: worker, instances: [0], at: 10.03s, for: 0s } ]
`,
      '60s',
    );

  it.each(['kind: rabbitmq, prefetch: 20', 'kind: sqs', 'kind: simple'])(
    'of a queue (%s) finish what they have begun, and hand nothing out twice',
    (kind) => {
      const drained = queue('drain: true', kind);
      expect(metered(drained, 'duplicateEffects', 'jobs')).toBe(0);
      expect(metered(drained, 'redeliveries', 'jobs')).toBeLessThanOrEqual(
        kind === 'kind: sqs' ? 1 : 20,
      );
      expect(Number(states(drained, 0, 'worker')[1]!.slice(5))).toBeLessThan(10.3);
      const ends = drained.rows.filter(({ part }) => part === 'worker.handle');
      expect(ends.filter(({ outcome }) => outcome === 'reset')).toEqual([]);
      const killed = queue('drain: false', kind);
      const lost = killed.rows.filter(
        ({ part, outcome }) => part === 'worker.handle' && outcome === 'reset',
      );
      expect(lost.length).toBeGreaterThan(0);
    },
  );

  /**
   * Sagas of two steps of 2 s each, whose driver gets a stop order during the first; started by requests that wait or
   * not.
   */
  const saga = (lifecycle: string, own: string, replicas = 2, waits = false): Traced =>
    golden(
      `
services:
  driver: { replicas: ${String(replicas)}, lifecycle: { ${lifecycle} }, endpoints: { go: [ saga: { start: order, await: ${String(waits)} } ] } }
  bank: { endpoints: { pay: [ wait: 2s ], ship: [ wait: 2s ], undo: [ wait: 1ms ] } }
databases: { log: { operations: { write: 0ms } } }
sagas:
  order:
    kind: orchestrated
    orchestrator: driver
    ${own}
    steps:
      - { name: pay, call: bank.pay, compensation: bank.undo }
      - { name: ship, call: bank.ship, compensation: bank.undo }
workloads:
  users: { arrivals: { at: [ 9s, 9.1s, 9.2s, 9.3s ] }, requests: [ { call: driver } ] }
faults: [ { id: asked, kind: stop, target: driver, instances: [0], at: 10s, for: 0s } ]
`,
      '90s',
    );
  const shipped = (traced: Traced): readonly number[] =>
    traced.rows
      .filter(({ part }) => part === 'bank.ship')
      .map((row) => Math.round(row.ended / 100) / 10);
  const IN_TIME = [13, 13.1, 13.2, 13.3];

  it('leave the next steps of sagas to others, where their state is saved', () => {
    const drained = saga('startup: 60s', 'persistence: log.write');
    expect(shipped(drained)).toEqual(IN_TIME);
    // With the first steps the process has nothing left to do.
    expect(states(drained, 0, 'driver')).toEqual(['leaving 10', 'down 11.2', 'up 71.2']);
    const killed = saga('startup: 60s, drain: false', 'persistence: log.write');
    expect(shipped(killed)).not.toEqual(IN_TIME);
  });

  it('continue sagas that are in their memory, or that no other instance can continue', () => {
    const memory = saga('startup: 60s', '');
    expect(shipped(memory)).toEqual(IN_TIME);
    expect(states(memory, 0, 'driver')[1]).toBe('down 13.2');
    const alone = saga('startup: 20s', 'persistence: log.write', 1, true);
    expect(shipped(alone)).toEqual(IN_TIME);
    expect(outcomes(alone.requests)).toEqual(['ok', 'ok', 'ok', 'ok']);
    expect(endings(alone, 0, 'driver')).toEqual(['drained 13.3']);
  });

  it('handle what was settled before it came', () => {
    const traced = golden(
      `
network: { links: [ { between: [ jobs, worker ], latency: 50ms } ] }
services:
  api: { endpoints: { go: [ publish: jobs ] } }
  worker: { lifecycle: { startup: 60s }, endpoints: { handle: [ wait: 1ms ] } }
queues:
  jobs: { kind: rabbitmq, prefetch: 20, consumers: [ { call: worker.handle, concurrency: 2, commit: before } ] }
workloads:
  users: { arrivals: { at: [ 9.94s, 9.96s, 9.98s ] }, requests: [ { call: api } ] }
faults: [ { id: asked, kind: stop, target: worker, at: 10s, for: 0s } ]
`,
      '30s',
    );
    expect(metered(traced, 'lostEffects', 'jobs')).toBe(0);
    expect(states(traced, 0, 'worker')[1]).toMatch(/^down 10\.03/);
  });
});

describe('a stop among other faults', () => {
  const among = (faults: string, at = '9s', steps = 'wait: 3s', own = 'startup: 10s'): Traced =>
    golden(
      `
${KUBERNETES}
services:
  s: { lifecycle: { ${own} }, endpoints: { serve: [ ${steps} ] } }
workloads:
  users: { arrivals: { at: [ ${at} ] }, requests: [ { call: s } ] }
faults: [ ${faults} ]
`,
      '100s',
    );

  it('stops its replacement as well', () => {
    const traced = among(
      '{ id: a, kind: stop, target: s, at: 10s, for: 0s }, { id: b, kind: stop, target: s, at: 11s, for: 30s }',
    );
    expect(states(traced)).toEqual(['leaving 10', 'down 12', 'up 51']);
  });

  it('does not wait for requests that were turned away', () => {
    const traced = golden(
      `
network: { latency: 50ms }
services:
  front: { endpoints: { go: [ call: s ] }, outbound: { default: { connections: {} } } }
  s: { protocol: http2, endpoints: { serve: [ wait: 1ms ] } }
workloads: { users: { arrivals: { at: [ 1s, 9.93s ] }, requests: [ { call: front } ] } }
faults: [ { id: asked, kind: stop, target: s, at: 10s, for: 0s }, { id: e, kind: error, target: s, at: 9s, for: 5s } ]
`,
      '60s',
    );
    expect(endings(traced)).toEqual(['drained 10.03']);
  });

  it('reaches a paused process when it resumes', () => {
    const paused = among(
      '{ id: asked, kind: stop, target: s, at: 10s, for: 0s }, { id: p, kind: pause, target: s, at: 9.5s, for: 4s }',
      '9s',
    );
    // The response that it waits for has arrived meanwhile.
    expect(endings(paused)).toEqual(['drained 13.5']);
    expect(outcomes(paused.requests)).toEqual(['ok']);
    const longer = among(
      '{ id: asked, kind: stop, target: s, at: 10s, for: 0s }, { id: p, kind: pause, target: s, at: 9.5s, for: 40s }',
      '9s',
      'wait: 3s',
      'drain: false, terminationGrace: 5s',
    );
    expect(endings(longer)).toEqual(['killed 15']);
  });

  it('returns a process to the crash that still lasts, and to its back-off', () => {
    const traced = among(
      '{ id: c, kind: crash, target: s, at: 10s, for: 31s }, { id: asked, kind: stop, target: s, at: 25s, for: 0s }',
      '9s',
      'wait: 3s',
      'startup: 1s',
    );
    // Started at 25, 35 and 55 s: the third time after the end of the crash.
    expect(states(traced)).toEqual([
      'down 10',
      'failedStart 10',
      'failedStart 20',
      'failedStart 25',
      'failedStart 35',
      'up 56',
    ]);
  });

  it('closes a connection behind its first request that was being opened', () => {
    const traced = golden(
      `
network: { latency: 100ms }
services:
  front: { replicas: 2, endpoints: { go: [ call: s ] }, outbound: { default: { connections: { max: 1 } } } }
  s: { protocol: { tls: tls13 }, endpoints: { serve: [ wait: 2s ] } }
workloads: { users: { arrivals: { at: [ 8.9s, 9.75s, 10.2s, 10.4s, 10.6s, 11s, 12s ] }, requests: [ { call: front } ] } }
faults: [ { id: asked, kind: stop, target: s, at: 10s, for: none } ]
`,
      '60s',
    );
    expect(endings(traced)[0]).toMatch(/^drained 12\.[34]/);
    expect(outcomes(traced.requests).slice(0, 2)).toEqual(['ok', 'ok']);
    expect(outcomes(traced.requests).slice(2).includes('ok')).toBe(false);
  });
});

describe('stop in a scenario', () => {
  it('is for services and gateways', () => {
    expect(() =>
      golden(`
services: { s: { endpoints: { serve: [ query: db.read ] } } }
databases: { db: { operations: { read: { work: 1ms } } } }
workloads: { users: { arrivals: constant(10/s), requests: [ { call: s } ] } }
faults: [ { id: asked, kind: stop, target: db, at: 1s, for: 1s } ]
`),
    ).toThrow('`db` is neither a service nor a gateway');
  });

  it('needs a grace of some length', () => {
    expect(
      problemsOf(`
faultline: 1
title: t
run: { duration: 10s }
services: { s: { lifecycle: { terminationGrace: 0s }, endpoints: { serve: [ wait: 1ms ] } } }
workloads: { users: { arrivals: constant(10/s), requests: [ { call: s } ] } }
`),
    ).toContain('terminationGrace');
  });
});
