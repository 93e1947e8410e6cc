import fc from 'fast-check';

export interface Step {
  readonly kind: 'compensable' | 'readOnly';
  /** Share of its runs that fail by themselves, percent. */
  readonly failing: number;
}

/** A fault of a random saga; `who` is an index into the list of targets. */
export interface Fault {
  readonly kind: string;
  readonly who: number;
  readonly at: number;
  readonly for: number;
  readonly share: number;
  /** One of its instances, or all of them. */
  readonly single: boolean;
}

/** A random saga: its steps, its driver, and its faults. */
export interface Shape {
  readonly seed: number;
  readonly stages: readonly (readonly Step[])[];
  readonly pivot: boolean;
  readonly engine: string;
  readonly ambiguous: 'compensate' | 'retry' | 'treatAsFailed';
  readonly onCompensationFailure: 'retry' | 'park' | 'fail';
  readonly order: 'reverse' | 'parallel';
  readonly persistence: 'none' | 'before' | 'after';
  /** Whether the state is read again after a crash, and whether commands are given on. */
  readonly read: boolean;
  readonly lease: boolean;
  readonly tombstones: boolean;
  readonly idempotent: boolean;
  readonly timeoutMs: number;
  readonly attempts: number;
  readonly sagaTimeout: boolean;
  readonly isolation: 'none' | 'semanticLock' | 'reread';
  readonly faults: readonly Fault[];
  /** How long an instance may have a command, where there are leases: hardly ever enough, or mostly. */
  readonly leaseMs: number;
  /** Share of the runs of a compensation that fail by themselves, percent. */
  readonly undoFailing: number;
}

const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom('compensable' as const, 'compensable' as const, 'readOnly' as const),
  failing: fc.integer({ min: 0, max: 25 }),
});

const FAULTS = [
  'crash',
  'stop',
  'hang',
  'pause',
  'error',
  'afterWork',
  'latency',
  'loss',
  'partition',
];

const fault: fc.Arbitrary<Fault> = fc.record({
  kind: fc.constantFrom(...FAULTS),
  who: fc.nat(3),
  at: fc.integer({ min: 1, max: 900 }),
  for: fc.integer({ min: 1, max: 150 }),
  share: fc.integer({ min: 10, max: 90 }),
  single: fc.boolean(),
});

export const shapes: fc.Arbitrary<Shape> = fc.record({
  seed: fc.integer({ min: 1, max: 1_000_000 }),
  stages: fc.array(fc.array(step, { minLength: 1, maxLength: 2 }), { minLength: 1, maxLength: 3 }),
  pivot: fc.boolean(),
  engine: fc.constantFrom(
    'simple',
    'temporal',
    'conductor',
    'stepFunctions',
    'camunda',
    'eventuate',
  ),
  ambiguous: fc.constantFrom('compensate' as const, 'retry' as const, 'treatAsFailed' as const),
  onCompensationFailure: fc.constantFrom('retry' as const, 'park' as const, 'fail' as const),
  order: fc.constantFrom('reverse' as const, 'parallel' as const),
  persistence: fc.constantFrom('none' as const, 'before' as const, 'after' as const),
  read: fc.boolean(),
  lease: fc.boolean(),
  tombstones: fc.boolean(),
  idempotent: fc.boolean(),
  timeoutMs: fc.integer({ min: 4, max: 60 }),
  attempts: fc.integer({ min: 1, max: 3 }),
  sagaTimeout: fc.boolean(),
  isolation: fc.constantFrom('none' as const, 'semanticLock' as const, 'reread' as const),
  faults: fc.array(fault, { maxLength: 5 }),
  leaseMs: fc.constantFrom(12, 100),
  undoFailing: fc.constantFrom(0, 0, 10, 40),
});

/**
 * Whether no fault can leave its effects unbalanced. A participant that returns an error after it has committed
 * cannot be handled: a failed step is one that has rolled back (SG-1).
 */
export function isSafe(one: Shape): boolean {
  return (
    one.idempotent &&
    one.tombstones &&
    one.persistence === 'before' &&
    one.ambiguous !== 'treatAsFailed' &&
    one.onCompensationFailure !== 'fail' &&
    one.faults.every(({ kind }) => kind !== 'afterWork')
  );
}

/**
 * Whether no fault can unbalance choreographed sagas. No message is lost, and none takes effect twice; and a repeated
 * handling after a crash has the same result, as nothing else is random.
 */
