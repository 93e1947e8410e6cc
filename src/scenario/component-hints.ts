import { parse } from 'yaml';
import { faultKind } from '../patterns/registry.js';
import { flow } from '../text/flow.js';
import { get, plain, type Node, type PathKey } from './located.js';

/** Hint for a key of a component, or of a version of it, that is written in another place. */
export function componentHint(
  path: readonly PathKey[],
  key: string,
  owner?: Node,
): string | undefined {
  const found = OF_COMPONENTS.find(([section, keys]) => section === path[0] && keys.test(key));
  return path.length === 2 && found !== undefined ? found[2] : faultHint(path, key, owner);
}

/** Hint for a fault that is written as a part of its target: `memoryLeak: { rate: 2MiB/s }` of a version. */
function faultHint(path: readonly PathKey[], key: string, owner?: Node): string | undefined {
  const isVersion = path.length === 4 && path[2] === 'versions';
  const value = get(owner, key);
  // Words such as `flush` and `latency` mean other things with a number.
  const kind = value?.type === 'map' || /[A-Z]/.test(key) ? faultKind(key) : undefined;
  if (path[0] !== 'services' || !(isVersion || path.length === 2) || kind === undefined) return;
  const [example] = parse(kind.example) as readonly Record<string, unknown>[];
  const written = value?.type === 'map' ? (plain(value) as Record<string, unknown>) : {};
  const version = isVersion ? { version: path[3] } : {};
  const fault = { ...example, target: path[1], ...version, ...written };
  return `${key} is a fault, as faults: [ ${flow(fault)} ]`;
}

/** By section: keys that users expect at a component, and what to write instead. */
const OF_COMPONENTS: readonly (readonly [PathKey, RegExp, string])[] = [
  ['workloads', /^vus$/, 'write a fixed number of users as arrivals: closed(10 1s)'],
  [
    'services',
    /^(consumes?|consumers?|subscri\w+|listen\w*)$/i,
    'write the service as a consumer: topics have subscribers, as subscribers: [ { group: workers, call: ' +
      'worker.handle } ], and queues have consumers',
  ],
  [
    'services',
    /^(calls|depends_?on|dependencies|upstreams?)$/i,
    'write its calls as steps of its endpoints, as endpoints: { get: [ call: stock.get ] }',
  ],
  [
    'brokers',
    /^(topics?|queues?)$/i,
    'topics and queues are sections, and name their broker, as topics: { orders: { kind: kafka, broker: kafka, partitions: 6 } }',
  ],
  [
    'databases',
    /^(engine|type|driver|product|flavou?r)$/i,
    'the product of a database is its kind, as kind: postgres',
  ],
  [
    'databases',
    /^(quer(y|ies)|reads?|writes?|latency|statements?)$/i,
    'the time of a statement belongs to its operation, as operations: { read: { wait: 5ms }, insert: { wait: 3ms, write: true } }',
  ],
  [
    'databases',
    /^(resources|disruption_?budget|pod_?disruption_?budget|pdb)$/i,
    'databases are on no node of platform.nodes, so a drain spares them: write what it does to this one as a fault ' +
      'of kind failover, which moves its primary, or crash',
  ],
  [
    'databases',
    /^(primar(y|ies)|standby|standbys|masters?)$/i,
    'one node is always the primary; write the others, as replicas: 1',
  ],
  [
    'caches',
    /^(on_?miss|loader|load|source|origin|backend|from)$/i,
    'what a miss loads belongs to the step that reads the cache, as cache: { get: pages, onMiss: [ query: db.page ] }',
  ],
  [
    'caches',
    /^(ttl|capacity|size|max_?(size|entries)|eviction|kind|maxmemory|maxmemory[-_]policy|shared|local|redis)$/i,
    'move it into the levels of the cache, as levels: [ { name: shared, kind: redis, ttl: 60s, capacity: ' +
      '10000 } ]',
  ],
];
