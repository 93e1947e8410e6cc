import { get, items, locate, text, type Node, type PathKey } from './located.js';
import { isStepPath } from './salvage.js';

/** A concept without a section or field of its own, and the lines that stand for it. */
interface Concept {
  readonly at: (path: readonly PathKey[], owner: Node | undefined) => boolean;
  readonly keys: RegExp;
  /** `value`: the text of the key; `owner`: the mapping that has it. */
  readonly write: (value: string | undefined, owner: Node | undefined) => string;
}

const top: Concept['at'] = (path) => path.length === 0;
const component =
  (section: string): Concept['at'] =>
  (path) =>
    path[0] === section && path.length === 2;
const entry =
  (list: string): Concept['at'] =>
  (path) =>
    path[path.length - 2] === list && typeof path[path.length - 1] === 'number';
const isBundle: Concept['at'] = (path) =>
  (path[0] === 'policies' && path.length === 2) ||
  path[path.length - 1] === 'policy' ||
  path[path.length - 2] === 'outbound';
const step: Concept['at'] = (path) => isStepPath(path);
const cacheStep: Concept['at'] = (path, owner) =>
  isStepPath(path) && get(owner, 'cache') !== undefined;

const RETRIES =
  'policy: { retry: { attempts: unlimited, backoff: { kind: exponential, base: 1s, max: 30s, jitter: full } } }';

