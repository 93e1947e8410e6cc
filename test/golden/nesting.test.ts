import { describe, expect, it } from 'vitest';
import { answered, begun, golden, outcomes, sent } from './tracing.js';
import type { Traced } from './tracing.js';

/** Calls of 100 ms, of which those that arrive before `until` fail at their end; `policies` in the given order. */
const nested = (order: string, policies: string, at: string, until = '10ms'): Traced =>
  golden(
    `
policies: { own: { ${policies}, order: [ ${order} ] } }
services: { s: { runtime: async, endpoints: { serve: [ wait: 100ms ] } } }
workloads: { users: { arrivals: { at: [ ${at} ] }, requests: [ { call: s } ], policy: own } }
faults: [ { id: e, kind: error, target: s, afterWork: true, at: 0ms, for: ${until} } ]
`,
    '1m',
  );

const RETRY = 'retry: { attempts: 2, on: [any], backoff: { kind: constant, base: 50ms } }';
const all = (traced: Traced): readonly number[] => sent(traced.at('s.serve'));

describe('8.2: what the nesting of a retry changes', () => {
  const bulkhead = `${RETRY}, bulkhead: { maxConcurrent: 1, maxQueue: 0 }`;

  it('bulkhead inside: the permit is free in the back-off, and the retry finds it taken', () => {
    const traced = nested('retry, bulkhead', bulkhead, '0ms, 110ms');
    expect(all(traced)).toEqual([0, 110]);
    expect(outcomes(traced.requests)).toEqual(['rejectedBulkhead', 'ok']);
    expect(answered(traced.requests)).toEqual([150, 210]);
  });

  it('bulkhead outside: one permit from the first try to the end of the last', () => {
    const traced = nested('bulkhead, retry', bulkhead, '0ms, 110ms');
    expect(all(traced)).toEqual([0, 150]);
    expect(outcomes(traced.requests)).toEqual(['ok', 'rejectedBulkhead']);
  });

  const limiter = `${RETRY}, rateLimit: { rate: 1/min, burst: 1 }`;

  it('rate limit inside: each try takes a permit', () => {
    const traced = nested('retry, rateLimit', limiter, '0ms');
    expect(all(traced)).toEqual([0]);
    expect(outcomes(traced.requests)).toEqual(['rejectedRateLimit']);
  });

  it('rate limit outside: each call takes one', () => {
    const traced = nested('rateLimit, retry', limiter, '0ms, 300ms');
    expect(all(traced)).toEqual([0, 150]);
    expect(outcomes(traced.requests)).toEqual(['ok', 'rejectedRateLimit']);
  });

  const fallback = `${RETRY}, fallback: { after: 1ms }`;

  it('fallback inside: it hides the failure from the retry, so there is none', () => {
    const traced = nested('retry, fallback', fallback, '0ms', '1m');
    expect(all(traced)).toEqual([0]);
    expect(answered(traced.requests)).toEqual([101]);
  });

  it('fallback outside: once, behind the last try', () => {
    const traced = nested('fallback, retry', fallback, '0ms', '1m');
    expect(all(traced)).toEqual([0, 150]);
    expect(answered(traced.requests)).toEqual([251]);
    expect(outcomes(traced.requests)).toEqual(['degraded']);
  });

  const hedge = `${RETRY}, hedge: { after: 10ms, attempts: 2 }`;

  it('hedge inside: each try is hedged', () => {
    // Both of the first try have failed at 110 ms.
    const traced = nested('retry, hedge', hedge, '0ms', '1m');
    expect(all(traced)).toEqual([0, 10, 160, 170]);
    expect(answered(traced.requests)).toEqual([270]);
  });

  it('hedge outside: each of the two tries again', () => {
    const traced = nested('hedge, retry', hedge, '0ms', '1m');
    expect(all(traced)).toEqual([0, 10, 150, 160]);
    expect(answered(traced.requests)).toEqual([260]);
  });

  const timeout = `${RETRY}, timeout: { after: 120ms }`;

  it('timeout inside: each try has it; outside: the second has what is left', () => {
    const inside = nested('retry, timeout', timeout, '0ms');
    expect(answered(inside.requests)).toEqual([250]);
    const outside = nested('timeout, retry', timeout, '0ms');
    expect(answered(outside.requests)).toEqual([120]);
    // It would have been sent at 150 ms.
    expect(all(outside)).toEqual([0]);
    expect(outcomes(outside.requests)).toEqual(['timeout']);
  });
});

