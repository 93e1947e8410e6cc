import { describe, expect, it } from 'vitest';
import { golden, instants, outcomes, sent } from './tracing.js';
import type { Traced } from './tracing.js';

/** Replicas of which the first answers 500 for a while, and a request each 100 ms by round robin. */
const bad = (service: string, requests: number, more = ''): string => `
services:
  s: { ${service}, endpoints: { get: { readOnly: true, steps: [ work: 0ms ] } } }
workloads:
  users:
    arrivals: { at: [ ${instants(0, (requests - 1) * 100, 100, 'ms')} ] }
    requests: [ { call: s.get } ]
    ${more}
`;
const failing = (target: string, seconds: number): string =>
  `faults: [ { id: bad, kind: error, target: ${target}, at: 0s, for: ${seconds}s } ]\n`;

const errors = ({ requests }: Traced): number =>
  outcomes(requests).filter((outcome) => outcome !== 'ok').length;
const count = (all: readonly string[], outcome: string): number =>
  all.filter((one) => one === outcome).length;
const journalOf = ({ ran }: Traced): (readonly [number, string, string])[] =>
  ran
    .variant()
    .journal.filter(({ kind }) => kind === 'outlierDetection')
    .map(({ at, subject, value }) => [at, subject, value] as const);

describe('outlier detection', () => {
  it('takes a bad replica out after five failures, and counts and journals that', () => {
    const body = bad('replicas: 2, outlierDetection: { maxEjectionPercent: 50% }', 600);
    const ran = golden(body + failing("'s[0]'", 20), '60s');
    // It has every second request: failures at 0, 0.2, .. 0.8 s, and the sweep of 40 s lets it in.
    expect(errors(ran)).toBe(5);
    expect(journalOf(ran)).toEqual([
      [0.8, 'users[0]->s[0]', 'ejected'],
      [40, 'users[0]->s[0]', 'in'],
    ]);
    const variant = ran.ran.variant();
    expect(variant.edges['users->s']!.counters['ejections']).toBe(1);
    const events = variant.cascade.events.filter(({ subject }) => subject === 'users->s');
    expect(events.map(({ at, kind, text }) => [at, kind, text])).toEqual([
      [0.8, 'ejected', 'users[0] ejects s[0]'],
      [40, 'returned', 'every instance is back'],
    ]);
  });

  it('under the names of Istio: two of two are out and no panic, unless minHealthPercent says so', () => {
    const run = (more: string) => {
      const own = `{ kind: istio, consecutive5xxErrors: 3, maxEjectionPercent: 100${more} }`;
      const body = bad(`replicas: 2, outlierDetection: ${own}`, 100);
      return outcomes(golden(body + failing('s', 20), '60s').requests);
    };
    // Six fail, then no instance can be called.
    expect(count(run(''), 'serverError')).toBe(6);
    expect(count(run(''), 'rejectedBreaker')).toBe(94);
    expect(count(run(', minHealthPercent: 50'), 'serverError')).toBe(100);
    expect(count(run(', minHealthPercent: 50'), 'rejectedBreaker')).toBe(0);
  });

  it('of the bundle goes before that of the callee', () => {
    const own = 'policy: { outlierDetection: { consecutive5xx: 2, maxEjectionPercent: 50% } }';
    const body = bad('replicas: 2, outlierDetection: { maxEjectionPercent: 50% }', 100, own);
    expect(errors(golden(body + failing("'s[0]'", 10), '60s'))).toBe(2);
  });

  it('each caller has to see for itself', () => {
    const body = `
services:
  front: { replicas: 2, endpoints: { ask: [ call: s.get ] } }
  s: { replicas: 2, outlierDetection: { maxEjectionPercent: 50% }, endpoints: { get: [ work: 0ms ] } }
workloads:
  users: { arrivals: { at: [ ${instants(0, 9900, 100, 'ms')} ] }, requests: [ { call: front.ask } ] }
`;
    const ran = golden(body + failing("'s[0]'", 10), '30s');
    expect(errors(ran)).toBe(10);
    expect(journalOf(ran).map(([, subject]) => subject)).toEqual([
      'front[0]->s[0]',
      'front[1]->s[0]',
    ]);
  });

  it('sees timeouts as gateway failures, and keeps away from a replica that hangs', () => {
    const policy = 'policy: { timeout: 50ms }';
    const body = bad(
      'replicas: 2, outlierDetection: { consecutiveGatewayFailure: 2, maxEjectionPercent: 50% }',
      50,
      policy,
    );
    const ran = golden(
      `${body}faults: [ { id: stuck, kind: hang, target: 's[0]', at: 0s, for: 30s } ]\n`,
      '30s',
    );
    expect(outcomes(ran.requests).filter((outcome) => outcome === 'timeout')).toHaveLength(2);
    expect(journalOf(ran)[0]).toEqual([0.25, 'users[0]->s[0]', 'ejected']);
  });

  it('a restarted caller calls every instance again', () => {
    const body = `
services:
  front: { endpoints: { ask: [ call: s.get ] } }
  s: { replicas: 2, outlierDetection: { maxEjectionPercent: 50% }, endpoints: { get: [ work: 0ms ] } }
workloads:
  users: { arrivals: { at: [ ${instants(0, 2900, 100, 'ms')} ] }, requests: [ { call: front.ask } ] }
faults:
  - { id: bad, kind: error, target: 's[0]', at: 0s, for: 10s }
  - { id: crash, kind: crash, target: front, at: 1550ms, for: 100ms }
`;
    const { at } = golden(body, '30s');
    const first = at('s.get').filter(({ instance }) => instance === 's[0]');
    // Out at 0.8 s; from 1.7 s on it gets its five again.
    expect(sent(first)).toHaveLength(10);
    expect(sent(first)[5]).toBeGreaterThan(1600);
  });
});