export function isCalm(one: Shape): boolean {
  if (!one.idempotent || !one.tombstones || one.persistence === 'none') return false;
  if (one.faults.some(({ kind }) => kind === 'afterWork')) return false;
  const others = one.faults.filter(({ who }) => who < 3);
  const dies = others.some(({ kind }) => kind === 'crash');
  const isFixed = one.stages[0]![0]!.failing === 0 && others.every(({ kind }) => kind === 'crash');
  return !dies || isFixed;
}

/** Sagas that begin later are not counted. */
export const MEASURED_MS = 300_000;

/**
 * Two of three instances are added and removed twice, saga drivers among them: by an autoscaler, or with a new
 * version.
 */
function scaling({ seed }: Shape): string {
  if (seed % 3 === 1) {
    const kind = seed % 2 === 0 ? 'rolling' : 'recreate';
    return `versions: { v1: {}, v2: {} }, rollout: { to: v2, kind: ${kind}, at: ${1 + (seed % 7)}s }, `;
  }
  if (seed % 3 !== 0) return '';
  const rules = 'scaleUp: { stabilization: 0s }, scaleDown: { stabilization: 0s }';
  return `autoscaling: { metric: rate, target: 3/s, max: 4, syncPeriod: 700ms, ${rules} }, `;
}

/** A saga that a service drives. */
export function orchestrated(one: Shape): string {
  const { endpoints, steps } = stepsOf(one);
  const saving = `query: log.write, before: ${one.persistence === 'before'}`;
  const persistence = `persistence: { ${saving}${one.read ? ', read: log.read' : ''} }`;
  const lease = one.lease ? `\n    leaseTimeout: ${one.leaseMs}ms` : '';
  return `
faultline: 1
title: Random orchestrated sagas
run: { duration: ${MEASURED_MS}ms, warmup: 0s, drain: 5m, seed: ${one.seed} }
network: { latency: exponential(0.3ms) }
keys: { order: unique, account: uniform(count=5) }
policies:
  hasty:
    timeout: ${one.timeoutMs}ms
    retry: { attempts: ${one.attempts}, backoff: { kind: constant, base: 2ms }, on: [connect, timeout, gateway, reset] }
services:
  shop: { replicas: 2, ${scaling(one)}outbound: { default: hasty, log: hasty }, endpoints: { buy: [ saga: trip ] } }
  worker: { replicas: 2, ${scaling(one)}endpoints: { ${endpoints.join(', ')} } }
databases: { log: { operations: { write: 0.1ms, read: 1ms } } }
sagas:
  trip:
    kind: orchestrated
    engine: ${one.engine}
    orchestrator: shop
    ambiguous: ${one.ambiguous}
    onCompensationFailure: ${one.onCompensationFailure}
    compensationOrder: ${one.order}
    tombstones: ${one.tombstones}
    recoveryDelay: 10ms
    stuckAfter: 60s
    value: 7
    retry: { interval: 20ms, factor: 1 }
    ${one.persistence === 'none' ? '' : `${persistence}${lease}`}
    ${one.sagaTimeout ? 'timeout: 60ms' : ''}
    ${one.isolation === 'none' ? '' : `key: account\n    isolation: ${one.isolation}`}
    steps: [ ${steps.join(', ')} ]
workloads:
  users: { arrivals: { kind: stages, start: 30/s, stages: [ { duration: 900ms, target: 30/s }, { duration: 0s, target: 0/s } ] }, requests: [ { call: shop.buy } ] }
faults: [ ${one.faults.map((own, k) => faultOf(own, k, PLACES[own.who]!)).join(', ')} ]
`;
}

