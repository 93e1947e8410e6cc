import { compile } from '../../src/plan/compile.js';
import { simulate } from '../../src/model/simulate.js';
import type { World } from '../../src/model/modules/world.js';
import * as registry from '../../src/patterns/registry.js';
import { streamKey, unit } from '../../src/kernel/rng.js';
import { NEVER_AGAIN } from '../../src/contracts/outcome.js';
import type { ScalingRules } from '../../src/contracts/scenario/scaling-ratio.js';
import type { Layer } from '../../src/contracts/scenario/policies.js';
import type { Host } from '../../src/contracts/scenario/host.js';
import type { Service } from '../../src/contracts/scenario/services.js';
import type { Bundle } from '../../src/contracts/scenario/steps.js';
import type { Rollout } from '../../src/contracts/scenario/rollouts.js';
import type { Pool } from '../../src/contracts/scenario/pools.js';
import type {
  Connections,
  Protocol,
  ServerClosing,
} from '../../src/contracts/scenario/connections.js';
import type { RunRecord } from '../../src/contracts/record/record.js';
import type { Distribution } from '../../src/kernel/distribution.js';
import * as S from './scenario.js';
import type { View } from '../../src/model/data/edges/edge.js';
import { levels } from '../../src/model/data/figures/levels.js';
import { frames } from '../../src/model/data/strands/frames.js';
import { strands } from '../../src/model/data/strands/strands.js';

/** A nested fan-out topology under constant faults, to shake the call machinery. */

function layerOf(policy: string, kind: string, config: unknown): Layer {
  const schema = registry.policyKind(policy, kind)!.schema;
  return {
    policy,
    kind,
    config: schema.parse(config),
    scope: 'instance',
    per: policy === 'coalesce' ? 'endpoint' : 'callee',
    key: (config as { readonly key?: string }).key ?? null,
    store: null,
    dryRun: false,
    written: [],
  };
}

