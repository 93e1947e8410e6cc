import { describe, expect, it } from 'vitest';
import { answered, golden, instants, latencies, outcomes, sent, times } from './tracing.js';
import type { Row } from '../theory/program.js';

/** One service, and one workload with a bundle. */
const guarded = (steps: string, at: string, policy: string, more = ''): string => `
services: { s: { endpoints: { serve: [ ${steps} ] } } }
workloads:
  users: { arrivals: { at: [ ${at} ] }, requests: [ { call: s } ], policy: ${policy} }
${more}`;

const count = (rows: readonly Row[], outcome: string): number =>
  rows.filter((row) => row.outcome === outcome).length;

describe('circuit breakers', () => {
  const traffic = (breaker: string): string =>
    guarded(
      'wait: 0ms',
      instants(0, 130, 1, 's'),
      `{ circuitBreaker: ${breaker} }`,
      'faults: [ { id: dead, kind: error, target: s, at: 0s, for: 70s } ]\n',
    );
  const states = (traced: ReturnType<typeof golden>): readonly (readonly [number, string])[] =>
    traced.ran.variant().edges['users->s'].breaker!.transitions.map(({ at, state }) => [at, state]);

  it('G7: the simple one opens on the fifth failure and takes a probe after exactly 60 s', () => {
    const traced = golden(traffic('{ kind: simple }'));
    expect(states(traced)).toEqual([
      [4, 'open'],
      [64, 'halfOpen'],
      [64, 'open'],
      [124, 'halfOpen'],
      [124, 'closed'],
    ]);
    const { requests } = traced;
    expect(requests.slice(5, 64).every(({ outcome }) => outcome === 'rejectedBreaker')).toBe(true);
    expect(requests.slice(65, 124).every(({ outcome }) => outcome === 'rejectedBreaker')).toBe(
      true,
    );
    expect(count(requests, 'serverError')).toBe(6);
    expect(count(requests, 'rejectedBreaker')).toBe(118);
    expect(count(requests, 'ok')).toBe(7);
    expect(traced.at('s.serve')).toHaveLength(13);
  });

  it('G8: gobreaker opens on the sixth failure and still refuses at exactly 60 s', () => {
    const traced = golden(traffic('{ kind: gobreaker }'));
    expect(states(traced)).toEqual([
      [5, 'open'],
      [66, 'halfOpen'],
      [66, 'open'],
      [127, 'halfOpen'],
      [127, 'closed'],
    ]);
    expect(count(traced.requests, 'serverError')).toBe(7);
    expect(count(traced.requests, 'rejectedBreaker')).toBe(120);
    expect(count(traced.requests, 'ok')).toBe(4);
  });

  it('G11: drops the success of a call that began before it opened', () => {
    const traced = golden(`
policies: { guard: { circuitBreaker: { kind: simple, failureThreshold: 6, openDuration: 60s } } }
services:
  front:
    outbound: guard
    endpoints: { long: [ call: s.long ], bad: [ call: s.bad ], probe: [ call: s.probe ] }
  s:
    endpoints: { long: [ wait: 70s ], bad: [ fail: 500 ], probe: [ wait: 11s ] }
workloads:
  early: { arrivals: { at: [ 0s ] }, requests: [ { call: front.long } ] }
  failing: { arrivals: { at: [ ${instants(1, 6, 1, 's')} ] }, requests: [ { call: front.bad } ] }
  late: { arrivals: { at: [ 66s, 72s, 77s ] }, requests: [ { call: front.probe } ] }
`);
    const transitions = traced.ran.variant().edges['front->s'].breaker!.transitions;
    expect(transitions.map(({ at, state }) => [at, state])).toEqual([
      [6, 'open'],
      [66, 'halfOpen'],
      [77, 'closed'],
    ]);
    expect(traced.at('s.long').map(({ answered, outcome }) => [answered, outcome])).toEqual([
      [70_000, 'ok'],
    ]);
    expect(sent(traced.at('s.probe'))).toEqual([66_000, 77_000]);
  });
});

