import type { Node, PathKey } from './located.js';
import { text } from './located.js';
import { STEP_LISTS } from './salvage.js';
import { plainWord } from './synonyms.js';

/** What a key of another product is here, and a line that can be pasted in its place. */
interface WayOut {
  /** Words of other products, as `plainWord` has them. */
  readonly keys: string;
  readonly because: string;
  /** `value`: the one that was written, as a word; undefined where it is a map or a list. */
  readonly write: (value: string | undefined, key: string) => string;
}

/**
 * What to write for a key that comes from the configuration of resilience4j, Envoy, Istio or Kubernetes, or is expected by
 * habit; undefined where none is known. Keys with another spelling alone are no concern of this: synonyms.ts has them.
 */
export function wayOut(
  path: readonly PathKey[],
  key: string,
  value: Node | undefined,
): string | undefined {
  const word = plainWord(key);
  const ways = waysAt(path);
  const way = ways.find(({ keys }) => keys.split(' ').includes(word));
  return way === undefined
    ? undefined
    : `${way.because}; write ${way.write(value === undefined ? undefined : scalarText(value), key)}`;
}

function waysAt(path: readonly PathKey[]): readonly WayOut[] {
  const last = path[path.length - 1];
  const list = path[path.length - 2];
  if (typeof last === 'number' && list === 'routes') return OF_ROUTES;
  if (typeof last === 'number' && list === 'budgets') return OF_BUDGETS;
  if (typeof last === 'number' && STEP_LISTS.has(String(list))) return OF_STEPS;
  if (last === 'match') return OF_MATCHES;
  if (last === 'retry') return OF_RETRIES;
  if (last === 'circuitBreaker') return OF_BREAKERS;
  if (last === 'resources') return OF_RESOURCES;
  if (isBundle(path)) return OF_BUNDLES;
  return path.length === 2 && path[0] === 'services' ? OF_SERVICES : [];
}

function isBundle(path: readonly PathKey[]): boolean {
  const last = String(path[path.length - 1]);
  if (/^(policy|compensationPolicy)$/.test(last)) return true;
  return path[path.length - 2] === 'outbound' || (path[0] === 'policies' && path.length === 2);
}

/** A word or a number; of a map of retries, how many there are. */
function scalarText(node: Node): string | undefined {
  if (node.type === 'map') {
    const count = node.entries.get('attempts') ?? node.entries.get('num_retries');
    return count === undefined ? undefined : scalarText(count.value);
  }
  if (node.type === 'scalar' && typeof node.value === 'number') return String(node.value);
  return text(node);
}

/** A share as it is written here: other products have percentages without a sign. */
function share(value: string | undefined, otherwise: string): string {
  if (value === undefined) return otherwise;
  return Number(value) > 1 ? `${value}%` : value;
}

/** A duration as it is written here; a bare number counts seconds, as in Kubernetes. */
function time(value: string | undefined, otherwise: string): string {
  if (value === undefined) return otherwise;
  return /^\d+(\.\d+)?$/.test(value) ? `${value}s` : value;
}

/** Tries for a number of retries. */
function tries(retries: string | undefined): string {
  const count = Number(retries);
  return Number.isInteger(count) && count >= 0 ? String(count + 1) : '3';
}

const field = (key: string, value: string): string => `${key}: ${value}`;
const counts = (value: string | undefined): string => value ?? '100';
const BUNDLE_RETRY = 'policy: { timeout: 1s, retry: { attempts: 3 } }';

