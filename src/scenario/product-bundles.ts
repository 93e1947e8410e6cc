import type { WayOut } from './product-words.js';
import { counts, field, outcomes, share, time, tries } from './product-words.js';
import { plainWord } from './synonyms.js';

/** Advice for fields of a policy that are written directly in the bundle. */
export const OF_BUNDLES: readonly WayOut[] = [
  {
    keys: 'pertrytimeout pertry',
    because: 'a timeout limits each try, a deadline all of them',
    write: (value) => field('timeout', time(value, '2s')),
  },
  {
    keys: 'timelimiter',
    because: 'a time limit is called timeout here',
    write: () => 'timeout: 2s',
  },
  {
    keys: 'failureratethreshold slowcallratethreshold',
    because: 'it is a field of circuitBreaker',
    write: (value, key) =>
      `circuitBreaker: { kind: resilience4j, ${field(key, share(value, '50%'))} }`,
  },
  {
    keys: 'minimumnumberofcalls permittednumberofcallsinhalfopenstate',
    because: 'it is a field of circuitBreaker',
    write: (value, key) => `circuitBreaker: { kind: resilience4j, ${field(key, value ?? '10')} }`,
  },
  {
    keys: 'slidingwindowsize slidingwindowtype',
    because: 'it is a field of circuitBreaker',
    write: (value) =>
      `circuitBreaker: { kind: resilience4j, slidingWindowSize: ${/^\d+$/.test(value ?? '') ? value! : '100'} }`,
  },
  {
    keys: 'waitdurationinopenstate slowcalldurationthreshold',
    because: 'it is a field of circuitBreaker',
    write: (value, key) =>
      `circuitBreaker: { kind: resilience4j, ${field(key, time(value, '10s'))} }`,
  },
  {
    keys: 'attempts maxattempts',
    because: 'it is a field of retry',
    write: (value) => `retry: { attempts: ${value ?? '3'} }`,
  },
  {
    keys: 'retries numretries maxretries',
    because: 'attempts include the first try',
    write: (value) => `retry: { attempts: ${tries(value)} }`,
  },
  {
    keys: 'retryon retriablestatuscodes',
    because: 'it is a field of retry',
    write: (value) => `retry: { kind: envoy, on: ${outcomes(value)} }`,
  },
  {
    keys: 'waitduration retrybackoff backoff',
    because: 'it is a field of retry',
    write: (value) =>
      `retry: { attempts: 3, backoff: { kind: constant, base: ${time(value, '500ms')} } }`,
  },
  {
    keys: 'retrybudget',
    because: 'it is a field of retry',
    write: () => 'retry: { attempts: 3, budget: { kind: envoy, ratio: 20%, minConcurrent: 3 } }',
  },
  {
    keys: 'maxejectionpercent minhealthpercent',
    because: 'it is a field of outlierDetection',
    write: (value, key) => `outlierDetection: { kind: istio, ${field(key, share(value, '10%'))} }`,
  },
  {
    keys: 'consecutive5xxerrors consecutivegatewayerrors consecutive5xx consecutiveerrors',
    because: 'it is a field of outlierDetection',
    write: (value) => `outlierDetection: { kind: istio, consecutive5xxErrors: ${value ?? '5'} }`,
  },
  {
    keys: 'baseejectiontime',
    because: 'it is a field of outlierDetection',
    write: (value) => `outlierDetection: { kind: istio, baseEjectionTime: ${time(value, '30s')} }`,
  },
  {
    keys: 'http1maxpendingrequests http2maxrequests',
    because: 'it is a field of bulkhead',
    write: (value, key) =>
      `connections: {}, bulkhead: { kind: istio, http: { ${field(key, counts(value))} } }`,
  },
  {
    keys: 'connectionpool',
    because: 'a connection pool of Istio is written as a bulkhead',
    write: () =>
      'connections: {}, bulkhead: { kind: istio, tcp: { maxConnections: 100 }, http: { http1MaxPendingRequests: 100 } }',
  },
  {
    keys: 'maxconnections maxpendingrequests maxrequests',
    because: 'it is a field of bulkhead',
    write: (value, key) =>
      `connections: {}, bulkhead: { kind: envoy, ${field(key, counts(value))} }`,
  },
  {
    keys: 'circuitbreakers thresholds',
    because: 'circuit breakers of Envoy limit calls in flight, like a bulkhead here',
    write: () =>
      'connections: {}, bulkhead: { kind: envoy, maxConnections: 1024, maxPendingRequests: 1024 }',
  },
  {
    keys: 'maxconcurrentcalls maxwaitduration',
    because: 'it is a field of bulkhead',
    write: (value, key) =>
      plainWord(key) === 'maxwaitduration'
        ? `bulkhead: { kind: resilience4j, maxWaitDuration: ${time(value, '10ms')} }`
        : `bulkhead: { kind: resilience4j, maxConcurrentCalls: ${value ?? '25'} }`,
  },
  {
    keys: 'limitforperiod limitrefreshperiod',
    because: 'it is a field of rateLimit',
    write: (value, key) =>
      plainWord(key) === 'limitforperiod'
        ? `rateLimit: { kind: resilience4j, limitForPeriod: ${value ?? '50'} }`
        : `rateLimit: { kind: resilience4j, limitRefreshPeriod: ${time(value, '1s')} }`,
  },
  {
    keys: 'trafficpolicy',
    because: 'the blocks of a DestinationRule are policies here',
    write: () =>
      'outlierDetection: { kind: istio, consecutive5xxErrors: 5 }, loadBalancing: { kind: leastRequest }',
  },
  {
    keys: 'loadbalancer lbpolicy',
    because: 'a load balancer is written as a kind',
    write: (value) => `loadBalancing: { kind: ${balancer(value)} }`,
  },
];

/** A load balancer of Envoy or Istio in our terms. */
function balancer(value: string | undefined): string {
  const word = plainWord(value ?? '');
  if (/random/.test(word)) return 'random';
  return /least/.test(word) ? 'leastRequest' : 'roundRobin';
}
