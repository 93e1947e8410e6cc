import { describe, expect, it } from 'vitest';
import type { Row } from '../theory/program.js';
import { answered, golden, instants, outcomes, sent, single, times } from './tracing.js';

const count = (rows: readonly Row[], outcome: string): number =>
  rows.filter((row) => row.outcome === outcome).length;

describe('bulkheads', () => {
  it('G21: the one of resilience4j gives a permit within the longest wait, or refuses', () => {
    const { requests, at } = golden(
      single(
        '',
        'wait: 100ms',
        '0ms, 0ms, 10ms, 60ms',
        '{ bulkhead: { kind: resilience4j, maxConcurrentCalls: 2, maxWaitDuration: 50ms } }',
      ),
    );
    expect(answered(requests)).toEqual([100, 100, 60, 200]);
    expect(outcomes(requests)).toEqual(['ok', 'ok', 'rejectedBulkhead', 'ok']);
    expect(sent(at('s.serve'))).toEqual([0, 0, 100]);
  });

  it('a thread pool grows only when its queue is full, for the call that found it full', () => {
    const { requests } = golden(
      single(
        '',
        'wait: 100ms',
        '0ms, 10ms, 20ms, 30ms, 40ms',
        '{ bulkhead: { kind: threadPool, coreThreads: 1, maxThreads: 2, queueCapacity: 2 } }',
      ),
    );
    expect(answered(requests)).toEqual([100, 200, 230, 130, 40]);
    expect(outcomes(requests).at(-1)).toBe('rejectedBulkhead');
  });

  it('a hand-off takes the thread, and its time is the time of the call', () => {
    const { requests, at } = golden(
      single(
        '',
        'wait: 100ms',
        '0ms, 0ms',
        '{ bulkhead: { kind: threadPool, coreThreads: 1, maxThreads: 1, handoff: 2ms } }',
      ),
    );
    expect(sent(at('s.serve'))).toEqual([2, 104]);
    expect(answered(requests)).toEqual([102, 204]);
  });

  it('the pool of Hystrix refuses at the threshold of its queue', () => {
    const { requests } = golden(
      single(
        '',
        'wait: 100ms',
        times(10, '0ms'),
        '{ bulkhead: { kind: hystrix, coreSize: 1, maxQueueSize: 50 } }',
      ),
    );
    expect(count(requests, 'ok')).toBe(6);
    expect(count(requests, 'rejectedBulkhead')).toBe(4);
  });

  it('divergence 12: a breaker outside of it does not count what it refuses', () => {
    const { requests, ran } = golden(
      single(
        '',
        'wait: 100ms',
        times(10, '0ms'),
        '{ bulkhead: { kind: hystrix, coreSize: 1 }, circuitBreaker: { kind: simple, failureThreshold: 1 } }',
      ),
    );
    expect(count(requests, 'rejectedBulkhead')).toBe(9);
    expect(ran.variant().edges['users->s'].breaker!.transitions).toEqual([]);
  });

  it.each([
    ['timeout, bulkhead', [30, 40]],
    ['bulkhead, timeout', [30, 60]],
  ])(
    'divergence 23: the wait for a thread counts towards the time limit outside: %s',
    (order, ends) => {
      const { requests } = golden(
        single(
          '',
          'wait: 1s',
          '0ms, 10ms',
          `{ order: [ ${order} ], timeout: 30ms, bulkhead: { kind: threadPool, coreThreads: 1, maxThreads: 1 } }`,
        ),
      );
      expect(outcomes(requests)).toEqual(['timeout', 'timeout']);
      expect(answered(requests)).toEqual(ends);
    },
  );

  it('divergence 28: a thread is held for as long as the callee waits for its own callee', () => {
    const { requests } = golden(`
policies: { guard: { bulkhead: { kind: hystrix, coreSize: 1 } } }
services:
  front: { outbound: guard, endpoints: { serve: [ call: middle ] } }
  middle: { runtime: async, endpoints: { serve: [ call: back ] } }
  back: { endpoints: { serve: [ wait: 100ms ] } }
workloads:
  users: { arrivals: { at: [ 0ms, 99ms, 100ms ] }, requests: [ { call: front } ] }
`);
    expect(answered(requests)).toEqual([100, 99, 200]);
    expect(outcomes(requests)).toEqual(['ok', 'serverError', 'ok']);
  });

  it('divergence 51: its threads are those of the process: a restart begins with none', () => {
    const { requests, at } = golden(`
policies: { guard: { bulkhead: { kind: hystrix, coreSize: 1 } } }
services:
  front: { outbound: guard, endpoints: { serve: [ call: s ] } }
  s: { endpoints: { serve: [ wait: 10s ] } }
workloads:
  users: { arrivals: { at: [ 0ms, 1s, 3s ] }, requests: [ { call: front } ] }
faults: [ { id: restart, kind: crash, target: front, at: 2s, for: 100ms } ]
`);
    expect(outcomes(requests)[1]).toBe('serverError');
    expect(answered(requests)[2]).toBe(13_000);
    expect(sent(at('s.serve'))).toEqual([0, 3000]);
  });
});

