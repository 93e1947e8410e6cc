import { describe, expect, it } from 'vitest';
import { golden, instants, outcomes, sent } from './tracing.js';
import type { Traced } from './tracing.js';

/** A read each 10 ms for 4 s, of a database or a service of which `[1]` answers 500 all the time. */
const reads = (policy: string, of = DATABASE, call = 'query: db.get'): Traced =>
  golden(
    `
${of}
  shop: { endpoints: { get: { steps: [ { ${call}, policy: { ${policy} } } ] } } }
workloads:
  users: { arrivals: { at: [ ${instants(0, 3990, 10, 'ms')} ] }, requests: [ { call: shop.get } ] }
faults: [ { id: bad, kind: error, target: 'db[1]', at: 0s, for: 10s } ]
`,
    '10s',
  );

const DATABASE = `
databases: { db: { replicas: 2, route: replica, operations: { get: 0ms } } }
services:`;
const SERVICE = `
services:
  db: { replicas: 2, endpoints: { get: { readOnly: true, steps: [ work: 0ms ] } } }`;

const errors = ({ requests }: Traced): number =>
  outcomes(requests).filter((outcome) => outcome !== 'ok').length;

/** How many attempts each node has had. */
const byNode = (traced: Traced): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const { instance } of traced.at('db.get')) counts[instance] = (counts[instance] ?? 0) + 1;
  return counts;
};

describe('reads of a database with replicas pick as calls of a service do', () => {
  it('an ejected replica is not asked', () => {
    const detection =
      'outlierDetection: { consecutive5xx: 2, interval: 1s, baseEjectionTime: 30s, maxEjectionPercent: 100% }';
    expect(errors(reads('', DATABASE))).toBe(200);
    // Each second read fails; the second one ejects the replica.
    expect(errors(reads(detection, SERVICE, 'call: db.get'))).toBe(2);
    expect(errors(reads(detection))).toBe(2);
    expect(byNode(reads(detection))).toEqual({ 'db[1]': 2, 'db[2]': 398 });
  });

  it.each([
    // Seven in a row shut it; probes after 1 s and about 2 s more fail.
    ['linkerd', 8, 9],
    // Five in a row; no probe before 5 s.
    ['finagle', 5, 5],
  ])('a breaker of kind %s keeps calls away from it', (kind, least, most) => {
    const failed = errors(reads(`circuitBreaker: { kind: ${kind} }`));
    expect(failed).toBeGreaterThanOrEqual(least);
    expect(failed).toBeLessThanOrEqual(most);
  });

  it('the configured balancer picks', () => {
    expect(byNode(reads('loadBalancing: { kind: first }'))).toEqual({ 'db[1]': 400 });
    const weighted = 'loadBalancing: { kind: roundRobin, weights: [ 1, 1, 3 ] }';
    expect(byNode(reads(weighted))).toEqual({ 'db[1]': 100, 'db[2]': 300 });
  });

  it('a retry with otherInstance goes to another replica than the one just tried', () => {
    const again =
      'loadBalancing: { kind: first }, retry: { attempts: 2, on: [any], backoff: { kind: constant, base: 1ms }';
    expect(errors(reads(`${again} }`))).toBe(400);
    const other =
      'loadBalancing: { kind: random }, retry: { attempts: 2, on: [any], backoff: { kind: constant, base: 1ms }';
    expect(errors(reads(`${other} }`))).toBeGreaterThan(50);
    // Five more picks, each of which falls on the same one with a chance of a half.
    expect(errors(reads(`${other}, otherInstance: true }`))).toBeLessThan(15);
  });

  it('a hedge with otherInstance asks the other replica', () => {
    const hedge = reads('hedge: { after: 0ms, attempts: 2, otherInstance: true }');
    expect(byNode(hedge)).toEqual({ 'db[1]': 400, 'db[2]': 400 });
  });
});

