import { describe, expect, it } from 'vitest';
import { JOURNAL, ROLLOUT_STATE } from '../../src/contracts/record/record.js';
import { problemsOf } from '../theory/program.js';
import { states } from './states.js';
import { golden } from './tracing.js';
import type { Traced } from './tracing.js';

/** Largest number of replicas of the autoscaler, so each version has as many places. */
const MOST = 8;
const SCALING = `autoscaling: { metric: rate, target: 10/s, min: 4, max: ${MOST} }`;

/** Four replicas with an autoscaler that roll out v2 at 8 s, under 60 requests per second. */
const rolled = (rollout: string, more: Record<string, string> = {}): Traced =>
  golden(
    `
gateways: { edge: { routes: [ { match: { path: / }, to: s.serve } ] } }
services:
  s:
    replicas: 4
    ${more['scaling'] ?? SCALING}
    lifecycle: { startup: ${more['startup'] ?? '30s'} }
    ${more['service'] ?? ''}
    endpoints: { serve: [ wait: 10ms ] }
    versions: { v1: {}, v2: { ${more['v2'] ?? ''} } }
    rollout: { to: v2, at: ${more['at'] ?? '8s'}, ${rollout} }
workloads:
  users: { arrivals: ${more['load'] ?? 'constant(60/s)'}, requests: [ { call: edge } ] }
faults: [ ${more['faults'] ?? ''} ]`,
    '120s',
  );

/** Desired instances of the old and the new version, at some seconds. */
const wanted = (traced: Traced, ...at: readonly number[]): string[] =>
  at.map((second) => {
    const counts = [0, 0];
    for (let place = 0; place < 2 * MOST; place++) {
      const past = states(traced, place)
        .map((word) => word.split(' '))
        .filter(([word, when]) => /^(wanted|absent)$/.test(word!) && Number(when) <= second);
      const isThere = past.length === 0 ? place < 4 : past.pop()![0] === 'wanted';
      if (isThere) counts[place < MOST ? 0 : 1]!++;
    }
    return counts.join('/');
  });

/** Notes of a kind in the journal: value and second. */
const notes = ({ ran }: Traced, which: number): string[] => {
  const { timeNs, kind, value } = ran.records[0]![0]!.journal;
  return [...timeNs].flatMap((at, k) =>
    kind[k] === which ? [`${value[k]} ${Math.round(at / 1e6) / 1e3}`] : [],
  );
};

