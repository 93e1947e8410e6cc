import { parse } from 'yaml';
import type { z } from 'zod';
import { faultKind, policyKind } from '../patterns/registry.js';
import { flow } from '../text/flow.js';
import { componentHint } from './component-hints.js';
import { entries, get, plain, text, type Node, type PathKey } from './located.js';
import { outcomesHint } from './other-products.js';
import { NAMED, isStepPath } from './salvage.js';
import { definitionOf } from './sibling-kinds.js';
import { mayBeOff, saysAbsent } from './switched-off.js';
import { MAIN_ARGUMENT, STEP_MODIFIERS, STEP_VERBS } from './verbs.js';

/** Hint for a list that is written as a mapping, or a step that is only a name; `owner` is the mapping around it. */
export function formHint(path: readonly PathKey[], node: Node, owner: Node): string {
  const key = path[path.length - 1];
  const id = LISTED.get(key);
  const [first] = entries(node);
  if (key === 'requests' && first?.[1].value.type === 'scalar')
    return first[0].includes('.') ? mixOf(node) : ': put - before its first key';
  if (id !== undefined && first !== undefined) return `: write its entries as - ${id}: ${first[0]}`;
  if (isOff(node) && mayBeOff(path)) return ': write none';
  if (key === 'backoff' && node.type === 'scalar')
    return backoffHint(text(get(owner, 'kind')), String(node.value));
  if (key === 'call' && path[path.length - 3] === 'requests') return requestHint(node);
  const value = node.type === 'scalar' ? node.value : undefined;
  const word = text(node) ?? (typeof value === 'number' ? String(value) : undefined);
  if (path[0] === 'caches' && path.length <= 2) return `: write ${cacheOf(path, word)}`;
  if (key === 'alerts' && path.length === 1)
    return ': write { objective: 99.9%, rules: { fast-burn: { burnRate: 14.4 } } }';
  if (key === 'deadLetter' && first !== undefined) return deadLetterHint(path, node);
  if (key === 'transaction' && node.type === 'list')
    return ': write { database: db, steps: [ query: db.insert ] }';
  if (word === undefined) return '';
  if (key === 'autoscaling' && /^\d/.test(word))
    return `: write { metric: cpu, ${word.endsWith('%') ? `target: ${word}, max: 10` : `target: 70%, max: ${word}`} }`;
  if (key === 'cache' && isStepPath(path.slice(0, -1))) return `: write { get: ${word} }`;
  if (key === 'match' && word.startsWith('/')) return `: write { path: ${word} }`;
  if (key === 'on') return outcomesHint(path, word);
  if (key === 'lock' && isStepPath(path.slice(0, -1)))
    return `: write { on: ${word}, steps: [ work: 8ms ] }; the lock of a row belongs to an operation of its database, as take: { work: 4ms, write: true, lock: true, key: ${word} }`;
  if (path[path.length - 3] === 'rollout')
    return `: write { ${word.endsWith('%') ? 'weight' : 'pause'}: ${word} }`;
  const isEndpoint = /^[\w-]+\.[\w-]+$/.test(word);
  if (isStepPath(path)) return isEndpoint ? `: to call it, { call: ${word} }` : '';
  const list = typeof key === 'number' ? path[path.length - 2] : undefined;
  if (isEndpoint && HANDLERS.has(list)) return `: write ${handlerOf(path, word)}`;
  return shortHint(String(key), word);
}

/** Products write a mapping with the number of tries, which is that of the consumer. */
function deadLetterHint(path: readonly PathKey[], node: Node): string {
  const name = ': it is the name of a topic or a queue, as deadLetter: failed';
  if (typeof path[path.length - 2] !== 'number') return name;
  const counts = entries(node).map(([, { value }]) => plain(value));
  const attempts = counts.find((count) => typeof count === 'number') ?? 3;
  return `${name}; write retry: { attempts: ${attempts} }, onPoison: deadLetter, deadLetter: failed`;
}

/** A request whose call is written as a step has it, or as its path alone: `edge /orders`, `edge./orders`. */
function requestHint(node: Node): string {
  const to = text(get(node, 'to'));
  const [, gateway, at] = /^([\w-]+)[ .:]*(\/\S*)$/.exec(text(node) ?? '') ?? [];
  const fields = entries(node).filter(([name]) => name !== 'to');
  if (to === undefined && gateway === undefined) return '';
  const own = fields.map(([name, { value }]) => `, ${name}: ${flow(plain(value))}`).join('');
  return `: write { call: ${to ?? gateway}${at === undefined ? own : `, path: ${at}`} }`;
}

