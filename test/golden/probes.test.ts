import { describe, expect, it } from 'vitest';
import { problemsOf } from '../theory/program.js';
import { states } from './states.js';
import { golden, instants, outcomes } from './tracing.js';
import type { Traced } from './tracing.js';

/** One service `s` with probes and a fault; called at these times. */
const probed = (
  probes: string,
  fault: string,
  more: Record<string, string> = {},
  length = '200s',
): Traced =>
  golden(
    `
platform: { ${more['platform'] ?? 'kind: kubernetes'} }
services:
  s: { ${more['service'] ?? ''}probes: { ${probes} }, endpoints: { serve: [ ${more['steps'] ?? 'wait: 10ms'} ]${more['endpoints'] ?? ''} } }
${more['parts'] ?? ''}
workloads:
  users: { arrivals: ${more['load'] ?? '{ at: [ 199s ] }'}, requests: [ { call: s.serve } ]${more['users'] ?? ''} }
faults: [ ${fault === '' ? '' : `{ id: f, target: s, ${fault} }`} ]
`,
    length,
  );

describe('readiness (HP-1, HP-2; kubelet prober worker.go)', () => {
  it('takes instances that do not respond off the lists of their callers (GS-24)', () => {
    const traced = probed(
      'readiness: {}',
      'kind: hang, instances: [0], at: 12s, for: 60s',
      {
        platform: 'kind: kubernetes, endpointPropagation: 1s',
        service: 'replicas: 2, ',
        load: `{ at: [ ${instants(250, 80_000, 500, 'ms')} ] }`,
      },
      '100s',
    );
    // Probed at 20, 30 and 40 s, each with a timeout of 1 s; ready again with the first response, at 80 s.
    expect(states(traced)).toEqual(['hung 12', 'unready 41', 'up 72', 'ready 80']);
    const last = traced
      .at('s.serve')
      .filter(({ instance, sent }) => instance === 's[0]' && sent < 70e3);
    expect(Math.max(...last.map(({ sent }) => sent))).toBeGreaterThan(41e3);
    expect(Math.max(...last.map(({ sent }) => sent))).toBeLessThan(42e3);
  });

  it('asks each of several at a time of its own, in one period', () => {
    const traced = probed('readiness: {}', 'kind: hang, at: 12s, for: 60s', {
      service: 'replicas: 4, ',
    });
    const at = [0, 1, 2, 3].map((replica) => states(traced, replica)[1]);
    expect(at).toEqual(['unready 41', 'unready 33.5', 'unready 36', 'unready 38.5']);
  });

  it('counts results in a row', () => {
    const traced = probed(
      'readiness: { period: 2s, timeout: 500ms, failureThreshold: 2, successThreshold: 3 }',
      'kind: hang, at: 3s, for: 2s } , { id: g, target: s, kind: hang, at: 11s, for: 4s',
    );
    // One failure at 4 s is none; at 12 and 14 s there are two; at 16, 18 and 20 s three successes.
    expect(states(traced).filter((state) => /ready/.test(state))).toEqual([
      'unready 14.5',
      'ready 20',
    ]);
  });

  it('is probed each period from the start of the container, and at once where that takes no time', () => {
    const start = (startup: string): Traced =>
      probed('readiness: { call: health }', 'kind: crash, at: 10s, for: 0s', {
        service: `lifecycle: { startup: ${startup} }, `,
        endpoints: ', health: [ wait: 700ms ]',
        platform: 'kind: kubernetes',
      });
    // The container starts at 10 s: its probes are at 20 s, 30 s and so on.
    expect(states(start('5s'))).toEqual(['down 10', 'up 15', 'unready 15', 'ready 20.7']);
    expect(states(start('13s'))).toEqual(['down 10', 'up 23', 'unready 23', 'ready 30.7']);
    expect(states(start('0s'))).toEqual(['down 10', 'up 10', 'unready 10', 'ready 10.7']);
  });

  it('waits for initialDelay after each start, at the same instants', () => {
    const traced = probed('readiness: { initialDelay: 12s }', 'kind: crash, at: 15s, for: 0s');
    // Started at 15 s: the first probe is at 35 s, not at 25 s.
    expect(states(traced)).toEqual(['down 15', 'up 15', 'unready 15', 'ready 35']);
  });

  it('asks an endpoint with all that it does', () => {
    const traced = probed(
      'readiness: { period: 5s, call: health }',
      '',
      {
        endpoints: ', health: [ query: db.ping ]',
        parts: 'databases: { db: { operations: { ping: { work: 1ms } } } }\n',
      },
      '60s',
    );
    const calls = traced.ran.records[0]![0]!.edges.map((edge) =>
      edge.calls.reduce((a, b) => a + b, 0),
    );
    expect(calls).toContain(12);
  });

  it('takes all replicas out where it asks what they share (HP-4)', () => {
    const traced = golden(
      `
platform: { kind: kubernetes, endpointPropagation: 1ms }
services:
  s:
    replicas: 3
    probes: { readiness: { period: 2s, call: health } }
    endpoints: { serve: [ wait: 1ms ], health: [ query: db.ping ] }
databases: { db: { operations: { ping: { work: 1ms } } } }
workloads: { users: { arrivals: { at: [ 5s, 25s ] }, requests: [ { call: s.serve } ] } }
faults: [ { id: f, kind: crash, target: db, at: 10s, for: 30s } ]
`,
      '60s',
    );
    // None of their endpoints needs the database.
    expect(outcomes(traced.requests)).toEqual(['ok', 'refused']);
  });
});

