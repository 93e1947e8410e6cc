import { describe, expect, it } from 'vitest';
import { JOURNAL, ROLLOUT_STATE } from '../../src/contracts/record/record.js';
import { problemsOf } from '../theory/program.js';
import { states } from './states.js';
import { golden, outcomes } from './tracing.js';
import type { Traced } from './tracing.js';

/** A service `s` with this number of replicas that rolls out v2 to replace v1; v2 fails as `bad` says. */
const rolled = (
  replicas: number,
  rollout: string,
  more: Record<string, string> = {},
  length = '100s',
): Traced =>
  golden(
    `
${more['platform'] === undefined ? '' : `platform: { ${more['platform']} }`}
gateways:
  edge: { routes: [ { match: { path: / }, to: s.serve } ] }
services:
  s:
    replicas: ${replicas}
    ${more['service'] ?? 'lifecycle: { startup: 10s }'}
    endpoints: { serve: [ wait: 10ms ], ${more['endpoints'] ?? ''} }
    versions: { v1: {}, v2: { ${more['v2'] ?? ''} } }
    rollout: { to: v2, ${rollout} }
workloads:
  users: { arrivals: ${more['load'] ?? 'constant(10/s)'}, requests: [ { call: ${more['call'] ?? 'edge'} } ] }
faults: [ ${more['faults'] ?? ''} ]
`,
    length,
  );

/** Desired and existing instances of each version, at some seconds. */
const counts = (traced: Traced, replicas: number, ...at: readonly number[]): string[] =>
  at.map((second) => {
    const there = [0, 0];
    const wanted = [0, 0];
    for (let place = 0; place < 2 * replicas; place++) {
      const version = place < replicas ? 0 : 1;
      const past = states(traced, place)
        .map((word) => word.split(' '))
        .filter(([, when]) => Number(when) <= second);
      const last = (words: readonly string[]): string | undefined =>
        past.filter(([state]) => words.includes(state!)).pop()?.[0];
      if ((last(['wanted', 'absent']) ?? 'wanted') === 'wanted') wanted[version]!++;
      if ((last(['up', 'down', 'drained', 'killed']) ?? 'up') === 'up') there[version]!++;
    }
    return `${there[0]}/${wanted[0]} ${there[1]}/${wanted[1]}`;
  });

/** Events of the rollout, with the second: `weight 0.1 30`. */
const told = ({ ran }: Traced): string[] => {
  const { timeNs, kind, value } = ran.records[0]![0]!.journal;
  return [...timeNs].flatMap((at, k) => {
    if (kind[k] !== JOURNAL.rollout) return [];
    const state = value[k]!;
    const name = Object.entries(ROLLOUT_STATE).find(([, number]) => number === state)?.[0];
    const word = state >= ROLLOUT_STATE.weight ? `weight ${(state - 100) / 1000}` : name;
    return [`${word} ${Math.round(at / 1e6) / 1e3}`];
  });
};

/** How many requests ended well, and how many did not. */
const ends = ({ requests }: Traced): [number, number] => {
  const good = outcomes(requests).filter((outcome) => outcome === 'ok').length;
  return [good, requests.length - good];
};

const BAD = { v2: 'endpoints: { serve: [ fail: 500 ] }' };
const WATCHED = 'analysis: { expect: [ canary.success >= 99% ], interval: 10s, minSamples: 10 }';
const STEPS = 'steps: [ { weight: 10% }, { pause: 30s }, { weight: 50% }, { pause: 10s } ]';
const CANARY = `kind: canary, ${STEPS}`;

