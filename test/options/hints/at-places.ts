import type { Tree } from '../figures.js';
import { bundleIn, policyIn, retrying, tight } from './beside.js';
import type { Hint } from './hint.js';

/** The components of calls.yaml that are called. */
function callees(tree: Tree): readonly Tree[] {
  const services = tree.services as Record<string, Tree | null | undefined>;
  return [services.stock, services.price].filter((one) => (one ?? null) !== null) as Tree[];
}

/** Three times the usual load. */
function busy(tree: Tree): void {
  for (const workload of Object.values(tree.workloads as Record<string, Tree>)) {
    workload.arrivals = 'poisson(300/s)';
  }
}

/** Every callee fails most of its requests, at once. */
function failing(tree: Tree): void {
  for (const callee of callees(tree)) {
    const endpoints = callee.endpoints as Record<string, unknown>;
    for (const name of Object.keys(endpoints)) {
      endpoints[name] = {
        readOnly: true,
        steps: [{ wait: '2ms' }, { fail: 500, probability: '70%' }],
      };
    }
  }
  if (stockIn(tree, 'databases') === undefined) return;
  const errors = { kind: 'error', target: 'stock', status: 500, share: '70%' };
  (tree.faults as Tree[]).push({ id: 'errors', ...errors, at: '0s', for: '6s' });
}

/** Connections that carry one request at a time, over a network on which opening one takes a while. */
function connected(tree: Tree): void {
  busy(tree);
  for (const callee of callees(tree))
    Object.assign(callee, { protocol: 'http1', concurrency: 100 });
  tree.network = { latency: '10ms' };
  bundleIn(tree).connections ??= {};
  delete bundleIn(tree).timeout;
}

/** Channels with shared connections to callees whose hosts vanish for a while; `gone`: how they do. */
function vanishing(gone: Tree): (tree: Tree) => void {
  return (tree) => {
    connected(tree);
    tree.faults = [];
    const services = tree.services as Record<string, Tree | null | undefined>;
    for (const name of ['stock', 'price']) {
      const callee = services[name] ?? null;
      if (callee === null) continue;
      callee.protocol = 'http2';
      const times = { at: '1500ms', for: '1700ms' };
      (tree.faults as Tree[]).push({
        id: `gone-${name}`,
        kind: 'crash',
        target: name,
        ...gone,
        ...times,
      });
    }
    for (const workload of Object.values(tree.workloads as Record<string, Tree>)) {
      workload.arrivals = 'burst(1/s 100/s 1s 200ms)';
    }
  };
}

const silent = vanishing({ blackhole: true });

/** Channels that make pauses. */
function waiting(tree: Tree): void {
  vanishing({})(tree);
  const connections = bundleIn(tree).connections as Tree;
  connections.backoff ??= { initial: '100ms' };
}

/** Callees that fail, and a retry that tries four times within its budget. */
function exhausted(tree: Tree): void {
  busy(tree);
  failing(tree);
  retrying(tree);
  delete bundleIn(tree).timeout;
  Object.assign(policyIn(tree, 'retry'), { attempts: 4, on: ['error'] });
}

/** Callees that are slower than the timeout of each attempt. */
function timingOut(tree: Tree): void {
  busy(tree);
  for (const callee of callees(tree)) {
    callee.concurrency = 1000;
    const endpoints = callee.endpoints as Record<string, unknown>;
    for (const name of Object.keys(endpoints)) {
      endpoints[name] = { readOnly: true, steps: [{ wait: 'exponential(20ms)' }] };
    }
  }
  bundleIn(tree).timeout = { after: '15ms' };
}

