import { describe, expect, it } from 'vitest';
import { evidenceOf, limitOf, longestWait, permitsOf, rowOf } from '../../src/lint/kinds.js';
import { policyKind } from '../../src/patterns/registry.js';
import type { Layer } from '../../src/spec/scenario.js';

const SECOND = 1_000_000_000;

/** A layer as the scenario holds it after validation. */
function layer(policy: string, kind: string, written: object): Layer {
  const config = policyKind(policy, kind)!.schema.parse(written);
  return {
    policy,
    kind,
    config,
    scope: 'instance',
    per: 'callee',
    key: null,
    store: null,
    dryRun: false,
    written: [],
  };
}

describe('what rules read out of the kinds of a policy', () => {
  it.each([
    ['tokenBucket', { rate: '50/s' }, 50],
    ['leakyBucket', { rate: '50/s' }, 50],
    ['gcra', { rate: '50/s' }, 50],
    ['fixedWindow', { limit: 100, window: '2s' }, 50],
    ['slidingWindow', { limit: 100, window: '2s' }, 50],
    ['slidingLog', { limit: 100, window: '2s' }, 50],
    ['resilience4j', { limitForPeriod: 5, limitRefreshPeriod: '100ms' }, 50],
    ['envoy', { maxTokens: 10, tokensPerFill: 5, fillInterval: '100ms' }, 50],
    ['kong', { second: 50 }, null],
  ])('the rate of %s', (kind, written, rate) => {
    expect(limitOf(layer('rateLimit', kind, written))).toBe(rate);
  });

  it.each([
    ['semaphore', { maxConcurrent: 4 }, 4, 0],
    ['semaphore', { maxConcurrent: 4, maxQueue: 2 }, 4, Infinity],
    ['semaphore', { maxConcurrent: 4, maxQueue: 2, maxWait: '1s' }, 4, SECOND],
    ['resilience4j', { maxWaitDuration: '1s' }, 25, SECOND],
    ['threadPool', { coreThreads: 2, maxThreads: 4 }, 4, Infinity],
    ['threadPool', { coreThreads: 2, maxThreads: 4, queueCapacity: 0 }, 4, 0],
    ['hystrix', {}, 10, 0],
    ['hystrix', { maxQueueSize: 5 }, 10, Infinity],
    ['istio', { http2MaxRequests: 8 }, 8, 0],
    ['istio', { http2MaxRequests: 0 }, Infinity, 0],
    ['istio', {}, Infinity, 0],
  ])('permits and longest wait of a bulkhead %s %o', (kind, written, permits, wait) => {
    const bulkhead = layer('bulkhead', kind, written);
    expect([permitsOf(bulkhead), longestWait(bulkhead)]).toEqual([permits, wait]);
  });

  it.each([
    ['polly', {}, 100, 30],
    ['hystrix', {}, 20, 10],
    ['opossum', { volumeThreshold: 7 }, 7, 10],
    ['resilience4j', { slidingWindowType: 'time', slidingWindowSize: '60s' }, 100, 60],
    ['resilience4j', { slidingWindowType: 'time', slidingWindowSize: 60 }, 100, 60],
    ['gobreaker', { interval: '5s', tripAfter: { failureRatio: '50%', minRequests: 30 } }, 30, 5],
  ])('calls a breaker %s wants to see in its window', (kind, written, calls, seconds) => {
    const evidence = evidenceOf(layer('circuitBreaker', kind, written))!;
    expect([evidence.calls, evidence.windowNs / SECOND]).toEqual([calls, seconds]);
  });

  it.each([
    ['opossum', {}],
    ['resilience4j', {}],
    ['simple', {}],
    ['gobreaker', {}],
  ])('no window of a breaker %s that needs none', (kind, written) => {
    expect(evidenceOf(layer('circuitBreaker', kind, written))).toBeNull();
  });

  it.each([
    ['simple', { failureThreshold: 3 }, 3],
    ['gobreaker', { tripAfter: { consecutiveFailures: 4 } }, 4],
    ['cockatiel', { breaker: { consecutive: 5 }, halfOpenAfter: '1s' }, 5],
    ['linkerd', {}, 7],
    ['linkerd', { maxFailures: 0, successRate: {} }, undefined],
    ['finagle', {}, 5],
    ['finagle', { consecutiveFailures: 0 }, undefined],
  ])('failures in a row of %s', (kind, written, failures) => {
    expect(rowOf(layer('circuitBreaker', kind, written))?.failures).toBe(failures);
  });

  it('no row where a breaker looks at shares', () => {
    expect(rowOf(layer('circuitBreaker', 'polly', {}))).toBeNull();
  });
});
