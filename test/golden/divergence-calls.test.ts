import { describe, expect, it } from 'vitest';
import {
  begun,
  ended,
  answered,
  golden,
  instants,
  latencies,
  outcomes,
  sent,
  times,
  single,
} from './tracing.js';

/** Places where simulators go wrong, numbered as in a checklist: those of callers: lifetimes, breakers, retries. */

describe('lifetimes of callers and work', () => {
  it('divergence 1: a time limit does not end the work of the server', () => {
    const { requests, at, ran } = golden(
      single('concurrency: 1, ', 'wait: 100ms', '0ms, 60ms', '{ timeout: 70ms }'),
    );
    expect(answered(requests)).toEqual([70, 130]);
    expect(outcomes(requests)).toEqual(['timeout', 'timeout']);
    expect(begun(at('s.serve'))).toEqual([0, 100]);
    expect(ended(at('s.serve'))).toEqual([100, 200]);
    expect(ran.variant().components['s'].wastedWork).toBe(1);
  });

  it('divergence 1: queued work whose caller has left is dropped in its turn where that is said', () => {
    const { at } = golden(
      single(
        'concurrency: 1, cancellation: onDequeue, ',
        'wait: 100ms',
        '0ms, 10ms, 60ms',
        '{ timeout: 70ms }',
      ),
    );
    // The second left at 80; its turn came at 100, and the third took it.
    expect(begun(at('s.serve'))).toEqual([0, -1, 100]);
  });

  it('divergence 18: a write that is retried after its time limit is done twice', () => {
    const { ran } = golden(
      single(
        '',
        'wait: 100ms',
        '0ms',
        '{ timeout: 70ms, retry: { attempts: 2, on: [ timeout ] } }',
      ),
    );
    expect(ran.variant().components['s'].duplicates).toBe(1);
  });

  it('divergence 23: waiting in the queue counts for the time limit and for the latency', () => {
    const { requests } = golden(
      single('concurrency: 1, ', 'wait: 100ms', '0ms, 0ms', '{ timeout: 150ms }'),
    );
    expect(latencies(requests)).toEqual([100, 150]);
    expect(outcomes(requests)).toEqual(['ok', 'timeout']);
  });

  it('divergence 45: successful latencies are shown with all latencies', () => {
    const { ran } = golden(
      single('concurrency: 1, ', 'wait: 100ms', '0ms, 0ms', '{ timeout: 150ms }'),
    );
    const { users } = ran.variant().components;
    expect([users.latency.mean, users.successLatency.mean]).toEqual([0.125, 0.1]);
  });
});