describe('a rolling update (RU-1, RU-2, GS-28)', () => {
  it('goes as far as surplus and readiness allow', () => {
    expect(counts(rolled(4, 'kind: rolling'), 4, 1, 11, 21)).toEqual([
      '3/3 0/2',
      '1/1 2/4',
      '0/0 4/4',
    ]);
    expect(counts(rolled(10, 'kind: rolling'), 10, 1, 11, 21)).toEqual([
      '8/8 0/5',
      '3/3 5/10',
      '0/0 10/10',
    ]);
  });

  it('replaces one after the other where no share of them is a whole one', () => {
    const traced = rolled(3, 'kind: rolling');
    expect(counts(traced, 3, 1, 11, 21, 31)).toEqual(['3/3 0/1', '2/2 1/2', '1/1 2/3', '0/0 3/3']);
    expect(told(traced)).toEqual(['begun 0', 'promoted 30']);
    expect(ends(traced)).toEqual([999, 0]);
  });

  it('makes one unavailable where neither more nor fewer are allowed', () => {
    const rollout = 'kind: rolling, maxSurge: 0, maxUnavailable: 10%';
    expect(counts(rolled(4, rollout), 4, 1, 11, 31)).toEqual(['3/3 0/1', '2/2 1/2', '0/0 3/4']);
  });

  it('counts a replica once it has been ready for long enough', () => {
    const traced = rolled(4, 'kind: rolling, minReady: 5s');
    expect(counts(traced, 4, 14, 16, 29, 31)).toEqual(['3/3 2/2', '1/1 2/4', '1/1 4/4', '0/0 4/4']);
    expect(told(traced)).toEqual(['begun 0', 'promoted 30']);
  });

  it('stalls with a version that never gets ready, and loses as many as it may (RU-3)', () => {
    const traced = rolled(4, 'kind: rolling', {
      v2: 'endpoints: { health: [ fail: 500 ] }',
      service:
        'probes: { readiness: { period: 1s, call: health } }\n    lifecycle: { startup: 10s }',
      endpoints: 'health: [ wait: 1ms ]',
    });
    expect(counts(traced, 4, 99)).toEqual(['3/3 2/2']);
    expect(told(traced)).toEqual(['begun 0']);
    expect(ends(traced)).toEqual([999, 0]);
  });

  it('replaces all by a version that is ready and broken', () => {
    const traced = rolled(4, 'kind: rolling', BAD);
    expect(told(traced)).toEqual(['begun 0', 'promoted 20']);
    expect(ends(traced)[1]).toBeGreaterThan(800);
  });

  it('continues past an old replica that is down', () => {
    const faults = '{ id: f, kind: crash, target: s, instances: [0], at: 0s, for: 100s }';
    expect(counts(rolled(4, 'kind: rolling', { faults }), 4, 1, 11)).toEqual([
      '3/3 0/2',
      '1/1 2/4',
    ]);
  });

  it('takes the lifecycle of the version', () => {
    const traced = rolled(4, 'kind: rolling', { v2: 'lifecycle: { startup: 20s }' });
    expect(told(traced)).toEqual(['begun 0', 'promoted 40']);
  });
});

describe('recreate', () => {
  it('starts the new version when the last process of the old one has ended', () => {
    const traced = rolled(4, 'kind: recreate');
    expect(counts(traced, 4, 1, 11)).toEqual(['0/0 0/4', '0/0 4/4']);
    expect(ends(traced)).toEqual([900, 99]);
    const drains = rolled(1, 'kind: recreate', {
      service: 'lifecycle: { startup: 10s, preStop: 5s }',
    });
    expect(told(drains)).toEqual(['begun 0', 'promoted 15']);
  });
});