const CONCEPTS: readonly Concept[] = [
  {
    at: top,
    keys: /^(externals?|external_?(services|apis)|third_?part(y|ies)|providers?)$/i,
    write: () =>
      'a service of others is a service, as services: { provider: { external: true, endpoints: { charge: [ wait: 300ms ] } } }',
  },
  {
    at: top,
    keys: /^(jobs|cron|cron_?jobs|schedules?|batch_?jobs|back_?fills?)$/i,
    write: () =>
      'a job that runs at times is a workload, as workloads: { nightly: { arrivals: { kind: at, times: [ 60s ] }, requests: [ { call: orders.reconcile } ] } }',
  },
  {
    at: top,
    keys: /^(consumers?|subscribers?|subscriptions?|consumer_?groups?|listeners?)$/i,
    write: () =>
      'a consumer belongs to what it reads: topics: { placed: { kind: kafka, subscribers: [ { group: workers, call: worker.handle } ] } }, or queues: { jobs: { kind: sqs, consumers: [ { call: worker.handle } ] } }',
  },
  {
    at: (path, owner) => top(path, owner) || component('services')(path, owner),
    keys: /^(web_?hooks?|callbacks?)$/i,
    write: () =>
      'a call back that is repeated until it succeeds is a message: the caller has the step publish: webhooks, and a queue calls back, as queues: { webhooks: { kind: sqs, consumers: [ { call: orders.paid } ] } }',
  },
  {
    at: step,
    keys: /^(web_?hooks?|callbacks?)$/i,
    write: (value) =>
      `a call back that is repeated until it succeeds is a message: write publish: webhooks, and the queue as queues: { webhooks: { kind: sqs, consumers: [ { call: ${value ?? 'orders.paid'} } ] } }`,
  },
  {
    at: step,
    keys: /^(inbox|dedup(e|licate|lication)?)$/i,
    write: () =>
      'an inbox belongs to the consumer of the message, as consumers: [ { call: orders.paid, inbox: { window: 1h } } ]',
  },
  {
    at: (path, owner) => step(path, owner) || component('queues')(path, owner),
    keys: /^(delivery|deliveries|guarantees?|semantics)$/i,
    write: () =>
      'a queue delivers at least once: a message is delivered again until its consumer confirms it, and an inbox of the consumer drops the repetitions',
  },
  {
    at: step,
    keys: /^(scatter|scatter_?gather|broadcast|each|map)$/i,
    write: () =>
      'calls that are sent at once are branches, as parallel: { each: 12, branches: [ { call: shard.query } ] }',
  },
  {
    at: cacheStep,
    keys: /^(on_?miss|miss|loader|fetch|else|fallback)$/i,
    write: (_, owner) =>
      `the steps of a miss belong to the step cache, as cache: { get: ${nameOf(owner)}, onMiss: [ query: db.page ] }`,
  },
  {
    at: (path) => path[path.length - 1] === 'cache' && isStepPath(path.slice(0, -1)),
    keys: /^(name|cache)$/i,
    write: (value) =>
      `a step says what it does with the cache, as cache: { get: ${value ?? 'pages'} }`,
  },
  {
    at: cacheStep,
    keys: /^(keys?|ttl|size|capacity)$/i,
    write: (_, owner) =>
      `it belongs to the cache, as caches: { ${nameOf(owner)}: { keys: page, levels: [ { name: shared, kind: redis, ttl: 60s, capacity: 10000 } ] } }`,
  },
  {
    at: (path, owner) => isStepPath(path) && get(owner, 'lock') !== undefined,
    keys: /^(hold|holds|hold_?(for|time)|held|duration|for)$/i,
    write: (value) =>
      `a lock is held for as long as its steps take, as lock: { on: row, steps: [ wait: ${value ?? '8ms'} ] }`,
  },
  {
    at: (path, owner) => path[2] === 'arrivals' && text(get(owner, 'kind')) === 'burst',
    keys: /^(at|after|start|begin|delay)$/i,
    write: (value, owner) =>
      `a burst comes again and again; one burst is ${oneBurst(owner, value)}`,
  },
  {
    at: (path) => path[path.length - 1] === 'fallback',
    keys: /^(values?|static|constant|default|response|result|return(s|_?value)?|body)$/i,
    write: () =>
      'a fixed answer has no value: write fallback: { after: 1ms }, with the time that it takes; its requests count as degraded',
  },
  {
    at: component('clusters'),
    keys: /^(nodes?|node_?pools?|node_?groups?|machines|workers|vms)$/i,
    write: (value) =>
      `a cluster here is one of Envoy, with the policies of calls to its callees; machines are those of the platform, as platform: { kind: kubernetes, nodes: { count: ${/^\d+$/.test(value ?? '') ? value! : '3'}, cpu: 4 } }`,
  },
  {
    at: component('services'),
    keys: /^(shards?|sharding)$/i,
    write: () =>
      'a service has no shards: write the nodes of a search cluster as a database, as databases: { search: { kind: elasticsearch, cpu: 4, shards: { count: 12, key: term }, replicas: 1, operations: { find: { work: 8ms } } } }',
  },
  {
    at: entry('faults'),
    keys: /^(replica|instance|pod|index)$/i,
    write: (value, owner) =>
      `one instance is named by its number, as target: '${targetOf(owner)}[${/^\d+$/.test(value ?? '') ? value! : '0'}]'`,
  },
  {
    at: component('workloads'),
    keys: /^(offline_?(queue|buffer)|outbox|reconnect)$/i,
    write: () =>
      `requests that wait for the network are tries, as long as the patience lasts: ${RETRIES}, patience: 10m`,
  },
  {
    at: component('workloads'),
    keys: /^(tenants?|customers?|accounts?)$/i,
    write: () =>
      'each tenant is a workload; to limit it, write policy: { rateLimit: { rate: 50/s, burst: 50 } }, and to part it from the others a queue of its own',
  },
  {
    at: component('services'),
    keys: /^(start(up)?_?(time|delay|duration|seconds)|boot_?(time|delay)?|init_?time)$/i,
    write: (value) =>
      `the start of a process is part of its life; write lifecycle: { startup: ${value ?? '20s'} }`,
  },
  {
    at: isBundle,
    keys: /^((max_?)?(concurrency|concurrent(_?calls)?|parallel(ism)?|in_?flight))$/i,
    write: (value) =>
      `calls in progress are limited by a bulkhead; write bulkhead: { maxConcurrent: ${value ?? '10'} }`,
  },
  {
    at: (path) => path[path.length - 1] === 'retry',
    keys: /^(jitter|randomi[sz]ation(_?factor)?|random)$/i,
    write: () =>
      'the jitter belongs to the back-off, as backoff: { kind: exponential, base: 100ms, jitter: full }',
  },
  {
    at: (path) => path[path.length - 1] === 'autoscaling',
    keys: /^((target_?)?cpu(_?(target|utili[sz]ation|percent(age)?))?)$/i,
    write: (value) =>
      `the use of its cores is a metric; write metric: cpu, target: ${value ?? '70%'}`,
  },
  {
    at: component('topics'),
    keys: /^((consumer_?)?groups?|consumers?|listeners?|subscriptions?)$/i,
    write: () =>
      'each consumer group of a topic is a subscriber, as subscribers: [ { group: payments, call: worker.pay } ]',
  },
  {
    at: component('queues'),
    keys: /^(fair|fairness|fair_?queue?(ing)?|tenants?|priorit(y|ies)|weights?)$/i,
    write: () =>
      'a queue serves all its messages in one order: write a queue for each class, with consumers of its own, as queues: { bulk: { kind: sqs, consumers: [ { call: worker.handle, concurrency: 2 } ] } }',
  },
];