const LAYERS: Readonly<Record<string, () => Layer>> = {
  f: () => layerOf('fallback', 'simple', { after: '2ms' }),
  i: () => layerOf('fallback', 'simple', { after: '1ms', call: 'leaf.get' }),
  I: () => layerOf('fallback', 'simple', { after: '1ms', steps: ['work', 'call leaf.get'] }),
  r: () =>
    layerOf('retry', 'simple', {
      attempts: 3,
      on: ['any'],
      backoff: { kind: 'exponential', base: '2ms', jitter: 'full' },
    }),
  h: () => layerOf('hedge', 'simple', { after: '3ms' }),
  z: () => layerOf('hedge', 'tied', { after: '0.2ms' }),
  n: () =>
    layerOf('hedge', 'grpc', {
      attempts: 4,
      after: '2ms',
      nonFatal: ['any'],
      retryThrottling: { tokenRatio: 0.5 },
    }),
  y: () => layerOf('hedge', 'polly', { after: 0, attempts: 3 }),
  c: () => layerOf('circuitBreaker', 'simple', { failureThreshold: 5, openDuration: '50ms' }),
  g: () =>
    layerOf('circuitBreaker', 'gobreaker', {
      timeout: '30ms',
      tripAfter: { consecutiveFailures: 4 },
    }),
  k: () =>
    layerOf('circuitBreaker', 'cockatiel', {
      breaker: { consecutive: 3 },
      halfOpenAfter: { kind: 'exponential', base: '4ms', max: '30ms', jitter: 'full' },
    }),
  o: () =>
    layerOf('circuitBreaker', 'opossum', {
      resetTimeout: '30ms',
      rollingCountTimeout: '100ms',
      volumeThreshold: 8,
      capacity: 6,
    }),
  e: () => ({
    ...layerOf('circuitBreaker', 'linkerd', {
      maxFailures: 3,
      minPenalty: '4ms',
      maxPenalty: '40ms',
      failfastTimeout: '10ms',
    }),
    per: 'target',
  }),
  v: () => ({
    ...layerOf('circuitBreaker', 'finagle', {
      consecutiveFailures: 3,
      window: '50ms',
      minPenalty: '4ms',
      maxPenalty: '40ms',
    }),
    per: 'target',
  }),
  a: () => layerOf('coalesce', 'simple', { key: 'asked' }),
  x: () => layerOf('coalesce', 'simple', { key: 'asked', shareErrors: false, window: '8ms' }),
  t: () => layerOf('timeout', 'simple', { after: '6ms' }),
  /** A time limit whose caller leaves what is inside. */
  u: () => layerOf('timeout', 'simple', { after: '6ms', onTimeout: 'detach' }),
  /** A time limit that asks the callee to stop and waits for the answer, and one that gives that up. */
  A: () => layerOf('timeout', 'simple', { after: '6ms', onTimeout: 'cancel' }),
  B: () =>
    layerOf('timeout', 'simple', { after: '4ms', onTimeout: 'cancel', socketTimeout: '7ms' }),
  /** No time limit: only what callers further out leave. */
  m: () => layerOf('timeout', 'simple', { after: 'none', onTimeout: 'detach' }),
  d: () => layerOf('deadline', 'simple', { after: '15ms' }),
  b: () => layerOf('bulkhead', 'semaphore', { maxConcurrent: 4, maxQueue: 16, maxWait: '2ms' }),
  l: () => layerOf('rateLimit', 'tokenBucket', { rate: '300/s', burst: 5, maxWait: '3ms' }),
  p: () => layerOf('retry', 'grpc', { attempts: 4, on: ['any'], backoff: { base: '2ms' } }),
  s: () => ({
    ...layerOf('bulkhead', 'semaphore', { maxConcurrent: 4, maxQueue: 4, maxWait: '2ms' }),
    scope: 'caller',
    store: { latency: S.exponential(S.ms(1)), of: null, onError: 'allow', cacheNs: null },
  }),
  j: () => ({
    ...layerOf('bulkhead', 'semaphore', { maxConcurrent: 2, maxQueue: 4, maxWait: '2ms' }),
    scope: 'caller',
    key: 'asked',
    store: { latency: S.exponential(S.ms(0.2)), of: ASKED, onError: 'reject', cacheNs: S.ms(3) },
  }),
  q: () => ({
    ...layerOf('circuitBreaker', 'custom', { threshold: 2, open: '10ms' }),
    scope: 'global',
    key: 'asked',
    store: { latency: S.FREE, of: ASKED, onError: 'allow', cacheNs: null },
  }),
  w: () => ({
    ...layerOf('rateLimit', 'tokenBucket', { rate: '300/s', burst: 5, maxWait: '3ms' }),
    key: 'workload',
  }),
};

/** Stores that are queried, and that fail now and then. */
const ASKED = { component: 'leaf', part: 'get' };

const OUTLIERS = {
  kind: 'envoy',
  panicThreshold: 0.5,
  config: registry.outlierKind('envoy')!.schema.parse({
    consecutive5xx: 3,
    interval: '10ms',
    baseEjectionTime: '15ms',
    maxEjectionPercent: '50%',
    successRate: { minimumHosts: 2, requestVolume: 4, stdevFactor: 0.9 },
  }),
};

function permutations(items: readonly string[]): string[] {
  if (items.length < 2) return [items.join('')];
  return items.flatMap((item, k) =>
    permutations([...items.slice(0, k), ...items.slice(k + 1)]).map((rest) => item + rest),
  );
}

/** Orders of layers, outermost first, one letter a layer. */
export const CHAINS: readonly string[] = [
  ...permutations(['r', 'c', 't', 'b']),
  ...permutations(['h', 't', 'b']).map((order) => `fr${order}`),
  'frhctb',
  'rAb',
  'dhrBb',
  'AfrhIb',
  'hBrb1',
  'dArb2',
  'tBb4',
  'dralAb',
  'frdmb',
  'hmrb1',
  'rhrtb',
  'hhtb',
  'yrtb',
  'nhtb',
  'btfhr',
  'Ifrhtb',
  'rItb',
  'hItb',
  'tIrb',
  '',
  'fdrgtb',
  'drhtbl',
  'rlbt',
  'fdarhtb',
  'rxtb',
  'dxa',
  'irtb',
  'ridhb',
  'prts',
  'fnstw',
  'frztb',
  'rzctb2',
  'zh',
  'dpws',
  'frqtj',
  'hqtjb',
  // Connections: http1 (1), http2 over TLS (2), an instance picked for each of them (4).
  'rtb1',
  'frhtb1',
  '1',
  'rtb2',
  'hhtb2',
  'nhtb2',
  'rtb4',
  'yrtb4',
  // Callers leave what is inside.
  ...permutations(['r', 'u', 'b']),
  'frhcub',
  'hhub',
  'uhrb',
  'buhr',
  'yrub',
  'nhub',
  'dralub',
  'Ifrhub',
  'uIrb',
  'uirb',
  'rzcub2',
  'frquj',
  'rub1',
  'hub2',
  'uhb4',
];

