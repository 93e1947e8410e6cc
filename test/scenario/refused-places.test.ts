import { describe, expect, it } from 'vitest';
import { loadScenario } from '../../src/scenario/load.js';

function problems(hedge: string, zone: string): readonly string[] {
  const text = `
faultline: 1
title: Places
run: { duration: 10s }
network: { zones: { a: {}, b: {} } }
policies: { guard: { timeout: 1s ${hedge} } }
services:
  shop: { ${zone} endpoints: { buy: [ { call: bank.pay, policy: guard } ] } }
  bank: { replicas: 2, endpoints: { pay: [ wait: 1ms ] } }
workloads: { users: { arrivals: constant(10/s), requests: [ { call: shop.buy } ] } }
`;
  const found = loadScenario('places.yaml', () => ({ text })).problems;
  return found.map(({ code, path, message }) => `${code} ${path}: ${message}`);
}

describe('a scenario', () => {
  it('runs with a hedge and with counts of zones', () => {
    const hedge = ', hedge: { kind: simple, after: 5ms, attempts: 2 }';
    expect(problems(hedge, 'zone: { a: 1, b: 1 },')).toEqual([]);
  });

  it('has no hedge with a state for each instance', () => {
    const [problem = ''] = problems(', hedge: { kind: simple, after: 5ms, per: target }', '');
    expect(problem).toContain(
      'FL209 policies.guard.hedge.per: hedge uses one instance per attempt',
    );
  });

  it.each([
    [', retry: { attempts: 2, scope: caller }', 'retry.scope: this retry keeps no state'],
    [', retry: { kind: polly, per: endpoint }', 'retry.per: this retry keeps no state'],
    [', hedge: { after: 5ms, scope: global }', 'hedge.scope: this hedge keeps no state'],
    [', hedge: { kind: polly, scope: caller }', 'hedge.scope: this hedge keeps no state'],
  ])('shares nothing that no call leaves behind: %s', (policy, says) => {
    const [problem = ''] = problems(policy, '');
    expect(problem).toContain(`FL208 policies.guard.${says}`);
  });

  it.each([
    ', retry: { attempts: 2, scope: caller, per: endpoint, budget: { ratio: 10% } }',
    ', retry: { attempts: 2, scope: instance }, hedge: { after: p95, scope: caller }',
    ', retry: { kind: istio, scope: caller }, bulkhead: { kind: envoy }',
    ', hedge: { kind: grpc, attempts: 2, scope: caller, retryThrottling: {} }',
  ])('shares what a call leaves behind: %s', (policy) => {
    expect(problems(policy, '')).toEqual([]);
  });

  it('has no memory of refusals where none is given', () => {
    const store = 'scope: caller, store: { latency: 1ms, cache: 1s }';
    expect(problems(`, circuitBreaker: { failureThreshold: 3, ${store} }`, '')).toEqual([]);
    const [problem = ''] = problems(`, circuitBreaker: { kind: finagle, ${store} }`, '');
    expect(problem).toContain('FL208 policies.guard.circuitBreaker.store.cache: finagle refuses');
  });

  it('has no order, key or address of what has a place each around a handler', () => {
    const consumer = (policy: string): string => `
faultline: 1
title: Consumers
run: { duration: 10s }
policies: { shared: { timeout: 1s, rateLimit: { rate: 5/s } } }
topics:
  mails: { kind: kafka, subscribers: [ { group: g, call: worker.send, policy: ${policy} } ] }
services: { worker: { endpoints: { send: [ wait: 1ms ] } } }
workloads: { users: { arrivals: constant(10/s), requests: [ { name: mail, steps: [ publish: mails ] } ] } }
`;
    const said = (policy: string): readonly string[] => {
      const text = consumer(policy);
      const found = loadScenario('consumers.yaml', () => ({ text })).problems;
      return found.map(({ code, path, message }) => `${code} ${path}: ${message}`);
    };
    expect(said('shared')).toEqual([]);
    const [problem = ''] = said(
      '{ timeout: 1s, rateLimit: { rate: 5/s }, order: [rateLimit, timeout] }',
    );
    expect(problem).toContain('FL208 topics.mails.subscribers[0].policy.order:');
    expect(problem).toContain(
      'the order of a consumer is fixed (circuitBreaker, rateLimit, timeout',
    );
    expect(said('{ rateLimit: { rate: 5/s, maxWait: 1s } }')).toEqual([
      'FL208 topics.mails.subscribers[0].policy.rateLimit.maxWait: ' +
        'a consumer waits for its permit without a limit: remove maxWait',
    ]);
    expect(said('{ rateLimit: { kind: leakyBucket, rate: 5/s, burst: 3 } }')[0]).toContain(
      'remove burst',
    );
    expect(said('{ rateLimit: { rate: 5/s, burst: 3 } }')).toEqual([]);
    expect(said('{ rateLimit: { kind: kong, second: 5, limitBy: service } }')).toEqual([]);
    expect(said('{ rateLimit: { kind: kong, second: 5 } }')).toEqual([
      'FL208 topics.mails.subscribers[0].policy.rateLimit.limitBy: ' +
        'a consumer is paused as a whole, so its calls have no address: write limitBy: service',
    ]);
  });

  it('has no service without an instance', () => {
    const [problem = ''] = problems('', 'zone: {},');
    expect(problem).toContain('FL411 services.shop.zone: the counts of zone add up to 0');
  });
});
