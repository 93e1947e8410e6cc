import { describe, expect, it } from 'vitest';
import { DryRun } from '../../src/model/resources/layers/dry-run.js';
import { Stored } from '../../src/model/resources/layers/stored.js';
import type { StoreSetup } from '../../src/model/resources/layers/stored.js';
import { bulkheadSemaphore } from '../../src/patterns/policies/bulkhead-semaphore.js';
import { circuitBreakerSimple } from '../../src/patterns/policies/circuit-breaker-simple.js';
import { rateLimitTokenBucket } from '../../src/patterns/policies/rate-limit-token-bucket.js';
import { OUTCOME } from '../../src/contracts/outcome.js';
import { EDGE_COUNTER } from '../../src/contracts/patterns/policy.js';
import type { PolicyKind } from '../../src/contracts/patterns/policy.js';
import { golden, outcomes, sent } from '../golden/tracing.js';
import { createPolicy, FakeCalls, MS } from '../support/fake-calls.js';

const AFTER_10: StoreSetup = {
  latencyNs: () => 10 * MS,
  question: -1,
  allows: true,
  refusal: OUTCOME.rejectedBulkhead,
  counter: EDGE_COUNTER.bulkheadRejected,
  refusals: null,
};

/** A policy in a store that answers after 10 ms. */
function stored(calls: FakeCalls, kind: PolicyKind, written: object): Stored {
  return new Stored(calls, createPolicy(calls, kind, written).policy, AFTER_10);
}

describe('a policy in a store', () => {
  it('decides about each call when the store has answered, by what it knows then', () => {
    const calls = new FakeCalls();
    calls.callee = () => ({ afterNs: 15 * MS, outcome: OUTCOME.ok });
    const policy = stored(calls, bulkheadSemaphore, { maxConcurrent: 1 });
    const made = [0, 5, 15].map((at) => calls.call([policy], at * MS));
    calls.run();
    // Inside from 10 to 25; the second is refused at 15; the third finds the place free at 25.
    expect(calls.starts).toEqual([10 * MS, 25 * MS]);
    expect(made.map((call) => call.endNs / MS)).toEqual([25, 15, 40]);
    expect(made[1].outcome! & 31).toBe(OUTCOME.rejectedBulkhead);
    expect(policy.held()).toBe(0);
  });

  it('lets the policy keep calls waiting and time them itself', () => {
    const calls = new FakeCalls();
    calls.callee = () => ({ afterNs: 30 * MS, outcome: OUTCOME.ok });
    const written = { maxConcurrent: 1, maxQueue: 5, maxWait: '10ms' };
    const policy = stored(calls, bulkheadSemaphore, written);
    const made = [0, 5, 25].map((at) => calls.call([policy], at * MS));
    calls.run();
    // The second waits from 15 to 25 in vain, the third from 35 to 40.
    expect(made.map((call) => call.endNs / MS)).toEqual([40, 25, 70]);
    expect(made[1].outcome! & 31).toBe(OUTCOME.rejectedBulkhead);
    const bucket = new FakeCalls();
    const limit = stored(bucket, rateLimitTokenBucket, { rate: '10/s', maxWait: '1s' });
    [0, 0].forEach((at) => bucket.call([limit], at));
    bucket.run();
    expect(bucket.starts).toEqual([10 * MS, 110 * MS]);
  });

  it('gives back nothing of a call that leaves while it asks, and all of one that is inside', () => {
    const calls = new FakeCalls();
    calls.callee = () => null;
    const policy = stored(calls, bulkheadSemaphore, { maxConcurrent: 1, maxQueue: 1 });
    const made = [0, 1, 50].map((at) => calls.call([policy], at * MS));
    calls.giveUp(made[2].frame, 55 * MS);
    calls.run(54 * MS);
    expect(policy.held()).toBe(3);
    calls.run(56 * MS);
    expect(policy.held()).toBe(2);
    calls.giveUp(made[1].frame, 60 * MS);
    calls.giveUp(made[0].frame, 61 * MS);
    calls.run();
    expect(policy.held()).toBe(0);
  });

  it('counts what a late answer of the store would have refused in a dry run', () => {
    const calls = new FakeCalls();
    calls.callee = () => ({ afterNs: 50 * MS, outcome: OUTCOME.ok });
    const make = (ctx: ConstructorParameters<typeof Stored>[0]): Stored => {
      const inner = bulkheadSemaphore.create(bulkheadSemaphore.schema.parse({ maxConcurrent: 1 }), {
        ctx,
        keyOf: null,
      } as never);
      return new Stored(ctx, inner, AFTER_10);
    };
    const policy = new DryRun(calls, make);
    [0, 1].forEach((at) => calls.call([policy], at * MS));
    calls.run();
    expect(calls.starts).toEqual([0, MS]);
    expect(calls.counted('wouldReject')).toBe(1);
    expect(policy.held()).toBe(0);
  });

  it('forgets its clients with the process', () => {
    const calls = new FakeCalls();
    const policy = stored(calls, circuitBreakerSimple, { failureThreshold: 1 });
    calls.callee = () => ({ afterNs: 0, outcome: OUTCOME.serverError });
    calls.call([policy], 0);
    calls.at(20 * MS, () => policy.reset());
    calls.call([policy], 30 * MS);
    calls.run();
    // Without the reset the breaker would be open at 40.
    expect(calls.starts).toEqual([10 * MS, 40 * MS]);
  });
});