describe('breakers', () => {
  const callers = `
policies: { guard: { circuitBreaker: { kind: simple, failureThreshold: 3 } } }
services:
  front: { replicas: 2, outbound: guard, endpoints: { ask: [ call: s ] } }
  s: { endpoints: { serve: [ fail: 500 ] } }
workloads:
  users: { arrivals: { at: [ ${instants(0, 9, 1, 's')} ] }, requests: [ { call: front } ] }
`;

  it('divergence 2: each instance of the caller needs its own evidence', () => {
    const { at, ran } = golden(callers);
    // Replicas take turns, so each has seen three failures after six calls.
    expect(sent(at('s.serve'))).toEqual([0, 1000, 2000, 3000, 4000, 5000]);
    expect(ran.variant().edges['front->s'].breaker!.transitions).toEqual([
      { at: 4, instance: 'front[0]', state: 'open' },
      { at: 5, instance: 'front[1]', state: 'open' },
    ]);
  });

  it('divergence 3: slow failures trip it at their completion', () => {
    const { at, requests } = golden(
      single(
        '',
        'wait: 100ms, fail: 500',
        instants(0, 200, 10, 'ms'),
        '{ circuitBreaker: { kind: simple, failureThreshold: 3 } }',
      ),
    );
    // The third failure arrives at 120, before the call of that instant.
    expect(sent(at('s.serve'))).toEqual([0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110]);
    expect(requests.filter(({ outcome }) => outcome === 'rejectedBreaker')).toHaveLength(9);
  });

  it('divergence 5: half open admits only a limited number of probes', () => {
    const { at, requests } = golden(
      single(
        '',
        'wait: 50ms',
        `0ms, ${times(4, '1s')}`,
        '{ circuitBreaker: { kind: simple, failureThreshold: 1, openDuration: 1s } }',
        'faults: [ { id: dead, kind: error, target: s, at: 0s, for: 500ms } ]\n',
      ),
    );
    expect(sent(at('s.serve'))).toEqual([0, 1000]);
    expect(outcomes(requests).slice(1).sort()).toEqual([
      'ok',
      ...new Array(3).fill('rejectedBreaker'),
    ]);
  });

  it('divergence 7: a probe that hangs keeps gobreaker half open', () => {
    const { requests, ran } = golden(
      single(
        '',
        'wait: 50ms',
        `0s, ${instants(2, 60, 1, 's')}`,
        '{ circuitBreaker: { kind: gobreaker, timeout: 1s, tripAfter: { consecutiveFailures: 1 } } }',
        `faults:
  - { id: dead, kind: error, target: s, at: 0s, for: 500ms }
  - { id: stuck, kind: hang, target: s, at: 1500ms, for: 50s }
`,
      ),
    );
    const { transitions } = ran.variant().edges['users->s'].breaker!;
    // The probe of 2 s answers when the hang is over, with its 50 ms still to do.
    expect(transitions.map(({ at, state }) => [at, state])).toEqual([
      [0, 'open'],
      [2, 'halfOpen'],
      [51.55, 'closed'],
    ]);
    expect(outcomes(requests.slice(2, 51)).every((one) => one === 'rejectedBreaker')).toBe(true);
  });

  it('divergence 14: answers below 500 are no failures', () => {
    const { ran } = golden(
      single(
        '',
        'fail: 404',
        instants(1, 20, 1, 's'),
        '{ circuitBreaker: { kind: simple, failureThreshold: 2 } }',
      ),
    );
    expect(ran.variant().edges['users->s'].breaker!.transitions).toEqual([]);
  });

  it('divergence 51: the state of a caller is lost when it restarts', () => {
    const { at } = golden(`${callers.replace('replicas: 2, ', '')}
faults: [ { id: restart, kind: crash, target: front, at: 4500ms, for: 100ms } ]
`);
    // Open after the call of 2 s; the restart at 4.5 s forgets, so three more calls get through.
    expect(sent(at('s.serve'))).toEqual([0, 1000, 2000, 5000, 6000, 7000]);
  });
});

describe('retries', () => {
  it('divergence 15: the back-off begins when the failure arrives', () => {
    const { at } = golden(
      single(
        '',
        'wait: 5ms, fail: 500',
        '0ms',
        '{ retry: { attempts: 2, on: [ 5xx ], backoff: { kind: constant, base: 100ms } } }',
        'network: { latency: 10ms }\n',
      ),
    );
    expect(sent(at('s.serve'))).toEqual([0, 125]);
  });

  it('divergence 17: the last try gets only what is left of the deadline', () => {
    const { requests, at } = golden(
      single(
        '',
        'wait: 100ms, fail: 500',
        '0ms',
        '{ deadline: 250ms, retry: { attempts: 9, on: [ 5xx ] } }',
      ),
    );
    expect(sent(at('s.serve'))).toEqual([0, 100, 200]);
    expect(answered(requests)).toEqual([250]);
    expect(outcomes(requests)).toEqual(['deadlineExceeded']);
  });
});

describe('traces', () => {
  it('record how each try ended for its caller', () => {
    const { at } = golden(
      single(
        'concurrency: 1, ',
        'wait: 100ms',
        '0ms, 1s, 1s, 2s',
        '{ timeout: 70ms }',
        'faults: [ { id: fast, kind: slow, target: s, factor: 0.5, at: 900ms, for: 600ms } ]\n',
      ),
    );
    // The first is done at 100, in vain; at 1 s two take 50 ms each, the second ends in vain at 1100.
    const calls = at('s.serve').map(({ outcome, gone, ended }) => [outcome, gone, ended]);
    expect(calls).toEqual([
      ['timeout', 70, 100],
      ['ok', -1, 1050],
      ['timeout', 1070, 1100],
      ['timeout', 2070, 2100],
    ]);
  });
});
