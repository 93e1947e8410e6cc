import type { Tree } from '../figures.js';
import type { Hint } from './hint.js';
import { tighten } from './tight.js';

/** The bundle that is tried in calls.yaml. */
function bundleIn(tree: Tree): Tree {
  return (tree.policies as Tree).guard as Tree;
}

/** A policy of that bundle, which it gets where it has none. */
function policyIn(tree: Tree, name: string): Tree {
  const bundle = bundleIn(tree);
  bundle[name] ??= {};
  return bundle[name] as Tree;
}

/** A retry that has something to retry, and a delay where there has to be one. */
function retrying(tree: Tree): void {
  const retry = policyIn(tree, 'retry');
  retry.attempts ??= 4;
  retry.on ??= ['error', 'connect', 'timeout', 'throttled'];
  if (retry.kind === 'cockatiel') retry.backoff ??= { kind: 'constant', base: '20ms' };
  const budget = retry.budget as Tree | undefined;
  if (budget !== undefined && (budget.kind ?? 'ratio') === 'ratio') budget.minPerSecond ??= 1;
}

/** The same, within a budget that is soon used up: what instances and callees share or do not. */
function budgeted(tree: Tree): void {
  retrying(tree);
  policyIn(tree, 'retry').budget ??= { kind: 'aws', tokens: 30 };
}

/** Delays of which the later ones are longer. */
function delayed(tree: Tree): void {
  retrying(tree);
  const retry = policyIn(tree, 'retry');
  retry.backoff ??= {};
  (retry.backoff as Tree).base = '40ms';
}

/** Every policy of the bundle has limits that this traffic reaches. */
function tight(tree: Tree): void {
  tighten(bundleIn(tree));
}

/** The same, with a state that instances share in a store. */
function stored(tree: Tree): void {
  tight(tree);
  for (const policy of Object.values(bundleIn(tree)) as Tree[]) {
    const store = policy.store as Tree | undefined;
    if (store === undefined) continue;
    if (store.onError !== undefined) store.of ??= 'store.ask';
    if (store.of === undefined) store.latency ??= '3ms';
    // The words of Kong say that nodes share a counter.
    if (policy.kind !== 'kong') policy.scope ??= 'caller';
    else policy.policy ??= 'redis';
  }
}

/** What fails when a store is asked decides. */
function asked(tree: Tree): void {
  tight(tree);
  for (const policy of Object.values(bundleIn(tree)) as Tree[]) {
    if (policy.kind !== 'kong') continue;
    policy.policy ??= 'redis';
    policy.store ??= { of: 'store.ask' };
  }
}

/** A retry around the limit that listens to what a refusal says. */
function heard(tree: Tree): void {
  tight(tree);
  Object.assign(policyIn(tree, 'retry'), {
    attempts: 3,
    on: ['rejectedRateLimit'],
    backoff: { kind: 'constant', base: '20ms' },
  });
}

/** An admission control around the limit, which counts a refusal of 5xx as a failure. */
function admitted(tree: Tree): void {
  tight(tree);
  Object.assign(policyIn(tree, 'throttle'), { kind: 'envoyAdmission', window: '2s' });
}

function connected(tree: Tree): void {
  tight(tree);
  bundleIn(tree).connections ??= {};
}