describe('retries', () => {
  it('G12: wait exponentially longer before each further try', () => {
    const { requests, at } = golden(
      guarded(
        'wait: 50ms, fail: 500',
        '0ms',
        '{ retry: { attempts: 4, on: [ 5xx ], backoff: { kind: exponential, base: 100ms, max: 1s } } }',
      ),
    );
    expect(sent(at('s.serve'))).toEqual([0, 150, 400, 850]);
    expect(answered(requests)).toEqual([900]);
  });

  it('G14: are not made when they would start at or after the deadline', () => {
    const { requests, at } = golden(
      guarded(
        'wait: 100ms, fail: 500',
        '0ms',
        '{ deadline: 350ms, retry: { attempts: 9, on: [ 5xx ], backoff: { kind: constant, base: 100ms } } }',
      ),
    );
    expect(sent(at('s.serve'))).toEqual([0, 200]);
    expect(answered(requests)).toEqual([300]);
    expect(outcomes(requests)).toEqual(['serverError']);
  });

  it('G15: multiply from layer to layer', () => {
    const { requests, at } = golden(`
defaults: { services: { outbound: again } }
policies: { again: { retry: { attempts: 3, on: [ any ] } } }
services:
  a: { endpoints: { serve: [ call: b ] } }
  b: { endpoints: { serve: [ call: c ] } }
  c: { endpoints: { serve: [ call: d ] } }
  d: { endpoints: { serve: [ fail: 500 ] } }
workloads:
  users: { arrivals: { at: [ 0ms ] }, requests: [ { call: a } ] }
`);
    expect(['a', 'b', 'c', 'd'].map((name) => at(`${name}.serve`).length)).toEqual([1, 3, 9, 27]);
    expect(outcomes(requests)).toEqual(['serverError']);
  });

  it.each([
    [60, 1],
    [61, 2],
  ])('G16: with a gRPC budget: %d successes pay for %d tries', (successes, tries) => {
    // Calls 1 to 7 fail and leave 0 of 10 tokens; each success earns a tenth of one. The next failure
    // takes one token, and a retry wants more than 5 left: 6.0 do not pay for it, 6.1 do.
    const first = '{ id: first, kind: error, target: s, status: 503, at: 0s, for: 8s }';
    const next = '{ id: next, kind: error, target: s, status: 503, at: 80s, for: 8s }';
    const budget = '{ kind: grpc, maxTokens: 10, tokenRatio: 0.1 }';
    const { at } = golden(
      guarded(
        'wait: 0ms',
        `${instants(1, 7, 1, 's')}, ${instants(10, 9 + successes, 1, 's')}, 81s`,
        `{ retry: { attempts: 4, on: [ 503 ], budget: ${budget} } }`,
        `faults: [ ${first}, ${next} ]\n`,
      ),
    );
    const made = (second: number): number =>
      at('s.serve').filter((row) => row.sent === second * 1000).length;
    expect([1, 2, 3, 4, 5, 6, 7].map(made)).toEqual([4, 1, 1, 1, 1, 1, 1]);
    expect(made(81)).toBe(tries);
  });
});

describe('token buckets', () => {
  const arrivals = `${times(8, '0ms')}, ${times(2, '100ms')}, ${times(6, '1s')}`;
  const admitted = (requests: readonly Row[]): number[] =>
    [0, 100, 1000].map((at) => requests.filter((r) => r.sent === at && r.outcome === 'ok').length);

  it('G17: of a client admit 5, 1 and 5 and refuse the rest at once', () => {
    const { requests } = golden(
      guarded('wait: 0ms', arrivals, '{ rateLimit: { rate: 10/s, burst: 5 } }'),
    );
    expect(admitted(requests)).toEqual([5, 1, 5]);
    expect(count(requests, 'rejectedRateLimit')).toBe(5);
    expect(latencies(requests).every((latency) => latency === 0)).toBe(true);
  });

  it('G17: of a gateway admit 5, 1 and 5 and answer 429 to the rest', () => {
    const { requests, at } = golden(`
gateways:
  edge:
    middleware: [ rateLimit: { rate: 10/s, burst: 5 } ]
    routes: [ { name: all, to: s.serve } ]
services: { s: { endpoints: { serve: [ wait: 0ms ] } } }
workloads:
  users: { arrivals: { at: [ ${arrivals} ] }, requests: [ { call: edge, method: GET, path: / } ] }
`);
    expect(admitted(requests)).toEqual([5, 1, 5]);
    expect(count(requests, 'throttled')).toBe(5);
    expect(at('s.serve')).toHaveLength(11);
  });

  it('G17: reserve tokens that are still to come', () => {
    const { at } = golden(
      guarded('wait: 0ms', times(8, '0ms'), '{ rateLimit: { rate: 10/s, burst: 5, maxWait: 1s } }'),
    );
    expect(sent(at('s.serve'))).toEqual([0, 0, 0, 0, 0, 100, 200, 300]);
  });
});

describe('bulkheads', () => {
  it('G21: give a permit within the longest wait, or refuse', () => {
    const { requests, at } = golden(
      guarded(
        'wait: 100ms',
        '0ms, 0ms, 10ms, 60ms',
        '{ bulkhead: { maxConcurrent: 2, maxQueue: 10, maxWait: 50ms } }',
      ),
    );
    expect(answered(requests)).toEqual([100, 100, 60, 200]);
    expect(outcomes(requests)).toEqual(['ok', 'ok', 'rejectedBulkhead', 'ok']);
    expect(sent(at('s.serve'))).toEqual([0, 0, 100]);
  });
});

