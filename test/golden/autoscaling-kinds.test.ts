import { describe, expect, it } from 'vitest';
import { problemsOf } from '../theory/program.js';
import { states } from './states.js';
import { golden } from './tracing.js';
import type { Traced } from './tracing.js';

const text = (autoscaling: string, load: string, service = 'replicas: 2, cpu: 1'): string => `
services:
  s: { ${service}, autoscaling: { ${autoscaling} }, endpoints: { serve: [ work: 10ms ] } }
workloads:
  users: { arrivals: ${load}, requests: [ { call: s.serve } ] }
`;

const scaled = (autoscaling: string, load: string, length: string, service?: string): Traced =>
  golden(text(autoscaling, load, service), length);

/** Times at which replicas were added (+) and removed (-), in seconds: `+2 60`. */
const changes = (traced: Traced, places: number): string[] => {
  const sums = new Map<number, number>();
  for (let replica = 0; replica < places; replica++) {
    for (const state of states(traced, replica)) {
      const [word, at] = state.split(' ');
      const by = word === 'wanted' ? 1 : word === 'absent' && at !== '0' ? -1 : 0;
      if (by !== 0) sums.set(Number(at), (sums.get(Number(at)) ?? 0) + by);
    }
  }
  return [...sums]
    .sort(([a], [b]) => a - b)
    .map(([at, by]) => `${by > 0 ? '+' : '-'}${Math.abs(by)} ${at}`);
};

describe('target tracking', () => {
  const base = 'kind: targetTracking, metric: cpu, target: 50%, min: 1, max: 16';

  it('adds what brings the metric to its target, after three periods above it', () => {
    // 140/s x 10 ms on two: 70 %. 2 x 70 / 50 = 2.8; on three it is 47 %.
    expect(changes(scaled(base, 'constant(140/s)', '900s'), 16)).toEqual(['+1 180']);
    // Processors are never busier than 100 %, so each addition doubles at most, and the next one follows its cooldown.
    const service = 'replicas: 4, cpu: 1';
    expect(changes(scaled(base, 'constant(800/s)', '900s', service), 16)).toEqual([
      '+4 180',
      '+8 480',
    ]);
  });

  it('removes after fifteen periods below nine tenths of it, and never without scaleIn', () => {
    const service = 'replicas: 4, cpu: 1';
    // 120/s: 30 % of four. 4 x 30 / 50 = 2.4; on three it is 40 %, and the next removal leaves three.
    const few = scaled(base, 'constant(120/s)', '3000s', service);
    expect(changes(few, 16)).toEqual(['-1 900']);
    // 46 % of four is above nine tenths of 50 %.
    expect(changes(scaled(base, 'constant(184/s)', '3000s', service), 16)).toEqual([]);
    const never = scaled(`${base}, scaleIn: false`, 'constant(20/s)', '3000s', service);
    expect(changes(never, 16)).toEqual([]);
  });

  it('counts what was added towards the next addition until the cooldown is over', () => {
    const load =
      '{ kind: stages, start: 140/s, stages: [ { target: 140/s, duration: 180s }, { target: 600/s, duration: 1ms }, { target: 600/s, duration: 30m } ] }';
    // 2 + 1 at 180 s. At 240 s it is 100 %: twice the two before is 4. Five minutes later twice those: 8.
    expect(changes(scaled(base, load, '800s'), 16)).toEqual(['+1 180', '+1 240', '+4 540']);
  });

  it('refuses a target of another form', () => {
    const wrong = text('kind: targetTracking, metric: cpu, target: 20, max: 4', 'constant(1/s)');
    expect(problemsOf(`faultline: 1\ntitle: t\nrun: { duration: 1m }\n${wrong}`)).toMatch(/target/);
  });
});

describe('step scaling', () => {
  const steps =
    'steps: [ { above: 60%, add: 1 }, { above: 90%, add: 50% }, { below: 20%, remove: 1 } ]';
  const base = `kind: step, metric: cpu, ${steps}, min: 1, max: 8`;

  it('takes the farthest step that the metric has passed, after a period', () => {
    // 140/s x 10 ms on two: 70 %, so one more: 47 % on three.
    expect(changes(scaled(base, 'constant(140/s)', '300s'), 8)).toEqual(['+1 60']);
    // 200 %: half of four is two. In the cooldown the same step adds nothing.
    const service = 'replicas: 4, cpu: 1';
    expect(changes(scaled(base, 'constant(800/s)', '300s', service), 8)).toEqual(['+2 60']);
  });

  it('continues after the cooldown', () => {
    const own = `${base}, scaleOutCooldown: 2m`;
    const service = 'replicas: 4, cpu: 1';
    // Two of four at 60 s; until 180 s they count: 4 + 2 are there. Then half of six, of which max leaves two.
    expect(changes(scaled(own, 'constant(800/s)', '300s', service), 8)).toEqual([
      '+2 60',
      '+2 180',
    ]);
  });

  it('adds the difference for a larger step in the cooldown', () => {
    const more = 'steps: [ { above: 60%, add: 1 }, { above: 90%, add: 3 } ]';
    const load =
      '{ kind: stages, start: 140/s, stages: [ { target: 140/s, duration: 60s }, { target: 600/s, duration: 1ms }, { target: 600/s, duration: 10m } ] }';
    const traced = scaled(`kind: step, metric: cpu, ${more}, max: 8`, load, '200s');
    // 2 + 1 at 60 s; at 120 s the step of 3 applies to the two before: 5.
    expect(changes(traced, 8)).toEqual(['+1 60', '+2 120']);
  });

  it('removes one per cooldown, down to min', () => {
    const service = 'replicas: 4, cpu: 1';
    const own = `${base}, scaleInCooldown: 2m`;
    // 40/s is 10 % of four, 13 % of three and exactly 20 % of two.
    expect(changes(scaled(own, 'constant(40/s)', '500s', service), 8)).toEqual([
      '-1 60',
      '-1 180',
      '-1 300',
    ]);
  });

  it('waits for its evaluation periods, and for the delay of the metric', () => {
    const load = 'constant(140/s)';
    expect(changes(scaled(`${base}, period: 10s, evaluationPeriods: 3`, load, '100s'), 8)).toEqual([
      '+1 30',
    ]);
    expect(changes(scaled(`${base}, period: 10s, metricDelay: 15s`, load, '100s'), 8)).toEqual([
      '+1 20',
    ]);
  });

  it('sets an exact number', () => {
    const own = 'kind: step, metric: rate, steps: [ { above: 50/s, exactly: 5 } ], max: 8';
    expect(changes(scaled(own, 'constant(140/s)', '100s'), 8)).toEqual(['+3 60']);
  });
});