/** Hints for options of policies. */
export const policies: readonly Hint[] = [
  { option: /^policies\.\*\.retry<\w+>\.budget<\w+>\./, base: 'calls.yaml', beside: retrying },
  { option: /^policies\.\*\.retry<\w+>\.(scope|per)$/, base: 'calls.yaml', beside: budgeted },
  {
    option: /^policies\.\*\.retry<\w+>\.key$/,
    base: 'calls.yaml',
    values: ['tenant', 'workload'],
    beside: budgeted,
  },
  {
    option: /^policies\.\*\.retry<\w+>\.(respectRetryAfter|otherInstance|backoff(<\w+>)?\.base)$/,
    base: 'calls.yaml',
    beside: retrying,
  },
  {
    option: /^policies\.\*\.retry<\w+>\.backoff(<\w+>)?\.max$/,
    base: 'calls.yaml',
    values: ['45ms', '60ms', '5s'],
    beside: delayed,
  },
  {
    option: /^policies\.\*\.\w+<\w+>\.store\.of$/,
    base: 'calls.yaml',
    values: ['store.ask', 'price.get'],
    beside: stored,
  },
  {
    option: /^policies\.\*\.\w+<\w+>\.store\.cache$/,
    base: 'calls.yaml',
    values: ['200ms', '1s'],
    beside: stored,
  },
  { option: /^policies\.\*\.\w+<\w+>\.store\./, base: 'calls.yaml', beside: stored },
  {
    option: /^policies\.\*\.\w+<\w+>\.key$/,
    base: 'calls.yaml',
    values: ['tenant', 'workload'],
    beside: tight,
  },
  { option: /^policies\.\*\.rateLimit<\w+>\.retryAfter$/, base: 'calls.yaml', beside: heard },
  {
    option: /^policies\.\*\.rateLimit<\w+>\.status$/,
    base: 'calls.yaml',
    values: [503, 430],
    beside: admitted,
  },
  { option: /^policies\.\*\.rateLimit<kong>\.faultTolerant$/, base: 'calls.yaml', beside: asked },
  {
    // The words of Kong say which counters there are; an address has one instance behind it.
    option: /^policies\.\*\.rateLimit<kong>\.(scope|policy)$/,
    base: 'calls.yaml',
    beside: (tree) => {
      tight(tree);
      policyIn(tree, 'rateLimit').limitBy ??= 'service';
    },
  },
  {
    option: /^policies\.\*\.circuitBreaker<(linkerd|finagle)>\.per$/,
    base: 'calls.yaml',
    values: ['callee', 'endpoint'],
  },
  {
    option: /^policies\.\*\.circuitBreaker<finagle>\.(successRate|minRequestThreshold|window)$/,
    base: 'calls.yaml',
    beside: (tree) => {
      Object.assign(policyIn(tree, 'circuitBreaker'), {
        consecutiveFailures: 0,
        minPenalty: '200ms',
      });
      policyIn(tree, 'circuitBreaker').window ??= '1s';
    },
  },
  {
    option: /^policies\.\*\.circuitBreaker<cockatiel>\.breaker\.sampling\.minimumRps$/,
    base: 'calls.yaml',
    values: [1, 200],
    beside: (tree) => {
      const breaker = policyIn(tree, 'circuitBreaker');
      const { sampling } = breaker.breaker as { sampling: Tree };
      breaker.halfOpenAfter = '150ms';
      breaker.breaker = { sampling: { ...sampling, duration: '1s', threshold: '10%' } };
    },
  },
  {
    option: /^policies\.\*\.circuitBreaker<cockatiel>\.breaker\.count\.minimumNumberOfCalls$/,
    base: 'calls.yaml',
    values: [2, 10],
    beside: (tree) => {
      const breaker = policyIn(tree, 'circuitBreaker');
      const { count } = breaker.breaker as { count: Tree };
      breaker.halfOpenAfter = '150ms';
      breaker.breaker = { count: { ...count, size: 20, threshold: '15%' } };
    },
  },
  {
    option: /^policies\.\*\.circuitBreaker<finagle>\.store\.cache$/,
    base: 'calls.yaml',
    values: ['200ms', '1s'],
    beside: stored,
  },
  {
    option: /^policies\.\*\.circuitBreaker<cockatiel>\.breaker\.(count|sampling)\./,
    base: 'calls.yaml',
    beside: (tree) => {
      const breaker = policyIn(tree, 'circuitBreaker');
      const { count, sampling } = breaker.breaker as { count?: Tree; sampling?: Tree };
      breaker.halfOpenAfter = '150ms';
      breaker.breaker = count === undefined ? { sampling } : { count };
      if (count !== undefined) {
        count.threshold ??= '25%';
        count.size ??= 6;
      } else if (sampling !== undefined) {
        sampling.threshold ??= '10%';
        sampling.duration ??= '1s';
        sampling.minimumRps ??= 5;
      }
    },
  },
  {
    option: /^policies\.\*\.circuitBreaker<custom>\.window$/,
    base: 'calls.yaml',
    values: ['count', 'time'],
    beside: (tree) => {
      policyIn(tree, 'circuitBreaker').threshold = 2;
    },
  },
  {
    option: /^policies\.\*\.circuitBreaker<custom>\.counted$/,
    base: 'calls.yaml',
    beside: (tree) => {
      Object.assign(policyIn(tree, 'circuitBreaker'), {
        window: 'time',
        windowSize: '1s',
        threshold: '30%',
        minCalls: 3,
        open: '150ms',
      });
    },
  },
  {
    option: /^policies\.\*\.circuitBreaker<custom>\.(evaluateOn|resetWindowOnClose|lateResults)$/,
    base: 'calls.yaml',
    beside: (tree) => {
      Object.assign(policyIn(tree, 'circuitBreaker'), {
        window: 'count',
        windowSize: 8,
        threshold: '25%',
        minCalls: 4,
        open: '20ms',
      });
    },
  },
  {
    option:
      /^policies\.\*\.circuitBreaker<custom>\.(halfOpen\.(mode|permits)|resultsEndOpen|openBackoff\.\w+)$/,
    base: 'calls.yaml',
    beside: (tree) => {
      const breaker = policyIn(tree, 'circuitBreaker');
      Object.assign(breaker, { threshold: 1, open: '10ms' });
      breaker.halfOpen ??= {};
      (breaker.halfOpen as Tree).permits ??= 3;
      (breaker.halfOpen as Tree).closeAfter ??= 3;
    },
  },
  {
    option: /^policies\.\*\.concurrencyLimit<gradient2>\.(min|max)$/,
    base: 'calls.yaml',
    values: [1, 2, 3, 5],
    beside: (tree) => {
      const limit = policyIn(tree, 'concurrencyLimit');
      Object.assign(limit, {
        initial: 3,
        rttTolerance: 1,
        queueSize: limit.min === undefined ? 3 : 0,
      });
      limit.min ??= 1;
      limit.max ??= 20;
    },
  },
  {
    option: /^policies\.\*\.outlierDetection<\w+>\.(successRate|failurePercentage)\./,
    base: 'calls.yaml',
    beside: (tree) => {
      const outliers = policyIn(tree, 'outlierDetection');
      Object.assign(outliers, { consecutive5xx: 0, interval: '1s', maxEjectionPercent: '60%' });
      const rate = outliers.successRate as Tree | undefined;
      const share = outliers.failurePercentage as Tree | undefined;
      if (rate?.enforcingLocalOrigin !== undefined) outliers.splitExternalLocalOriginErrors = true;
      for (const rule of [rate, share]) {
        if (rule === undefined) continue;
        rule.minimumHosts ??= 3;
        rule.requestVolume ??= 3;
      }
      if (rate !== undefined) rate.stdevFactor ??= 1;
      if (share !== undefined) share.threshold ??= '50%';
    },
  },
  {
    option: /^policies\.\*\.outlierDetection<\w+>\.consecutiveLocalOriginFailures?$/,
    base: 'calls.yaml',
    beside: (tree) => {
      tight(tree);
      policyIn(tree, 'outlierDetection').splitExternalLocalOriginErrors = true;
    },
  },
  {
    option: /^policies\.\*\.outlierDetection<\w+>\.maxEjectionTime$/,
    base: 'calls.yaml',
    values: ['500ms', '10s'],
    beside: tight,
  },
  {
    option:
      /^policies\.\*\.bulkhead<istio>\.(tcp\.(connectTimeout|maxConnectionDuration)|http\.(maxRequestsPer|maxConcurrent|idle)\w+)$/,
    base: 'calls.yaml',
    beside: connected,
  },
  {
    option:
      /^policies\.\*\.bulkhead<\w+>\.(http\.)?(max|http1Max)(Connections|PendingRequests|Retries)$|tcp\.maxConnections$|retryBudget\./,
    base: 'calls.yaml',
    beside: (tree) => {
      connected(tree);
      Object.assign(policyIn(tree, 'retry'), {
        attempts: 4,
        on: ['error', 'timeout', 'throttled'],
      });
    },
  },
  {
    option:
      /^policies\.\*\.(bulkhead|rateLimit|concurrencyLimit|throttle|circuitBreaker|outlierDetection)<\w+>\./,
    base: 'calls.yaml',
    beside: tight,
  },
  {
    option: /^policies\.\*\.connections\.(maxPending|maxStreams)$/,
    base: 'calls.yaml',
    values: [1, 0, 2, 20],
    beside: (tree) => {
      const pool = policyIn(tree, 'connections');
      Object.assign(pool, { max: 1 });
      pool.maxStreams ??= 1;
    },
  },
  {
    option: /^policies\.\*\.hedge<grpc>\.(?!scope|per)/,
    base: 'calls.yaml',
    beside: (tree) => {
      const hedge = policyIn(tree, 'hedge');
      hedge.attempts ??= 3;
      hedge.after ??= '15ms';
      hedge.nonFatal ??= ['error', 'timeout'];
    },
  },
  {
    option: /^policies\.\*\.hedge<(polly|tied)>\.scope$/,
    base: 'calls.yaml',
    values: ['caller', 'global'],
  },
  {
    option: /^policies\.\*\.hedge<(polly|tied)>\.per$/,
    base: 'calls.yaml',
    values: ['endpoint', 'target'],
  },
  {
    option: /^policies\.\*\.hedge<\w+>\.(otherInstance|scope|per)$/,
    base: 'calls.yaml',
    beside: (tree) => {
      const hedge = policyIn(tree, 'hedge');
      if (hedge.kind === 'grpc') {
        hedge.retryThrottling ??= { maxTokens: 4 };
        hedge.nonFatal ??= ['error', 'timeout'];
      }
      if (hedge.kind === 'finagle') hedge.maxExtraLoad = '10%';
      if (hedge.kind !== 'finagle') hedge.after ??= '15ms';
      if ((hedge.kind ?? 'simple') === 'simple') hedge.maxExtraLoad ??= '5%';
    },
  },
  {
    option: /^policies\.\*\.coalesce(<\w+>)?\./,
    base: 'calls.yaml',
    beside: (tree) => {
      policyIn(tree, 'coalesce').key ??= 'tenant';
    },
  },
  {
    option: /^policies\.\*\.timeout(<\w+>)?\.cancel$/,
    base: 'calls.yaml',
    beside: (tree) => {
      const { stock } = tree.services as { stock: Tree };
      stock.cancellation = 'immediate';
      const { timeout } = bundleIn(tree);
      bundleIn(tree).timeout = { ...(typeof timeout === 'object' ? timeout : {}), after: '30ms' };
    },
  },
  {
    option: /^policies\.\*\.idempotencyKey\.(window|storeErrors)$/,
    base: 'calls.yaml',
    beside: (tree) => {
      policyIn(tree, 'idempotencyKey').key ??= 'request';
      Object.assign(policyIn(tree, 'retry'), {
        attempts: 4,
        on: ['error', 'timeout'],
        backoff: { kind: 'constant', base: '100ms' },
      });
    },
  },
  {
    option: /^policies\.\*\.order$/,
    base: 'calls.yaml',
    values: ['polly', ['timeout', 'retry', 'rateLimit']],
    beside: (tree) => {
      retrying(tree);
      policyIn(tree, 'rateLimit').kind = 'tokenBucket';
      tight(tree);
    },
  },
  {
    option: /^policies\.\*\.order\[\]$/,
    base: 'calls.yaml',
    values: ['rateLimit', 'retry', 'timeout'],
    beside: (tree) => {
      retrying(tree);
      policyIn(tree, 'rateLimit').kind = 'tokenBucket';
      tight(tree);
      const first = bundleIn(tree).order as string[];
      bundleIn(tree).order = [...new Set([...first, 'timeout', 'retry', 'rateLimit'])];
    },
  },
  { option: /^policies\.\*\.extends\[\]$/, base: 'calls.yaml', values: ['limited'] },
];
