import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { scenarioText } from '../../src/cli/explain/scenario-text.js';
import { compile } from '../../src/plan/compile.js';
import { load, problemsOf } from '../theory/program.js';

const pasted = (name: string): string =>
  readFileSync(new URL(`./fixtures/${name}-paste.yaml`, import.meta.url), 'utf8');

/** Output of `explain` about the layers of a bundle, and the path after them. */
function told(name: string): string {
  const file = load(pasted(name));
  const plans = file.variants.map((variant) => compile(variant, file));
  return scenarioText(name, file, plans);
}

describe('a configuration that is pasted', () => {
  it('of resilience4j has every value of its six modules', () => {
    const text = told('resilience4j');
    for (const value of [
      'failureRateThreshold: 60%, slowCallRateThreshold: 80%, slowCallDurationThreshold: 2s',
      'slidingWindowType: COUNT_BASED, slidingWindowSize: { calls: 100 }, minimumNumberOfCalls: 10',
      'waitDurationInOpenState: 5s, enableExponentialBackoff: true, exponentialBackoffMultiplier: 2',
      'exponentialMaxWaitDurationInOpenState: 1m, permittedNumberOfCallsInHalfOpenState: 3',
      'maxWaitDurationInHalfOpenState: 30s, transitionToStateAfterWaitDuration: open',
      'automaticTransitionFromOpenToHalfOpenEnabled: true',
      'ignore: [clientError]',
      'attempts: 4, backoff: { kind: exponential, base: 100ms, factor: 3, max: 10s, jitter: { kind: share, share: 0.25 } }',
      'limitForPeriod: 11, limitRefreshPeriod: 1s, timeoutDuration: 0s',
      'after: 3s, cancel: true',
      'maxConcurrentCalls: 12, maxWaitDuration: 10ms',
      'coreThreads: 2, maxThreads: 4, queueCapacity: 7, keepAlive: 20ms',
    ]) {
      expect(text).toContain(value);
    }
    const order =
      'retry(resilience4j) > circuitBreaker(resilience4j) > rateLimit(resilience4j) > timeout(simple) > bulkhead(resilience4j)';
    expect(text).toContain(order);
  });

  it('of Istio has every value of a DestinationRule and of the retries of a VirtualService', () => {
    const text = told('istio');
    for (const value of [
      'tcp: { maxConnections: 90, connectTimeout: 30ms, maxConnectionDuration: 45m }',
      'http1MaxPendingRequests: 80, http2MaxRequests: 1000, maxRequestsPerConnection: 10',
      // The parts of the pasted blocks about connections are present.
      'idleTimeout: 50m, maxPending: unlimited, acquireTimeout: none, connectTimeout: 30ms, maxStreams: 70, maxRequests: 10, lifetime: 45m',
      'budget: { kind: concurrent, max: 3 }',
      'consecutive5xxErrors: 7, consecutiveGatewayErrors: 4, splitExternalLocalOriginErrors: true',
      'consecutiveLocalOriginFailures: 6, interval: 5m, baseEjectionTime: 15m, maxEjectionPercent: 20%, minHealthPercent: 40%',
      'attempts: 3, on: [connect, 503, gateway], otherInstance: true',
      'deadline(simple) > retry(istio) > bulkhead(istio) > timeout(simple)',
    ]) {
      expect(text).toContain(value);
    }
  });

  it('of Istio shows a limit of a block once', () => {
    const text = told('istio');
    expect(text.match(/http1MaxPendingRequests/g)).toHaveLength(1);
    expect(text.match(/http2MaxRequests/g)).toHaveLength(1);
    expect(text).toContain('scope: instance, per: callee (default)');
  });

  it('of Envoy has every value of circuit_breakers, outlier_detection and retry_policy', () => {
    const text = told('envoy');
    for (const value of [
      'maxConnections: 1000, maxPendingRequests: 900, maxRequests: 800, retryBudget: { budgetPercent: 25%, minRetryConcurrency: 4 }',
      'budget: { kind: envoy, ratio: 25%, minConcurrent: 4 }',
      'consecutive5xx: 6, consecutiveGatewayFailure: 4, splitExternalLocalOriginErrors: true, consecutiveLocalOriginFailure: 7',
      'interval: 11s, baseEjectionTime: 31s, maxEjectionTime: 290s, maxEjectionTimeJitter: 2s, maxEjectionPercent: 20%',
      'alwaysEjectOneHost: true',
      'successRate: { minimumHosts: 3, requestVolume: 90, stdevFactor: 1.8, enforcing: 90%, enforcingLocalOrigin: 80% }',
      'failurePercentage: { threshold: 84%, minimumHosts: 4, requestVolume: 40 }',
      'attempts: 3, backoff: { kind: envoy, base: 30ms, max: 300ms }, on: [5xx, reset, connect], otherInstance: true, respectRetryAfter: true',
    ]) {
      expect(text).toContain(value);
    }
  });

  it('says of a budget twice, or of a share and a number, that one is enough', () => {
    const twice = pasted('envoy').replace(
      'maxRequests: 800',
      'maxRequests: 800\n      maxRetries: 9',
    );
    expect(problemsOf(twice)).toContain('retryBudget replaces maxRetries: remove one of them');
    const own = pasted('envoy').replace(
      'kind: envoy\n      attempts: 3',
      'kind: envoy\n      budget: { kind: concurrent, max: 2 }\n      attempts: 3',
    );
    expect(problemsOf(own)).toContain('the budget of the retry replaces retryBudget');
    const streams = pasted('istio').replace('connections: {}', 'connections: { maxStreams: 9 }');
    expect(problemsOf(streams)).toContain('connections.maxStreams is written too');
  });
});