/** Small pools that run out, with every limit; idle connections close, so none is left. */
const CONNECTIONS: Connections = {
  max: 2,
  maxIdle: 1,
  idleTimeoutNs: S.ms(20),
  maxPending: 3,
  acquireTimeoutNs: S.ms(2),
  connectTimeoutNs: S.ms(4),
  maxStreams: 3,
  maxRequests: 40,
  lifetimeNs: S.ms(60),
  backoff: null,
  keepalive: null,
  waitForReady: false,
  waitForOwn: false,
};

const LEAF = { component: 'leaf', part: 'get' };

/** The layers of a chain without its connections. */
function bundleOf(chain: string): Bundle {
  const letters = [...chain].filter((letter) => letter in LAYERS);
  const layers = letters.map((letter) => LAYERS[letter]!());
  const fallback = chain.includes('i')
    ? { kind: 'call' as const, to: LEAF }
    : chain.includes('I')
      ? { kind: 'steps' as const, steps: [S.work(1), S.call('leaf.get'), S.work(1)] }
      : null;
  const bundle = { ...S.bundle('chain', layers), fallback };
  if (letters.length === chain.length) return bundle;
  const shared = S.balancing('leastConnections', {}, { level: 'connection' });
  return {
    ...bundle,
    connections: CONNECTIONS,
    loadBalancing: chain.includes('4') ? shared : null,
  };
}

/** Chains with connections use the pools of libraries. */
function poolOf(chain: string): Pool {
  const none = { maxLifetimeNs: null, maxIdleTimeNs: null };
  if (chain.includes('1')) return { kind: 'go', maxOpen: 3, maxIdle: 1, ...none };
  if (!chain.includes('2')) {
    const limits = { maxOpen: 3, maxIdle: 1, maxLifetimeNs: S.ms(5), acquireTimeoutNs: S.ms(4) };
    return { ...S.UNLIMITED_POOL, ...limits };
  }
  return {
    kind: 'hikari',
    maximumPoolSize: 3,
    minimumIdle: 1,
    connectionTimeoutNs: S.ms(4),
    validationTimeoutNs: S.ms(2),
    aliveBypassWindowNs: S.ms(1),
    leakDetectionThresholdNs: S.ms(3),
    idleTimeoutNs: S.ms(10),
    maxLifetimeNs: null,
    keepaliveTimeNs: S.ms(3),
    initializationFailTimeoutNs: S.ms(1),
  };
}

function protocolOf(chain: string): Protocol | null {
  if (!/[12]/.test(chain)) return null;
  const kind = chain.includes('2') ? 'http2' : 'http1';
  const handshakeWork = chain.includes('2') ? S.exponential(S.ms(0.2)) : S.FREE;
  return {
    kind,
    tls: chain.includes('2') ? 'tls12' : 'none',
    handshakeWork,
    workPerKiB: S.FREE,
    pings: null,
    closes: CLOSES,
  };
}

/** Servers that close connections all the time, without streams and with them. */
const CLOSES: ServerClosing = {
  keepAliveTimeoutNs: S.ms(0.5),
  keepAliveRequests: 7,
  maxConnectionIdleNs: null,
  maxConnectionAgeNs: S.ms(8),
  maxConnectionAgeGraceNs: S.ms(1),
};

export const CANCELLATIONS = ['ignore', 'onDequeue', 'atSteps', 'immediate'] as const;
export const NETWORKS: readonly Distribution[] = [
  S.FREE,
  S.constant(S.ms(0.3)),
  S.exponential(S.ms(0.3)),
];

const exp = (mean: number, verb: 'work' | 'wait' = 'work') => ({
  ...S.work(0),
  verb,
  time: S.exponential(S.ms(mean)),
});