describe('concurrency limits', () => {
  it('G30: AIMD grows from 10 to 11, keeps 11, and falls to 9', () => {
    const { requests } = golden(
      single(
        '',
        'wait: 10ms',
        `${times(5, '0ms')}, ${times(5, '100ms')}, ${times(20, '200ms')}`,
        '{ concurrencyLimit: { kind: aimd, initial: 10, min: 1 } }',
      ),
    );
    // At 0 the fifth finds five under way: 2 x 5 >= 10 makes 11; at 100 2 x 5 < 11 leaves it.
    expect(count(requests.slice(10), 'ok')).toBe(11);
    const dropped = golden(
      single(
        '',
        'wait: 10ms',
        `0ms, ${times(20, '100ms')}`,
        '{ concurrencyLimit: { kind: aimd, initial: 11, min: 1 } }',
        'faults: [ { id: broken, kind: error, target: s, status: 503, at: 0s, for: 50ms } ]\n',
      ),
    );
    expect(count(dropped.requests.slice(1), 'ok')).toBe(9);
  });

  it('Envoy holds three calls while it measures, and says 503 to the others', () => {
    const { requests } = golden(
      single(
        '',
        'wait: 10ms',
        [0, 50, 200, 400].map((at) => times(12, `${at}ms`)).join(', '),
        '{ concurrencyLimit: { kind: envoyGradient, requestCount: 3 } }',
      ),
    );
    // 3 x 1.25 + root = 5.69 after the first window, 5 x 1.25 + root = 8.75 after the next.
    const okAt = (at: number): number =>
      count(
        requests.filter((row) => row.sent === at),
        'ok',
      );
    expect([0, 50, 200, 400].map(okAt)).toEqual([3, 3, 5, 8]);
  });
});

describe('throttles', () => {
  it('G31: refuse nearly all of what a callee refuses, and come back when it does not', () => {
    const { requests, ran } = golden(
      single(
        '',
        'wait: 0ms',
        instants(0, 29_990, 10, 'ms'),
        '{ throttle: { kind: sre, window: 1s } }',
        'faults: [ { id: shut, kind: error, target: s, status: 503, at: 10s, for: 10s } ]\n',
      ),
    );
    const during = (fromMs: number, toMs: number, outcome: string): number =>
      count(
        requests.filter((row) => row.sent >= fromMs && row.sent < toMs),
        outcome,
      );
    expect(during(0, 10_000, 'ok')).toBe(1000);
    // A hundred requests in the window and no accept: p = 100/101, so one in 101 is sent to the callee.
    const asked = during(11_000, 20_000, 'serverError');
    expect(asked).toBeGreaterThan(0);
    expect(asked).toBeLessThan(25);
    expect(during(11_000, 20_000, 'rejectedRateLimit')).toBe(900 - asked);
    expect(during(28_000, 30_000, 'ok')).toBe(200);
    const { counters, attempts } = ran.variant().edges['users->s'];
    expect(counters['throttleRejected']).toBe(count(requests, 'rejectedRateLimit'));
    expect(attempts).toBe(3000 - count(requests, 'rejectedRateLimit'));
  });

  it('divergence 51: a restart of the caller forgets its history', () => {
    const askedAt3s = (faults: string): number => {
      const { at } = golden(`
policies: { guard: { throttle: { kind: envoyAdmission, maxReject: 100% } } }
services:
  front: { outbound: guard, endpoints: { serve: [ call: s ] } }
  s: { endpoints: { serve: [ wait: 1ms, fail: 500 ] } }
workloads:
  users: { arrivals: { at: [ ${times(200, '0ms')}, ${times(10, '3s')} ] }, requests: [ { call: front } ] }
${faults}`);
      return sent(at('s.serve')).filter((one) => one === 3000).length;
    };
    // After 200 errors p = 200/201; a process without a history sends all ten.
    expect(askedAt3s('')).toBe(0);
    const restart = 'faults: [ { id: f, kind: crash, target: front, at: 2s, for: 100ms } ]\n';
    expect(askedAt3s(restart)).toBe(10);
  });
});