describe('blue-green (semantics-async 7.2)', () => {
  it('turns to the second set at one instant, and keeps the first for a while', () => {
    const traced = rolled(4, 'kind: blueGreen');
    expect(counts(traced, 4, 9, 11, 39, 41)).toEqual(['4/4 0/4', '4/4 4/4', '4/4 4/4', '0/0 4/4']);
    expect(told(traced)).toEqual(['begun 0', 'weight 1 10', 'promoted 10']);
    expect(ends(traced)).toEqual([999, 0]);
  });

  it('fills up a preview before it turns', () => {
    const traced = rolled(4, 'kind: blueGreen, preview: 1, scaleDownDelay: 5s');
    expect(counts(traced, 4, 1, 11, 21, 26)).toEqual(['4/4 0/1', '4/4 1/4', '4/4 4/4', '0/0 4/4']);
  });

  it('stays in standby without a promotion, and gets no request', () => {
    const traced = rolled(4, 'kind: blueGreen, autoPromotion: false', BAD);
    expect(told(traced)).toEqual(['begun 0']);
    expect(ends(traced)).toEqual([999, 0]);
  });

  it('turns back where it fails, at once, and lets the second set go', () => {
    const traced = rolled(4, `kind: blueGreen, ${WATCHED}`, BAD);
    expect(told(traced).slice(1)).toEqual([
      'weight 1 10',
      'failedLook 20',
      'weight 0 20',
      'rolledBack 20',
    ]);
    expect(counts(traced, 4, 49, 51)).toEqual(['4/4 4/4', '4/4 0/0']);
    // Those of ten seconds.
    expect(ends(traced)).toEqual([899, 100]);
  });

  it('is promoted by an analysis when the first set goes', () => {
    expect(told(rolled(4, `kind: blueGreen, ${WATCHED}`))).toEqual([
      'begun 0',
      'weight 1 10',
      'promoted 40',
    ]);
  });

  it('turns at each caller when the news are there', () => {
    const platform = 'kind: kubernetes, endpointPropagation: 2s';
    const traced = rolled(4, `kind: blueGreen, ${WATCHED}`, { ...BAD, platform });
    // The first failures come two seconds later, and so does the end of the last ones.
    expect(traced.requests.find(({ outcome }) => outcome !== 'ok')!.sent).toBe(12_000);
    expect(told(traced)).toContain('rolledBack 20');
    expect(ends(traced)[1]).toBe(100);
  });
});