const queue = (capacity: number) => ({ capacity, discipline: 'fifo' as const, maxWaitNs: null });
const cpu = (cores: number) => ({
  cores,
  discipline: 'processorSharing' as const,
  quota: null,
  contextSwitchTax: 0,
  background: 0,
});

export interface Case {
  readonly chain: string;
  readonly cancellation: (typeof CANCELLATIONS)[number];
  readonly network: Distribution;
  readonly seed: number;
  /** Callers of the innermost service keep away from instances that fail. */
  readonly outliers?: true;
  /** With checks, coalescing and sizes in the middleware chains. */
  readonly middleware?: true;
}

/** Counts after everything has drained; all of them must be 0. */
export interface Rest {
  readonly frames: number;
  readonly strands: number;
  readonly held: number;
  readonly busy: number;
  readonly queued: number;
  readonly runnable: number;
  readonly outstanding: number;
  readonly pools: number;
  readonly connections: number;
}

export interface Shaken {
  readonly record: RunRecord;
  readonly rest: Rest;
  readonly world: World;
}

/** Runs one case to the last event. `prepare` may change the machinery before it starts. */
export function shake(of: Case, prepare: (world: World) => void = () => {}): Shaken {
  const { variant, file } = S.fileOf(scenarioOf(of));
  const plan = compile(variant, file, { traceShare: 0.05 });
  let world: World | null = null;
  const record = simulate(plan, of.seed, registry, {
    prepare: (made) => {
      world = made;
      prepare(made);
    },
  });
  return { record, rest: restOf(world!), world: world! };
}

function scenarioOf({
  chain,
  cancellation,
  network,
  seed,
  outliers,
  middleware,
}: Case): ReturnType<typeof S.scenario> {
  const policy = bundleOf(chain);
  const to = (target: string, mods: object = {}) => S.call(target, { policy, ...mods });
  const isScaled = comesAndGoes(seed);
  const own = {
    cancellation,
    replicas: 2,
    protocol: protocolOf(chain),
    ...(isScaled ? SCALED : {}),
    ...(isRolled({ chain, seed }) ? rolledOut(seed, chain.length) : {}),
  };
  const runtime = seed % 2 === 0 ? 'async' : 'threads';
  // Caches of middleware and their waiters, in some of the cases each.
  const of = { key: 'asked', shareErrors: seed % 3 === 0, windowNs: seed % 5 < 2 ? S.ms(5) : null };
  const shared =
    middleware === true && seed % 4 < 2 ? [S.middleware('coalesce', { coalesce: of })] : [];
  const cached = { ttlNs: S.ms(20), key: 'asked', refusals: true };
  const call = { component: 'leaf', part: 'get' };
  const checked =
    middleware === true && seed % 3 === 1
      ? [S.middleware('authenticate', { call, cached, onError: 'allow' })]
      : [];
  const outbound = new Map([['leaf', S.bundle('check', [LAYERS['t']!()])]]);
  const front = S.service(
    'front',
    {
      get: [
        exp(0.2),
        S.parallel(
          [
            [to('mid'), exp(0.1)],
            [S.loop(S.times(2), [to('leaf.get', { optional: true })])],
            [S.parallel([[to('leaf.get')], [to('mid', { optional: true })]])],
          ],
          seed % 3 === 0 ? { join: { kind: 'quorum', count: 2 } } : {},
        ),
        S.query('store.read', { optional: true }),
      ],
    },
    { ...own, concurrency: 32, queue: queue(32), cpu: cpu(2), middleware: checked, outbound },
  );
  const mid = S.service(
    'mid',
    {
      get: [
        exp(0.3),
        S.choose([
          S.weighing(0.5, to('leaf.get')),
          S.weighing(0.3, exp(1, 'wait'), to('leaf.get')),
          S.weighing(0.2),
        ]),
        S.respond(200, [exp(0.2), to('leaf.get', { optional: true })]),
      ],
    },
    { ...own, runtime, concurrency: 12, queue: queue(8), cpu: cpu(1), middleware: shared },
  );
  const busy = S.fail(500, { probability: 0.05 });
  const hinted = { ...busy, retryAfterNs: seed % 4 === 0 ? NEVER_AGAIN : S.ms(3) } as typeof busy;
  const steps = [exp(0.5), exp(0.5, 'wait'), chain.includes('p') ? hinted : busy];
  const once = { key: 'request', windowNs: S.ms(50), storeErrors: seed % 3 === 0 };
  const guarded = chain.includes('p') ? { idempotent: true, once } : {};
  const leaf = S.service(
    'leaf',
    {
      get: S.endpoint('get', steps, {
        ...guarded,
        responseBytes: middleware === true ? 20_000 : 0,
      }),
    },
    {
      ...own,
      concurrency: 8,
      queue: { ...queue(8), maxWaitNs: S.ms(20) },
      cpu: cpu(2),
      loadBalancing: S.balancing('leastRequest', { choices: 2 }),
      outlierDetection: outliers === undefined ? null : OUTLIERS,
    },
  );
  const store = S.database(
    'store',
    { read: { work: S.exponential(S.ms(1)) } },
    {
      cpu: cpu(2),
      connect: S.exponential(S.ms(1)),
      // Both pools together want more connections than there are.
      maxConnections: 4,
      pool: poolOf(chain),
    },
  );
  const patience = { afterNs: S.ms(80), cancel: seed % 2 === 0 };
  const users = S.workload('users', [S.request('get', [S.call('front')], { patience })], {
    arrivals: { kind: 'poisson', rate: 500 },
  });
  return S.scenario({
    run: {
      durationNs: S.ms(600),
      // HikariCP keeps house for ever, and so does an autoscaler.
      drainNs: endOf({ chain, seed }) === 'horizon' ? S.seconds(20) : S.seconds(4000),
      stepNs: S.ms(100),
      seed,
    },
    network: {
      latency: network,
      bandwidth: middleware === true && seed % 4 === 1 ? 20e6 : Infinity,
    },
    services: [front, mid, leaf],
    databases: [store],
    keys: new Map([['asked', { kind: 'uniform', count: 3 }]]),
    workloads: [users],
    // Without any time limit a call, or work that its caller has left, would wait for ever for a message that has
    // vanished.
    faults: faultsOf(
      seed,
      isRolled({ chain, seed }) ? 4 : 2,
      policy.fallback !== null || /[zjuAm]/.test(chain) || !/[td]/.test(chain),
    ),
  });
}

