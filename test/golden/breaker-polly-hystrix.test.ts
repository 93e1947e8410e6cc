import { describe, expect, it } from 'vitest';
import { golden, instants, outcomes, sent, single, times } from './tracing.js';
import type { Traced } from './tracing.js';

/** Transitions of the breaker on an edge, in s. */
function states(traced: Traced, edge = 'users->s'): readonly (readonly [number, string])[] {
  return traced.ran.variant().edges[edge].breaker!.transitions.map(({ at, state }) => [at, state]);
}

const count = (traced: Traced, outcome: string): number =>
  outcomes(traced.requests).filter((one) => one === outcome).length;

/** The traffic of G7 and G8: one instant call a second from 0 to 130 s; it fails before 70 s. */
const traffic = (breaker: string): Traced =>
  golden(
    single(
      '',
      'wait: 0ms',
      instants(0, 130, 1, 's'),
      `{ circuitBreaker: ${breaker} }`,
      'faults: [ { id: dead, kind: error, target: s, at: 0s, for: 70s } ]\n',
    ),
  );

describe('polly and hystrix on the traffic of G7', () => {
  it('polly with the numbers of G7 does what the simple breaker does: its end is inclusive', () => {
    const traced = traffic(
      '{ kind: polly, failureRatio: 50%, minimumThroughput: 5, breakDuration: 60s }',
    );
    expect(states(traced)).toEqual([
      [4, 'open'],
      [64, 'halfOpen'],
      [64, 'open'],
      [124, 'halfOpen'],
      [124, 'closed'],
    ]);
    expect(['serverError', 'rejectedBreaker', 'ok'].map((one) => count(traced, one))).toEqual([
      6, 118, 7,
    ]);
  });

  it('hystrix with the numbers of G7 opens at a snapshot, and its end is exclusive', () => {
    // The fifth result is of 4 s, the snapshot of 4.5 s sees it. 65 s is the first call after 64.5 s;
    // the test request of 65 s fails, so 125 s is exactly the end of the next wait: still refused.
    const traced = traffic('{ kind: hystrix, requestVolumeThreshold: 5, sleepWindow: 60s }');
    expect(states(traced)).toEqual([
      [4.5, 'open'],
      [65, 'halfOpen'],
      [65, 'open'],
      [126, 'halfOpen'],
      [126, 'closed'],
    ]);
    expect(['serverError', 'rejectedBreaker', 'ok'].map((one) => count(traced, one))).toEqual([
      6, 120, 5,
    ]);
  });

  it.each(['polly', 'hystrix'])(
    'divergence 10: %s by default never opens at one call a second, for want of volume',
    (kind) => {
      const traced = traffic(`{ kind: ${kind} }`);
      expect(states(traced)).toEqual([]);
      expect(count(traced, 'serverError')).toBe(70);
    },
  );
});

describe('late results', () => {
  /** G11: A runs from 0 to 70 s, six calls fail from 1 s on, P runs for 11 s while half open. */
  const late = (breaker: string, probe: string): Traced =>
    golden(`
policies: { guard: { circuitBreaker: ${breaker} } }
services:
  front:
    outbound: guard
    endpoints: { long: [ call: s.long ], bad: [ call: s.bad ], probe: [ call: s.probe ] }
  s:
    endpoints: { long: [ wait: 70s ], bad: [ fail: 500 ], probe: [ wait: 11s ] }
workloads:
  early: { arrivals: { at: [ 0s ] }, requests: [ { call: front.long } ] }
  failing: { arrivals: { at: [ ${instants(1, 6, 1, 's')} ] }, requests: [ { call: front.bad } ] }
  late: { arrivals: { at: [ ${probe}, 72s ] }, requests: [ { call: front.probe } ] }
`);

  it('G11: with polly the success of 70 s closes the breaker, and the call of 72 s is let through', () => {
    const traced = late(
      '{ kind: polly, failureRatio: 100%, minimumThroughput: 6, breakDuration: 60s }',
      '66s',
    );
    expect(states(traced, 'front->s')).toEqual([
      [6, 'open'],
      [66, 'halfOpen'],
      [70, 'closed'],
    ]);
    expect(sent(traced.at('s.probe'))).toEqual([66_000, 72_000]);
  });

  it('G11: with hystrix too, where it opened at the snapshot of 6.5 s', () => {
    const breaker = '{ kind: hystrix, requestVolumeThreshold: 6, sleepWindow: 60s }';
    const traced = late(breaker, '66501ms');
    expect(states(traced, 'front->s')).toEqual([
      [6.5, 'open'],
      [66.501, 'halfOpen'],
      [70, 'closed'],
    ]);
    expect(sent(traced.at('s.probe'))).toEqual([66_501, 72_000]);
    // A call of exactly 66.5 s is refused, and that of 72 s becomes the test request.
    expect(sent(late(breaker, '66500ms').at('s.probe'))).toEqual([72_000]);
  });
});

