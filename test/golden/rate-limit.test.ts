import { describe, expect, it } from 'vitest';
import type { Row } from '../theory/program.js';
import { answered, golden, outcomes, sent, single, times } from './tracing.js';

/** How many of the requests sent at each of these instants (ms) went on. */
const admitted = (requests: readonly Row[], instants: readonly number[]): number[] =>
  instants.map((at) => requests.filter((r) => r.sent === at && r.outcome === 'ok').length);

const count = (rows: readonly Row[], outcome: string): number =>
  rows.filter((row) => row.outcome === outcome).length;

/** Requests through a gateway with a limiter; `more` holds other fields of the gateway. */
const gateway = (limit: string, at: string, more = '', rest = ''): string => `
gateways:
  edge:
    ${more}
    middleware: [ { rateLimit: ${limit} } ]
    routes: [ { name: all, to: s.serve } ]
services: { s: { endpoints: { serve: [ wait: 0ms ] } } }
workloads:
  users: { arrivals: { at: [ ${at} ] }, requests: [ { call: edge, method: GET, path: / } ] }
${rest}`;

describe('G18: ten a minute', () => {
  const at = `${times(10, '59s')}, ${times(10, '60s')}, ${times(3, '66s')}, ${times(8, '90s')}`;
  const instants = [59_000, 60_000, 66_000, 90_000];

  it.each([
    ['fixedWindow', [10, 10, 0, 0]],
    ['slidingWindow', [10, 0, 1, 4]],
    // The ten of 59 s fill the log until 119 s.
    ['slidingLog', [10, 0, 0, 0]],
  ])('%s of a client admits %j', (kind, expected) => {
    const limit = `{ rateLimit: { kind: ${kind}, limit: 10, window: 1m } }`;
    const { requests } = golden(single('', 'wait: 0ms', at, limit));
    expect(admitted(requests, instants)).toEqual(expected);
    expect(count(requests, 'rejectedRateLimit')).toBe(31 - expected.reduce((a, b) => a + b, 0));
    expect(answered(requests)).toEqual(sent(requests));
  });

  it.each([
    ['fixedWindow', [10, 10, 0, 0]],
    ['slidingWindow', [10, 0, 1, 4]],
    ['slidingLog', [10, 0, 0, 0]],
  ])('%s of a gateway admits %j and answers 429 to the rest', (kind, expected) => {
    const { requests } = golden(gateway(`{ kind: ${kind}, limit: 10, window: 1m }`, at));
    expect(admitted(requests, instants)).toEqual(expected);
    expect(count(requests, 'throttled')).toBe(31 - expected.reduce((a, b) => a + b, 0));
  });
});

describe('G17: other names of a bucket of 10/s and 5', () => {
  const at = `${times(8, '0ms')}, ${times(2, '100ms')}, ${times(6, '1s')}`;

  it.each([
    '{ kind: gcra, rate: 10/s, burst: 5 }',
    '{ kind: envoy, maxTokens: 5, tokensPerFill: 1, fillInterval: 100ms }',
    '{ kind: envoy, maxTokens: 5, tokensPerFill: 1, fillInterval: 100ms, refill: timer }',
  ])('%s admits 5, 1 and 5', (limit) => {
    const client = golden(single('', 'wait: 0ms', at, `{ rateLimit: ${limit} }`));
    expect(admitted(client.requests, [0, 100, 1000])).toEqual([5, 1, 5]);
    expect(admitted(golden(gateway(limit, at)).requests, [0, 100, 1000])).toEqual([5, 1, 5]);
  });
});

describe('divergence 36: limits of Kong', () => {
  const one = '0ms, 100ms, 200ms, 300ms, 1s';

  it('divergence 36: refused calls are not counted', () => {
    const { requests } = golden(gateway('{ kind: kong, second: 2, minute: 3 }', one));
    expect(outcomes(requests)).toEqual(['ok', 'ok', 'throttled', 'throttled', 'ok']);
  });

  it('divergence 36: each node counts for itself', () => {
    const twice = '0ms, 0ms, 100ms, 100ms, 200ms, 200ms';
    const limit = '{ kind: kong, second: 2 }';
    const { requests } = golden(gateway(limit, twice, 'replicas: 3'));
    // Round robin deals six requests to three nodes: no node sees more than two.
    expect(count(requests, 'ok')).toBe(6);
    expect(count(golden(gateway(limit, twice)).requests, 'ok')).toBe(2);
  });

  it('divergence 36: the counter is raised after the decision, so requests of one instant overshoot', () => {
    const at = `${times(9, '0ms')}, 1ms, 999ms, ${times(4, '1s')}, 1001ms`;
    const { requests } = golden(gateway('{ kind: kong, second: 3 }', at));
    expect(admitted(requests, [0, 1, 999, 1000, 1001])).toEqual([9, 0, 0, 4, 0]);
  });
});