describe('divergence 32: an ejection is no news to what is under way, and ends at a sweep', () => {
  it('requests in flight to an ejected instance go on', () => {
    const body = `
services:
  front: { endpoints: { slow: [ call: s.slow ], quick: [ call: s.quick ] } }
  s:
    replicas: 2
    outlierDetection: { consecutive5xx: 1, maxEjectionPercent: 50% }
    endpoints: { slow: [ wait: 500ms ], quick: [ work: 0ms ] }
workloads:
  one: { arrivals: { at: [ 0ms ] }, requests: [ { call: front.slow } ] }
  users:
    arrivals: { at: [ 100ms, 200ms, 300ms, 400ms ] }
    requests: [ { call: front.quick } ]
faults: [ { id: bad, kind: error, target: s.quick, at: 150ms, for: 100ms } ]
`;
    const { at, ran } = golden(body, '60s');
    expect(at('s.slow').map(({ instance, ended }) => [instance, ended])).toEqual([['s[0]', 500]]);
    expect(at('s.quick').map(({ instance }) => instance)).toEqual(['s[1]', 's[0]', 's[1]', 's[1]']);
    expect(ran.variant().edges['front->s']!.counters['ejections']).toBe(1);
    expect(ran.variant().components['one']!.outcomes).toEqual({ ok: 1 });
  });

  it('one ejected at 0.8 s for 3 s is back at 4 s, and not at 3.8 s', () => {
    const detect = '{ interval: 1s, baseEjectionTime: 3s, maxEjectionPercent: 50% }';
    const body = bad(`replicas: 2, outlierDetection: ${detect}`, 60);
    const { at } = golden(body + failing("'s[0]'", 2), '30s');
    const first = sent(at('s.get').filter(({ instance }) => instance === 's[0]'));
    expect(first.slice(0, 5)).toEqual([0, 200, 400, 600, 800]);
    expect(first[5]).toBeGreaterThanOrEqual(4000);
    expect(first[5]).toBeLessThanOrEqual(4100);
  });
});