/** The primary and one replica fail for reads or writes, as the faults say. */
const nodes = (steps: string, database: string, faulty: string, more = ''): Traced =>
  golden(
    `
network: { zones: { a: {}, b: {} } }
databases: { db: { ${database}, operations: { get: 0ms, put: { wait: 0ms, write: true } } } }
services: { shop: { ${more} endpoints: { go: { steps: [ ${steps} ] } } } }
workloads:
  users: { arrivals: { at: [ ${instants(0, 990, 10, 'ms')} ] }, requests: [ { call: shop.go } ] }
faults: [ { id: bad, kind: error, target: '${faulty}', at: 0s, for: 10s } ]
`,
    '10s',
  );

const eject = (more = ''): string =>
  `outlierDetection: { consecutive5xx: 2, interval: 1s, baseEjectionTime: 30s, maxEjectionPercent: 100% }${more}`;

describe('the route says which nodes are left', () => {
  const write = (more: string, key = 'put'): Traced =>
    nodes(
      `{ query: db.${key}, policy: { ${eject(more)} } }`,
      'replicas: 2, route: primary',
      'db[0]',
    );

  it('a write has the primary alone, and panics as a service with one instance does', () => {
    const failed = write('');
    expect(outcomes(failed.at('db.put'))).toHaveLength(100);
    expect(new Set(failed.at('db.put').map(({ instance }) => instance))).toEqual(
      new Set(['db[0]']),
    );
  });

  it('is refused by its caller where panicThreshold is 0, and goes nowhere else', () => {
    const refused = write(', loadBalancing: { kind: roundRobin, panicThreshold: 0 }');
    expect(sent(refused.at('db.put'))).toEqual([0, 10]);
    expect(refused.ran.variant().edges['shop->db']!.counters['breakerRejected']).toBe(98);
  });

  it('what reads eject does not keep writes from the primary', () => {
    // In zone a there is the primary alone: its reads fail, and go to zone b.
    const traced = nodes(
      `{ query: db.get, policy: { ${eject()} }, optional: true }, { query: db.put, optional: true }`,
      'zone: [ a, b ], replicas: 1, route: nearest',
      'db[0]',
      'zone: a,',
    );
    expect(sent(traced.at('db.get').filter(({ instance }) => instance === 'db[0]'))).toEqual([
      0, 10,
    ]);
    expect(traced.at('db.get').filter(({ instance }) => instance === 'db[1]')).toHaveLength(98);
    expect(traced.at('db.put').map(({ instance }) => instance)).toEqual(
      Array.from({ length: 100 }, () => 'db[0]'),
    );
  });

  it('replicaIfLag reads the primary where every replica is ejected', () => {
    const traced = nodes(
      `{ query: db.get, policy: { ${eject()} } }`,
      "replicas: 1, route: 'replicaIfLag(1s)'",
      'db[1]',
    );
    expect(traced.at('db.get').map(({ instance }) => instance)).toEqual([
      'db[1]',
      'db[1]',
      ...Array.from({ length: 98 }, () => 'db[0]'),
    ]);
  });

  it('replica keeps to the replicas', () => {
    const traced = nodes(
      `{ query: db.get, policy: { ${eject()} } }`,
      'replicas: 1, route: replica',
      'db[1]',
    );
    // One ejected of one is a panic.
    expect(traced.at('db.get').map(({ instance }) => instance)).toEqual(
      Array.from({ length: 100 }, () => 'db[1]'),
    );
  });
});