/** The same as a choreography of two participants, over topics. */
export function choreographed(one: Shape): string {
  const own = one.idempotent ? 'idempotent: { key: order, storeErrors: false }, ' : '';
  const commit = { none: 'before', before: 'afterEach', after: 'afterBatch' }[one.persistence];
  const fails = one.stages[0]![0]!.failing;
  const log = 'kind: kafka, broker: cluster, replication: 3, minInsyncReplicas: 2';
  return `
faultline: 1
title: Random choreographed sagas
run: { duration: 1s, warmup: 0s, drain: 300s, seed: ${one.seed} }
network: { latency: exponential(0.3ms) }
keys: { order: unique }
brokers: { cluster: { kind: kafka, nodes: 3, electionTime: 50ms, latency: 1ms } }
topics:
  created: { ${log}, partitions: 2, subscribers: [ { group: pay, call: worker.onCreated, commit: ${commit} } ] }
  paid: { ${log}, subscribers: [ { group: ship, call: log.onPaid, commit: ${commit} } ] }
  unpaid: { ${log}, subscribers: [ { group: shop, call: shop.cancel, commit: ${commit} } ] }
  unshipped: { ${log}, subscribers: [ { group: pay, call: worker.onUnshipped, commit: ${commit} } ] }
  shipped: { ${log}, subscribers: [ { group: shop, call: shop.confirm, commit: ${commit} } ] }
services:
  shop: { replicas: 2, endpoints: { place: [ publish: created ], confirm: [], cancel: [] } }
  worker:
    endpoints:
      charge: { ${own}steps: [ wait: 5ms, { fail: 409, probability: ${fails}% } ] }
      refund: { ${own}steps: [ wait: 3ms ] }
      onCreated: [ { call: self.charge, onError: [ publish: unpaid, respond: 200 ] }, publish: paid ]
      onUnshipped: [ call: self.refund, publish: unpaid ]
  log:
    endpoints:
      ship: { ${own}steps: [ wait: 4ms, { fail: 409, probability: ${fails}% } ] }
      onPaid: [ { call: self.ship, onError: [ publish: unshipped, respond: 200 ] }, publish: shipped ]
sagas:
  trip:
    kind: choreographed
    startedBy: shop.place
    completedBy: shop.confirm
    cancelledBy: shop.cancel
    tombstones: ${one.tombstones}
    stuckAfter: 60s
    value: 7
    steps:
      - { name: charge, call: worker.charge, compensation: worker.refund }
      - { name: ship, call: log.ship, kind: retryable }
workloads:
  users: { arrivals: poisson(30/s), requests: [ { call: shop.place } ] }
faults: [ ${one.faults.map(choreographedFault).join(', ')} ]
`;
}

function stepsOf(one: Shape): { readonly endpoints: string[]; readonly steps: string[] } {
  const endpoints: string[] = [];
  let number = 0;
  const add = (kind: string, failing: number): string => {
    const k = number++;
    const own = one.idempotent ? 'idempotent: { key: order, storeErrors: false }, ' : '';
    const fails = `{ fail: 503, probability: ${failing}% }`;
    endpoints.push(`do${k}: { ${own}steps: [ wait: exponential(5ms), ${fails} ] }`);
    if (kind === 'readOnly') return `{ name: s${k}, call: worker.do${k}, readOnly: true }`;
    if (kind !== 'compensable') return `{ name: s${k}, call: worker.do${k}, kind: ${kind} }`;
    const undoFails = `{ fail: 503, probability: ${one.undoFailing}% }`;
    endpoints.push(`undo${k}: { ${own}steps: [ wait: exponential(4ms), ${undoFails} ] }`);
    return `{ name: s${k}, call: worker.do${k}, compensation: worker.undo${k} }`;
  };
  const steps = one.stages.map((stage) => {
    const own = stage.map(({ kind, failing }) => add(kind, failing));
    return own.length === 1 ? own[0]! : `[ ${own.join(', ')} ]`;
  });
  if (one.pivot) steps.push(add('pivot', 10), add('retryable', 10));
  return { endpoints, steps };
}

/** Targets of faults, by number: the last is the broker if there is one. */
export const PLACES = ['shop', 'worker', 'log', 'log'];

/** Nodes of the broker are away, one after the other or all at once. */
function choreographedFault(one: Fault, k: number): string {
  if (one.who < 3) return faultOf(one, k, PLACES[one.who]!);
  const node = one.single ? `[${k % 3}]` : '';
  const kind = one.kind === 'pause' ? 'pause' : 'crash';
  const common = `id: f${k}, at: ${one.at}ms, for: ${2 * one.for}ms`;
  return `{ ${common}, kind: ${kind}, target: 'cluster${node}' }`;
}

function faultOf(one: Fault, k: number, who: string): string {
  const common = `id: f${k}, optional: true, at: ${one.at}ms, for: ${one.for}ms`;
  switch (one.kind) {
    case 'afterWork':
      return `{ ${common}, kind: error, target: ${who}, share: ${one.share}%, afterWork: true }`;
    case 'error':
      return `{ ${common}, kind: error, target: ${who}, share: ${one.share}% }`;
    case 'latency':
      return `{ ${common}, kind: latency, target: 'all->${who}', add: ${one.share}ms }`;
    case 'loss':
      return `{ ${common}, kind: loss, target: 'all->${who}', share: ${one.share}% }`;
    case 'partition':
      return `{ ${common}, kind: partition, between: [ shop, ${who === 'shop' ? 'worker' : who} ] }`;
    case 'stop':
      // Only services get stop orders.
      return `{ ${common}, kind: ${who === 'log' ? 'crash' : 'stop'}, target: ${who}${one.single && who !== 'log' ? ', instances: 1' : ''} }`;
    default:
      return `{ ${common}, kind: ${one.kind}, target: ${who}${one.single && who !== 'log' ? ', instances: 1' : ''} }`;
  }
}
