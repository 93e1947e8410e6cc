import { JUDGED_SECTIONS } from '../contracts/scenario/judged.js';
import { items, text, type Node, type PathKey } from './located.js';
import { OF_CONSUMERS, OF_QUEUES, OF_SUBSCRIBERS } from './broker-words.js';
import { OF_BUNDLES } from './product-bundles.js';
import { OF_DATABASES, OF_FUNCTIONS, OF_GATEWAYS, PROTECTED } from './call-words.js';
import type { WayOut } from './product-words.js';
import {
  ENVOY_OUTCOMES,
  envoyLimits,
  field,
  fieldOf,
  isTerm,
  outcomes,
  share,
  time,
  tries,
} from './product-words.js';
import { isStepPath } from './salvage.js';
import { plainWord } from './synonyms.js';

/**
 * Advice for a key from resilience4j, Envoy, Istio, Kubernetes or a common habit; undefined if there is none. Keys that
 * only differ in spelling are in synonyms.ts.
 */
export function wayOut(
  path: readonly PathKey[],
  key: string,
  value: Node | undefined,
): string | undefined {
  const word = plainWord(key).replaceAll('.', '');
  const ways = waysAt(path);
  const way = ways.find(({ keys }) => keys.split(' ').includes(word));
  if (way === undefined) return undefined;
  const isList = value?.type === 'list' && way.keys.startsWith('retryon');
  const written = isList
    ? items(value)
        .flatMap((item) => scalarText(item) ?? [])
        .join(',')
    : undefined;
  const own = written ?? (value === undefined ? undefined : scalarText(value));
  return `${way.because}; write ${way.write(own, key, value)}`;
}

function waysAt(path: readonly PathKey[]): readonly WayOut[] {
  const last = path[path.length - 1];
  const list = path[path.length - 2];
  if (typeof last === 'number' && list === 'routes') return OF_ROUTES;
  if (typeof last === 'number' && JUDGED_NAMES.has(String(list))) return OF_BUDGETS;
  if (isStepPath(path)) return OF_STEPS;
  if (last === 'match') return OF_MATCHES;
  if (last === 'retry') return OF_RETRIES;
  if (last === 'circuitBreaker') return OF_BREAKERS;
  if (last === 'resources') return OF_RESOURCES;
  if (isBundle(path)) return OF_BUNDLES;
  if (path.length === 2 && path[0] === 'workloads') return OF_WORKLOADS;
  if (typeof last === 'number' && list === 'subscribers') return OF_SUBSCRIBERS;
  if (path[0] === 'queues' && path.length === 2) return OF_QUEUES;
  if (typeof last === 'number' && list === 'consumers') return OF_CONSUMERS;
  if (typeof last === 'number' && list === 'requests') return OF_REQUESTS;
  return (path.length === 2 && OF_SECTIONS.get(path[0])) || [];
}

function isBundle(path: readonly PathKey[]): boolean {
  const last = String(path[path.length - 1]);
  if (/^(policy|compensationPolicy)$/.test(last)) return true;
  return path[path.length - 2] === 'outbound' || (path[0] === 'policies' && path.length === 2);
}

/** A word or a number as text; for a mapping of retries, their number. */
function scalarText(node: Node): string | undefined {
  if (node.type === 'map') {
    const count = node.entries.get('attempts') ?? node.entries.get('num_retries');
    return count === undefined ? undefined : scalarText(count.value);
  }
  if (node.type === 'scalar' && /^(number|boolean)$/.test(typeof node.value))
    return String(node.value);
  return text(node);
}

/**
 * Advice for an outcome list of a retry that is a single text or has words of Envoy: `gateway-error`,
 * `connect-failure`.
 */
export function outcomesHint(path: readonly PathKey[], word: string): string {
  const [key, at] = [path[path.length - 1], path[path.length - 2]];
  if (key === 'on') {
    const words = word.split(/[ ,]+/);
    if (words.every(isTerm)) return `: write [ ${words.join(', ')} ]`;
    return words.some((one) => Object.hasOwn(ENVOY_OUTCOMES, one) || isTerm(one))
      ? `: write ${outcomes(word)}`
      : '';
  }
  if (at !== 'on' || !Object.hasOwn(ENVOY_OUTCOMES, word)) return '';
  return `: write ${ENVOY_OUTCOMES[word]!.join(', ')}, the meaning of ${word} in Envoy`;
}

