import { describe, expect, it } from 'vitest';
import { bulkheadEnvoy } from '../../src/patterns/policies/bulkhead-envoy.js';
import { bulkheadIstio } from '../../src/patterns/policies/bulkhead-istio.js';
import { OUTCOME } from '../../src/contracts/outcome.js';
import { createPolicy, FakeCalls, MS } from '../support/fake-calls.js';
import { traced } from '../support/far-callee.js';
import { problemsOf } from '../theory/program.js';
import { counted, golden, latencies, times } from '../golden/tracing.js';

const limitsOf = (written: object) => {
  const { policy } = createPolicy(new FakeCalls(), bulkheadIstio, written);
  const { maxConnections, maxPending, maxRequests } = policy.limits!;
  return [maxConnections, maxPending, maxRequests];
};

describe('bulkhead istio', () => {
  it('limits nothing unless it is written', () => {
    expect(limitsOf({})).toEqual([Infinity, Infinity, Infinity]);
    const written = { maxConnections: 7, http1MaxPendingRequests: 8, http2MaxRequests: 9 };
    expect(limitsOf(written)).toEqual([7, 8, 9]);
  });

  it('takes 0 for not written, as Istio does', () => {
    const written = { maxConnections: 0, http1MaxPendingRequests: 0, http2MaxRequests: 0 };
    expect(limitsOf(written)).toEqual([Infinity, Infinity, Infinity]);
  });

  it('lets more than the 1024 of Envoy be under way by default', () => {
    const refused = (kind: typeof bulkheadIstio | typeof bulkheadEnvoy) => {
      const calls = new FakeCalls();
      calls.callee = () => ({ afterNs: 100 * MS, outcome: OUTCOME.ok });
      const { policy } = createPolicy(calls, kind as typeof bulkheadIstio, {});
      for (let n = 0; n < 1030; n++) calls.call([policy], 0);
      calls.run();
      return calls.counted('bulkheadRejected');
    };
    expect(refused(bulkheadEnvoy)).toBe(6);
    expect(refused(bulkheadIstio)).toBe(0);
  });

  it('refuses the attempt beyond http2MaxRequests at once, and none the moment one ends', () => {
    const calls = new FakeCalls();
    calls.callee = () => ({ afterNs: 100 * MS, outcome: OUTCOME.ok });
    const { policy } = createPolicy(calls, bulkheadIstio, { http2MaxRequests: 2 });
    const all = [0, 0, 10, 100].map((at) => calls.call([policy], at * MS));
    calls.run();
    expect(all.map(({ outcome, endNs }) => [outcome! & 31, endNs / MS])).toEqual([
      [OUTCOME.ok, 100],
      [OUTCOME.ok, 100],
      [OUTCOME.rejectedBulkhead, 10],
      [OUTCOME.ok, 200],
    ]);
  });

  it.each([
    ['maxConnections: 2', '', [80, 80, 130]],
    ['http1MaxPendingRequests: 2', '', [80, 80, 0]],
    // Ten streams fit on the connection; when it is open at 30, two of three may go on.
    ['http2MaxRequests: 2', 'protocol: http2,', [80, 80, 30]],
    ['', '', [80, 80, 80]],
  ])('limits the pool by { %s }', (limits, callee, wanted) => {
    const bundle = `bulkhead: { kind: istio, ${limits} }, connections: {}`;
    expect(latencies(traced(times(3, '0ms'), bundle, callee).requests)).toEqual(wanted);
  });

  it('counts what it would have refused, and lets it pass, in a dry run', () => {
    const own = 'bulkhead: { kind: istio, http2MaxRequests: 2, dryRun: true }';
    const run = traced(times(3, '0ms'), own);
    expect(latencies(run.requests)).toEqual([50, 50, 50]);
    expect(counted(run, 'wouldReject')).toBe(1);
    expect(counted(run, 'bulkheadRejected')).toBe(0);
  });
});