describe('a list that is empty', () => {
  const alone = (platform: string, replicas: number): Traced =>
    golden(
      `
platform: { ${platform} }
services:
  s: { replicas: ${String(replicas)}, probes: { readiness: { period: 1s, failureThreshold: 1, call: health } }, endpoints: { serve: [ wait: 1ms ], health: [ query: db.ping ] } }
databases: { db: { operations: { ping: { work: 1ms } } } }
workloads: { users: { arrivals: constant(20/s), requests: [ { call: s.serve } ] } }
faults: [ { id: f, kind: crash, target: db, at: 10.5s, for: 10s } ]
`,
      '40s',
    );

  it.each([
    ['kind: none', 1],
    ['kind: kubernetes', 1],
    ['kind: kubernetes', 3],
  ])('receives no calls, however soon callers know (%s, %d replicas)', (platform, replicas) => {
    const refused = alone(platform, replicas).requests.filter(
      ({ outcome }) => outcome === 'refused',
    );
    // From the failure of the last one, within a second, to the first success, within a second after 20.5 s.
    expect(refused.length).toBeGreaterThanOrEqual(180);
    expect(refused.length).toBeLessThanOrEqual(215);
  });
});

describe('faults, priorities and probes', () => {
  const hit = (probes: string, fault: string, more = ''): Traced =>
    golden(
      `
platform: { kind: kubernetes }
services:
  s: { ${more}probes: { ${probes} }, endpoints: { alpha: [ wait: 1ms ], beta: [ wait: 1ms ] } }
workloads: { users: { arrivals: constant(5/s), requests: [ { call: s.beta } ] } }
faults: [ { id: f, ${fault}, at: 10.5s, for: 30s } ]
`,
      '60s',
    );
  const deaths = (traced: Traced): number =>
    states(traced).filter((state) => state.startsWith('restartRequested')).length;

  it.each(['', ', usesWorkers: false'])(
    'hit an endpoint that is asked, and not the process (%s)',
    (own) => {
      const error = 'kind: error, target: s.alpha, optional: true';
      expect(deaths(hit(`liveness: { period: 2s${own} }`, error))).toBe(0);
      expect(deaths(hit(`liveness: { period: 2s, call: alpha${own} }`, error))).toBeGreaterThan(0);
      expect(deaths(hit(`liveness: { period: 2s${own} }`, 'kind: error, target: s'))).toBe(0);
      expect(deaths(hit(`liveness: { period: 2s, call: beta${own} }`, error))).toBe(0);
    },
  );

  it('waste nothing when an answer comes too late', () => {
    const traced = hit(
      'readiness: { period: 2s, timeout: 100ms, call: alpha, failureThreshold: 99 }',
      'kind: slow, target: s.alpha, factor: 1000',
      'cancellation: immediate, ',
    );
    const wasted = traced.ran.records[0]![0]!.parts.flatMap(({ wastedNs }) => [...wastedNs]);
    expect(Math.max(...wasted)).toBe(0);
  });

  it('ask as requests without a priority do', () => {
    const traced = golden(
      `
platform: { kind: kubernetes }
services:
  s: { concurrency: 1, queue: { capacity: 40, discipline: priority }, probes: { liveness: { period: 2s, timeout: 1500ms } }, endpoints: { aaa: [ wait: 100ms ] } }
workloads:
  batch: { arrivals: constant(12/s), priority: -1, requests: [ { call: s.aaa } ] }
  users: { arrivals: constant(2/s), requests: [ { call: s.aaa } ] }
`,
      '60s',
    );
    // After the users, but before the batch that overloads it.
    expect(states(traced)).toEqual([]);
  });
});