/** Fields of a policy that stand in the bundle itself. */
const OF_BUNDLES: readonly WayOut[] = [
  {
    keys: 'pertrytimeout pertry',
    because: 'a timeout limits each try, a deadline all of them',
    write: (value) => field('timeout', time(value, '2s')),
  },
  {
    keys: 'timelimiter',
    because: 'a time limit is a timeout here',
    write: () => 'timeout: { after: 2s, cancel: true }',
  },
  {
    keys: 'failureratethreshold slowcallratethreshold',
    because: 'it is a field of a breaker',
    write: (value, key) =>
      `circuitBreaker: { kind: resilience4j, ${field(key, share(value, '50%'))} }`,
  },
  {
    keys: 'minimumnumberofcalls permittednumberofcallsinhalfopenstate',
    because: 'it is a field of a breaker',
    write: (value, key) => `circuitBreaker: { kind: resilience4j, ${field(key, value ?? '10')} }`,
  },
  {
    keys: 'slidingwindowsize slidingwindowtype',
    because: 'it is a field of a breaker',
    write: (value) =>
      `circuitBreaker: { kind: resilience4j, slidingWindowSize: ${/^\d+$/.test(value ?? '') ? value! : '100'} }`,
  },
  {
    keys: 'waitdurationinopenstate slowcalldurationthreshold',
    because: 'it is a field of a breaker',
    write: (value, key) =>
      `circuitBreaker: { kind: resilience4j, ${field(key, time(value, '10s'))} }`,
  },
  {
    keys: 'attempts maxattempts',
    because: 'it is a field of a retry',
    write: (value) => `retry: { attempts: ${value ?? '3'} }`,
  },
  {
    keys: 'retries numretries maxretries',
    because: 'attempts count the first try too',
    write: (value) => `retry: { attempts: ${tries(value)} }`,
  },
  {
    keys: 'retryon retriablestatuscodes',
    because: 'it is a field of a retry',
    write: (value) => `retry: { kind: envoy, on: ${outcomes(value)} }`,
  },
  {
    keys: 'waitduration retrybackoff backoff',
    because: 'it is a field of a retry',
    write: (value) =>
      `retry: { attempts: 3, backoff: { kind: constant, base: ${time(value, '500ms')} } }`,
  },
  {
    keys: 'retrybudget',
    because: 'it is a field of a retry',
    write: () => 'retry: { attempts: 3, budget: { kind: envoy, ratio: 20%, minConcurrent: 3 } }',
  },
  {
    keys: 'maxejectionpercent minhealthpercent',
    because: 'it is a field of an outlier detection',
    write: (value, key) => `outlierDetection: { kind: istio, ${field(key, share(value, '10%'))} }`,
  },
  {
    keys: 'consecutive5xxerrors consecutivegatewayerrors consecutive5xx consecutiveerrors',
    because: 'it is a field of an outlier detection',
    write: (value) => `outlierDetection: { kind: istio, consecutive5xxErrors: ${value ?? '5'} }`,
  },
  {
    keys: 'baseejectiontime',
    because: 'it is a field of an outlier detection',
    write: (value) => `outlierDetection: { kind: istio, baseEjectionTime: ${time(value, '30s')} }`,
  },
  {
    keys: 'http1maxpendingrequests http2maxrequests',
    because: 'it is a field of a bulkhead',
    write: (value, key) =>
      `connections: {}, bulkhead: { kind: istio, http: { ${field(key, counts(value))} } }`,
  },
  {
    keys: 'connectionpool',
    because: 'a connection pool of Istio is a bulkhead here',
    write: () =>
      'connections: {}, bulkhead: { kind: istio, tcp: { maxConnections: 100 }, http: { http1MaxPendingRequests: 100 } }',
  },
  {
    keys: 'maxconnections maxpendingrequests maxrequests',
    because: 'it is a field of a bulkhead',
    write: (value, key) =>
      `connections: {}, bulkhead: { kind: envoy, ${field(key, counts(value))} }`,
  },
  {
    keys: 'circuitbreakers thresholds',
    because: 'circuit breakers of Envoy limit what is under way, as a bulkhead does here',
    write: () =>
      'connections: {}, bulkhead: { kind: envoy, maxConnections: 1024, maxPendingRequests: 1024 }',
  },
  {
    keys: 'maxconcurrentcalls maxwaitduration',
    because: 'it is a field of a bulkhead',
    write: (value, key) =>
      plainWord(key) === 'maxwaitduration'
        ? `bulkhead: { kind: resilience4j, maxWaitDuration: ${time(value, '10ms')} }`
        : `bulkhead: { kind: resilience4j, maxConcurrentCalls: ${value ?? '25'} }`,
  },
  {
    keys: 'limitforperiod limitrefreshperiod',
    because: 'it is a field of a rate limit',
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
    because: 'a load balancer is a kind here',
    write: (value) => `loadBalancing: { kind: ${balancer(value)} }`,
  },
];

/** Names of load balancers in Envoy and Istio. */
function balancer(value: string | undefined): string {
  const word = plainWord(value ?? '');
  if (/random/.test(word)) return 'random';
  return /least/.test(word) ? 'leastRequest' : 'roundRobin';
}

/** `retry_on` of Envoy as a list of outcomes: a response that never came is a failure there, too. */
function outcomes(value: string | undefined): string {
  const words = new Set<string>();
  for (const word of (value ?? 'gateway-error').split(/[ ,]+/)) {
    for (const outcome of ENVOY_OUTCOMES[word] ?? (/^\d{3}$/.test(word) ? [word] : [])) {
      words.add(outcome);
    }
  }
  const list = words.size === 0 ? ENVOY_OUTCOMES['gateway-error']! : [...words];
  return `[${list.join(', ')}]`;
}

/** envoyproxy/envoy: docs/root/configuration/http/http_filters/router_filter.rst (x-envoy-retry-on). */
const ENVOY_OUTCOMES: Readonly<Record<string, readonly string[]>> = {
  '5xx': ['5xx', 'timeout', 'reset', 'connect'],
  'gateway-error': ['gateway', 'timeout', 'reset', 'connect'],
  reset: ['reset', 'timeout'],
  'connect-failure': ['connect'],
  'refused-stream': ['reset'],
  'retriable-4xx': ['409'],
  unavailable: ['503'],
  'resource-exhausted': ['429'],
  internal: ['500'],
};

