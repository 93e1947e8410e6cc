import type { Tree } from '../figures.js';
import { bundleIn, policyIn, retrying, stored, tight } from './beside.js';
import type { Hint } from './hint.js';
import { bundles } from './bundles.js';
import { breakers } from './breakers.js';
import { retries } from './retries.js';

/** The behaviour on failed store queries decides. */
function asked(tree: Tree): void {
  tight(tree);
  for (const policy of Object.values(bundleIn(tree)) as Tree[]) {
    if (policy.kind !== 'kong') continue;
    policy.policy ??= 'redis';
    policy.store ??= { of: 'store.ask' };
  }
}

/** A retry around the limit that respects the hint of a refusal. */
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

/** Hints for options of policies, those with a part of their own first. */
const OPTIONS: readonly Hint[] = [
  ...bundles,
  ...retries,
  ...breakers,
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
  {
    // A refusal that was reserved for later is known before it is due.
    option: /^policies\.\*\.rateLimit<resilience4j>\.store\.cache$/,
    base: 'calls.yaml',
    values: ['20ms', '1s'],
    beside: (tree) => {
      policyIn(tree, 'rateLimit').timeoutDuration = '0ms';
      stored(tree);
    },
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
    // Kong's settings define the counters; an address has one instance.
    option: /^policies\.\*\.rateLimit<kong>\.(scope|policy)$/,
    base: 'calls.yaml',
    beside: (tree) => {
      tight(tree);
      policyIn(tree, 'rateLimit').limitBy ??= 'service';
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
      if (hedge.kind === 'finagle') {
        // It has a percentile after a window of 10 s, read every 3 s.
        hedge.maxExtraLoad = '10%';
        (tree.run as Tree).duration = '18s';
      }
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
      const { stock } = tree.services as { stock?: Tree };
      if (stock !== undefined) stock.cancellation = 'immediate';
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

/** The same, in the bundle of calls.yaml that components use. */
export const policies: readonly Hint[] = OPTIONS.map((hint) => ({
  at: ['policies', 'guard'],
  ...hint,
}));
