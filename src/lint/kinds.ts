import type { Ns } from '../kernel/time.js';
import { NS_PER_SECOND } from '../kernel/time.js';
import type { Layer } from '../spec/scenario.js';

// What rules can read out of the kinds of each policy. Of a kind that is not known here they say nothing.

/** Longest wait in front of a layer that lets calls in one after another; 0 for all others. */
export function longestWait(layer: Layer): Ns {
  const config = layer.config as Readonly<Record<string, number | null | undefined>>;
  switch (`${layer.policy}/${layer.kind}`) {
    case 'bulkhead/semaphore':
      return config['maxQueue'] === 0 ? 0 : (config['maxWait'] ?? Infinity);
    case 'bulkhead/resilience4j':
      return config['maxWaitDuration']!;
    case 'bulkhead/threadPool':
      return config['queueCapacity']! > 0 ? Infinity : 0;
    case 'bulkhead/hystrix':
      return config['maxQueueSize']! > 0 ? Infinity : 0;
    case 'rateLimit/tokenBucket':
      return config['maxWait'] ?? 0;
    case 'rateLimit/resilience4j':
      return config['timeoutDuration']!;
    default:
      return 0;
  }
}

/** Field of a bulkhead that says how many calls may be under way; null where unknown. */
export function permitsField(layer: Layer): string | null {
  switch (layer.kind) {
    case 'semaphore':
      return 'maxConcurrent';
    case 'resilience4j':
      return 'maxConcurrentCalls';
    case 'threadPool':
      return 'maxThreads';
    case 'hystrix':
      return 'coreSize';
    case 'istio':
      return 'http2MaxRequests';
    default:
      return null;
  }
}

/** Calls one state of a bulkhead lets be under way; null where unknown. */
export function permitsOf(layer: Layer): number | null {
  const field = permitsField(layer);
  if (field === null) return null;
  const permits = (layer.config as Readonly<Record<string, number>>)[field];
  // Nobody bounds calls to none: only Istio lets a 0 be written, for no limit.
  return permits === 0 ? Infinity : permits;
}

/** Calls per second one state of a rate limiter lets through; null where unknown or counted by key. */
export function limitOf(layer: Layer): number | null {
  const config = layer.config as Readonly<Record<string, number>>;
  if ('key' in config) return null;
  const over = (calls: string, lengthNs: string): number =>
    (config[calls] * NS_PER_SECOND) / config[lengthNs];
  switch (layer.kind) {
    case 'tokenBucket':
    case 'leakyBucket':
    case 'gcra':
      return config['rate'];
    case 'fixedWindow':
    case 'slidingWindow':
    case 'slidingLog':
      return over('limit', 'window');
    case 'resilience4j':
      return over('limitForPeriod', 'limitRefreshPeriod');
    case 'envoy':
      return over('tokensPerFill', 'fillInterval');
    default:
      return null;
  }
}

/** What has to come together in one window before a breaker can open. */
export interface Evidence {
  /** Field that says how many. */
  readonly field: readonly string[];
  readonly calls: number;
  readonly windowField: string;
  readonly windowNs: Ns;
}

interface GobreakerConfig {
  readonly interval: Ns;
  readonly tripAfter:
    | { readonly consecutiveFailures: number }
    | { readonly failureRatio: number; readonly minRequests: number };
}

interface Resilience4jConfig {
  readonly slidingWindowType: string;
  readonly slidingWindowSize?: { readonly lengthNs?: Ns; readonly calls?: number };
  readonly minimumNumberOfCalls?: number;
}

/** Calls a breaker wants to have seen in its window; null where it has no window or is unknown. */
export function evidenceOf(layer: Layer): Evidence | null {
  const config = layer.config as Readonly<Record<string, number>>;
  const within = (calls: string, window: string): Evidence | null =>
    config[calls] === 0
      ? null
      : { field: [calls], calls: config[calls], windowField: window, windowNs: config[window] };
  switch (layer.kind) {
    case 'gobreaker':
      return evidenceOfGobreaker(layer.config as GobreakerConfig);
    case 'polly':
      return within('minimumThroughput', 'samplingDuration');
    case 'hystrix':
      return within('requestVolumeThreshold', 'rollingWindow');
    case 'opossum':
      return within('volumeThreshold', 'rollingCountTimeout');
    case 'resilience4j': {
      const own = layer.config as Resilience4jConfig;
      if (!own.slidingWindowType.toLowerCase().startsWith('time')) return null;
      // Both are 100 where nothing is written: calls, and seconds.
      const size = own.slidingWindowSize;
      return {
        field: ['minimumNumberOfCalls'],
        calls: own.minimumNumberOfCalls ?? 100,
        windowField: 'slidingWindowSize',
        windowNs: size?.lengthNs ?? (size?.calls ?? 100) * NS_PER_SECOND,
      };
    }
    default:
      return null;
  }
}

function evidenceOfGobreaker({ interval, tripAfter }: GobreakerConfig): Evidence | null {
  if (interval === 0) return null;
  const window = { windowField: 'interval', windowNs: interval };
  return 'minRequests' in tripAfter
    ? { field: ['tripAfter', 'minRequests'], calls: tripAfter.minRequests, ...window }
    : {
        field: ['tripAfter', 'consecutiveFailures'],
        calls: tripAfter.consecutiveFailures,
        ...window,
      };
}

/** Failures in a row that open a breaker, and the field; null where it does not count so. */
export function rowOf(
  layer: Layer,
): { readonly field: readonly string[]; readonly failures: number } | null {
  if (layer.kind === 'simple') {
    const { failureThreshold } = layer.config as { readonly failureThreshold: number };
    return { field: ['failureThreshold'], failures: failureThreshold };
  }
  if (layer.kind === 'cockatiel') {
    const { breaker } = layer.config as { readonly breaker: { readonly consecutive?: number } };
    const { consecutive } = breaker;
    if (consecutive === undefined) return null;
    return { field: ['breaker', 'consecutive'], failures: consecutive };
  }
  if (layer.kind === 'linkerd') {
    const { maxFailures } = layer.config as { readonly maxFailures: number };
    return maxFailures === 0 ? null : { field: ['maxFailures'], failures: maxFailures };
  }
  if (layer.kind === 'finagle') {
    const { consecutiveFailures } = layer.config as { readonly consecutiveFailures: number };
    if (consecutiveFailures === 0) return null;
    return { field: ['consecutiveFailures'], failures: consecutiveFailures };
  }
  if (layer.kind !== 'gobreaker') return null;
  const { tripAfter } = layer.config as GobreakerConfig;
  return 'consecutiveFailures' in tripAfter
    ? { field: ['tripAfter', 'consecutiveFailures'], failures: tripAfter.consecutiveFailures }
    : null;
}