const OF_RETRIES: readonly WayOut[] = [
  {
    keys: 'timeout deadline',
    because:
      'it is a separate policy next to retry: a timeout limits each try, a deadline all of them',
    write: (value) => field('deadline', time(value, '5s')),
  },
  {
    keys: 'retrydelay delay',
    because: 'the delay before a retry is its backoff',
    write: (value) => `backoff: { kind: constant, base: ${time(value, '500ms')} }`,
  },
  {
    keys: 'retrybackoff baseinterval maxinterval',
    because: 'the delay before a retry is its backoff',
    write: (value, key) =>
      /^max/i.test(key)
        ? `backoff: { kind: envoy, base: 25ms, max: ${time(value, '250ms')} }`
        : `backoff: { kind: envoy, base: ${time(value, '25ms')} }`,
  },
  {
    keys: 'retryon retriablestatuscodes',
    because: 'outcomes and statuses share one list',
    write: (value) => `on: ${outcomes(value)}`,
  },
  {
    keys: 'retryexceptions ignoreexceptions retryonresultpredicate',
    because: 'there are no exception classes; retried outcomes are one list',
    write: () => 'on: [serverError, timeout, connect]',
  },
  {
    keys: 'retryhostpredicate hostselectionretrymaxattempts retryignoreprevioushosts',
    because: 'write whether a retry uses another instance',
    write: () => 'otherInstance: true',
  },
];

const OF_BREAKERS: readonly WayOut[] = [
  {
    keys: 'recordexceptions',
    because: 'there are no exception classes; outcomes that count as failures are one list',
    write: () => 'failOn: [serverError, timeout, connect]',
  },
  {
    keys: 'ignoreexceptions',
    because: 'there are no exception classes; ignored outcomes are one list',
    write: () => 'ignore: [clientError]',
  },
];

/** An example of a policy of a route, by its key. */
const EXAMPLES: Readonly<Record<string, string>> = {
  circuitbreaker:
    'circuitBreaker: { kind: resilience4j, slidingWindowSize: 100, minimumNumberOfCalls: 10 }',
  bulkhead: 'bulkhead: { maxConcurrent: 25 }',
  hedge: 'hedge: { after: 100ms }',
  fallback: 'fallback: {}',
  outlierdetection: 'outlierDetection: { kind: envoy, consecutive5xx: 5 }',
};

const OF_ROUTES: readonly WayOut[] = [
  {
    keys: 'timeout deadline requesttimeout',
    because: 'calls of a route are protected by its policy, and a deadline limits all tries',
    write: (value) => `policy: { deadline: ${time(value, '5s')} }`,
  },
  {
    keys: 'pertrytimeout',
    because: 'calls of a route are protected by its policy, and a timeout limits each try',
    write: (value) => `policy: { timeout: ${time(value, '2s')} }`,
  },
  {
    keys: 'retry',
    because: 'calls of a route are protected by its policy',
    write: (value) => `policy: { timeout: 2s, retry: { attempts: ${value ?? '3'} } }`,
  },
  {
    keys: 'retries retrypolicy',
    because: 'calls of a route are protected by its policy, and attempts include the first try',
    write: (value, key, node) => {
      const kind = key === 'retries' ? 'istio' : 'envoy';
      const timeout = time(fieldOf(node, 'pertrytimeout'), '2s');
      const count = tries(value ?? fieldOf(node, 'attempts numretries'));
      return `policy: { timeout: ${timeout}, retry: { kind: ${kind}, attempts: ${count} } }`;
    },
  },
  {
    keys: 'ratelimit ratelimiter localratelimit',
    because: 'calls of a route are protected by its policy',
    write: (value, _key, node) => {
      const rate = perSecond(value ?? fieldOf(node, 'rate requestspersecond rps limit') ?? '100');
      return `policy: { rateLimit: { rate: ${rate}, burst: ${fieldOf(node, 'burst burstcapacity') ?? '20'} } }`;
    },
  },
  {
    keys: 'circuitbreakers thresholds',
    because:
      'circuit breakers of Envoy limit calls in flight, like a bulkhead, in the policy of the route',
    write: (_value, _key, node) => `policy: { ${envoyLimits(node)} }`,
  },
  {
    keys: 'circuitbreaker bulkhead hedge fallback outlierdetection',
    because: 'calls of a route are protected by its policy',
    write: (_value, key) => `policy: { ${EXAMPLES[plainWord(key)] ?? 'timeout: 1s'} }`,
  },
  {
    keys: 'prefix pathprefix',
    because: 'write a prefix as a path with * at the end',
    write: (value) => `match: { path: ${prefix(value)} }`,
  },
];

const OF_MATCHES: readonly WayOut[] = [
  {
    keys: 'prefix pathprefix uri',
    because: 'write a prefix as a path with * at the end',
    write: (value) => field('path', prefix(value)),
  },
  {
    keys: 'regex saferegex',
    because: 'write a regular expression as a path with ~ in front',
    write: (value) => field('path', `"~${value ?? '/orders/[0-9]+'}"`),
  },
];

