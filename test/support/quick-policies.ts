/** Settings under which each kind acts within a second; `kept`: no state of it is ever forgotten. */
export const WRITTEN: Readonly<Record<string, { readonly as: object; readonly kept?: true }>> = {
  'circuitBreaker/simple': { as: { failureThreshold: 2, openDuration: '20ms' } },
  'circuitBreaker/gobreaker': {
    as: { interval: '50ms', timeout: '20ms', tripAfter: { consecutiveFailures: 2 } },
  },
  'circuitBreaker/resilience4j': {
    as: {
      slidingWindowType: 'time',
      slidingWindowSize: '1s',
      minimumNumberOfCalls: 2,
      waitDurationInOpenState: '20ms',
      permittedNumberOfCallsInHalfOpenState: 1,
    },
  },
  'circuitBreaker/opossum': {
    as: { resetTimeout: '20ms', rollingCountTimeout: '100ms' },
    kept: true,
  },
  'circuitBreaker/cockatiel': { as: { breaker: { consecutive: 2 }, halfOpenAfter: '20ms' } },
  'circuitBreaker/polly': {
    as: { minimumThroughput: 2, samplingDuration: '500ms', breakDuration: '500ms' },
  },
  'circuitBreaker/hystrix': {
    as: {
      requestVolumeThreshold: 2,
      sleepWindow: '20ms',
      rollingWindow: '100ms',
      snapshotInterval: '10ms',
    },
    kept: true,
  },
  'circuitBreaker/custom': {
    as: { window: 'time', windowSize: '100ms', threshold: '50%', minCalls: 2, open: '20ms' },
  },
  'bulkhead/semaphore': { as: { maxConcurrent: 1, maxQueue: 1, maxWait: '5ms' } },
  'bulkhead/resilience4j': { as: { maxConcurrentCalls: 1, maxWaitDuration: '5ms' } },
  'bulkhead/hystrix': { as: { coreSize: 1 } },
  'bulkhead/threadPool': { as: { coreThreads: 1, maxThreads: 2, queueCapacity: 1 } },
  'concurrencyLimit/fixed': { as: { limit: 1 } },
  'concurrencyLimit/aimd': { as: { initial: 2, min: 1, max: 4 } },
  'concurrencyLimit/vegas': { as: { initial: 2, max: 4 }, kept: true },
  'concurrencyLimit/gradient2': { as: { initial: 2, min: 1, max: 4 }, kept: true },
  'concurrencyLimit/envoyGradient': { as: {}, kept: true },
  'hedge/simple': { as: { after: '2ms', maxExtraLoad: '50%' } },
  'throttle/sre': { as: { k: 1, window: '120ms' } },
  'throttle/envoyAdmission': { as: { window: '1s' } },
};