describe('5.2.3: retries of a gateway are behind its middleware', () => {
  const edge = (fault: string): Traced =>
    golden(
      `
gateways:
  edge:
    middleware: [ rateLimit: { rate: 1/min, burst: 2 } ]
    routes: [ { to: s.serve, policy: { retry: { attempts: 3, on: [any] } } } ]
services: { s: { endpoints: { serve: [ wait: 10ms, fail: 503 ] } } }
workloads: { users: { arrivals: { at: [ 0ms, 100ms, 200ms ] }, requests: [ { call: edge } ] } }
${fault}`,
      '1m',
    );

  it('a limit counts requests, not tries', () => {
    const traced = edge('');
    expect(outcomes(traced.requests)).toEqual(['serverError', 'serverError', 'throttled']);
    expect(all(traced)).toEqual([0, 10, 20, 100, 110, 120]);
  });

  it('what the gateway itself fails with is not tried again', () => {
    const fault =
      'faults: [ { id: abort, kind: error, target: edge, status: 503, at: 0ms, for: 1m } ]';
    const traced = edge(fault);
    expect(traced.requests.map(({ status }) => status)).toEqual([503, 503, 503]);
    expect(all(traced)).toEqual([]);
  });
});

describe('7.2.3: which request is next when a worker becomes free', () => {
  const waiting = (cancellation: string, policy: string): readonly number[] =>
    begun(
      golden(
        `
services: { s: { concurrency: 1, cancellation: ${cancellation}, endpoints: { serve: [ wait: 100ms ] } } }
workloads:
  first: { arrivals: { at: [ 0ms ] }, requests: [ { call: s } ] }
  second: { arrivals: { at: [ 10ms ] }, requests: [ { call: s } ], policy: ${policy} }
  third: { arrivals: { at: [ 20ms ] }, requests: [ { call: s } ] }
`,
        '1m',
      ).at('s.serve'),
    );

  it('whose caller has left is served all the same, or passed over where that is said', () => {
    expect(waiting('ignore', '{ timeout: 50ms }')).toEqual([0, 100, 200]);
    expect(waiting('onDequeue', '{ timeout: 50ms }')).toEqual([0, -1, 100]);
  });

  it('whose deadline is over is passed over, at exactly its end too', () => {
    expect(waiting('ignore', '{ deadline: 89ms }')).toEqual([0, -1, 100]);
    expect(waiting('ignore', '{ deadline: 90ms }')).toEqual([0, -1, 100]);
    expect(waiting('ignore', '{ deadline: 91ms }')).toEqual([0, 100, 200]);
  });
});

describe('8.1: the order of a Hystrix command', () => {
  const command = (bulkhead: string): Traced =>
    golden(
      `
policies: { own: { order: hystrix, timeout: 1s, bulkhead: { ${bulkhead} } } }
services: { s: { runtime: async, endpoints: { serve: [ wait: 600ms ] } } }
workloads: { users: { arrivals: { at: [ 0ms, 0ms, 0ms ] }, requests: [ { call: s } ], policy: own } }
`,
      '1m',
    );

  it('threads: the wait in the queue of the pool is within the timeout', () => {
    const pool = 'kind: hystrix, coreSize: 1, maxQueueSize: 10, queueSizeRejectionThreshold: 10';
    const { requests } = command(pool);
    expect(outcomes(requests)).toEqual(['ok', 'timeout', 'timeout']);
    expect(answered(requests)).toEqual([600, 1000, 1000]);
  });

  it('semaphore: its permit is taken in front of the timeout', () => {
    const { requests } = command('maxConcurrent: 1, maxQueue: 10, maxWait: 10s');
    expect(answered(requests)).toEqual([600, 1200, 1800]);
  });
});