/** Path pattern for a prefix. As in Envoy, /orders* matches /orders, /orders/1 and /ordersABC. */
function prefix(value: string | undefined): string {
  return value === undefined ? '/orders*' : `${value.replace(/\*$/, '')}*`;
}

const OF_REQUESTS: readonly WayOut[] = [
  {
    keys: 'key keys',
    because:
      'keys are drawn from a population at the top level, which the cache, the topic or the query names',
    write: () => 'keys: { product: zipf(count=50000 exponent=1.1) }',
  },
];

const OF_STEPS: readonly WayOut[] = [
  {
    keys: 'outbox',
    because: 'a message leaves through the outbox of its service, within the transaction',
    write: (value) => `publish: { topic: ${value ?? 'orders'}, via: outbox }`,
  },
  {
    keys: 'pertrytimeout',
    because: 'one call is protected by its policy, and a timeout limits each try',
    write: (value) => `policy: { timeout: ${time(value, '2s')} }`,
  },
];

const JUDGED_NAMES: ReadonlySet<string> = new Set(JUDGED_SECTIONS);

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
    because:
      'a CPU limit is a quota on the cores of a node, and a memory limit is a field of memory',
    write: () => 'cpu: { cores: 4, quota: { limit: 0.5 } }',
  },
];

const OF_WORKLOADS: readonly WayOut[] = [
  {
    keys: 'rate rps qps tps throughput',
    because: 'the load of a workload is its arrivals',
    write: (value) => field('arrivals', isRate(value) ? `poisson(${perSecond(value)})` : value!),
  },
  {
    keys: 'target endpoint call calls',
    because: 'a workload sends a list of requests',
    write: (value) => `requests: [ { call: ${value ?? 'shop.buy'} } ]`,
  },
];

/** Whether it is not a law of arrivals already, such as `constant(50/s)`. */
function isRate(value: string | undefined): boolean {
  return value === undefined || !value.includes('(');
}

/** Converts a rate: a bare number means per second. */
function perSecond(value: string | undefined): string {
  if (value === undefined) return '50/s';
  return /^\d+(\.\d+)?$/.test(value) ? `${value}/s` : value;
}

const OF_SERVICES: readonly WayOut[] = [
  {
    keys: 'availability uptime',
    because: 'a service fails through a step of its endpoints',
    write: (value) => `{ fail: 503, probability: ${missing(value)} }`,
  },
  {
    keys: 'errorrate failurerate errors errorratio',
    because: 'a service fails through a step of its endpoints',
    write: (value) => `{ fail: 503, probability: ${share(value, '0.1%')} }`,
  },
  {
    keys: 'latency responsetime delay servicetime',
    because: 'write the time of a service as a step of its endpoints',
    write: (value) => `wait: ${time(value, '20ms')}`,
  },
  {
    keys: 'slo slos sla objective objectives',
    because: 'write objectives as budgets of the scenario',
    write: (value) => `budgets: [ users.success >= ${share(value, '99.9%')} ]`,
  },
  PROTECTED,
  {
    keys: 'maxthreads threads threadpool workerthreads',
    because: 'the threads of a service are its concurrency',
    write: (value) => field('concurrency', value ?? '200'),
  },
  {
    keys: 'cache caching rediscache',
    because: 'a cache is a separate component that steps read',
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
    because: 'replicas that follow the load are written in autoscaling',
    write: (value, key, node) => {
      const min = (/^min/i.test(key) ? value : fieldOf(node, 'minreplicas min')) ?? '2';
      const max = (/^max/i.test(key) ? value : fieldOf(node, 'maxreplicas max')) ?? '10';
      const used = fieldOf(node, 'targetcpuutilizationpercentage averageutilization target');
      const target = share(/^target/i.test(key) ? value : used, '70%');
      return `cpu: 2, autoscaling: { min: ${min}, max: ${max}, metric: cpu, target: ${target} }`;
    },
  },
  {
    keys: 'terminationgraceperiod',
    because: 'the end of a process is configured in its lifecycle',
    write: (value) => `lifecycle: { terminationGrace: ${time(value, '30s')} }`,
  },
];

const OF_SECTIONS: ReadonlyMap<PathKey | undefined, readonly WayOut[]> = new Map([
  ['services', OF_SERVICES],
  ['gateways', OF_GATEWAYS],
  ['databases', OF_DATABASES],
  ['functions', OF_FUNCTIONS],
]);

/** The share of failures that an availability allows. */
function missing(availability: string | undefined): string {
  const number = Number((availability ?? '99.9%').replace('%', ''));
  const percent = availability?.includes('%') === false && number <= 1 ? number * 100 : number;
  return Number.isFinite(percent) ? `${Number((100 - percent).toFixed(6))}%` : '0.1%';
}