describe('scheduled scaling', () => {
  it('sets the number, or bounds it, at its times', () => {
    const actions =
      'actions: [ { at: 10s, replicas: 5 }, { at: 20s, max: 3 }, { at: 30s, min: 4 } ]';
    expect(changes(scaled(`kind: scheduled, ${actions}`, 'constant(1/s)', '100s'), 5)).toEqual([
      '+3 10',
      '-2 20',
      '+1 30',
    ]);
  });

  it('repeats', () => {
    const actions = 'actions: [ { at: 10s, replicas: 4 }, { at: 20s, replicas: 2 } ], every: 40s';
    expect(changes(scaled(`kind: scheduled, ${actions}`, 'constant(1/s)', '70s'), 4)).toEqual([
      '+2 10',
      '-2 20',
      '+2 50',
      '-2 60',
    ]);
  });
});

describe('the metric latency', () => {
  it('is the time in the queue and in service of a request that arrived', () => {
    // Each request takes 40 ms: twice the target, so twice the two replicas.
    const own = 'metric: latency, target: 20ms, min: 1, max: 8';
    const service = 'replicas: 2, concurrency: 1';
    const traced = golden(
      text(own, 'constant(10/s)', service).replace('work: 10ms', 'wait: 40ms'),
      '20s',
    );
    expect(changes(traced, 8)).toEqual(['+2 15']);
  });

  it('is unknown without requests, which changes nothing', () => {
    const own = 'metric: latency, target: 20ms, min: 1, max: 8, scaleDown: { stabilization: 0s }';
    const load =
      '{ kind: stages, start: 0/s, stages: [ { target: 0/s, duration: 100s }, { target: 10/s, duration: 1s } ] }';
    expect(changes(scaled(own, load, '50s'), 8)).toEqual([]);
  });
});

describe('wrong autoscalers', () => {
  const of = (autoscaling: string): string =>
    problemsOf(`
faultline: 1
title: Wrong
run: { duration: 100s }
${text(autoscaling, 'constant(1/s)')}`);
  const step = (steps: string): string =>
    of(`kind: step, metric: cpu, max: 4, steps: [ ${steps} ]`);

  it('say what is missing, too much or never happens', () => {
    expect(step('{ add: 1 }')).toContain('a step needs exactly one of above and below');
    expect(step('{ above: 50% }')).toContain('exactly one of add, remove and exactly');
    expect(step('{ above: 50%, remove: 1 }')).toContain('a step above a threshold adds replicas');
    expect(step('{ below: 50%, add: 1 }')).toContain('a step below a threshold removes replicas');
    expect(step('{ above: 50/s, add: 1 }')).toContain('expected a target for cpu, such as 60%');
    expect(step('{ above: 50%, add: 1 }, { above: 50%, add: 2 }')).toContain(
      'has the same threshold',
    );
    expect(step('{ above: 50%, add: 1 }, { below: 60%, remove: 1 }')).toContain('overlap');
    expect(of('kind: step, metric: cpu, max: 4, target: 50%, steps: []')).toContain('target');
    expect(of('kind: scheduled, actions: [ { at: 5s } ]')).toContain('needs replicas, min or max');
    expect(of('kind: scheduled, actions: [ { at: 5s, replicas: 2, min: 1 } ]')).toContain(
      'remove min and max',
    );
    expect(of('kind: scheduled, actions: [ { at: 5s, min: 3, max: 1 } ]')).toContain(
      'greater than max',
    );
    expect(of('kind: scheduled, actions: [ { at: 200s, min: 3 } ]')).toContain(
      'never happens: the run ends at 100s',
    );
    expect(of('kind: scheduled, actions: [ { at: 20s, min: 3 } ], every: 10s')).toContain(
      'repeat every 10s',
    );
    expect(of('kind: scheduled, actions: [ { at: 20s, min: 3 } ], every: 90s')).toContain(
      'nothing repeats',
    );
    expect(of('metric: latency, target: 5, max: 4')).toContain(
      'expected a target for latency, such as 200ms',
    );
  });
});