describe('resilience4j', () => {
  const limit =
    '{ kind: resilience4j, limitForPeriod: 2, limitRefreshPeriod: 100ms, timeoutDuration: 150ms }';

  it('delays the refusal of a caller by the full timeout', () => {
    const { requests, at } = golden(
      single('', 'wait: 0ms', times(5, '30ms'), `{ rateLimit: ${limit} }`),
    );
    expect(sent(at('s.serve'))).toEqual([30, 30, 100, 100]);
    expect(outcomes(requests)).toEqual(['ok', 'ok', 'ok', 'ok', 'rejectedRateLimit']);
    expect(answered(requests)).toEqual([30, 30, 100, 100, 180]);
  });

  it('in a gateway delays, and responds 429 at once if the delay would be too long', () => {
    const { requests, at } = golden(gateway(limit, times(5, '30ms')));
    expect(sent(at('s.serve'))).toEqual([30, 30, 100, 100]);
    expect(answered(requests)).toEqual([30, 30, 100, 100, 30]);
    expect(outcomes(requests)[4]).toBe('throttled');
  });

  it('has its sleepers ended by a timeout outside, with their permissions used up', () => {
    const order = 'order: [ timeout, rateLimit ], timeout: 40ms';
    const { requests, at } = golden(
      single('', 'wait: 0ms', `${times(4, '0ms')}, 100ms`, `{ ${order}, rateLimit: ${limit} }`),
    );
    expect(outcomes(requests)).toEqual(['ok', 'ok', 'timeout', 'timeout', 'timeout']);
    expect(answered(requests)).toEqual([0, 0, 40, 40, 140]);
    expect(sent(at('s.serve'))).toEqual([0, 0]);
  });
});

describe('leaky buckets', () => {
  it('let calls leave evenly spaced, of a client and of a gateway', () => {
    const limit = '{ kind: leakyBucket, rate: 10/s, burst: 3 }';
    const at = `${times(5, '0ms')}, 150ms`;
    const client = golden(single('', 'wait: 0ms', at, `{ rateLimit: ${limit} }`));
    expect(sent(client.at('s.serve'))).toEqual([0, 100, 200, 300, 400]);
    expect(count(client.requests, 'rejectedRateLimit')).toBe(1);
    const edge = golden(gateway(limit, at));
    expect(sent(edge.at('s.serve'))).toEqual([0, 100, 200, 300, 400]);
    expect(count(edge.requests, 'throttled')).toBe(1);
  });
});

describe('divergence 51: a restart', () => {
  it.each([
    '{ kind: fixedWindow, limit: 2, window: 1h }',
    '{ kind: slidingWindow, limit: 2, window: 1h }',
    '{ kind: slidingLog, limit: 2, window: 1h }',
    '{ kind: gcra, rate: 1/h, burst: 2 }',
    '{ kind: leakyBucket, rate: 1/h }',
    '{ kind: envoy, maxTokens: 2, fillInterval: 1h }',
    '{ kind: kong, hour: 1 }',
    '{ kind: resilience4j, limitForPeriod: 2, limitRefreshPeriod: 1h, timeoutDuration: 0 }',
  ])('divergence 51: empties the limiter %s', (limit) => {
    // Two requests and a third: the third is refused, and after the crash at 1 s the first is admitted again.
    const crash = 'faults: [ { id: down, kind: crash, target: edge, at: 1s, for: 1s } ]';
    const { requests } = golden(gateway(limit, '0ms, 1ms, 2ms, 3s, 3001ms, 3002ms', '', crash));
    const before = outcomes(requests.slice(0, 3));
    expect(before[2]).toBe('throttled');
    expect(outcomes(requests.slice(3))).toEqual(before);
  });
});

describe('keys', () => {
  it.each([
    ['{ kind: unique }', 6],
    ['{ kind: uniform, count: 1 }', 1],
  ])('%s give each customer a limit of its own', (customers, through) => {
    const limit = '{ kind: slidingLog, limit: 1, window: 1h, key: customer }';
    const body = gateway(limit, '0s, 1s, 2s, 3s, 4s, 5s');
    const { requests } = golden(`keys: { customer: ${customers} }\n${body}`);
    expect(count(requests, 'ok')).toBe(through);
  });
});