/** Whether instances are added and removed. */
const comesAndGoes = (seed: number): boolean => seed % 5 === 1;

/** How a run ends: with its last event, unless something keeps house for ever. */
export const endOf = ({ chain, seed }: Pick<Case, 'chain' | 'seed'>): RunRecord['stop'] =>
  chain.includes('2') || comesAndGoes(seed) ? 'horizon' : 'drained';

const AT_ONCE: ScalingRules = {
  stabilizationNs: 0,
  policies: [{ unit: 'pods', value: 2, periodNs: S.ms(20) }],
  selectPolicy: 'max',
};

/** Instances are added and removed every few checks. */
const SCALED: Pick<Host, 'autoscaling' | 'zones'> = {
  zones: [null, null, null, null],
  autoscaling: {
    kind: 'hpa',
    shrinks: true,
    metrics: [{ metric: 'concurrency', target: 2, of: null }],
    min: 1,
    max: 4,
    syncNs: S.ms(25),
    metricDelayNs: 0,
    tolerance: 0.1,
    up: AT_ONCE,
    down: AT_ONCE,
  },
};

/**
 * Whether a version is replaced; with pools that may fail to start after it, the end of a run would be undetermined.
 */
const isRolled = ({ chain, seed }: Pick<Case, 'chain' | 'seed'>): boolean =>
  seed % 5 === 3 && !chain.includes('2');

const ROLLOUTS: readonly Pick<Rollout, 'kind' | 'routing'>[] = [
  { kind: 'rolling', routing: 'weighted' },
  { kind: 'recreate', routing: 'weighted' },
  { kind: 'blueGreen', routing: 'weighted' },
  { kind: 'canary', routing: 'replicas' },
  { kind: 'canary', routing: 'weighted' },
];