describe('a canary by weights (Argo Rollouts, semantics-async 7.3)', () => {
  it('gets the share of each step once it has the replicas for it', () => {
    const traced = rolled(10, CANARY, { load: 'constant(100/s)' });
    expect(counts(traced, 10, 9, 11, 41, 61, 99)).toEqual([
      '10/10 0/1',
      '10/10 1/1',
      '10/10 1/5',
      '10/10 5/10',
      '10/10 10/10',
    ]);
    expect(told(traced)).toEqual([
      'begun 0',
      'weight 0.1 10',
      'weight 0.5 50',
      'weight 1 70',
      'promoted 70',
    ]);
    expect(counts(rolled(10, CANARY, {}, '200s'), 10, 101)).toEqual(['0/0 10/10']);
  });

  it('fails for its share of the requests until it is taken back (GS-29)', () => {
    const traced = rolled(10, `${CANARY}, ${WATCHED}`, { ...BAD, load: 'constant(100/s)' });
    expect(told(traced).slice(1)).toEqual([
      'weight 0.1 10',
      'failedLook 20',
      'weight 0 20',
      'rolledBack 20',
    ]);
    // 10 % of a thousand, within three deviations of 9.5.
    const [, failed] = ends(traced);
    expect(Math.abs(failed - 100)).toBeLessThan(28);
    expect(counts(traced, 10, 49, 51)).toEqual(['10/10 1/1', '10/10 0/0']);
  });

  it('is taken back by one failed look more than may fail', () => {
    const two =
      'analysis: { expect: [ canary.success >= 99% ], interval: 10s, minSamples: 10, failureLimit: 1 }';
    const traced = rolled(10, `${CANARY}, ${two}`, { ...BAD, load: 'constant(100/s)' });
    expect(told(traced)).toContain('rolledBack 30');
  });

  it('says nothing about too few requests', () => {
    const many = 'analysis: { expect: [ canary.success >= 99% ], interval: 10s, minSamples: 1000 }';
    const traced = rolled(10, `${CANARY}, ${many}`, { ...BAD, load: 'constant(100/s)' });
    // With all requests there are a thousand in ten seconds, and it is promoted by then.
    expect(told(traced)).toContain('promoted 70');
  });

  it('fails where no request reaches the new version, pauses or goes on, as configured', () => {
    // The last request arrives before the rollout begins.
    const silent = (noData = ''): readonly string[] =>
      told(
        rolled(10, `${CANARY}, ${WATCHED.replace(' }', `${noData} }`)}`, {
          ...BAD,
          load: '{ at: [ 0s ] }',
        }),
      );
    expect(silent()).toEqual([
      'begun 0',
      'weight 0.1 10',
      'failedLook 20',
      'weight 0 20',
      'rolledBack 20',
    ]);
    expect(silent(', noData: fail, failureLimit: 1')).toContain('rolledBack 30');
    expect(silent(', noData: pause')).toEqual(['begun 0', 'weight 0.1 10', 'held 20']);
    expect(silent(', noData: ignore')).toContain('promoted 70');
  });

  it('stays where it is, or continues, as configured', () => {
    const load = { ...BAD, load: 'constant(100/s)' };
    expect(told(rolled(10, `${CANARY}, onFailure: pause, ${WATCHED}`, load))).toEqual([
      'begun 0',
      'weight 0.1 10',
      'failedLook 20',
      'held 20',
    ]);
    const on = told(rolled(10, `${CANARY}, onFailure: continue, ${WATCHED}`, load));
    expect(on.filter((word) => word.startsWith('failed'))).toHaveLength(6);
    expect(on).toContain('promoted 70');
  });

  it('compares with the old version', () => {
    const slow = { v2: 'endpoints: { serve: [ wait: 30ms ] }', load: 'constant(100/s)' };
    const analysis = (limit: string): string =>
      `analysis: { expect: [ canary.latency.p99 < ${limit} of stable.latency.p99 ], interval: 10s, minSamples: 10 }`;
    expect(told(rolled(10, `${CANARY}, ${analysis('200%')}`, slow))).toContain('rolledBack 20');
    expect(told(rolled(10, `${CANARY}, ${analysis('400%')}`, slow))).toContain('promoted 70');
  });

  it('has the replicas that a step says, whatever its weight', () => {
    const steps = 'kind: canary, steps: [ { scale: 50% }, { weight: 10% }, { pause: 10s } ]';
    expect(counts(rolled(10, steps), 10, 11, 19)).toEqual(['10/10 5/5', '10/10 5/5']);
  });

  it('stays with a user where it sticks to one', () => {
    const steps = 'kind: canary, sticky: client, steps: [ { weight: 50% }, { pause: none } ]';
    const traced = golden(
      `
gateways:
  edge: { routes: [ { match: { path: / }, to: s.serve } ] }
services:
  s: { replicas: 2, endpoints: { serve: [ wait: 1ms ] }, versions: { v1: {}, v2: { ${BAD.v2} } }, rollout: { to: v2, ${steps} } }
workloads:
  users: { arrivals: constant(100/s), clients: 1, requests: [ { call: edge } ] }
`,
      '10s',
    );
    // One client: all or nothing.
    expect(ends(traced).map((count) => count > 900)).toContain(true);
    expect(ends(traced)).toContain(0);
  });

  it('keeps all tries of a request at one version', () => {
    const traced = golden(
      `
gateways:
  edge: { outbound: { default: { retry: { attempts: 3, backoff: { kind: constant, base: 1ms }, on: [ serverError ] } } }, routes: [ { match: { path: / }, to: s.serve } ] }
services:
  s: { replicas: 4, endpoints: { serve: [ wait: 1ms ] }, versions: { v1: {}, v2: { ${BAD.v2} } }, rollout: { to: v2, kind: canary, steps: [ { weight: 50% }, { pause: none } ] } }
workloads:
  users: { arrivals: constant(100/s), requests: [ { call: edge } ] }
`,
      '10s',
    );
    const [good, bad] = ends(traced);
    expect(Math.abs(bad - 500)).toBeLessThan(50);
    expect(traced.at('s.serve')).toHaveLength(good + 3 * bad);
  });
});