/** What to write for the list of a retry that is one text, or has a word of Envoy: `gateway-error`, `connect-failure`. */
export function outcomesHint(path: readonly PathKey[], word: string): string {
  const [key, at] = [path[path.length - 1], path[path.length - 2]];
  if (key === 'on') return `: write on: ${outcomes(word)}`;
  if (at !== 'on' || !Object.hasOwn(ENVOY_OUTCOMES, word)) return '';
  return `: write ${ENVOY_OUTCOMES[word]!.join(', ')}, which is ${word} of Envoy`;
}

const OF_RETRIES: readonly WayOut[] = [
  {
    keys: 'pertrytimeout',
    because: 'it is a policy beside the retry, and limits each try',
    write: (value) => field('timeout', time(value, '2s')),
  },
  {
    keys: 'timeout deadline',
    because: 'it is a policy beside the retry: a timeout limits each try, a deadline all of them',
    write: (value) => field('deadline', time(value, '5s')),
  },
  {
    keys: 'waitduration retrydelay delay',
    because: 'the wait before a retry is its backoff',
    write: (value) => `backoff: { kind: constant, base: ${time(value, '500ms')} }`,
  },
  {
    keys: 'enableexponentialbackoff exponentialbackoffmultiplier exponentialmaxwaitduration enablerandomizedwait randomizedwaitfactor',
    because: 'the wait before a retry is its backoff',
    write: (value, key) => {
      const factor = /multiplier/i.test(key) && value !== undefined ? value : '2';
      const max = /max/i.test(key) ? `, max: ${time(value, '10s')}` : '';
      const jitter = /factor$/i.test(key) ? `${Number(value ?? 0.5) * 100}%` : '';
      const random = /random/i.test(key) ? `, jitter: ${jitter || '50%'}` : '';
      return `backoff: { kind: exponential, base: 500ms, factor: ${factor}${max}${random} }`;
    },
  },
  {
    keys: 'retrybackoff baseinterval maxinterval',
    because: 'the wait before a retry is its backoff',
    write: (value, key) =>
      /^max/i.test(key)
        ? `backoff: { kind: envoy, base: 25ms, max: ${time(value, '250ms')} }`
        : `backoff: { kind: envoy, base: ${time(value, '25ms')} }`,
  },
  {
    keys: 'retryon retriablestatuscodes',
    because: 'outcomes and statuses are one list',
    write: (value) => `on: ${outcomes(value)}`,
  },
  {
    keys: 'retryexceptions ignoreexceptions retryonresultpredicate',
    because: 'there are no classes of exceptions; outcomes that are retried are one list',
    write: () => 'on: [serverError, timeout, connect]',
  },
  {
    keys: 'retryhostpredicate hostselectionretrymaxattempts retryignoreprevioushosts',
    because: 'a retry asks another instance',
    write: () => 'otherInstance: true',
  },
];

const OF_BREAKERS: readonly WayOut[] = [
  {
    keys: 'recordexceptions',
    because: 'there are no classes of exceptions; outcomes that count as failures are one list',
    write: () => 'failOn: [serverError, timeout, connect]',
  },
  {
    keys: 'ignoreexceptions',
    because: 'there are no classes of exceptions; outcomes that count for nothing are one list',
    write: () => 'ignore: [clientError]',
  },
  {
    keys: 'ringbuffersizeinclosedstate',
    because: 'resilience4j has renamed it',
    write: (value) => `slidingWindowSize: ${counts(value)}`,
  },
  {
    keys: 'ringbuffersizeinhalfopenstate',
    because: 'resilience4j has renamed it',
    write: (value) => `permittedNumberOfCallsInHalfOpenState: ${value ?? '10'}`,
  },
];

const OF_ROUTES: readonly WayOut[] = [
  {
    keys: 'timeout deadline requesttimeout',
    because: 'what guards the calls of a route is its policy, and a deadline limits all tries',
    write: (value) => `policy: { deadline: ${time(value, '5s')} }`,
  },
  {
    keys: 'pertrytimeout',
    because: 'what guards the calls of a route is its policy, and a timeout limits each try',
    write: (value) => `policy: { timeout: ${time(value, '2s')} }`,
  },
  {
    keys: 'retry',
    because: 'what guards the calls of a route is its policy',
    write: (value) => `policy: { timeout: 2s, retry: { attempts: ${value ?? '3'} } }`,
  },
  {
    keys: 'retries retrypolicy',
    because: 'what guards the calls of a route is its policy, and attempts count the first try too',
    write: (value) => `policy: { timeout: 2s, retry: { kind: istio, attempts: ${tries(value)} } }`,
  },
  {
    keys: 'circuitbreaker bulkhead ratelimit hedge fallback outlierdetection',
    because: 'what guards the calls of a route is its policy',
    write: () => BUNDLE_RETRY,
  },
  {
    keys: 'prefix pathprefix',
    because: 'a prefix is a path with * at its end',
    write: (value) => `match: { path: ${prefix(value)} }`,
  },
];