describe('divergence 33: with too few left, all are called', () => {
  const half = (more: string): string =>
    bad(
      `replicas: 4, ${more}outlierDetection: { consecutive5xx: 1, maxEjectionPercent: 100% }`,
      40,
    ) + failing('s', 30);

  it('half of them is not too few, a quarter is', () => {
    const ran = golden(half(''), '30s');
    // One each 100 ms: with three of four out the fourth is called as one of all.
    const out = journalOf(ran).filter(([, , value]) => value === 'ejected');
    expect(out.map(([at]) => at)).toEqual([0, 0.1, 0.2, 0.3]);
    expect(outcomes(ran.requests)).toEqual(new Array(40).fill('serverError'));
    expect(ran.at('s.get')).toHaveLength(40);
  });

  it('panicThreshold 0: what is left is called, and when nothing is, nobody', () => {
    const ran = golden(half('loadBalancing: { kind: roundRobin, panicThreshold: 0 }, '), '30s');
    expect(ran.at('s.get')).toHaveLength(4);
    expect(outcomes(ran.requests).slice(4)).toEqual(new Array(36).fill('rejectedBreaker'));
    expect(ran.ran.variant().edges['users->s']!.counters['breakerRejected']).toBe(36);
  });

  it('failTrafficOnPanic: below the threshold nobody is called', () => {
    const fails = 'loadBalancing: { kind: roundRobin, failTrafficOnPanic: true }, ';
    const ran = golden(half(fails), '30s');
    // Two of four are enough, so three get a call.
    expect(ran.at('s.get')).toHaveLength(3);
  });

  it('a threshold above 5 of 7 panics only below 5 of 7', () => {
    const share = (replicas: number, down: number): number => {
      const detect = `{ consecutive5xx: 1, maxEjectionPercent: 100% }`;
      const balance = '{ kind: roundRobin, panicThreshold: 100% }';
      const targets = Array.from({ length: down }, (_, k) => `'s[${k}]'`).join(', ');
      const body = bad(
        `replicas: ${replicas}, loadBalancing: ${balance}, outlierDetection: ${detect}`,
        70,
      );
      const ran = golden(body + failing(`[ ${targets} ]`, 30), '30s');
      return errors(ran);
    };
    expect(share(7, 2)).toBe(2);
    // With four of seven well the three bad ones get their share again, of 70 requests.
    expect(share(7, 3)).toBe(30);
  });
});

describe('what a caller sees of the instances is what panics', () => {
  const two = (more: string, percent: number): Traced => {
    const balance = `loadBalancing: { kind: roundRobin, subset: { size: 2 }${more} }`;
    const detect = `{ consecutive5xx: 1, maxEjectionPercent: ${percent}% }`;
    const body = bad(`replicas: 8, ${balance}, outlierDetection: ${detect}`, 40);
    return golden(body + failing('s', 30), '30s');
  };
  const called = ({ at }: Traced): string[] => at('s.get').map(({ instance }) => instance);

  it('of a subset of two half may be ejected, which is one and no panic', () => {
    const ran = two('', 50);
    const [first, second, ...rest] = called(ran);
    const out = journalOf(ran).filter(([, , value]) => value === 'ejected');
    expect(out.map(([, subject]) => subject)).toEqual([`users[0]->${first}`]);
    expect(second).not.toBe(first);
    expect(rest).toEqual(new Array(38).fill(second));
  });

  it('with both of them out both are called, and none with panicThreshold 0', () => {
    const all = called(two('', 100));
    expect(new Set(all).size).toBe(2);
    expect(all).toHaveLength(40);
    expect(called(two(', panicThreshold: 0', 100))).toHaveLength(2);
  });

  it('zones are looked at among those that are open, and in a panic not at all', () => {
    const zoned = (threshold: string): number[] => {
      const balance = `{ kind: roundRobin, zoneAware: { minClusterSize: 2 }, panicThreshold: ${threshold} }`;
      const detect = '{ consecutive5xx: 1, maxEjectionPercent: 100% }';
      const { at } = golden(
        `
network: { zones: { a: {}, b: {} } }
services:
  front: { replicas: 2, zone: [a, b], endpoints: { ask: [ call: s.get ] } }
  s:
    replicas: 4
    zone: [a, b]
    loadBalancing: ${balance}
    outlierDetection: ${detect}
    endpoints: { get: { readOnly: true, steps: [ work: 0ms ] } }
workloads:
  users:
    arrivals: { at: [ ${instants(0, 19_900, 100, 'ms')} ] }
    requests: [ { call: front.ask } ]
faults: [ { id: bad, kind: error, target: [ 's[0]', 's[2]' ], at: 0s, for: 20s } ]
`,
        '20s',
      );
      const all = at('s.get').map(({ instance }) => instance);
      return [0, 1, 2, 3].map((k) => all.filter((instance) => instance === `s[${k}]`).length);
    };
    // The caller in a calls its own zone, ejects both and moves to b; the caller in b stays in b.
    const [a0, b1, a2, b3] = zoned('50%');
    expect([a0, a2]).toEqual([1, 1]);
    expect(b1! + b3!).toBe(198);
    // Half of them open is below 60 %: once both are out, each gets a quarter of its calls.
    const panic = zoned('60%');
    expect(panic.map((count, k) => count >= (k % 2 === 0 ? 25 : 74))).toEqual([
      true,
      true,
      true,
      true,
    ]);
  });
});