describe('a canary by replicas (Argo Rollouts without a traffic router)', () => {
  const byReplicas = `${CANARY}, routing: replicas`;

  it('has a share of the replicas instead of the requests', () => {
    const traced = rolled(10, byReplicas, { load: 'constant(100/s)', call: 's.serve' });
    expect(counts(traced, 10, 1, 11, 41, 61, 99)).toEqual([
      '9/9 0/1',
      '9/9 1/1',
      '7/7 1/5',
      '3/3 5/10',
      '0/0 10/10',
    ]);
    expect(told(traced)).toContain('promoted 70');
  });

  it('is not looked at any more when it has everything', () => {
    const faults = '{ id: f, kind: error, target: s, status: 500, at: 80s, for: 10s }';
    const traced = rolled(10, `${byReplicas}, ${WATCHED}`, { faults, load: 'constant(100/s)' });
    expect(told(traced).slice(-1)).toEqual(['promoted 70']);
    expect(counts(traced, 10, 99)).toEqual(['0/0 10/10']);
  });

  it('goes back the same way', () => {
    const load = { ...BAD, load: 'constant(100/s)' };
    const traced = rolled(10, `${byReplicas}, ${WATCHED}`, load);
    expect(counts(traced, 10, 21, 31)).toEqual(['9/10 0/0', '10/10 0/0']);
    expect(told(traced).slice(-2)).toEqual(['weight 0 20', 'rolledBack 30']);
    expect(ends(traced)[1]).toBe(100);
  });
});

describe('which callers know of a version', () => {
  const platform = 'kind: kubernetes, endpointPropagation: 2s';

  it('calls the old one until it has learned of the new one', () => {
    const steps = 'kind: canary, steps: [ { weight: 50% }, { pause: none } ]';
    const traced = rolled(4, steps, { platform, load: 'constant(100/s)', ...BAD });
    expect(told(traced)).toEqual(['begun 0', 'weight 0.5 10']);
    const failed = traced.requests.filter(({ outcome }) => outcome !== 'ok');
    // No request is refused, and the first one of the new version comes when callers learn of it.
    expect(new Set(outcomes(failed))).toEqual(new Set(['serverError']));
    expect(failed[0]!.sent).toBeGreaterThanOrEqual(12_000);
  });

  it('refuses requests for a version without ready instances', () => {
    const steps = 'kind: canary, steps: [ { weight: 50% }, { pause: none } ]';
    const faults = '{ id: f, kind: crash, target: s, version: v2, at: 20s, for: 10s }';
    const traced = rolled(4, steps, { faults, load: 'constant(100/s)' });
    const lost = traced.requests.filter(({ outcome }) => outcome !== 'ok');
    // Half of 20 s: ten of the fault, and ten until they have started again.
    expect(Math.abs(lost.length - 1000)).toBeLessThan(70);
    expect(Math.min(...lost.map(({ sent }) => sent))).toBeGreaterThanOrEqual(19_980);
  });

  it('sees a vanished host again that no caller has seen down', () => {
    const silent = '{ id: f, kind: crash, blackhole: true, target: "s[0]", at: 5s, for: 60s }';
    const traced = rolled(2, `kind: blueGreen, ${WATCHED}`, { ...BAD, faults: silent });
    expect(told(traced)).toContain('rolledBack 20');
    const answers = (from: number, to: number): number =>
      traced.requests.filter(({ sent, outcome }) => sent >= from && sent < to && outcome === 'ok')
        .length;
    // Every second request hits the hanging version, before the switch and after it.
    expect(answers(6_000, 10_000)).toBe(20);
    expect(answers(30_000, 40_000)).toBe(50);
  });
});

describe('what an analysis counts', () => {
  it('are requests, no messages', () => {
    const traced = golden(
      `
gateways:
  edge: { routes: [ { match: { path: / }, to: s.serve } ] }
services:
  feed: { endpoints: { put: [ publish: events ] } }
  s: { replicas: 2, endpoints: { serve: [ wait: 1ms ], hear: { idempotent: true, steps: [ wait: 1ms ] } }, versions: { v1: {}, v2: { ${BAD.v2} } }, rollout: { to: v2, kind: canary, steps: [ { weight: 50% }, { pause: 30s } ], analysis: { expect: [ canary.success >= 20% ], interval: 10s, minSamples: 10 } } }
topics:
  events: { kind: kafka, partitions: 4, subscribers: [ { group: g, call: s.hear } ] }
workloads:
  users: { arrivals: constant(10/s), requests: [ { call: edge } ] }
  feeders: { arrivals: constant(100/s), requests: [ { call: feed.put } ] }
`,
      '60s',
    );
    expect(told(traced)).toContain('rolledBack 10');
  });

  it('is looked at once at least before the second set of blue-green has everything', () => {
    const analysis = 'analysis: { expect: [ canary.success >= 99% ] }';
    const traced = rolled(2, `kind: blueGreen, ${analysis}`, { ...BAD, load: 'constant(100/s)' });
    expect(told(traced)).toContain('rolledBack 70');
  });
});