/** Lists of handlers of messages. */
const HANDLERS: ReadonlySet<PathKey | undefined> = new Set(['subscribers', 'consumers']);

/** A handler that is only its endpoint. Those of a log are groups. */
function handlerOf(path: readonly PathKey[], endpoint: string): string {
  const isLog = path[0] === 'topics';
  const group = isLog ? `group: ${endpoint.split('.')[0]!}, ` : '';
  return `{ ${group}call: ${endpoint} }`;
}

/** A mix that is written as a mapping from endpoints to shares. */
function mixOf(node: Node): string {
  const calls = entries(node).map(([call, { value }]) => {
    const weight = Number.parseFloat(String(value.type === 'scalar' ? value.value : ''));
    return `{ call: ${call}${weight > 0 ? `, weight: ${weight}` : ''} }`;
  });
  return `: write [ ${calls.join(', ')} ]`;
}

/** Example of a cache. A product name such as `redis` is the kind of a level. */
function cacheOf(path: readonly PathKey[], word: string | undefined): string {
  const kind = /^(redis|memcached|cdn|local)$/.test(word ?? '') ? word! : 'redis';
  const level = kind === 'local' ? 'name: near, kind: local' : `name: shared, kind: ${kind}`;
  const cache = `{ hitRatio: 90%, levels: [ { ${level} } ] }`;
  return path.length === 1 ? `{ pages: ${cache} }` : cache;
}

/** Hint for a single word or number in place of a mapping. */
function shortHint(key: string, word: string): string {
  if (key === 'expect') return `: write [ ${word} ]`;
  const isWord = /^[A-Za-z]/.test(word);
  if (isWord && KINDED.has(key)) return kindOf(key, word);
  const field = isWord ? undefined : MAIN.get(key);
  const value = key === 'memory' ? word.replace(/i$/, 'iB') : word;
  return field === undefined ? '' : `: write { ${field}: ${value}${BESIDE.get(key) ?? ''} }`;
}

/** Kinds of delays, those with which people begin first. */
const DELAYS = ['constant', 'exponential', 'envoy', 'grpc', 'decorrelatedV2'] as const;