describe('where a node has the rows there is nothing to pick', () => {
  const sharded = (policy: string) => (): Traced =>
    golden(
      `
keys: { row: { kind: uniform, count: 9 } }
databases: { db: { shards: { count: 2, key: row }, operations: { get: { wait: 0ms, key: row } } } }
policies: { own: { ${policy} } }
services: { shop: { endpoints: { get: [ { query: db.get, policy: own } ] } } }
workloads: { users: { arrivals: { at: [ 0ms ] }, requests: [ { call: shop.get } ] } }
`,
      '10s',
    );

  it.each([
    ['loadBalancing: { kind: random }', 'loadBalancing'],
    ['outlierDetection: {}', 'outlierDetection'],
    ['retry: { attempts: 2, otherInstance: true }', 'retry.otherInstance'],
    ['hedge: { after: 1ms, otherInstance: true }', 'hedge.otherInstance'],
    ['circuitBreaker: { kind: linkerd }', 'circuitBreaker.kind'],
    ['circuitBreaker: { kind: finagle }', 'circuitBreaker.kind'],
  ])('%s is refused', (policy, where) => {
    const place = `policies.own.${where}: FL713 `;
    expect(sharded(policy)).toThrow(place);
    expect(sharded(policy)).toThrow(/each request to db goes to the shard of its rows/);
  });

  it.each(['circuitBreaker: { per: target }', 'retry: { attempts: 2 }', 'retry: { kind: istio }'])(
    '%s acts, and is not',
    (policy) => {
      expect(sharded(policy)().requests).toHaveLength(1);
    },
  );

  it.each([
    ['loadBalancing: { kind: random }', 'loadBalancing'],
    ['outlierDetection: {}', 'outlierDetection'],
    ['retry: { attempts: 2, otherInstance: true }', 'retry.otherInstance'],
    ['circuitBreaker: { kind: linkerd }', 'circuitBreaker.kind'],
  ])('%s is refused in front of a function', (policy, where) => {
    const run = () =>
      golden(`
functions: { f: { endpoints: { go: [ wait: 1ms ] } } }
policies: { own: { ${policy} } }
services: { shop: { endpoints: { get: [ { call: f.go, policy: own } ] } } }
workloads: { users: { arrivals: { at: [ 0ms ] }, requests: [ { call: shop.get } ] } }
`);
    expect(run).toThrow(`policies.own.${where}: FL713 `);
    expect(run).toThrow(/the platform picks the environment that runs f/);
  });

  const stored =
    (policy: string, step = 'load: log') =>
    () =>
      golden(`
keys: { row: { kind: uniform, count: 9 } }
eventStores: { log: { stream: { key: row } } }
caches: { fast: { keys: row, levels: [ { name: shared, kind: redis, ttl: 1s } ] } }
policies: { own: { ${policy} } }
services: { shop: { endpoints: { get: [ { ${step}, policy: own } ] } } }
workloads: { users: { arrivals: { at: [ 0ms ] }, requests: [ { call: shop.get } ] } }
`);

  it.each([
    ['loadBalancing: { kind: random }', 'loadBalancing'],
    ['outlierDetection: {}', 'outlierDetection'],
    ['retry: { attempts: 2, otherInstance: true }', 'retry.otherInstance'],
  ])('%s is refused in front of an event store and a cache of one node', (policy, where) => {
    expect(stored(policy)).toThrow(`policies.own.${where}: FL713 `);
    expect(stored(policy)).toThrow(/log is one node, so there is no other instance to pick/);
    expect(stored(policy, 'cache: { get: fast, onMiss: [ wait: 1ms ] }')).toThrow(
      `policies.own.${where}: FL713 fast is one node`,
    );
  });

  it.each([
    ['bulkhead: { maxConcurrent: 2, per: endpoint }', 'bulkhead.per', 'one node with one endpoint'],
    ['timeout: { after: 5ms, cancel: false }', 'timeout.cancel', 'finishes what it has begun'],
    ['fallback: { status: 203 }', 'fallback.status', 'has no status'],
  ])('%s is refused in the bundle of a step of a cache', (policy, where, why) => {
    const step = (own: string) =>
      stored('', `cache: { get: fast, onMiss: [ wait: 1ms ] }, policy: { ${own} } } , { load: log`);
    expect(step(policy)).toThrow(`services.shop.endpoints.get.steps[0].policy.${where}: FL714 `);
    expect(step(policy)).toThrow(why);
    expect(step('bulkhead: { maxConcurrent: 2 }, timeout: 5ms, fallback: {}')).not.toThrow();
  });

  it('a breaker that shuts instances acts in front of an event store of one node', () => {
    expect(stored('circuitBreaker: { kind: linkerd }')().requests).toHaveLength(1);
  });

  it('a subset of a database with replicas is refused', () => {
    const policy = 'loadBalancing: { kind: random, subset: { size: 1, kind: random } }';
    expect(() => reads(policy)).toThrow(/loadBalancing\.subset: FL713 .* remove subset/);
  });
});