describe('versions side by side', () => {
  it('share the requests by their instances', () => {
    const traced = golden(
      `
services:
  s: { replicas: { v1: 9, v2: 1 }, endpoints: { serve: [ wait: 1ms ] }, versions: { v1: {}, v2: { ${BAD.v2} } } }
workloads:
  users: { arrivals: constant(100/s), requests: [ { call: s } ] }
`,
      '10s',
    );
    expect(ends(traced)).toEqual([900, 99]);
  });

  it('are the service itself where nothing differs', () => {
    const traced = golden(
      `
services:
  s: { endpoints: { serve: [ wait: 1ms ] }, version: v2, versions: { v1: {}, v2: { ${BAD.v2} } } }
workloads:
  users: { arrivals: constant(100/s), requests: [ { call: s } ] }
`,
      '1s',
    );
    // The version defined as first runs first.
    expect(ends(traced)).toEqual([0, 99]);
  });
});

describe('a frozen rollout (fault freeze)', () => {
  const frozen = (at: string, length: string): string =>
    `{ id: f, kind: freeze, target: s, what: rollout, at: ${at}, for: ${length} }`;

  it('continues when its controller is back', () => {
    const traced = rolled(4, 'kind: rolling', { faults: frozen('5s', '30s') });
    expect(counts(traced, 4, 34, 36)).toEqual(['3/3 2/2', '1/1 2/4']);
    expect(told(traced)).toEqual(['begun 0', 'promoted 45']);
  });

  it('does what was due meanwhile, and takes nothing back before', () => {
    const load = { load: 'constant(100/s)', faults: frozen('15s', '40s') };
    expect(told(rolled(10, CANARY, load))).toEqual([
      'begun 0',
      'weight 0.1 10',
      // The pause was over at 40 s; four more start for 10 s.
      'weight 0.5 65',
      'weight 1 85',
      'promoted 85',
    ]);
    // Measurements at 20, 30, 40 and 50 s find no requests.
    expect(told(rolled(10, `${CANARY}, ${WATCHED}`, { ...load, ...BAD }))).toContain(
      'rolledBack 55',
    );
  });

  it('is asked of a service that has one', () => {
    expect(() =>
      golden(
        `
services: { s: { endpoints: { serve: [ wait: 1ms ] } } }
workloads: { users: { arrivals: constant(1/s), requests: [ { call: s } ] } }
faults: [ ${frozen('1s', '1s')} ]
`,
        '10s',
      ),
    ).toThrow('has no `rollout` to freeze');
  });
});

describe('a fault of one version', () => {
  it('hits its instances when they come, and no other', () => {
    const faults = '{ id: f, kind: error, target: s, version: v2, status: 500, at: 0s, for: 1m }';
    const traced = rolled(4, 'kind: blueGreen', { faults });
    expect(told(traced)).toContain('weight 1 10');
    // From the switch at 10 s to the end of the fault.
    expect(ends(traced)).toEqual([499, 500]);
  });

  it('names a version of its target', () => {
    const of = (version: string): (() => Traced) => {
      const faults = `{ id: f, kind: crash, target: s, version: ${version}, at: 1s, for: 1s }`;
      return () => rolled(4, 'kind: blueGreen', { faults });
    };
    expect(of('v3')).toThrow('s has no version v3');
    // From 1 s on, until the second set is ready.
    expect(ends(of('v1')())[1]).toBe(90);
  });
});