/** A second version, each kind of rollout in its turn. */
function rolledOut(seed: number, turn: number): Pick<Service, 'versions' | 'zones' | 'lifecycle'> {
  const amount = { unit: 'percent', value: 25 } as const;
  const rollout: Rollout = {
    ...ROLLOUTS[(Math.floor(seed / 5) + turn) % ROLLOUTS.length]!,
    to: 0,
    atNs: S.ms(150),
    maxSurge: amount,
    maxUnavailable: amount,
    minReadyNs: S.ms(10),
    preview: null,
    autoPromotion: true,
    scaleDownDelayNs: S.ms(60),
    steps: [
      { step: 'weight', weight: 0.3 },
      { step: 'pause', forNs: S.ms(200) },
      { step: 'weight', weight: 0.6 },
    ],
    analysis: null,
    onFailure: 'rollback',
    sticky: null,
  };
  const next = {
    name: 'v2',
    title: null,
    endpoints: new Map(),
    outbound: new Map(),
    process: null,
    middleware: null,
    chains: new Map(),
  };
  return {
    zones: [null, null, null, null],
    lifecycle: {
      startup: { kind: 'constant', valueNs: S.ms(15) },
      warmup: null,
      coldCaches: true,
      preStopNs: seed % 2 === 0 ? S.ms(5) : 0,
      terminationGraceNs: S.ms(40),
      drain: true,
      onNodeLoss: 'replace',
    },
    versions: { first: 'v1', others: [next], counts: null, rollout },
  };
}

/** A fault every 40 ms: crash, hang, pause, slow-down, errors, loss, partition, a burst of load, or an order to end. */
function faultsOf(seed: number, places: number, patient: boolean): ReturnType<typeof S.fault>[] {
  const key = streamKey(seed, 0, 'faults');
  const list: ReturnType<typeof S.fault>[] = [];
  for (let k = 0; k < 26; k++) {
    const u = (index: number): number => unit(key.a, key.b, k, 0, index);
    const from = S.ms(50 + 40 * k);
    const spans = [{ fromNs: from, untilNs: from + Math.ceil(u(0) * S.ms(50)) }];

    const target = [
      `${['front', 'mid', 'leaf'][Math.floor(u(1) * 3)]}[${Math.floor(u(2) * places)}]`,
    ];
    const pick = Math.floor(u(3) * 10);
    const own: { kind: string; rest: object }[] = [
      { kind: 'crash', rest: { config: { restart: true, blackhole: false }, target } },
      { kind: 'crash', rest: { config: { restart: true, blackhole: !patient }, target } },
      { kind: 'hang', rest: { target } },
      { kind: 'pause', rest: { target } },
      { kind: 'slow', rest: { config: { factor: 3 }, target } },
      {
        kind: 'error',
        rest: { config: { status: 503, afterWork: k % 2 === 0 }, target, share: 0.5 },
      },
      { kind: 'loss', rest: { target: ['mid->leaf'], share: 0.3 } },
      {
        kind: 'partition',
        rest: {
          between: [['mid'], ['leaf']],
          config: { direction: 'both', mode: patient ? 'reject' : 'drop' },
        },
      },
      { kind: 'load', rest: { config: { factor: 3 }, target: ['users'] } },
      { kind: 'stop', rest: { target } },
    ];
    const { kind, rest } = own[pick]!;
    list.push(S.fault(`f${k}`, kind, { spans, ...rest }));
  }
  return list;
}

function restOf(world: World): Rest {
  const { calls, coalescing, instances, edges, connections } = world;
  const sum = (values: Iterable<number>): number => [...values].reduce((a, b) => a + b, 0);
  const views = new Set(edges.flatMap((edge) => [...edge.views]));
  return {
    frames: frames.slots.used,
    strands: strands.slots.used,
    held: calls.held() + (coalescing?.held() ?? 0) + (world.executions?.held() ?? 0),
    busy: sum(instances.map((instance) => instance.busy)),
    queued: sum(instances.map((instance) => instance.queue.length + instance.resuming.length)),
    runnable: sum(instances.map((instance) => instance.cores.runnable)),
    // Where no balancer looks at them they are counted by the gauge only. A caller that never called has no view.
    outstanding: sum(
      [...views].map((view: View | undefined) =>
        view === undefined
          ? 0
          : sum([...(view.outstanding ?? [levels.value(view.gauge)])].map(Math.abs)),
      ),
    ),
    pools: sum(instances.map((instance) => instance.stalled.length + instance.held.length)),
    connections: connections.slots.used,
  };
}