const OF_MATCHES: readonly WayOut[] = [
  {
    keys: 'prefix pathprefix uri',
    because: 'a prefix is a path with * at its end',
    write: (value) => field('path', prefix(value)),
  },
  {
    keys: 'regex saferegex',
    because: 'a regular expression is a path with ~ before it',
    write: (value) => field('path', `"~${value ?? '/orders/[0-9]+'}"`),
  },
];

/** A path that stands for all that begin with it; Envoy's prefix /orders is /orders, /orders/1 and /ordersABC. */
function prefix(value: string | undefined): string {
  return value === undefined ? '/orders*' : `${value.replace(/\*$/, '')}*`;
}

const OF_STEPS: readonly WayOut[] = [
  {
    keys: 'pertrytimeout',
    because: 'what guards one call is its policy, and a timeout limits each try',
    write: (value) => `policy: { timeout: ${time(value, '2s')} }`,
  },
];

const OF_BUDGETS: readonly WayOut[] = [
  {
    keys: 'metric max min threshold below above value target objective',
    because: 'a budget is one expression',
    write: () => 'expect: users.latency.p99 <= 300ms',
  },
];

const OF_RESOURCES: readonly WayOut[] = [
  {
    keys: 'limits limit',
    because: 'limits are fields of the service: cpu, and memory',
    write: () => 'memory: { limit: 512MiB }',
  },
];

const OF_SERVICES: readonly WayOut[] = [
  {
    keys: 'availability uptime',
    because: 'a service fails by a step of its endpoints',
    write: (value) => `{ fail: 503, probability: ${missing(value)} }`,
  },
  {
    keys: 'errorrate failurerate errors errorratio',
    because: 'a service fails by a step of its endpoints',
    write: (value) => `{ fail: 503, probability: ${share(value, '0.1%')} }`,
  },
  {
    keys: 'latency responsetime delay servicetime',
    because: 'a service takes time by a step of its endpoints',
    write: (value) => `wait: ${time(value, '20ms')}`,
  },
  {
    keys: 'slo slos sla objective objectives',
    because: 'what has to hold is a budget of the scenario',
    write: (value) => `budgets: [ users.success >= ${share(value, '99.9%')} ]`,
  },
  {
    keys: 'timeout deadline retry retries circuitbreaker bulkhead',
    because: 'what guards a call is the policy of its caller, at the step or by callee in outbound',
    write: () => 'policy: { timeout: 1s, retry: { attempts: 3 } }',
  },
  {
    keys: 'cache caching rediscache',
    because: 'a cache is a component of its own, and steps read it',
    write: () => 'caches: { pages: { hitRatio: 90%, levels: [ { name: shared, kind: redis } ] } }',
  },
  {
    keys: 'livenessprobe',
    because: 'probes are one map',
    write: () => 'probes: { liveness: { period: 10s, failureThreshold: 3 } }',
  },
  {
    keys: 'readinessprobe',
    because: 'probes are one map',
    write: () => 'probes: { readiness: { period: 10s, failureThreshold: 3 } }',
  },
  {
    keys: 'startupprobe',
    because: 'probes are one map',
    write: () => 'probes: { startup: { period: 10s, failureThreshold: 30 } }',
  },
  {
    keys: 'minreplicas maxreplicas hpa targetcpuutilizationpercentage',
    because: 'replicas that follow the load are autoscaling',
    write: (value, key) => {
      const [min, max] = [/^min/i.test(key) ? value : '2', /^max/i.test(key) ? value : '10'];
      return `cpu: 2, autoscaling: { min: ${min ?? '2'}, max: ${max ?? '10'}, metric: cpu, target: 70% }`;
    },
  },
  {
    keys: 'terminationgraceperiodseconds terminationgraceperiod',
    because: 'how a process ends is its lifecycle',
    write: (value) => `lifecycle: { terminationGrace: ${time(value, '30s')} }`,
  },
];

/** The share of failures that an availability leaves. */
function missing(availability: string | undefined): string {
  const number = Number((availability ?? '99.9%').replace('%', ''));
  const percent = availability?.includes('%') === false && number <= 1 ? number * 100 : number;
  return Number.isFinite(percent) ? `${Number((100 - percent).toFixed(6))}%` : '0.1%';
}