describe('what makes no sense', () => {
  const rollout = (text: string, more = ''): string =>
    problemsOf(`
faultline: 1
title: x
run: { duration: 10s }
services:
  s: { replicas: 2, ${more}endpoints: { serve: [ wait: 1ms ] }, versions: { v1: {}, v2: {} }, rollout: { ${text} } }
workloads:
  users: { arrivals: constant(10/s), requests: [ { call: s } ] }
`);

  it('is said', () => {
    expect(rollout('to: v3, kind: rolling')).toContain('there is no version v3');
    expect(rollout('to: v1, kind: rolling')).toContain(
      'v1 runs from the start, the first by name (write version for another); a',
    );
    expect(rollout('to: v2, kind: canary')).toContain('steps is missing');
    expect(rollout('to: v2, kind: rolling, steps: [ { weight: 10% } ]')).toContain(
      'steps applies only to canary, and the kind is rolling: remove it',
    );
    expect(rollout(`to: v2, ${CANARY}`)).toContain('users calls s directly');
    expect(rollout(`to: v2, kind: blueGreen, preview: 3`)).toContain('the preview has 3 replicas');
    expect(rollout(`to: v2, ${CANARY}, routing: replicas, sticky: user`)).toContain(
      'there is no key user',
    );
    expect(rollout(`to: v2, ${CANARY}, routing: replicas, scaleDownDelay: 5s`)).toContain(
      'so scaleDownDelay has no effect: remove it',
    );
    expect(rollout('to: v2, kind: blueGreen, onFailure: pause')).toContain(
      'has no effect without analysis',
    );
    expect(
      rollout('to: v2, kind: blueGreen, analysis: { expect: [ canary.latency < 1s ] }'),
    ).toContain('latency needs a statistic');
    expect(rollout('to: v2, kind: rolling', 'cpu: 1, ')).toBe('');
    expect(
      rollout('to: v2, kind: rolling', 'autoscaling: { metric: rate, target: 5/s, max: 4 }, '),
    ).toBe('');
  });

  it('is reported for callers that cannot know of a new version', () => {
    const balanced = (kind: string): (() => Traced) => {
      const service = `loadBalancing: { kind: roundRobin, subset: { size: 2, kind: ${kind} } }`;
      return () => rolled(4, 'kind: rolling', { service });
    };
    expect(balanced('deterministic')).toThrow('its rollout changes that of s');
    expect(ends(balanced('random')())[1]).toBe(0);
  });

  it('is said of versions', () => {
    const version = (text: string): string =>
      problemsOf(`
faultline: 1
title: x
run: { duration: 10s }
services:
  s: { endpoints: { serve: [ wait: 1ms ] }, versions: { v1: {}, v2: { ${text} } } }
workloads:
  users: { arrivals: constant(10/s), requests: [ { call: s } ] }
`);
    expect(version('endpoints: { sevre: [ wait: 1ms ] }')).toContain('it has no sevre');
    expect(version('cpu: 2')).toBe('');
    expect(version('zone: a')).toContain('zone is the same in all versions');
    expect(version('endpoints: { serve: { idempotent: true } }')).toContain('the same in all');
    expect(version('endpionts: {}')).toContain('unknown key endpionts');
    expect(version('endpoints: { serve: null }')).toContain(
      'versions have all endpoints of their service and cannot remove one',
    );
    expect(version('endpoints: { serve: [ call: self.serve ] }')).toContain('s.serve -> s.serve');
    expect(version('endpoints: { serve: [ call: nobody ] }')).toContain('nobody');
    const first = (text: string): string =>
      problemsOf(`
faultline: 1
title: x
run: { duration: 10s }
services:
  s: { endpoints: { serve: { readOnly: true, steps: [ wait: 1ms ] } }, versions: { v1: ${text}, v2: {} } }
workloads:
  users: { arrivals: constant(10/s), requests: [ { call: s } ] }
`);
    expect(first('3')).toContain('must be a map');
    expect(first('{ cpu: 2 }')).toBe('');
    expect(first('{ zone: a }')).toContain('zone is the same in all versions');
    expect(first('{ labels: { track: canary } }')).toBe('');
    expect(first('{ endpoints: { serve: [ wait: 2ms ] } }')).toBe('');
  });
});
