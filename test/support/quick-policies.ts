import { parse } from 'yaml';
import type { PolicyKind } from '../../src/contracts/patterns/policy.js';
import { twoFailures } from './breaker-page.js';

/** Settings of kinds that act too late with those of docs/breakers.md or of their examples, or keep their states too long. */
const WRITTEN: Readonly<Record<string, object>> = {
  'circuitBreaker/gobreaker': {
    interval: '50ms',
    timeout: '20ms',
    tripAfter: { consecutiveFailures: 2 },
  },
  'circuitBreaker/resilience4j': {
    slidingWindowType: 'time',
    slidingWindowSize: '1s',
    minimumNumberOfCalls: 2,
    waitDurationInOpenState: '20ms',
    permittedNumberOfCallsInHalfOpenState: 1,
  },
  // Its penalties have jitter, and a restarted process continues with the next draw.
  'circuitBreaker/finagle': { consecutiveFailures: 3, minPenalty: '100ms', maxPenalty: '1s' },
  'circuitBreaker/opossum': { resetTimeout: '20ms', rollingCountTimeout: '100ms' },
  'circuitBreaker/polly': {
    minimumThroughput: 2,
    samplingDuration: '500ms',
    breakDuration: '500ms',
  },
  'circuitBreaker/hystrix': {
    requestVolumeThreshold: 2,
    sleepWindow: '20ms',
    rollingWindow: '100ms',
    snapshotInterval: '10ms',
  },
  'circuitBreaker/custom': {
    window: 'time',
    windowSize: '100ms',
    threshold: '50%',
    minCalls: 2,
    open: '20ms',
  },
  'bulkhead/semaphore': { maxConcurrent: 1, maxQueue: 1, maxWait: '5ms' },
  'bulkhead/resilience4j': { maxConcurrentCalls: 1, maxWaitDuration: '5ms' },
  'bulkhead/hystrix': { coreSize: 1 },
  'bulkhead/threadPool': { coreThreads: 1, maxThreads: 2, queueCapacity: 1 },
  'concurrencyLimit/fixed': { limit: 1 },
  'concurrencyLimit/aimd': { initial: 2, min: 1, max: 4 },
  'concurrencyLimit/vegas': { initial: 2, max: 4 },
  'concurrencyLimit/gradient2': { initial: 2, min: 1, max: 4 },
  'concurrencyLimit/envoyGradient': {},
  'hedge/simple': { after: '2ms', maxExtraLoad: '50%' },
  'throttle/sre': { k: 1, window: '120ms' },
  'throttle/envoyAdmission': { window: '1s' },
};

/** Fields that every layer can have, whatever its kind. */
const SHARED = new Set(['kind', 'scope', 'per', 'key', 'store', 'dryRun']);

/** Settings under which a kind acts within a second. */
export function quickSettings(kind: PolicyKind): unknown {
  return WRITTEN[`${kind.policy}/${kind.kind}`] ?? plainSettings(kind, '20ms');
}

/** The settings of a breaker in docs/breakers.md, which is then open for `wait`; of other kinds the example. */
export function plainSettings(kind: PolicyKind, wait: string): unknown {
  const breaker = kind.policy === 'circuitBreaker' ? twoFailures(kind.kind, wait) : undefined;
  return breaker ?? exampleOf(kind);
}

/** The example bundle of a kind on the reference page. */
function exampleOf({ policy, example }: PolicyKind): unknown {
  const written = (parse(example) as Record<string, unknown>)[policy];
  if (typeof written !== 'object' || written === null) return written;
  if (policy === 'coalesce') return written;
  return Object.fromEntries(Object.entries(written).filter(([field]) => !SHARED.has(field)));
}
