import { counts, envoyLimits, field, outcomes, time, tries, type WayOut } from './product-words.js';
import { plainWord } from './synonyms.js';

/** Advice for fields of a policy that are written directly in the bundle. */
export const OF_BUNDLES: readonly WayOut[] = [
  {
    keys: 'pertry',
    because: 'a timeout limits each try, a deadline all of them',
    write: (value) => field('timeout', time(value, '2s')),
  },
  {
    keys: 'timelimiter',
    because: 'a time limit is called timeout here',
    write: (value) => field('timeout', time(value, '2s')),
  },
  {
    keys: 'attempts',
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
    keys: 'retrybackoff backoff',
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
    keys: 'consecutive5xx consecutiveerrors',
    because: 'it is a field of outlierDetection',
    write: (value) => `outlierDetection: { kind: istio, consecutive5xxErrors: ${value ?? '5'} }`,
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
    write: (_value, _key, node) => envoyLimits(node),
  },
  {
    keys: 'loadbalancer lbpolicy',
    because: 'a load balancer is written as a kind',
    write: (value) => `loadBalancing: { kind: ${balancer(value)} }`,
  },
];

/** A load balancer of Envoy or Istio in our terms. Those that hash need the key that they hash. */
function balancer(value: string | undefined): string {
  const word = plainWord(value ?? 'hash');
  if (/maglev/.test(word)) return 'maglev, key: KEY';
  if (/hash/.test(word)) return 'ringHash, key: KEY';
  if (/random/.test(word)) return 'random';
  return /least/.test(word) ? 'leastRequest' : 'roundRobin';
}
