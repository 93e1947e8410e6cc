import { describe, expect, it } from 'vitest';
import type { VariantResult } from '../../src/contracts/result/result.js';
import { run } from '../theory/program.js';

/** Users call `shop.buy` at `rate`. */
function variantOf(rest: string, rate = 'constant(100/s)'): VariantResult {
  return run(`
faultline: 1
title: Refusals
run: { duration: 30s, warmup: 2s, drain: 2s, seed: 5, replications: 1 }
${rest}
workloads:
  users: { arrivals: ${rate}, requests: [ { call: shop.buy } ] }
`).variant();
}

/** The causes of a run as `kind subject`. */
function causesOf({ cascade }: VariantResult): readonly string[] {
  return cascade.causes.map(({ kind, subject }) => `${kind} ${subject}`);
}

describe('the cause of refused requests', () => {
  it('is the full queue of messages, not the service that publishes to it', () => {
    const variant = variantOf(`
queues: { jobs: { kind: simple, capacity: 20, overflow: reject, consumers: [ { call: worker.handle } ] } }
services:
  worker: { endpoints: { handle: [ work: 20ms ] } }
  shop: { endpoints: { buy: [ publish: jobs ] } }`);
    expect(causesOf(variant)).toEqual(['capacity jobs']);
    expect(variant.cascade.sentence).toContain('The queue jobs is full (20 messages)');
  });

  it('is the limit of an endpoint, though its component has workers to spare', () => {
    const variant = variantOf(`
services:
  shop: { concurrency: 200, endpoints: { buy: { concurrency: 5, steps: [ wait: 100ms ] } } }`);
    expect(causesOf(variant)).toEqual(['limit shop.buy']);
  });

  it('is the time limit of an endpoint', () => {
    const variant = variantOf(`
services:
  shop: { concurrency: 200, endpoints: { buy: { timeLimit: 50ms, steps: [ wait: exponential(50ms) ] } } }`);
    expect(causesOf(variant)).toEqual(['timeouts shop.buy']);
  });

  it('is the limit of the caller, though its callee is healthy', () => {
    const variant = variantOf(`
services:
  shop: { runtime: async, endpoints: { buy: [ { call: bank.pay, policy: { bulkhead: { maxConcurrent: 5 } } } ] } }
  bank: { endpoints: { pay: [ wait: 100ms ] } }`);
    expect(causesOf(variant)).toEqual(['limit shop->bank']);
    expect(variant.cascade.sentence).toContain('The bulkhead of shop refuses calls to bank');
  });

  it('is the rate limit in which the workers of the caller wait', () => {
    const variant = variantOf(`
services:
  shop:
    concurrency: 50
    queue: { capacity: 20 }
    endpoints: { buy: [ { call: bank.pay, policy: { rateLimit: { rate: 20/s, burst: 1, maxWait: 5s } } } ] }
  bank: { endpoints: { pay: [ wait: 5ms ] } }`);
    expect(causesOf(variant)).toEqual(['limit shop->bank']);
    expect(variant.cascade.sentence).toContain('holds its calls to bank');
  });

  it('is the row that transactions lock in opposite order, however few they are', () => {
    const pays = (...order: readonly string[]): string =>
      `[ transaction: { database: db, steps: [ ${order.map((one) => `query: db.${one}`).join(', ')} ] } ]`;
    const variant = run(`
faultline: 1
title: Deadlocks
run: { duration: 12s, seed: 5, replications: 1 }
keys: { from: { kind: uniform, count: 1 }, to: { kind: uniform, count: 1 } }
services:
  bank: { endpoints: { pay: ${pays('debit', 'credit')}, refund: ${pays('credit', 'debit')} } }
databases:
  db:
    operations:
      debit: { wait: 10ms, write: true, key: from, lock: true }
      credit: { wait: 10ms, write: true, key: to, lock: true }
workloads:
  payers: { arrivals: { at: [ 1s, 5s ] }, requests: [ { call: bank.pay } ] }
  refunders: { arrivals: { at: [ 1001ms, 5001ms ] }, requests: [ { call: bank.refund } ] }
`).variant();
    expect(causesOf(variant)).toEqual(['locks db']);
    expect(variant.cascade.causes[0].text).toBe('transactions deadlock on rows of db');
  });
});