/** Callers arrive at regular intervals, and every call fails at once: many events at one instant. */
function inStep(tree: Tree): void {
  for (const workload of Object.values(tree.workloads as Record<string, Tree>)) {
    workload.arrivals = 'constant(100/s)';
  }
  for (const callee of callees(tree)) {
    const endpoints = callee.endpoints as Record<string, unknown>;
    for (const name of Object.keys(endpoints)) endpoints[name] = [{ fail: 500 }];
  }
  atOnce(tree);
  tree.faults = [
    { id: 'everything', kind: 'error', target: dataTarget(tree), status: 500, at: '0s', for: '6s' },
  ];
  tree.network = { latency: '0ms' };
}

/** Reads take no time. */
function atOnce(tree: Tree): void {
  const database = stockIn(tree, 'databases');
  const operations = (database?.operations ?? {}) as Record<string, Tree>;
  for (const operation of Object.values(operations)) operation.wait = '0ms';
  const store = stockIn(tree, 'eventStores');
  if (store !== undefined) Object.assign(store, { read: '0ms', append: '0ms' });
  const cache = stockIn(tree, 'caches');
  if (cache !== undefined) (cache.levels as Tree[])[0]!.latency = '0ms';
}

function stockIn(tree: Tree, section: string): Tree | undefined {
  return (tree[section] as { stock?: Tree } | undefined)?.stock;
}

/** The target of the tried bundle: a data store or a service. */
function dataTarget(tree: Tree): string {
  return stockIn(tree, 'caches') === undefined ? 'stock' : 'stock.shared';
}

/** The target of the bundle fails half of the time, throughout the run. */
function unsteady(tree: Tree): void {
  busy(tree);
  tree.faults = [
    {
      id: 'half',
      kind: 'error',
      target: dataTarget(tree),
      status: 500,
      share: '50%',
      at: '0s',
      for: '6s',
    },
  ];
}

/** Handlers of messages that overlap in one instance, take long and mostly fail. */
function handling(tree: Tree): void {
  const handle = (tree.services as Record<string, Tree | null>).web?.endpoints as Tree | undefined;
  if (handle?.handle === undefined) return;
  busy(tree);
  handle.handle = [{ wait: 'exponential(40ms)' }, { fail: 503, probability: '60%' }];
  const { events } = (tree.topics ?? {}) as { events?: Tree };
  if (events === undefined) return;
  events.partitions = 12;
  (events.subscribers as Tree[])[0]!.concurrency = 12;
}

function of(option: string, beside: (tree: Tree) => void, values?: readonly unknown[]): Hint {
  const given = values === undefined ? {} : { values };
  return {
    option: new RegExp(String.raw`^policies\.\*\.${option}$`),
    base: 'calls.yaml',
    beside,
    ...given,
  };
}