describe('an autoscaler beside a rollout', () => {
  it('scales both versions of a rolling update in proportion', () => {
    // 30 s: three old pods measure 20/s, two new ones start and count as 0: 60 / 5 / 10 = 1.2, so 6 of 5 are wanted.
    // Then 6 + 2 pods are allowed. Old: 3 x 8 / 5 = 4.8, 5; new: 2 x 8 / 5 = 3.2, 3.
    const traced = rolled('kind: rolling');
    expect(notes(traced, JOURNAL.desired)[0]).toBe('6 30');
    expect(wanted(traced, 9, 31)).toEqual(['3/2', '5/3']);
    // 38 s: two new pods are ready; the two old ones that still start end first (cleanupUnhealthyReplicas).
    expect(wanted(traced, 39, 119)).toEqual(['3/5', '0/6']);
  });

  it('scales the only version before and after', () => {
    const traced = rolled('kind: rolling', { at: '40s', startup: '0s' });
    expect(wanted(traced, 14, 16, 39, 60)).toEqual(['4/0', '6/0', '6/0', '0/6']);
  });

  it('keeps the weight of a canary', () => {
    const steps = 'kind: canary, steps: [ { weight: 50% }, { pause: none } ]';
    // 15 s: four old pods and two new ones; together they ask for 8 (60 + 32 p, with a share p of the requests of 50 %).
    const traced = rolled(steps, { startup: '0s' });
    expect(notes(traced, JOURNAL.desired)[0]).toBe('8 15');
    expect(wanted(traced, 9, 16)).toEqual(['4/2', '8/4']);
    const shared = rolled(`${steps}, routing: replicas, maxSurge: 0`, { startup: '0s' });
    expect(wanted(shared, 9)).toEqual(['2/2']);
    expect(wanted(shared, 16)).toEqual(['3/3']);
  });

  it('scales both sets of a blue-green rollout by the metrics of the active one', () => {
    // 15 s: 15/s at each of the four old pods; the four starting ones are not seen.
    const traced = rolled('kind: blueGreen');
    expect(notes(traced, JOURNAL.desired)[0]).toBe('6 15');
    expect(wanted(traced, 9, 16)).toEqual(['4/4', '6/6']);
    // Two pods of the new set start at 15 s, so it is complete at 45 s.
    expect(notes(traced, JOURNAL.rollout)).toContain(`${ROLLOUT_STATE.weight + 1000} 45`);
    expect(wanted(traced, 119)).toEqual(['0/6']);
  });

  it('scales a recreated service once its old processes have ended', () => {
    const traced = rolled('kind: recreate', { at: '20s', startup: '1s' });
    expect(wanted(traced, 16, 21, 119)).toEqual(['6/0', '0/6', '0/6']);
  });

  it('waits for a frozen controller', () => {
    const faults = '{ id: f, kind: freeze, what: rollout, target: s, at: 1s, for: 59s }';
    const traced = rolled('kind: rolling', { at: '100s', startup: '0s', faults });
    expect(notes(traced, JOURNAL.desired)[0]).toBe('6 15');
    expect(wanted(traced, 59, 61)).toEqual(['4/0', '6/0']);
  });

  it('weights the CPU of replicas by the request of their version', () => {
    // Each request is 10 ms of work. 15 s: four old pods use 15 x 10 ms = 0.15 of 1 core; 30 %: nothing changes.
    // After the rollout 4 pods use 0.15 of 0.25 cores, 60 %: 4 x 60 / 30 = 8.
    const scaling = 'autoscaling: { metric: cpu, target: 15%, min: 4, max: 8 }, cpu: 1'.replace(
      ', cpu',
      '\n    cpu',
    );
    const traced = golden(
      `
services:
  s:
    replicas: 4
    ${scaling}
    endpoints: { serve: [ work: 10ms ] }
    versions: { v1: {}, v2: { resources: { requests: { cpu: 0.25 } } } }
    rollout: { to: v2, at: 20s, kind: rolling }
workloads:
  users: { arrivals: constant(60/s), requests: [ { call: s } ] }`,
      '400s',
    );
    expect(notes(traced, JOURNAL.desired).map((note) => note.split(' ')[0])[0]).toBe('8');
  });
});

describe('the weight from which on a canary is analysed', () => {
  const analysed = (from: string): string[] => {
    const steps = 'steps: [ { weight: 10% }, { pause: 20s }, { weight: 50% }, { pause: 60s } ]';
    const analysis = `analysis: { expect: [ canary.success >= 99% ], interval: 10s, minSamples: 1${from} }`;
    const v2 = 'endpoints: { serve: [ fail: 500 ] }';
    const more = { startup: '0s', v2, scaling: '' };
    const traced = rolled(`kind: canary, ${steps}, ${analysis}`, more);
    return notes(traced, JOURNAL.rollout).filter((note) => note.startsWith('1 '));
  };

  it('is the first one, unless it is set', () => {
    expect(analysed('')).toEqual(['1 18']);
    // 50 % from 28 s on, and the first result 10 s later.
    expect(analysed(', from: 50%')).toEqual(['1 38']);
  });

  it('must be reached', () => {
    const wrong = (rollout: string): string =>
      problemsOf(`
faultline: 1
title: Wrong
run: { duration: 1s }
services:
  s:
    endpoints: { serve: [ wait: 1ms ] }
    versions: { v1: {}, v2: {} }
    rollout: { to: v2, ${rollout} }
workloads: { users: { arrivals: constant(1/s), requests: [ { call: s } ] } }`);
    const canary = (from: string): string =>
      wrong(
        `kind: canary, routing: replicas, steps: [ { weight: 50% } ], analysis: { expect: [ canary.success > 9% ], from: ${from} }`,
      );
    expect(canary('60%')).toContain('the largest is 50%, so nothing would be analysed');
    expect(canary('0%')).toContain('remove from');
    expect(canary('50%')).toBe('');
    const green = 'kind: blueGreen, analysis: { expect: [ canary.success > 9% ], from: 50% }';
    expect(wrong(green)).toContain('from applies only to canary');
  });
});
