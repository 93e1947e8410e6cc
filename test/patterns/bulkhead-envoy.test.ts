import { describe, expect, it } from 'vitest';
import { bulkheadEnvoy } from '../../src/patterns/policies/bulkhead-envoy.js';
import { OUTCOME } from '../../src/contracts/outcome.js';
import { createPolicy, FakeCalls, MS } from '../support/fake-calls.js';
import { traced } from '../support/far-callee.js';
import { problemsOf } from '../theory/program.js';
import { counted, latencies, outcomes, times } from '../golden/tracing.js';

describe('bulkhead envoy without connections', () => {
  it('refuses the attempt beyond maxRequests at once, and none the moment one ends', () => {
    const calls = new FakeCalls();
    calls.callee = () => ({ afterNs: 100 * MS, outcome: OUTCOME.ok });
    const { policy } = createPolicy(calls, bulkheadEnvoy, { maxRequests: 2 });
    const all = [0, 0, 10, 100].map((at) => calls.call([policy], at * MS));
    calls.run();
    expect(all.map(({ outcome, endNs }) => [outcome! & 31, endNs / MS])).toEqual([
      [OUTCOME.ok, 100],
      [OUTCOME.ok, 100],
      [OUTCOME.rejectedBulkhead, 10],
      [OUTCOME.ok, 200],
    ]);
    expect(calls.counted('bulkheadRejected')).toBe(1);
    expect(policy.held()).toBe(0);
  });
});

describe('bulkhead envoy with connections', () => {
  it('counts all calls that wait for a connection as pending, including those for which one is opened', () => {
    // All three connections are cold: two may be pending, and the third is refused although the pool has no limit.
    const bundle = 'bulkhead: { kind: envoy, maxPendingRequests: 2 }, connections: {}';
    const { requests } = traced(times(3, '0ms'), bundle);
    expect(latencies(requests)).toEqual([80, 80, 0]);
    expect(outcomes(requests)).toEqual(['ok', 'ok', 'serverError']);
  });

  it('makes the request wait that finds maxConnections open', () => {
    const bundle = 'bulkhead: { kind: envoy, maxConnections: 2 }, connections: {}';
    const { requests } = traced(times(3, '0ms'), bundle);
    expect(latencies(requests)).toEqual([80, 80, 130]);
  });

  it('counts connections to all instances, and gives each of them one all the same', () => {
    const bundle = 'bulkhead: { kind: envoy, maxConnections: 1 }, connections: {}';
    const run = traced(times(4, '0ms'), bundle, 'replicas: 2,');
    // One connection to each of the two, though the limit is 1: the others wait for those.
    expect(latencies(run.requests)).toEqual([80, 80, 130, 130]);
  });

  it('refuses what gets a connection while maxRequests are under way', () => {
    // Ten streams fit on the connection; when it is open at 30, two of three may go on.
    const bundle = 'bulkhead: { kind: envoy, maxRequests: 2 }, connections: {}';
    const run = traced(times(3, '0ms'), bundle, 'protocol: http2,');
    expect(latencies(run.requests)).toEqual([80, 80, 30]);
  });

  it('fails all that wait when one connection cannot be opened', () => {
    const bundle = 'bulkhead: { kind: envoy }, connections: { connectTimeout: 20ms }';
    const run = traced('0ms, 10ms', bundle);
    expect(latencies(run.requests)).toEqual([20, 10]);
    const own = traced('0ms, 10ms', 'connections: { connectTimeout: 20ms }');
    expect(latencies(own.requests)).toEqual([20, 20]);
  });

  it('counts what it would have refused, and lets it pass, in a dry run', () => {
    const own = '{ kind: envoy, maxPendingRequests: 2, maxConnections: 1, dryRun: true }';
    const run = traced(times(3, '0ms'), `bulkhead: ${own}, connections: {}`);
    expect(latencies(run.requests)).toEqual([80, 80, 80]);
    expect(counted(run, 'wouldReject')).toBe(1);
    expect(counted(run, 'bulkheadRejected')).toBe(0);
    const bare = traced(times(3, '0ms'), 'bulkhead: { kind: envoy, maxRequests: 2, dryRun: true }');
    expect(latencies(bare.requests)).toEqual([50, 50, 50]);
    expect(counted(bare, 'wouldReject')).toBe(1);
  });

  it('never retries what it refuses itself', () => {
    const retry = 'retry: { attempts: 3, on: [ 5xx, error, connect ] }';
    const bundle = `bulkhead: { kind: envoy, maxPendingRequests: 1 }, ${retry}, connections: {}`;
    const { requests } = traced(times(2, '0ms'), bundle);
    expect(latencies(requests)).toEqual([80, 0]);
  });
});

describe('bulkhead envoy and the retry of its bundle', () => {
  const budgetOf = (bundle: string) => {
    const { file } = traced('0ms', bundle).ran;
    const { layers } = file.variants[0]!.scenario.services.get('app')!.outbound.get('far')!;
    const retry = layers.find(({ policy }) => policy === 'retry')!;
    return (retry.config as { budget?: unknown }).budget;
  };

  it('G20: allows three retries at once by default, whatever is under way', () => {
    const retry = 'retry: { attempts: 2 }';
    expect(budgetOf(`bulkhead: { kind: envoy }, ${retry}`)).toEqual({ kind: 'concurrent', max: 3 });
    expect(budgetOf(`bulkhead: { kind: envoy, maxRetries: 9 }, ${retry}`)).toEqual({
      kind: 'concurrent',
      max: 9,
    });
  });

  it('G20: leaves a budget that is written there alone', () => {
    const retry = 'retry: { attempts: 2, budget: { kind: envoy } }';
    expect(budgetOf(`bulkhead: { kind: envoy }, ${retry}`)).toMatchObject({ kind: 'envoy' });
  });

  it.each([
    ['maxConnections: 9', '', 'without connections in this bundle'],
    ['maxPendingRequests: 9', '', 'without connections in this bundle'],
    ['maxRetries: 9', '', 'this bundle has no retry to limit'],
    ['maxRetries: 9', 'retry: { attempts: 2, budget: { kind: envoy } }', 'replaces maxRetries'],
    ['maxRequests: 9', 'retry: { attempts: 2, on: [ any ] }', 'never retries'],
  ])('contradicts %s with %s', (limits, more, says) => {
    const text = `faultline: 1
title: Contradiction
run: { duration: 1s }
services: { far: { endpoints: { get: [ wait: 1ms ] } } }
policies: { p: { bulkhead: { kind: envoy, ${limits} }, ${more} } }
workloads: { users: { arrivals: constant(1/s), policy: p, requests: [ { call: far } ] } }
`;
    expect(problemsOf(text)).toContain(says);
  });
});