describe('liveness', () => {
  it('ends and starts a process that does not answer, behind the back-off (HP-2)', () => {
    const traced = probed('liveness: {}', 'kind: hang, at: 12s, for: 20s', {
      service: 'lifecycle: { startup: 3s, terminationGrace: 5s }, ',
      load: '{ at: [ 13s ] }',
    });
    // Not stopped at 41 s: it responds again since 32 s, and passes the probe of 40 s.
    expect(states(traced)).toEqual(['hung 12', 'up 32']);
    const longer = probed('liveness: {}', 'kind: hang, at: 12s, for: 40s', {
      service: 'lifecycle: { startup: 3s, terminationGrace: 5s }, ',
      load: '{ at: [ 13s ] }',
    });
    // Its request is never through: it is killed at the end of the grace.
    expect(states(longer)).toEqual([
      'hung 12',
      'restartRequested 41',
      'down 46',
      'up 49',
      'hung 49',
      'up 52',
    ]);
    expect(outcomes(longer.requests)).toEqual(['reset']);
  });

  it('has a grace of its own', () => {
    const traced = probed('liveness: { terminationGrace: 2s }', 'kind: hang, at: 12s, for: 40s', {
      load: '{ at: [ 13s ] }',
    });
    expect(states(traced).slice(1, 3)).toEqual(['restartRequested 41', 'down 43']);
  });

  it('ends healthy processes that are busy, where it waits for a worker (HP-3)', () => {
    const busy = (own: string): Traced =>
      probed(
        `liveness: { period: 5s, ${own} }`,
        '',
        {
          service: 'concurrency: 1, lifecycle: { drain: false }, ',
          steps: 'wait: 500ms',
          load: 'constant(4/s)',
        },
        '60s',
      );
    expect(
      states(busy('')).filter((state) => state.startsWith('restartRequested')).length,
    ).toBeGreaterThan(1);
    expect(states(busy('usesWorkers: false'))).toEqual([]);
  });

  it('refuses and is refused where the queue is full', () => {
    const traced = probed(
      'liveness: { period: 1s, timeout: 500ms }',
      '',
      {
        service: 'concurrency: 1, queue: { capacity: 1 }, lifecycle: { drain: false }, ',
        steps: 'wait: 2s',
        load: '{ at: [ 2.1s, 2.2s, 4.1s, 6.1s ] }',
      },
      '12s',
    );
    expect(states(traced).slice(0, 2)).toEqual(['restartRequested 5', 'down 5']);
  });
});

describe('startup', () => {
  it('holds the others back, and is not asked any more when it has succeeded', () => {
    const traced = probed(
      'startup: { period: 2s, failureThreshold: 10, call: begun }, liveness: { period: 1s }, readiness: { period: 7s }',
      'kind: crash, at: 10s, for: 0s } , { id: slow, kind: hang, target: s, at: 10s, for: 7s',
      { endpoints: ', begun: [ wait: 100ms ]' },
      '60s',
    );
    // Hung to 17 s; the probe of 18 s is answered at 18.1 s, and the readiness probe follows at once.
    expect(states(traced)).toEqual([
      'down 10',
      'up 10',
      'unready 10',
      'hung 10',
      'up 17',
      'ready 18.1',
    ]);
  });

  it('ends processes that do not start in time', () => {
    const traced = probed(
      'startup: { period: 2s, failureThreshold: 2 }',
      'kind: crash, at: 10s, for: 0s } , { id: slow, kind: hang, target: s, at: 10s, for: 20s',
      { service: 'lifecycle: { drain: false }, ' },
      '60s',
    );
    expect(
      states(traced)
        .filter((state) => /restartRequested|down/.test(state))
        .slice(0, 3),
    ).toEqual(['down 10', 'restartRequested 13', 'down 13']);
  });
});