describe('a breaker', () => {
  const shared = (breaker: string): VariantResult =>
    run(`
faultline: 1
title: Breakers
run: { duration: 120s, warmup: 10s, drain: 2s, seed: 5, replications: 1 }
services:
  shop: { runtime: async, endpoints: { buy: [ { call: bank.pay, policy: { circuitBreaker: ${breaker} } } ] } }
  bank: { endpoints: { pay: [ wait: 5ms, { fail: 500, when: { workload: import } } ] } }
workloads:
  users: { arrivals: poisson(90/s), requests: [ { call: shop.buy } ] }
  import: { arrivals: poisson(30/s), requests: [ { call: shop.buy } ] }
`).variant();
  const POLLY =
    'kind: polly, failureRatio: 10%, minimumThroughput: 20, samplingDuration: 10s, breakDuration: 5s';

  it('is a cause beside the errors that open it, if most calls that it refuses would succeed', () => {
    expect(causesOf(shared(`{ ${POLLY} }`))).toEqual(['errors bank', 'breakers shop->bank']);
  });

  it('is none if it refuses only the calls that fail anyway', () => {
    expect(causesOf(shared(`{ ${POLLY}, key: workload }`))).toEqual(['errors bank']);
  });
});

describe('usual conditions', () => {
  it('name the fault that lasts for the entire run, not the errors of its target', () => {
    const { cascade } = variantOf(`
services:
  shop: { endpoints: { buy: [ call: bank.pay ] } }
  bank: { endpoints: { pay: [ wait: 5ms ] } }
faults: [ { id: flaky, kind: error, target: bank, share: 20%, at: 0s, for: 30s } ]`);
    expect(cascade.causes.map(({ kind, subject }) => `${kind} ${subject}`)).toEqual([
      'fault flaky',
    ]);
    expect(cascade.innocent).toEqual([]);
  });

  it('do not count calls that a join cancels as failures', () => {
    const { cascade } = variantOf(`
services:
  shop: { endpoints: { buy: [ { parallel: { branches: [ [ call: shard.read ] ], each: 5, join: any } } ] } }
  shard:
    replicas: 5
    cancellation: immediate
    endpoints: { read: { readOnly: true, steps: [ wait: exponential(10ms), { fail: 500, probability: 4% } ] } }`);
    const shard = cascade.events.find(
      ({ subject, kind }) => subject === 'shard' && kind === 'degraded',
    );
    expect(shard?.figure?.value ?? 1).toBeGreaterThan(0.8);
  });
});

describe('calls without an instance', () => {
  it('are not refused by a breaker that does not exist', () => {
    const { cascade } = variantOf(`
services:
  shop: { runtime: async, endpoints: { buy: [ call: bank.pay ] } }
  bank:
    replicas: 2
    outlierDetection: { maxEjectionPercent: 100% }
    loadBalancing: { kind: roundRobin, panicThreshold: 0% }
    endpoints: { pay: { readOnly: true, steps: [ wait: 5ms ] } }
faults: [ { id: bad, kind: error, target: bank, at: 10s, for: 15s } ]`);
    const mechanisms = cascade.influences.map(({ from, mechanism }) => `${from} ${mechanism}`);
    expect(mechanisms).toContain('bank noInstance');
    expect(mechanisms).not.toContain('bank breakerOpen');
  });
});

describe('the concurrency of functions', () => {
  const cascadeOf = (report: string): VariantResult['cascade'] =>
    run(`
faultline: 1
title: A batch job beside a checkout
run: { duration: 40s, seed: 5, replications: 1 }
functions:
  checkout: { kind: lambda, maxConcurrency: 100, steps: [ wait: 100ms ] }
  report: { kind: lambda, maxConcurrency: 100, ${report} steps: [ wait: 500ms ] }
workloads:
  # Sorted first, so that the function that it calls is met first.
  buyers: { arrivals: poisson(40/s), requests: [ { call: checkout } ] }
  job: { arrivals: constant(400/s), start: 20s, requests: [ { call: report } ] }
`).variant().cascade;

  it('of an account is used up by the function that holds most of it, from its load on', () => {
    const { causes, sentence } = cascadeOf('');
    expect(causes).toMatchObject([{ kind: 'limit', subject: 'report', at: 20.2 }]);
    expect(sentence).toContain(
      'report uses up the concurrency (100) that it shares with checkout from 20.2 s on',
    );
    expect(sentence).toContain('of the requests of checkout are throttled');
  });

  it('allows ten calls per second for each request in flight', () => {
    const { causes, sentence } = run(`
faultline: 1
title: Short calls
run: { duration: 40s, seed: 5, replications: 1 }
functions: { thumb: { kind: lambda, reserved: 10, steps: [ wait: 10ms ] } }
workloads: { job: { arrivals: constant(200/s), start: 20s, requests: [ { call: thumb } ] } }
`).variant().cascade;
    expect(causes).toMatchObject([{ kind: 'limit', subject: 'thumb' }]);
    expect(sentence).toContain(
      'thumb refuses requests above its reserved concurrency (10, which allows 100 calls per second)',
    );
  });

  it('is no rate limit where it is reserved', () => {
    const { causes, sentence } = cascadeOf('reserved: 50,');
    expect(causes).toMatchObject([{ kind: 'limit', subject: 'report', at: 20 }]);
    expect(sentence).toContain(
      'report refuses requests above its reserved concurrency (50) from 20 s on',
    );
  });
});