describe('store of a bundle', () => {
  const two = (policy: string): string => `
policies: { shared: ${policy} }
services:
  shop: { replicas: 2, runtime: async, outbound: shared, endpoints: { buy: [ call: bank.pay ] } }
  bank: { endpoints: { pay: [ wait: 20ms ] } }
workloads: { users: { arrivals: { at: [1s, 1001ms, 1100ms] }, requests: [ { call: shop.buy } ] } }
`;

  it('makes the instances of a caller wait for the state they share', () => {
    const limit = '{ rateLimit: { rate: 10/s, scope: caller, store: { latency: 3ms } } }';
    const { requests, at } = golden(two(limit), '5s');
    expect(sent(at('bank.pay'))).toEqual([1003, 1103]);
    expect(outcomes(requests)).toEqual(['ok', 'serverError', 'ok']);
    expect(requests[1].answered).toBe(1004);
    const free = golden(two('{ rateLimit: { rate: 10/s, scope: caller } }'), '5s');
    expect(sent(free.at('bank.pay'))).toEqual([1000, 1100]);
  });

  it('draws its times from a stream of its own', () => {
    const drawn = (policy: string): number[] => sent(golden(two(policy), '5s').at('bank.pay'));
    const limit = (latency: string): string =>
      `{ rateLimit: { rate: 99/s, burst: 9, scope: global, store: { latency: ${latency} } } }`;
    const [one, two_, three] = drawn(limit('exponential(3ms)'));
    expect(new Set([one - 1000, two_ - 1001, three - 1100]).size).toBe(3);
    expect(drawn(limit('exponential(3ms)'))).toEqual([one, two_, three]);
  });
});

describe('store of a bundle that is a component', () => {
  const asking = (store: string, more = '', at = '[1s, 1001ms, 1100ms]'): string => `
policies:
  shared: { rateLimit: { kind: fixedWindow, limit: 1, window: 1h, status: 420, scope: caller, store: ${store} }${more} }
services:
  shop: { replicas: 2, runtime: async, outbound: { bank: shared }, endpoints: { buy: [ call: bank.pay ] } }
  bank: { endpoints: { pay: [ wait: 20ms ] } }
  keeper: { endpoints: { down: [ wait: 2ms, fail: 500 ], slow: [ wait: 30ms ] } }
databases: { redis: { operations: { incr: 4ms } } }
workloads: { users: { arrivals: { at: ${at} }, requests: [ { call: shop.buy } ] } }
`;

  it('is asked before each decision, by a call of the caller', () => {
    const { requests, at } = golden(asking('{ latency: 1ms, of: redis.incr }'), '5s');
    expect(sent(at('redis.incr'))).toEqual([1001, 1002, 1101]);
    expect(sent(at('bank.pay'))).toEqual([1005]);
    expect(requests.map(({ answered }) => answered)).toEqual([1025, 1006, 1105]);
    expect(outcomes(requests)).toEqual(['ok', 'serverError', 'serverError']);
  });

  it('lets a call pass without the policy when it cannot be asked', () => {
    const { requests, at } = golden(asking('{ of: keeper.down }'), '5s');
    expect(sent(at('bank.pay'))).toEqual([1002, 1003, 1102]);
    expect(outcomes(requests)).toEqual(['ok', 'ok', 'ok']);
  });

  it('refuses a call as the policy would, if configured', () => {
    const store = '{ of: keeper.down, onError: reject }';
    const { requests, at } = golden(asking(store), '5s');
    expect(at('bank.pay')).toEqual([]);
    expect(requests.map(({ answered }) => answered)).toEqual([1002, 1003, 1102]);
  });

  it('is asked no more by an instance that was refused, for the length of its cache', () => {
    // Instances take turns: the second is refused at 1005, and queries again at exactly 1105.
    const at = '[1s, 1001ms, 1050ms, 1054ms, 1099ms, 1105ms]';
    const run = golden(asking('{ of: redis.incr, cache: 100ms }', '', at), '5s');
    expect(sent(run.at('redis.incr'))).toEqual([1000, 1001, 1050, 1105]);
    expect(run.requests.map(({ answered }) => answered)).toEqual([
      1024, 1005, 1054, 1054, 1099, 1109,
    ]);
    expect(sent(run.at('bank.pay'))).toEqual([1004]);
  });

  it('has no effect on a restarted process', () => {
    const at = '[1s, 1001ms, 1010ms, 1020ms]';
    const crash = 'faults: [ { id: gone, kind: crash, target: shop, at: 1006ms, for: 2ms } ]\n';
    const run = golden(asking('{ of: redis.incr, cache: 100ms }', '', at) + crash, '5s');
    expect(sent(run.at('redis.incr'))).toEqual([1000, 1001, 1010, 1020]);
  });

  it('is left with the question of a call that has run out of time', () => {
    const more = ', timeout: 10ms, order: [timeout, rateLimit]';
    const { requests, at } = golden(asking('{ of: keeper.slow }', more), '5s');
    expect(requests.map(({ answered }) => answered)).toEqual([1010, 1011, 1110]);
    expect(at('bank.pay')).toEqual([]);
    expect(outcomes(at('keeper.slow'))).toEqual(['cancelled', 'cancelled', 'cancelled']);
  });

  it('is asked in a dry run as well, beside the call', () => {
    const store = '{ of: redis.incr }, dryRun: true';
    const { at } = golden(asking(store), '5s');
    expect(sent(at('redis.incr'))).toEqual([1000, 1001, 1100]);
    expect(sent(at('bank.pay'))).toEqual([1000, 1001, 1100]);
  });
});
