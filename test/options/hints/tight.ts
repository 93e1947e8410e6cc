import { impliedKind, policyKind } from '../../../src/patterns/registry.js';
import { plainSettings } from '../../support/quick-policies.js';
import type { Tree } from '../figures.js';

/** Settings by policy and kind with which the limits of a policy are reached by little traffic. */
const TIGHT: Readonly<Record<string, Readonly<Record<string, Tree>>>> = {
  bulkhead: {
    semaphore: { maxConcurrent: 1 },
    resilience4j: { maxConcurrentCalls: 1 },
    threadPool: { coreThreads: 1, maxThreads: 2, queueCapacity: 1 },
    hystrix: { coreSize: 1, maxQueueSize: 3, queueSizeRejectionThreshold: 2 },
    envoy: { maxRequests: 1 },
    istio: { http2MaxRequests: 1 },
  },
  rateLimit: {
    tokenBucket: { rate: '10/s', burst: 3 },
    resilience4j: { limitForPeriod: 2, limitRefreshPeriod: '200ms', timeoutDuration: '50ms' },
    envoy: { maxTokens: 4, fillInterval: '200ms' },
    kong: { second: 10 },
    fixedWindow: { limit: 10, window: '1s' },
    slidingWindow: { limit: 10, window: '1s' },
    slidingLog: { limit: 10, window: '1s' },
    leakyBucket: { rate: '10/s', burst: 2 },
    gcra: { rate: '10/s', burst: 3 },
  },
  concurrencyLimit: {
    fixed: { limit: 1 },
    aimd: { initial: 2, min: 1, max: 3, timeout: '40ms' },
    gradient2: { initial: 4, min: 1, max: 8, rttTolerance: 1, queueSize: 1 },
    vegas: { initial: 3, max: 6 },
    envoyGradient: { min: 1, max: 4, requestCount: 5, minRttInterval: '500ms' },
  },
  throttle: {
    sre: { window: '1s', k: 1.1 },
    envoyAdmission: { window: '2s' },
  },
  circuitBreaker: {
    resilience4j: {
      slidingWindowSize: 6,
      minimumNumberOfCalls: 3,
      failureRateThreshold: '30%',
      waitDurationInOpenState: '150ms',
    },
    opossum: {
      rollingCountTimeout: '500ms',
      resetTimeout: '150ms',
      errorThresholdPercentage: '30%',
    },
    linkerd: { maxFailures: 2, minPenalty: '150ms', maxPenalty: '1s' },
    finagle: { consecutiveFailures: 2, minPenalty: '150ms', maxPenalty: '1s' },
    polly: {
      failureRatio: '20%',
      minimumThroughput: 3,
      samplingDuration: '500ms',
      breakDuration: '500ms',
    },
    hystrix: {
      requestVolumeThreshold: 3,
      errorThresholdPercentage: '20%',
      rollingWindow: '500ms',
      snapshotInterval: '50ms',
      sleepWindow: '150ms',
    },
  },
  outlierDetection: {
    envoy: { interval: '500ms', baseEjectionTime: '500ms', maxEjectionPercent: '60%' },
    istio: { interval: '500ms', baseEjectionTime: '500ms', maxEjectionPercent: 60 },
  },
};

/** The settings of a policy that has limits; those of docs/breakers.md or of its example where none are above. */
function settingsOf(policy: string, kind: string): Tree {
  const found = policyKind(policy, kind);
  const other = found === undefined ? {} : plainSettings(found, '150ms');
  return policy in TIGHT ? (TIGHT[policy]![kind] ?? (other as Tree)) : {};
}

/** Gives every policy of a bundle the settings that it leaves out. */
export function tighten(bundle: Tree): void {
  for (const [name, policy] of Object.entries(bundle)) {
    const kind = String((policy as Tree | null)?.kind ?? impliedKind(name)?.kind);
    for (const [field, value] of Object.entries(settingsOf(name, kind))) {
      (policy as Tree)[field] ??= structuredClone(value);
    }
  }
}