/** Stages with the rates of a burst that comes once. */
function oneBurst(arrivals: Node | undefined, at = '60s'): string {
  const own = (field: string, otherwise: string) => text(get(arrivals, field)) ?? otherwise;
  const [base, peak] = [own('base', '100/s'), own('peak', '400/s')];
  const stages = [
    [at, base],
    ['0s', peak],
    [own('for', '30s'), peak],
    ['0s', base],
  ].map(([duration, target]) => `{ duration: ${duration}, target: ${target} }`);
  return `{ kind: stages, start: ${base}, stages: [ ${stages.join(', ')} ] }`;
}

/** The first target of a fault, whose short form has been read already. */
function targetOf(fault: Node | undefined): string {
  const [first] = items(get(fault, 'target'));
  return text(first) ?? 'payments';
}

function nameOf(owner: Node | undefined): string {
  const cache = get(owner, 'cache');
  return text(cache) ?? text(get(cache, 'get')) ?? 'pages';
}

/** The lines to write for a concept that has no key of this name at this place; undefined for other keys. */
export function conceptHint(
  path: readonly PathKey[],
  key: string,
  owner: Node,
): string | undefined {
  const found = CONCEPTS.find(({ at, keys }) => keys.test(key) && at(path, owner));
  const value = get(owner, key);
  const own = value?.type === 'scalar' ? String(value.value) : undefined;
  return found?.write(own, owner);
}

/** The lines to write for a concept, whatever place it has. */
export function conceptLines(name: string): readonly string[] {
  const key = name.replace(/[- ]/g, '_');
  const found = CONCEPTS.filter(({ keys }) => keys.test(key));
  return [...new Set(found.map(({ write }) => write(undefined, undefined)))];
}

/** Hint for a step, or for the mapping of its verb, that says how long the work of its callee takes. */
export function timeHint(tree: Node, path: readonly PathKey[], key: string): string | undefined {
  if (!/^(time|duration|latency|delay|takes|cost|cpu|serviceTime)$/.test(key)) return undefined;
  const at = isStepPath(path) ? path : path.slice(0, -1);
  if (!isStepPath(at)) return undefined;
  const step = locate(tree, at).node;
  const query = get(step, 'query');
  const call = get(step, 'call');
  const [component, part] =
    query === undefined
      ? (text(get(call, 'to')) ?? text(call) ?? '').split('.')
      : [text(get(query, 'database')), text(get(query, 'operation'))];
  if (component === undefined || part === undefined || part === '') return undefined;
  const takes = `wait: ${text(get(locate(tree, path).node, key)) ?? '5ms'}`;
  return query !== undefined
    ? `the time of a query belongs to the operation of the database, as databases: { ${component}: { operations: { ${part}: { ${takes} } } } }`
    : `the time of a call belongs to the endpoint of the callee, as services: { ${component}: { endpoints: { ${part}: [ ${takes} ] } } }`;
}