describe('deadlines', () => {
  const chain = (cancellation: string): string => `
defaults: { services: { cancellation: ${cancellation} } }
services:
  a: { endpoints: { serve: [ work: 50ms, call: b ] } }
  b: { endpoints: { serve: [ work: 80ms, call: c ] } }
  c: { endpoints: { serve: [ work: 100ms ] } }
workloads:
  users: { arrivals: { at: [ 0ms ] }, requests: [ { call: a } ], policy: { deadline: 200ms } }
`;

  it.each([
    ['ignore', 230],
    ['immediate', 200],
  ])('G32: travel down a chain that does %s', (cancellation, end) => {
    const { requests, at, ran } = golden(chain(cancellation));
    expect(answered(requests)).toEqual([200]);
    expect(outcomes(requests)).toEqual(['deadlineExceeded']);
    const [c] = at('c.serve');
    expect([c.begun, c.ended]).toEqual([130, end]);
    expect(ran.variant().components['c'].wastedWork).toBe(1);
    const part = ran.plans[0].parts.findIndex(({ component }) => {
      return ran.plans[0].components[component].name === 'c';
    });
    const wasted = ran.records[0][0].parts[part].wastedNs.reduce((sum, ns) => sum + ns, 0);
    expect(wasted).toBe((end - 130) * 1e6);
  });

  it.each([
    ['ignore', 245],
    ['immediate', 215],
  ])('take their way with them, where a server does %s', (cancellation, end) => {
    // 5 ms each way. The remaining time counts from the arrival of a request, as in gRPC: c has 70 ms from 145 ms,
    // and learns of the end, as a and b do, when the user's cancellation at 200 ms arrives.
    const { requests, at } = golden(`${chain(cancellation)}network: { latency: 5ms }\n`);
    expect(answered(requests)).toEqual([200]);
    expect(at('b.serve').map(({ gone }) => gone)).toEqual([205]);
    const [c] = at('c.serve');
    expect([c.begun, c.ended, c.gone]).toEqual([145, end, 210]);
  });

  it('let work in that has been long on its way', () => {
    // The user has left at 60 ms, and its request has 60 ms left when it arrives, at 70 ms.
    const { requests, at } = golden(`
network: { latency: 70ms }
services: { a: { endpoints: { serve: [ work: 40ms ] } } }
workloads:
  users: { arrivals: { at: [ 0ms ] }, requests: [ { call: a } ], policy: { deadline: 60ms } }
`);
    expect(outcomes(requests)).toEqual(['deadlineExceeded']);
    expect(at('a.serve').map(({ begun, ended }) => [begun, ended])).toEqual([[70, 110]]);
  });
});

describe('order of policies', () => {
  const nested = (order: string, at: string): string =>
    guarded(
      'fail: 500',
      at,
      `{ order: [ ${order} ], retry: { attempts: 5, on: [ 5xx ], backoff: { kind: constant, base: 10ms } }, circuitBreaker: { kind: simple, failureThreshold: 3 } }`,
    );
  const opened = ({ ran }: ReturnType<typeof golden>): number[] =>
    ran.variant().edges['users->s'].breaker!.transitions.map(({ at }) => at);

  it('G34: a retry outside the breaker meets it open on the fourth try', () => {
    const traced = golden(nested('retry, circuitBreaker', '0ms'));
    expect(sent(traced.at('s.serve'))).toEqual([0, 10, 20]);
    expect(opened(traced)).toEqual([0.02]);
    expect(answered(traced.requests)).toEqual([30]);
    expect(outcomes(traced.requests)).toEqual(['rejectedBreaker']);
  });

  it('G34: a retry inside the breaker counts one failure for five tries', () => {
    const traced = golden(nested('circuitBreaker, retry', '0ms, 1s, 2s'));
    expect(traced.at('s.serve')).toHaveLength(15);
    expect(answered(traced.requests)).toEqual([40, 1040, 2040]);
    expect(opened(traced)).toEqual([2.04]);
  });

  const limited = (order: string): string =>
    guarded(
      'wait: 500ms',
      '0ms',
      `{ order: [ ${order} ], timeout: { after: 100ms, cancel: false }, circuitBreaker: { kind: simple, failureThreshold: 1, openDuration: 60s } }`,
    );

  it('G35: a time limit inside the breaker opens it', () => {
    const traced = golden(limited('circuitBreaker, timeout'));
    expect(opened(traced)).toEqual([0.1]);
    expect(answered(traced.requests)).toEqual([100]);
    expect(outcomes(traced.requests)).toEqual(['timeout']);
  });

  it('G35: a time limit outside the breaker leaves it closed', () => {
    const traced = golden(limited('timeout, circuitBreaker'));
    expect(opened(traced)).toEqual([]);
    expect(answered(traced.requests)).toEqual([100]);
    expect(traced.at('s.serve')[0].ended).toBe(500);
  });
});