describe('divergence 34: a tenth of three instances is none', () => {
  const three = (more: string): Traced =>
    golden(bad(`replicas: 3, outlierDetection: { ${more}}`, 90) + failing("'s[0]'", 30), '30s');

  it('so the default ejects none of them', () => {
    expect(errors(three(''))).toBe(30);
    expect(journalOf(three(''))).toEqual([]);
  });

  it('but with alwaysEjectOneHost', () => {
    expect(errors(three('alwaysEjectOneHost: true '))).toBe(5);
  });
});

describe('divergence 31: a replica that fails fast draws load', () => {
  const fast = (balancer: string, more = ''): number => {
    const { ran } = golden(
      `
services:
  s:
    replicas: 4
    loadBalancing: { kind: ${balancer} }
    ${more}
    endpoints: { get: [ wait: 100ms ] }
workloads:
  users: { arrivals: poisson(400/s), requests: [ { call: s.get } ] }
faults: [ { id: bad, kind: error, target: 's[0]', at: 0s, for: 25s } ]
`,
      '25s',
    );
    const { ok = 0, serverError = 0 } = ran.variant().components['users']!.outcomes;
    return serverError / (ok + serverError);
  };

  it('round robin gives it a quarter, least request what either of two choices hits', () => {
    expect(fast('roundRobin')).toBeCloseTo(1 / 4, 2);
    // 1 - (3/4)^2, as the others always have ten under way.
    expect(fast('leastRequest')).toBeCloseTo(7 / 16, 1);
    expect(fast('peakEwma')).toBeCloseTo(1 / 2, 1);
  });

  it('until outlier detection takes it out', () => {
    const detect = 'outlierDetection: { maxEjectionPercent: 25% }';
    expect(fast('leastRequest', detect)).toBeLessThan(0.01);
  });
});

describe('outlier detection of calls with connections', () => {
  const away = (own: string, at = instants(0, 900, 100, 'ms')): Traced =>
    golden(`
network: { links: [ { between: [app, far], latency: 5ms } ] }
services:
  app: { runtime: async, outbound: { far: { connections: {}, timeout: 40ms, outlierDetection: { maxEjectionPercent: 100%, ${own} } } }, endpoints: { ask: [ call: far.get ] } }
  far: { endpoints: { get: { readOnly: true, steps: [ wait: 20ms ] } } }
workloads:
  users: { arrivals: { at: [ ${at} ] }, requests: [ { call: app } ] }
faults:
  - { id: down, kind: crash, target: far, at: 0ms, for: 5s }
`);

  it('counts a connection that is refused as a failure', () => {
    // Refused at 10, 110, 210: out with the third.
    expect(journalOf(away('consecutive5xx: 3'))[0]).toEqual([0.21, 'app[0]->far[0]', 'ejected']);
    const split = 'splitExternalLocalOriginErrors: true, consecutiveLocalOriginFailure: 2';
    expect(journalOf(away(split))[0]).toEqual([0.11, 'app[0]->far[0]', 'ejected']);
  });

  it('split: answers that are late eject only where they are late together', () => {
    const hung = (at: string): Traced =>
      golden(`
services:
  app: { runtime: async, outbound: { far: { timeout: 40ms, outlierDetection: { maxEjectionPercent: 100%, splitExternalLocalOriginErrors: true, consecutiveLocalOriginFailure: 3 } } }, endpoints: { ask: [ call: far.get ] } }
  far: { endpoints: { get: { readOnly: true, steps: [ wait: 1s ] } } }
workloads:
  users: { arrivals: { at: [ ${at} ] }, requests: [ { call: app } ] }
`);
    expect(journalOf(hung('0ms, 50ms, 100ms, 150ms, 200ms'))).toEqual([]);
    expect(journalOf(hung('0ms, 10ms, 20ms'))[0]).toEqual([0.06, 'app[0]->far[0]', 'ejected']);
    // The one of 45 ms ends the row of the first.
    expect(journalOf(hung('0ms, 10ms, 45ms'))).toEqual([]);
  });
});