/** Hints for options of bundles that matter in every kind of place only under much load, many failures or slow callees. */
export const atPlaces: readonly Hint[] = [
  of(
    'bulkhead<\\w+>\\.(tcp\\.|http\\.)?(maxConnections|maxPendingRequests|http1MaxPendingRequests)',
    (tree) => {
      connected(tree);
      if (bundleIn(tree).bulkhead !== undefined) {
        const bulkhead = policyIn(tree, 'bulkhead');
        const tcp = bulkhead.tcp as Tree | undefined;
        if (bulkhead.kind === 'envoy') bulkhead.maxConnections ??= 2;
        else if (tcp?.maxConnections === undefined) bulkhead.maxConnections ??= 2;
      }
    },
    [1, 4, 1000],
  ),
  of('bulkhead<\\w+>\\.(tcp\\.|http\\.)?maxConnections', connected, [1, 4, 1000]),
  of('bulkhead<\\w+>\\.tcp\\.connectTimeout', connected, ['5ms', '5s']),
  of('connections\\.connectTimeout', connected, ['5ms', '5s']),
  of('connections\\.keepalive', silent, [{ time: '100ms', timeout: '50ms' }]),
  of('connections\\.keepalive\\.time', silent, ['100ms', '5s']),
  of('connections\\.keepalive\\.timeout', silent, ['50ms', '2s']),
  of('connections\\.keepalive\\.withoutCalls', silent, [true, false]),
  of('connections\\.backoff(\\.\\w+)?', vanishing({}), undefined),
  of('connections\\.waitForReady', waiting, [true, false]),
  of('connections\\.max', connected, [1, 4]),
  of(
    'connections\\.maxIdle',
    (tree) => {
      connected(tree);
      for (const workload of Object.values(tree.workloads as Record<string, Tree>)) {
        workload.arrivals = 'burst(20/s 400/s 1s 200ms)';
      }
    },
    [0, 1, 100],
  ),
  of(
    'bulkhead<envoy>\\.retryBudget\\.budgetPercent',
    (tree) => {
      exhausted(tree);
      const budget = policyIn(tree, 'bulkhead').retryBudget as Tree | undefined;
      if (budget !== undefined) budget.minRetryConcurrency = 0;
      delete policyIn(tree, 'retry').budget;
    },
    ['1%', '100%'],
  ),
  of(
    'retry<\\w+>\\.budget<envoy>\\.ratio',
    (tree) => {
      exhausted(tree);
      (policyIn(tree, 'retry').budget as Tree).minConcurrent = 0;
    },
    ['1%', '100%'],
  ),
  of('retry<\\w+>\\.methods', exhausted, [['POST'], ['GET']]),
  of('retry<\\w+>\\.methods\\[\\]', exhausted, ['POST', 'GET']),
  of('retry<\\w+>\\.budget<aws>\\.tokens', exhausted, [5, 100_000]),
  of(
    'retry<\\w+>\\.budget<aws>\\.timeoutCost',
    (tree) => {
      timingOut(tree);
      retrying(tree);
      const retry = policyIn(tree, 'retry');
      retry.on = ['timeout'];
      (retry.budget as Tree).tokens ??= 60;
    },
    [0, 50],
  ),
  of(
    'retry<grpc>\\.backoff(<\\w+>)?\\.factor',
    (tree) => {
      exhausted(tree);
      Object.assign(policyIn(tree, 'retry').backoff as Tree, { base: '10ms', max: '5s' });
    },
    [1, 4],
  ),
  of(
    'deadline',
    (tree) => {
      delete bundleIn(tree).timeout;
    },
    ['10ms', '30ms', '5s'],
  ),
  of(
    'circuitBreaker<polly>\\.samplingDuration',
    (tree) => {
      tight(tree);
      exhausted(tree);
      delete bundleIn(tree).retry;
      Object.assign(policyIn(tree, 'circuitBreaker'), { minimumThroughput: 60 });
    },
    ['500ms', '20s'],
  ),
  of(
    'circuitBreaker<opossum>\\.volumeThreshold',
    (tree) => {
      tight(tree);
      failing(tree);
    },
    [0, 10, 100_000],
  ),
  of(
    'circuitBreaker<hystrix>\\.rollingWindow',
    (tree) => {
      tight(tree);
      failing(tree);
      Object.assign(policyIn(tree, 'circuitBreaker'), { requestVolumeThreshold: 60 });
    },
    ['1s', '20s'],
  ),
  of(
    'rateLimit<kong>\\.limitBy',
    (tree) => {
      tight(tree);
      busy(tree);
      for (const workload of Object.values(tree.workloads as Record<string, Tree>))
        workload.clients = 5;
    },
    ['service', 'ip'],
  ),
  of('circuitBreaker<custom>\\.boundary', (tree) => {
    inStep(tree);
    Object.assign(policyIn(tree, 'circuitBreaker'), { threshold: 2, open: '120ms' });
  }),
  of(
    'circuitBreaker<polly>\\.samplingDuration',
    (tree) => {
      unsteady(tree);
      delete bundleIn(tree).timeout;
      const few = { failureRatio: '10%', minimumThroughput: 100, breakDuration: '500ms' };
      Object.assign(policyIn(tree, 'circuitBreaker'), few);
    },
    ['500ms', '20s'],
  ),
  of('circuitBreaker<simple>\\.waitFrom', (tree) => {
    tight(tree);
    unsteady(tree);
    Object.assign(policyIn(tree, 'circuitBreaker'), { failureThreshold: 2, openDuration: '60ms' });
  }),
  of('(hedge|retry)<\\w+>\\.otherInstance', (tree) => tight(tree), [true]),
  of(
    'connections\\.waitForOwn',
    (tree) => {
      connected(tree);
      Object.assign(bundleIn(tree).connections as Tree, { lifetime: '60ms' });
    },
    [true],
  ),
  of('hedge<envoy>\\.(per|scope|otherInstance)', (tree) => {
    busy(tree);
    tight(tree);
    const few = { after: '10ms', attempts: 5, budget: { kind: 'concurrent', max: 2 } };
    Object.assign(policyIn(tree, 'hedge'), few);
  }),
  of(
    'hedge<envoy>\\.budget<envoy>\\.ratio',
    (tree) => {
      busy(tree);
      const hedge = policyIn(tree, 'hedge');
      Object.assign(hedge, { after: '5ms', attempts: 5 });
      (hedge.budget as Tree).minConcurrent = 0;
    },
    ['1%', '100%'],
  ),
  of('hedge<(simple|grpc|finagle)>\\.(per|scope)', (tree) => {
    busy(tree);
    const hedge = policyIn(tree, 'hedge');
    if (hedge.kind === 'grpc') hedge.retryThrottling = { maxTokens: 3, tokenRatio: 0.1 };
    else hedge.maxExtraLoad = '5%';
    if (hedge.kind !== 'finagle') hedge.after = '10ms';
    if (hedge.kind === 'grpc') Object.assign(hedge, { attempts: 3, nonFatal: ['error'] });
  }),
  of(
    'deadline<simple>\\.propagate',
    (tree) => {
      unsteady(tree);
      failing(tree);
      delete bundleIn(tree).timeout;
      policyIn(tree, 'deadline').after = '60ms';
      bundleIn(tree).retry = {
        attempts: 6,
        on: ['any'],
        backoff: { kind: 'constant', base: '25ms' },
      };
    },
    [true, false],
  ),
  of(
    'outlierDetection<envoy>\\.maxEjectionTime',
    (tree) => {
      busy(tree);
      tree.faults = [
        {
          id: 'bad',
          kind: 'error',
          target: 'stock[0]',
          status: 500,
          share: '90%',
          at: '0s',
          for: '6s',
        },
      ];
      Object.assign(policyIn(tree, 'outlierDetection'), {
        consecutive5xx: 2,
        interval: '100ms',
        baseEjectionTime: '300ms',
        maxEjectionPercent: '100%',
      });
    },
    ['300ms', '5s'],
  ),
  of(
    'circuitBreaker<linkerd>\\.failfastTimeout',
    (tree) => {
      busy(tree);
      failing(tree);
      Object.assign(policyIn(tree, 'circuitBreaker'), {
        maxFailures: 1,
        minPenalty: '2s',
        maxPenalty: '5s',
      });
    },
    ['20ms', '10s'],
  ),
  of('circuitBreaker<custom>\\.(lateResults|resultsEndOpen)', (tree) => {
    busy(tree);
    Object.assign(policyIn(tree, 'circuitBreaker'), {
      window: 'consecutive',
      threshold: 2,
      open: '30ms',
    });
  }),
  of('outlierDetection<envoy>\\.successfulActiveHealthCheckUnejectHost', (tree) => {
    busy(tree);
    unsteady(tree);
    for (const callee of callees(tree)) callee.healthChecks = { interval: '50ms' };
    const lasting = { consecutive5xx: 2, baseEjectionTime: '5s', maxEjectionPercent: '100%' };
    Object.assign(policyIn(tree, 'outlierDetection'), lasting);
  }),
  of(
    'outlierDetection<envoy>\\.successRate\\.enforcingLocalOrigin',
    (tree) => {
      timingOut(tree);
      const outliers = policyIn(tree, 'outlierDetection');
      Object.assign(outliers, { interval: '200ms', splitExternalLocalOriginErrors: true });
      Object.assign(outliers.successRate as Tree, {
        minimumHosts: 3,
        requestVolume: 5,
        stdevFactor: 0.1,
      });
    },
    ['0%', '100%'],
  ),
  of(
    'rateLimit<(resilience4j|leakyBucket|tokenBucket)>\\.(timeoutDuration|burst|maxWait)',
    (tree) => {
      busy(tree);
      const limit = policyIn(tree, 'rateLimit');
      if (limit.kind === 'resilience4j')
        Object.assign(limit, { limitForPeriod: 5, limitRefreshPeriod: '100ms' });
      else limit.rate = '50/s';
    },
  ),
  of(
    'circuitBreaker<gobreaker>\\.tripAfter\\.minRequests',
    (tree) => {
      unsteady(tree);
      Object.assign(policyIn(tree, 'circuitBreaker').tripAfter as Tree, { failureRatio: '30%' });
      Object.assign(policyIn(tree, 'circuitBreaker'), { interval: '500ms', timeout: '100ms' });
    },
    [1, 10, 100_000],
  ),
  of('circuitBreaker<opossum>\\.allowWarmUp', (tree) => {
    unsteady(tree);
    const breaker = policyIn(tree, 'circuitBreaker');
    Object.assign(breaker, {
      rollingCountTimeout: '2s',
      volumeThreshold: 0,
      errorThresholdPercentage: '20%',
    });
  }),
  of('circuitBreaker<custom>\\.evaluateOn', (tree) => {
    unsteady(tree);
    Object.assign(policyIn(tree, 'circuitBreaker'), {
      window: 'count',
      windowSize: 10,
      minCalls: 10,
      threshold: '50%',
      open: '50ms',
    });
  }),
  of(
    'concurrencyLimit<gradient2>\\.longWindow',
    (tree) => {
      busy(tree);
      delete bundleIn(tree).timeout;
      Object.assign(policyIn(tree, 'concurrencyLimit'), {
        initial: 4,
        min: 1,
        max: 50,
        rttTolerance: 1,
      });
    },
    [2, 500],
  ),
  of('hedge<finagle>\\.maxExtraLoad', busy, ['1%', '80%']),
  of('hedge<simple>\\.otherInstance', (tree) => {
    busy(tree);
    Object.assign(policyIn(tree, 'hedge'), { after: '5ms', attempts: 3 });
  }),
  of(
    'retry<\\w+>\\.backoff(<\\w+>)?\\.factor',
    (tree) => {
      unsteady(tree);
      delete bundleIn(tree).timeout;
      const retry = policyIn(tree, 'retry');
      Object.assign(retry, { attempts: 5, on: ['error'] });
      Object.assign(retry.backoff as Tree, { base: '5ms', max: '5s' });
    },
    [1, 4],
  ),
  {
    option: /^policies\.\*$/,
    base: 'calls.yaml',
    at: ['policies', 'guard'],
    values: [{ rateLimit: { rate: '20/s' } }, { circuitBreaker: { failureThreshold: 2 } }],
  },
  {
    option: /^gateways\.\*\.cpu\.quota\.limit$/,
    base: 'doors.yaml',
    at: ['gateways', 'edge'],
    values: [0.2, 0.9],
    beside: (tree) => {
      const edge = (tree.gateways as { edge: Tree }).edge;
      Object.assign(edge, { replicas: 1, middleware: [{ authenticate: { work: '6ms' } }] });
      (edge.cpu as Tree).cores = 1;
    },
  },
  of('rateLimit<kong>\\.limitBy', tight, ['ip']),
  of('circuitBreaker<(simple|custom)>\\.(waitFrom|lateResults|resultsEndOpen)', (tree) => {
    handling(tree);
    const breaker = policyIn(tree, 'circuitBreaker');
    if (breaker.kind === 'custom') {
      Object.assign(breaker, { window: 'consecutive', threshold: 2, open: '60ms' });
    } else Object.assign(breaker, { failureThreshold: 2, openDuration: '60ms' });
  }),
  of('rateLimit<\\w+>\\.(timeoutDuration|burst|maxWait)', (tree) => {
    handling(tree);
    const limit = policyIn(tree, 'rateLimit');
    if (limit.kind === 'resilience4j') {
      Object.assign(limit, { limitForPeriod: 2, limitRefreshPeriod: '300ms' });
    } else limit.rate = '10/s';
  }),
  of(
    'retry<\\w+>\\.attempts',
    (tree) => {
      unsteady(tree);
      failing(tree);
      delete bundleIn(tree).timeout;
      Object.assign(policyIn(tree, 'retry'), { on: ['any'] });
    },
    [2, 5],
  ),
  of(
    'outlierDetection<envoy>\\.maxEjectionTime',
    (tree) => {
      busy(tree);
      tree.faults = [
        {
          id: 'bad',
          kind: 'error',
          target: 'stock[1]',
          status: 503,
          share: '100%',
          at: '0s',
          for: '6s',
        },
      ];
      Object.assign(policyIn(tree, 'outlierDetection'), {
        consecutive5xx: 1,
        interval: '100ms',
        baseEjectionTime: '100ms',
        maxEjectionPercent: '100%',
      });
    },
    ['100ms', '5s'],
  ),
  of(
    'circuitBreaker<polly>\\.samplingDuration',
    (tree) => {
      unsteady(tree);
      failing(tree);
      delete bundleIn(tree).timeout;
      Object.assign(policyIn(tree, 'circuitBreaker'), {
        failureRatio: '20%',
        minimumThroughput: 150,
        breakDuration: '500ms',
      });
    },
    ['500ms', '20s'],
  ),
  of(
    'circuitBreaker<hystrix>\\.rollingWindow',
    (tree) => {
      unsteady(tree);
      Object.assign(policyIn(tree, 'circuitBreaker'), {
        requestVolumeThreshold: 400,
        errorThresholdPercentage: '20%',
      });
    },
    ['1s', '20s'],
  ),
  of(
    'outlierDetection<envoy>\\.successRate\\.enforcingLocalOrigin',
    (tree) => {
      busy(tree);
      tree.faults = [
        { id: 'away', kind: 'crash', target: 'stock[0]', blackhole: true, at: '0s', for: '6s' },
      ];
      const outliers = policyIn(tree, 'outlierDetection');
      Object.assign(outliers, {
        interval: '200ms',
        splitExternalLocalOriginErrors: true,
        consecutiveLocalOriginFailure: 1000,
        maxEjectionPercent: '100%',
      });
      const success = { minimumHosts: 2, requestVolume: 2, stdevFactor: 1 };
      Object.assign(outliers.successRate as Tree, success);
    },
    ['0%', '100%'],
  ),
  of('circuitBreaker<custom>\\.resultsEndOpen', (tree) => {
    handling(tree);
    Object.assign(policyIn(tree, 'circuitBreaker'), {
      window: 'consecutive',
      threshold: 2,
      open: '20ms',
      lateResults: 'current',
    });
  }),
  of(
    'circuitBreaker<linkerd>\\.store\\.cache',
    (tree) => {
      busy(tree);
      failing(tree);
      const breaker = policyIn(tree, 'circuitBreaker');
      Object.assign(breaker, {
        maxFailures: 2,
        minPenalty: '50ms',
        maxPenalty: '200ms',
        scope: 'caller',
      });
      Object.assign(breaker.store as Tree, { latency: '5ms' });
    },
    ['1ms', '2s'],
  ),
];