describe('results and not calls', () => {
  it('divergence 3: polly opens when the failures end, and what was sent before has passed', () => {
    // 100 calls at 0 end at 1 s; the calls of 0.5 s pass as well.
    const traced = golden(
      single(
        '',
        'wait: 1s, fail: 500',
        `${times(100, '0s')}, ${times(7, '500ms')}, 1s`,
        '{ circuitBreaker: { kind: polly } }',
      ),
    );
    expect(states(traced)).toEqual([[1, 'open']]);
    expect(count(traced, 'serverError')).toBe(107);
    expect(count(traced, 'rejectedBreaker')).toBe(1);
  });

  it('divergence 3: hystrix opens at the snapshot behind the failures', () => {
    const traced = golden(
      single(
        '',
        'wait: 1s, fail: 500',
        `${times(20, '0s')}, 999ms, 1s`,
        '{ circuitBreaker: { kind: hystrix } }',
      ),
    );
    // They end at 1 s; the snapshot of that instant comes after them and before the call.
    expect(states(traced)).toEqual([[1, 'open']]);
    expect(outcomes(traced.requests).slice(-2)).toEqual(['serverError', 'rejectedBreaker']);
  });

  it('divergence 2: three callers of a failing callee are three breakers with evidence of their own', () => {
    // Each of three instances has 6 or 7 of 19 failures by turns: only the ones with 7 open.
    const traced = golden(`
policies: { guard: { circuitBreaker: { kind: polly, failureRatio: 100%, minimumThroughput: 7 } } }
services:
  front: { replicas: 3, outbound: guard, endpoints: { serve: [ call: s ] } }
  s: { endpoints: { serve: [ fail: 500 ] } }
workloads:
  users: { arrivals: { at: [ ${instants(1, 19, 1, 'ms')} ] }, requests: [ { call: front } ] }
`);
    expect(states(traced, 'front->s')).toEqual([[0.019, 'open']]);
    expect(traced.at('s.serve')).toHaveLength(19);
  });
});

describe('hystrix and its process', () => {
  const paused = (fault: string): Traced =>
    golden(`
policies: { guard: { circuitBreaker: { kind: hystrix, requestVolumeThreshold: 2 } } }
services:
  front: { outbound: guard, endpoints: { serve: [ call: s ] } }
  s: { endpoints: { serve: [ fail: 500 ] } }
workloads:
  users: { arrivals: { at: [ 0ms, 10ms, 1300ms ] }, requests: [ { call: front } ] }
faults: [ ${fault} ]
`);

  it('has the snapshot it missed in a pause at its thaw', () => {
    const traced = paused('{ id: gc, kind: pause, target: front, at: 300ms, for: 1s }');
    expect(states(traced, 'front->s')).toEqual([[1.3, 'open']]);
  });

  it('divergence 51: has no snapshot and no memory after a crash', () => {
    const traced = paused('{ id: oom, kind: crash, target: front, at: 300ms, for: 200ms }');
    expect(states(traced, 'front->s')).toEqual([]);
  });
});