describe('probes in a scenario', () => {
  const refused = (probes: string): string =>
    problemsOf(`
faultline: 1
title: t
run: { duration: 10s }
services: { s: { probes: { ${probes} }, endpoints: { serve: [ wait: 1ms ] } } }
workloads: { users: { arrivals: constant(10/s), requests: [ { call: s } ] } }
`);

  it('name an endpoint of their own service', () => {
    expect(refused('readiness: { call: sirve }')).toContain('did you mean "serve"?');
  });

  it('of a gateway cannot call an endpoint', () => {
    expect(
      problemsOf(`
faultline: 1
title: t
run: { duration: 10s }
gateways: { edge: { probes: { liveness: { call: serve } }, routes: [ { to: s.serve } ] } }
services: { s: { endpoints: { serve: [ wait: 1ms ] } } }
workloads: { users: { arrivals: constant(10/s), requests: [ { call: edge, path: / } ] } }
`),
    ).toContain('a gateway has no endpoints, so a probe cannot call serve: write self');
  });

  it('cannot mean an endpoint with the name of the process', () => {
    expect(
      problemsOf(`
faultline: 1
title: t
run: { duration: 10s }
services: { s: { probes: { liveness: {} }, endpoints: { self: [ wait: 1ms ] } } }
workloads: { users: { arrivals: constant(10/s), requests: [ { call: s } ] } }
`),
    ).toContain('self means the process');
  });

  it('check components that exist', () => {
    expect(refused('readiness: { checks: [ db ] }')).toContain('there is no component db');
  });

  it('have no successThreshold but for readiness', () => {
    expect(refused('liveness: { successThreshold: 2 }')).toContain('successThreshold');
  });
});

describe('probes that lie (fault probe)', () => {
  const fault = (own: string): string => `kind: probe, ${own}, at: 12s, for: 60s`;

  it('take healthy instances off the lists, until the probes are correct', () => {
    const traced = probed('readiness: {}', fault('probe: readiness'));
    // Probed at 20, 30 and 40 s, and again at 80 s.
    expect(states(traced)).toEqual(['unready 40', 'ready 80']);
  });

  it('end healthy processes', () => {
    const traced = probed('liveness: {}', fault('probe: liveness'), {}, '50s');
    expect(states(traced)).toEqual(['restartRequested 40', 'down 40', 'up 40']);
  });

  it('leave those on the lists that do not answer', () => {
    const hang = '} , { id: g, target: s, kind: hang, at: 12s, for: 60s';
    const traced = probed('readiness: {}, liveness: {}', `${fault('value: pass')} ${hang}`);
    expect(states(traced)).toEqual(['hung 12', 'up 72']);
  });

  it('end healthy processes once per period if nothing takes time', () => {
    const traced = probed(
      'liveness: { period: 1s, failureThreshold: 1 }',
      'kind: probe, at: 3500ms, for: 3s',
      { platform: 'kind: none' },
      '10s',
    );
    expect(states(traced).filter((state) => state.startsWith('restartRequested'))).toEqual([
      'restartRequested 4',
      'restartRequested 5',
      'restartRequested 6',
    ]);
  });

  it('are of one kind, or of all that there are', () => {
    const both = 'readiness: {}, liveness: { failureThreshold: 10 }';
    expect(states(probed(both, fault('probe: liveness')))).toEqual([]);
    expect(states(probed(both, fault('probe: all')))).toEqual(['unready 40', 'ready 80']);
  });

  it('are there', () => {
    expect(() => probed('readiness: {}', fault('probe: liveness'))).toThrow(
      /has no `probes.liveness`/,
    );
  });
});