/** Hint for a back-off that is only a word, a duration or a call such as `exponential(1s, 2)`. Each is one that a retry of this kind takes. */
function backoffHint(kind: string | undefined, word: string): string {
  const schema = policyKind('retry', kind)?.schema;
  const shape = schema === undefined ? undefined : definitionOf(schema).shape;
  const field = shape?.backoff as z.ZodType | undefined;
  if (field === undefined) return '';
  const write = (kinds: readonly string[], base: string): string => {
    const found = kinds.find((one) => field.safeParse({ kind: one, base }).success);
    return found === undefined ? '' : `: write { kind: ${found}, base: ${base} }`;
  };
  const called = /^([A-Za-z]\w*)\(\s*([^,()\s]+)/.exec(word);
  if (called !== null) return write([called[1]!], called[2]!);
  if (!/^(none|zero)$/.test(word) && !OFF.test(word) && !/^0(?!\.?\d*[1-9])/.test(word))
    return /^[A-Za-z]/.test(word) ? write([word], '100ms') : write(DELAYS, word);
  const isOptional = field.safeParse(undefined).success;
  if (isOptional && saysAbsent('backoff', field.description))
    return ': to retry at once, remove backoff';
  const shortest = write(DELAYS, '1ms');
  return shortest === '' ? '' : `: a retry of kind ${kind ?? 'simple'} always waits${shortest}`;
}

/** The usual words for "without it". */
const OFF = /^(off|no|false|disabled|never)$/i;

/** Whether a value is one of the usual words for "without it". */
function isOff(node: Node): boolean {
  return node.type === 'scalar' && OFF.test(String(node.value));
}

/** Hint for a policy that is only the name of its kind, with the fields that the kind needs. */
function kindOf(key: string, word: string): string {
  const found = policyKind(key, word);
  if (found === undefined) return '';
  // A check may ask for more than the schema. An example has passed it.
  const read = found.schema.safeParse({});
  const isEnough =
    read.success && (found.check?.(read.data as never, new Map()) ?? []).length === 0;
  return `: write ${isEnough ? `{ kind: ${word} }` : exampleOf(found.example)}`;
}

/** The value of an example of a policy, on one line. */
function exampleOf(example: string): string {
  const [[, value]] = Object.entries(parse(example) as Record<string, unknown>);
  return flow(value);
}

/** By key: the field that a bare number usually means. */
const MAIN: ReadonlyMap<string, string> = new Map([
  ['retry', 'attempts'],
  ['rateLimit', 'rate'],
  ['bulkhead', 'maxConcurrent'],
  ['circuitBreaker', 'failureThreshold'],
  ['hedge', 'after'],
  ['concurrencyLimit', 'limit'],
  ['connections', 'max'],
  ['queue', 'capacity'],
  ['pool', 'maxOpen'],
  ['memory', 'limit'],
  ['failover', 'detect'],
  ['warmup', 'duration'],
  ['slowStart', 'window'],
  ['readiness', 'period'],
  ['liveness', 'period'],
  ['healthChecks', 'interval'],
  ['outlierDetection', 'consecutive5xx'],
]);

/** What a mapping needs beside its main field. */
const BESIDE: ReadonlyMap<string, string> = new Map([['warmup', ', factor: 2']]);

/** A bare amount as the mapping that its field takes: `400/s` of rateLimit is `{ rate: 400/s }`. */
export function inFull(key: string, written: unknown): unknown {
  const field = MAIN.get(key);
  // A mapping of the file has no prototype, and so no text.
  const isAmount = typeof written !== 'object' && /^\d/.test(String(written));
  return field !== undefined && isAmount ? { [field]: written } : written;
}

const KINDED: ReadonlySet<string> = new Set([
  'retry',
  'circuitBreaker',
  'bulkhead',
  'rateLimit',
  'concurrencyLimit',
]);

/** Hint for arrivals that are only a rate: `50/s`, `50rps`. */
export function loadHint(path: readonly PathKey[], word: string): string {
  const isLoad = path[path.length - 1] === 'kind' && path[path.length - 2] === 'arrivals';
  const rate = /^(\d+(?:\.\d+)?) ?(?:\/(\w+)|[rqt]ps)?$/.exec(word);
  return isLoad && rate !== null ? `: write poisson(${rate[1]}/${rate[2] ?? 's'})` : '';
}

/** Addition to a missing required field, if a similar field is present; with a colon in place of what the field takes. */
export function missingHint(name: string, node: Node, path: readonly PathKey[]): string {
  const has = (key: string): boolean => node.type === 'map' && node.entries.has(key);
  if (name === 'kind' && path[0] === 'faults' && path.length === 3) {
    const [key, found] = entries(node).find(([own]) => faultKind(own) !== undefined) ?? [];
    if (key !== undefined)
      return `: write kind: ${key}, target: ${text(found!.value) ?? 'payments'}`;
  }
  if (name === 'run' && path.length === 1) return ', as in run: { duration: 60s }';
  if (name === 'kind' && has('type')) return '; use kind instead of type';
  if (name === 'kind' && path[path.length - 2] === 'arrivals') {
    const users = get(node, 'users') ?? get(node, 'clients');
    if (has('think'))
      return `: write kind: closed, users: ${users?.type === 'scalar' ? String(users.value) : '100'}`;
    if (has('every')) return '; for single requests write { kind: at, times: [ 60s, 120s ] }';
    if (has('ramp')) return rampHint(node);
    if (has('stages') && has('rate')) return ': write kind: stages, and start for rate';
  }
  if (name === 'kind' && has('rate'))
    return `; for a rate alone write poisson(${text(get(node, 'rate')) ?? '50/s'})`;
  if (name === 'time') return lawHint(node);
  if (name === 'add' && has('delay')) return '; delay is the time after another fault';
  const delay = name === 'add' && path[0] === 'faults' ? text(get(node, 'latency')) : undefined;
  if (delay !== undefined) return `: write add: ${delay}`;
  return '';
}

/** `work: { p50: 4ms, p99: 12ms }`: a distribution without its name. */
function lawHint(node: Node): string {
  const [level, spread] = [/^(?:p50|mean)$/u, /^p9[059]$/u].map((names) =>
    entries(node).find(([key]) => names.test(key)),
  );
  if (level === undefined) return '';
  const [of, mean] = [level[0], text(level[1].value) ?? '10ms'];
  if (spread === undefined) return of === 'mean' ? `: write time: exponential(${mean})` : '';
  return `: write time: lognormal(${of}=${mean} ${spread[0]}=${text(spread[1].value) ?? '60ms'})`;
}

/** `{ ramp: 100/s..600/s, over: 120s }` */
function rampHint(node: Node): string {
  const [, from = '100/s', to = '600/s'] =
    /^(\S+?)\s*(?:\.\.|->)\s*(\S+)$/u.exec(text(get(node, 'ramp')) ?? '') ?? [];
  const length = text(get(node, 'over') ?? get(node, 'duration') ?? get(node, 'for')) ?? '60s';
  return `: write { kind: stages, start: ${from}, stages: [ { duration: ${length}, target: ${to} } ] }`;
}

/** Hint for a key that belongs to another place. */
export function placeHint(path: readonly PathKey[], key: string, owner?: Node): string | undefined {
  if (path[path.length - 1] === 'analysis' && /^(metrics|templates|successCondition)$/.test(key))
    return 'what the new version has to keep is expect, as expect: [ canary.success >= 99%, canary.latency.p99 < 500ms ]';
  if (path.length === 0 && /^(rollouts?|deployments?|releases?)$/iu.test(key))
    return 'write a rollout at its service, as versions: { v1: {}, v2: {} }, rollout: { kind: rolling, to: v2, at: 60s }';
  if (path.length === 4 && path[2] === 'versions' && /^(error|failure)s?(rate|ratio)?$/iu.test(key))
    return 'a version fails by a step of its own endpoints, as endpoints: { get: [ work: 5ms, { fail: 503, probability: 10% } ] }';
  if (path.length === 3 && path[2] === 'rollout' && /^(from|old|previous|current)$/iu.test(key))
    return `the old version is that of the service; write version: ${text(get(owner, key)) ?? 'v1'} beside the rollout`;
  if (path.length === 3 && path[2] === 'rollout' && /^(version|image|tag)$/iu.test(key))
    return 'name the new version, as to: v2, and write it in versions, as versions: { v1: {}, v2: {} }';
  if (path.length === 0 && /^regions?$/iu.test(key))
    return 'a region is that of its zones, as network: { zones: { eu-1: { region: eu }, us-1: { region: us } } }';
  if (path[0] === 'databases' && path[2] === 'failover' && /^r[tp]o$/iu.test(key))
    return 'it is a goal, not a setting: the times of a failover are detect and promote, as { detect: 30s, promote: 30s }, and a goal is a budget, as ledger.lostCommits == 0';
  if (path[0] === 'databases' && path[2] === 'replicas' && /^(zones?|regions?)$/iu.test(key))
    return 'zones belong to the database, first that of the primary, as zone: [a, b]';
  if (path.length === 0 && OF_RUN.has(key))
    return `move it into run, as run: { ${key}: ${OF_RUN.get(key)!} }`;
  if (path.length === 0 && /^outbox(es)?$/i.test(key))
    return 'an outbox belongs to the service that writes it, as services: { shop: { outbox: { database: store } } }, and its step is publish: { topic: orders, via: outbox }';
  if (path.length === 4 && path[2] === 'versions' && OF_ALL_VERSIONS.has(key)) {
    return `${key} is the same in all versions: move it into ${String(path[1])}${OF_ALL_VERSIONS.get(key)!}`;
  }
  if (path[0] === 'network' && path.length === 1 && /zone/iu.test(key))
    return 'a link between two zones is an entry of links, as links: [ { between: [a, b], latency: 1ms } ]';
  const list = path[path.length - 2];
  const isEntry = typeof path[path.length - 1] === 'number';
  if (isStepPath(path) && POLICIES.has(key))
    return 'move it into the policy of the call, as policy: { timeout: 1s, retry: { attempts: 3 } }';
  const own = text(get(owner, key));
  if (isEntry && list === 'faults' && key === 'latency')
    return `the time that a fault of kind latency adds is add, as add: ${own ?? '200ms'}`;
  if (path.length === 3 && path[2] === 'rollout' && /^(strategy|type)$/i.test(key))
    return `it is the kind of the rollout, as kind: ${ROLLOUTS.find((kind) => RegExp(kind, 'i').test(own ?? '')) ?? 'rolling'}`;
  if (isEntry && list === 'faults' && /^(to|till|until|end|ends|endsAt)$/i.test(key))
    return `a fault begins at a time and lasts for one, as ${lastsFor(owner, key)}`;
  if (isEntry && list === 'faults' && /^(select|selector|replicas|pods)$/.test(key))
    return 'select instances with instances, as instances: 2 or instances: 50%';
  if (isEntry && list === 'variants' && /^[a-z]\w+$/i.test(key) && SECTIONS.has(key))
    return 'move the changes of a variant into set, as set: { services.web.replicas: 3 }';
  if (isEntry && list === 'routes' && MATCHES.has(key))
    return 'move the conditions of a route into match, as match: { path: /orders }';
  if (path[0] === 'gateways' && path.length === 2 && MIDDLEWARE.has(key))
    return `move it into the middleware of the gateway, as middleware: [ ${key}: ${MIDDLEWARE.get(key)!} ]`;
  return componentHint(path, key, owner);
}

/** Kinds of rollouts, which are parts of the words of others: `RollingUpdate`. */
const ROLLOUTS = ['rolling', 'recreate', 'blueGreen', 'canary'] as const;

/** `at: 60s, for: 60s` of a fault that is written as `from: 60s, to: 120s`. */
function lastsFor(fault: Node | undefined, key: string): string {
  const begin = ['at', 'from', 'start', 'begin'].find((name) => get(fault, name) !== undefined);
  const [from, until] = [begin, key].map((name) =>
    /^(\d+)(ms|s|m|h)$/.exec(text(get(fault, name ?? '')) ?? ''),
  );
  const lasts = from?.[2] === until?.[2] ? Number(until?.[1]) - Number(from?.[1]) : 0;
  return lasts > 0 ? `at: ${from![0]}, for: ${lasts}${from![2]}` : 'at: 60s, for: 30s';
}

/** Longest value that a hint repeats. */
const REPEATED = 60;

/** Hint for a key of a step that is written within its verb: `call: { to: payments.charge, policy: ... }`. */
export function besideHint(path: readonly PathKey[], node: Node, key: string): string | undefined {
  const verb = String(path[path.length - 1]);
  if (!isStepPath(path.slice(0, -1)) || !VERBS.has(verb) || !MODIFIERS.has(key)) return undefined;
  const argument = get(node, MAIN_ARGUMENT.get(verb) ?? '');
  const value = get(node, key);
  const short = (own: Node | undefined): string => {
    const written = own === undefined ? '' : flow(plain(own));
    return written === '' || written.length > REPEATED ? '...' : written;
  };
  return `it belongs beside ${verb}, as { ${verb}: ${short(argument)}, ${key}: ${short(value)} }`;
}

const VERBS: ReadonlySet<string> = new Set(STEP_VERBS);
const MODIFIERS: ReadonlySet<string> = new Set(STEP_MODIFIERS);

/** Keys of `run` that users write at the top level, with an example value. */
const OF_RUN: ReadonlyMap<string, string> = new Map([
  ['seed', '7'],
  ['duration', '60s'],
  ['warmup', '10s'],
  ['replications', '5'],
]);
const POLICIES: ReadonlySet<string> = new Set([
  'timeout',
  'deadline',
  'retry',
  'retries',
  'circuitBreaker',
  'bulkhead',
  'rateLimit',
  'fallback',
  'hedge',
  'policies',
]);
/** Keys in a variant that belong into `set`: sections, and other words for patches. */
const SECTIONS: ReadonlySet<string> = new Set([
  ...NAMED,
  'faults',
  'alerts',
  'run',
  'changes',
  'patch',
  'overrides',
]);
const MATCHES: ReadonlySet<string> = new Set(['path', 'method', 'host', 'headers', 'prefix']);
const MIDDLEWARE: ReadonlyMap<string, string> = new Map([
  ['rateLimit', '{ rate: 100/s, burst: 20 }'],
  ['authenticate', '{ kind: jwt, work: 0.1ms }'],
  ['authorize', '{ work: 0.1ms }'],
  ['cache', '{ cache: pages }'],
]);

/** The field that identifies an entry of a list. */
const LISTED: ReadonlyMap<PathKey, string> = new Map<PathKey, string>([
  ['variants', 'name'],
  ['faults', 'id'],
  ['requests', 'name'],
]);

/** Fields of a component that its versions share, with an example where another form is meant. */
const OF_ALL_VERSIONS: ReadonlyMap<string, string> = new Map([
  ['replicas', ', as replicas: { v1: 3, v2: 1 }, or write a rollout'],
  ...(
    'autoscaling critical discovery external kind loadBalancing outbox outlierDetection protocol routes ' +
    'routing rollout zone'
  )
    .split(' ')
    .map((key): [string, string] => [key, '']),
]);

/**
 * Hint for a host with its domain, and for a bundle named like a pair of components: the policies of calls between them
 * belong to `outbound`.
 */
export function nameHint(path: readonly PathKey[]): string | undefined {
  const [, host] = /^([A-Za-z][\w-]*)(?:\.[\w-]+)+\.?$/.exec(String(path[path.length - 1])) ?? [];
  if (host !== undefined) {
    return `write ${host}; a dot separates the parts of a metric, so the name of a host is written without its domain`;
  }
  const ends = String(path[path.length - 1]).split('->');
  const [from = '', to = ''] = ends.map((end) => end.trim());
  if (path[0] !== 'policies' || ends.length !== 2 || from === '' || to === '') return undefined;
  return (
    `move the policies of calls from ${from} to ${to} into ${from}, as outbound: { ${to}: { timeout: 300ms ` +
    '} }'
  );
}
