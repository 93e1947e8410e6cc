import { describe, expect, it } from 'vitest';
import { policyKind, policyKinds, policyTraits } from '../../src/patterns/registry.js';
import { OUTCOME, withStatus } from '../../src/contracts/outcome.js';
import type { PolicyName, PolicyTraits } from '../../src/contracts/patterns/policy-traits.js';
import { missingRow, twoFailures } from '../support/breaker-page.js';

const SECOND = 1_000_000_000;

const CUSTOM_ROW = { window: 'consecutive', threshold: 3, open: '1s', halfOpen: {} };
const CUSTOM = { threshold: '50%', open: '1s', halfOpen: {} };

/** The traits of a kind, configured as a user writes it. */
function traits<P extends PolicyName>(policy: P, kind: string, written: object): PolicyTraits[P] {
  return policyTraits(policy, { kind, config: policyKind(policy, kind)!.schema.parse(written) });
}

/** Settings with which two failures open a breaker. */
function settingsOf({ kind }: { readonly kind: string }): object {
  const settings = twoFailures(kind);
  expect(settings, missingRow('same', kind)).toBeDefined();
  return settings!;
}

const BREAKERS = policyKinds.filter(({ policy }) => policy === 'circuitBreaker');

describe('the traits of policies', () => {
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
    expect(traits('rateLimit', kind, written).perSecond).toBe(rate);
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
    ['envoy', {}, 1024, 0],
    ['envoy', { maxRequests: 8 }, 8, 0],
    ['istio', { http2MaxRequests: 8 }, 8, 0],
    ['istio', { http2MaxRequests: 0 }, Infinity, 0],
    ['istio', {}, Infinity, 0],
  ])('permits and longest wait of a bulkhead %s %o', (kind, written, permits, wait) => {
    const bulkhead = traits('bulkhead', kind, written);
    expect([bulkhead.permits.calls, bulkhead.longestWaitNs]).toEqual([permits, wait]);
  });

  it.each([
    ['polly', {}, 100, 30],
    ['hystrix', {}, 20, 10],
    ['opossum', { volumeThreshold: 7 }, 7, 10],
    ['resilience4j', { slidingWindowType: 'time', slidingWindowSize: '60s' }, 100, 60],
    ['resilience4j', { slidingWindowType: 'time', slidingWindowSize: 60 }, 100, 60],
    ['custom', { ...CUSTOM, window: 'time', windowSize: '4s', minCalls: 9 }, 9, 4],
    ['gobreaker', { interval: '5s', tripAfter: { failureRatio: '50%', minRequests: 30 } }, 30, 5],
  ])('calls a breaker %s wants to see in its window', (kind, written, calls, seconds) => {
    const evidence = traits('circuitBreaker', kind, written).evidence!;
    expect([evidence.calls, evidence.windowNs / SECOND]).toEqual([calls, seconds]);
  });

  it.each([
    ['opossum', {}],
    ['resilience4j', {}],
    ['simple', {}],
    ['gobreaker', {}],
  ])('no window of a breaker %s that needs none', (kind, written) => {
    expect(traits('circuitBreaker', kind, written).evidence).toBeNull();
  });

  it.each([
    ['simple', { failureThreshold: 3 }, 3],
    ['gobreaker', { tripAfter: { consecutiveFailures: 4 } }, 4],
    ['cockatiel', { breaker: { consecutive: 5 }, halfOpenAfter: '1s' }, 5],
    ['linkerd', {}, 7],
    ['linkerd', { maxFailures: 0, successRate: {} }, undefined],
    ['custom', CUSTOM_ROW, 3],
    ['custom', { ...CUSTOM_ROW, tripOp: '>' }, 4],
    ['finagle', {}, 5],
    ['finagle', { consecutiveFailures: 0 }, undefined],
  ])('failures in a row of %s', (kind, written, failures) => {
    expect(traits('circuitBreaker', kind, written).consecutive?.failures).toBe(failures);
  });

  it('no row where a breaker looks at shares', () => {
    expect(traits('circuitBreaker', 'polly', {}).consecutive).toBeNull();
  });

  it.each([
    ['tokenBucket', { rate: '50/s', maxWait: '2s' }, 2],
    ['leakyBucket', { rate: '50/s', burst: 100 }, 2],
    ['resilience4j', { limitForPeriod: 5, timeoutDuration: '2s' }, 2],
    ['gcra', { rate: '50/s', burst: 100 }, 0],
  ])('longest wait in a limiter %s', (kind, written, seconds) => {
    expect(traits('rateLimit', kind, written).longestWaitNs).toBe(seconds * SECOND);
  });

  it.each([
    ['simple', { attempts: 3 }, 'none'],
    ['aws', {}, 'jittered'],
    ['simple', { attempts: 3, backoff: { kind: 'constant', base: '1s', jitter: 'none' } }, 'equal'],
    [
      'simple',
      { attempts: 3, backoff: { kind: 'constant', base: '1s', jitter: 'full' } },
      'jittered',
    ],
  ])('how the retries of %s %o are spread', (kind, written, delays) => {
    expect(traits('retry', kind, written).delays).toBe(delays);
  });

  it('makes five tries of more in gRPC', () => {
    expect(
      traits('retry', 'grpc', { attempts: 9, backoff: { base: '10ms', max: '1s', factor: 2 } })
        .attempts,
    ).toBe(5);
  });

  it.each([
    [{ ratio: '20%' }, 1.2],
    [{ kind: 'aws' }, 1],
    [undefined, null],
  ])('the growth of load under the budget %o', (budget, growth) => {
    expect(traits('retry', 'simple', { attempts: 3, budget }).budgetGrowth).toBe(growth);
  });

  it.each(BREAKERS)(
    'knows of $kind that two failures open it, if only consecutive ones count',
    (kind) => {
      const { consecutive } = traits('circuitBreaker', kind.kind, settingsOf(kind));
      expect(consecutive?.failures ?? 2).toBe(2);
    },
  );

  it.each(BREAKERS)('counts a 500 as a failure of $kind unless it is ignored', (kind) => {
    const isFailure = (more: object): boolean =>
      traits('circuitBreaker', kind.kind, { ...settingsOf(kind), ...more }).classes.isFailure(
        withStatus(OUTCOME.serverError, 500),
      );
    expect([isFailure({}), isFailure({ ignore: [500] }), isFailure({ failOn: [503] })]).toEqual([
      true,
      false,
      false,
    ]);
  });
});