describe('bulkhead istio with the blocks of a DestinationRule', () => {
  const PASTED =
    'tcp: { maxConnections: 2, connectTimeout: 29ms }, http: { http1MaxPendingRequests: 8, http2MaxRequests: 9, maxRequestsPerConnection: 1, maxRetries: 3, idleTimeout: 1s }';

  it('takes their limits, each where it is written', () => {
    const blocks = { tcp: { maxConnections: 7 }, http: { http1MaxPendingRequests: 8 } };
    expect(limitsOf({ ...blocks, http2MaxRequests: 9 })).toEqual([7, 8, 9]);
    const none = { tcp: { maxConnections: 0 }, http: { http2MaxRequests: 0 } };
    expect(limitsOf(none)).toEqual([Infinity, Infinity, Infinity]);
  });

  it.each([
    // The third waits for one of two, which is closed then: it is answered 80 + 80 ms after it came.
    ['tcp: { maxConnections: 2 }, http: { maxRequestsPerConnection: 1 }', [80, 80, 160]],
    ['tcp: { maxConnections: 2 }, http: { maxRequestsPerConnection: 0 }', [80, 80, 130]],
    ['http: { http1MaxPendingRequests: 2 }', [80, 80, 0]],
    // A round trip is 30 ms.
    ['tcp: { connectTimeout: 29ms }', [29, 29, 29]],
    ['tcp: { connectTimeout: 30ms }', [80, 80, 80]],
  ])('limits and closes connections by { %s }', (blocks, wanted) => {
    const bundle = `bulkhead: { kind: istio, ${blocks} }, connections: {}`;
    expect(latencies(traced(times(3, '0ms'), bundle, '').requests)).toEqual(wanted);
  });

  it('closes what is idle for http.idleTimeout', () => {
    const bundle = 'bulkhead: { kind: istio, http: { idleTimeout: 1s } }, connections: {}';
    expect(latencies(traced('0ms, 1079ms', bundle, '').requests)).toEqual([80, 50]);
    expect(latencies(traced('0ms, 1080ms', bundle, '').requests)).toEqual([80, 80]);
  });

  it.each([
    [PASTED, '{ connections: {}, retry: { attempts: 2 }, ', ''],
    ['maxConnections: 3, tcp: { maxConnections: 2 }', '{ connections: {}, ', 'remove one of them'],
    [
      'tcp: { connectTimeout: 1s }',
      '{ connections: { connectTimeout: 2s }, ',
      'connections.connectTimeout is written too',
    ],
    ['http: { idleTimeout: 1s }', '{ ', 'write `connections: {}`'],
    ['tcp: { maxConnections: 2 }', '{ ', 'write `connections: {}`'],
    ['http: { maxRetries: 2 }', '{ ', 'this bundle has no retry to limit'],
  ])('finds what contradicts { %s } in %s', (blocks, bundle, says) => {
    const found = problemsOf(`
faultline: 1
title: A pool of Istio
run: { duration: 1s }
policies: { mesh: ${bundle} bulkhead: { kind: istio, ${blocks} } } }
services:
  a: { outbound: mesh, endpoints: { ask: [ call: b.get ] } }
  b: { endpoints: { get: [ wait: 1ms ] } }
workloads: { users: { arrivals: constant(1/s), requests: [ { call: a } ] } }
`);
    if (says === '') expect(found).toBe('');
    else expect(found).toContain(says);
  });
});

describe('bulkhead istio and the retry of its bundle', () => {
  const budgetOf = (limits: string, retry: string) => {
    const bundle = `bulkhead: { kind: istio, ${limits} }, retry: { ${retry} }`;
    const { file } = traced('0ms', bundle).ran;
    const { layers } = file.variants[0]!.scenario.services.get('app')!.outbound.get('far')!;
    const { config } = layers.find(({ policy }) => policy === 'retry')!;
    return (config as { budget?: unknown }).budget;
  };

  it.each(['attempts: 2', 'kind: istio', 'kind: envoy'])(
    'gives { %s } maxRetries at once, and no budget without it',
    (retry) => {
      expect(budgetOf('maxRetries: 9', retry)).toEqual({ kind: 'concurrent', max: 9 });
      expect(budgetOf('', retry)).toBeUndefined();
      expect(budgetOf('maxRetries: 0', retry)).toBeUndefined();
    },
  );

  it('leaves the quota of a client library alone, which knows no proxy', () => {
    expect(budgetOf('', 'kind: aws')).toMatchObject({ kind: 'aws' });
  });

  it('leaves a budget that is written there alone', () => {
    const retry = 'kind: envoy, budget: { kind: concurrent }';
    expect(budgetOf('', retry)).toEqual({ kind: 'concurrent', max: 3 });
  });

  it.each([
    // Five calls fail at once and each wants a retry, at most 25 ms later.
    ['', 5],
    ['maxRetries: 2', 2],
  ])('with { %s } grants this number of concurrent retries', (limits, retries) => {
    const run = golden(
      `
services:
  app:
    endpoints: { ask: [ call: far.get ] }
    outbound: { far: { bulkhead: { kind: istio, ${limits} }, retry: { kind: envoy, on: [ 503 ] } } }
  far: { endpoints: { get: [ { wait: 100ms }, { fail: 503 } ] } }
workloads:
  users: { arrivals: { at: [ ${times(5, '0ms')} ] }, requests: [ { call: app } ] }
`,
      '1s',
    );
    expect(counted(run, 'retries')).toBe(retries);
    expect(counted(run, 'budgetDenied')).toBe(5 - retries);
  });

  it.each([
    ['maxConnections: 9', '', 'maxConnections', 'without connections in this bundle'],
    ['http1MaxPendingRequests: 9', '', 'http1MaxPendingRequests', 'without connections'],
    ['maxRetries: 9', '', 'maxRetries', 'this bundle has no retry to limit'],
    [
      'maxRetries: 9',
      'retry: { attempts: 2, budget: { kind: envoy } }',
      'maxRetries',
      'replaces maxRetries',
    ],
    ['http2MaxRequests: 9', 'retry: { attempts: 2, on: [ any ] }', 'bulkhead', 'never retries'],
  ])('contradicts %s with %s', (limits, more, field, says) => {
    const text = `faultline: 1
title: Contradiction
run: { duration: 1s }
services: { far: { endpoints: { get: [ wait: 1ms ] } } }
policies: { p: { bulkhead: { kind: istio, ${limits} }, ${more} } }
workloads: { users: { arrivals: constant(1/s), policy: p, requests: [ { call: far } ] } }
`;
    const problems = problemsOf(text);
    expect(problems).toContain(says);
    expect(problems).toContain(field);
  });
});
