import type { Tree } from '../figures.js';
import { bundleIn, policyIn, retrying, tight } from './beside.js';
import type { Hint } from './hint.js';

/**
 * The endpoint with the most calls fails at once, and callers arrive at regular intervals: many events at one
 * instant.
 */
function inStep(tree: Tree): void {
  const { stock } = tree.services as { stock?: Tree };
  if (stock !== undefined) (stock.endpoints as Tree).get = [{ fail: 500 }];
  for (const workload of Object.values(tree.workloads as Record<string, Tree>)) {
    workload.arrivals = 'constant(100/s)';
  }
  tree.faults = [];
  tree.network = { latency: '0ms' };
}

/** A time limit for the call in place of the one of each attempt, and a callee that stops when it is over. */
function timed(tree: Tree): void {
  delete bundleIn(tree).timeout;
  policyIn(tree, 'deadline').after ??= '30ms';
}

/** The same, for a callee in whose queue it expires. */
function queued(tree: Tree): void {
  timed(tree);
  const { stock } = tree.services as { stock?: Tree };
  if (stock !== undefined) Object.assign(stock, { replicas: 2, concurrency: 1 });
}

/** Delays that grow with each of four attempts, before which nothing else ends the call. */
function growing(tree: Tree): void {
  delete bundleIn(tree).timeout;
  retrying(tree);
  const retry = policyIn(tree, 'retry');
  retry.attempts = 4;
  (retry.backoff as Tree).base ??= '10ms';
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

/** Hints for options of bundles that need another situation than calls.yaml has by itself. */
export const bundles: readonly Hint[] = [
  of('circuitBreaker<custom>\\.boundary', (tree) => {
    inStep(tree);
    Object.assign(policyIn(tree, 'circuitBreaker'), { threshold: 2, open: '100ms' });
  }),
  of('circuitBreaker<opossum>\\.allowWarmUp', (tree) => {
    tight(tree);
    policyIn(tree, 'circuitBreaker').rollingCountTimeout = '5s';
  }),
  of(
    'circuitBreaker<resilience4j>\\.slowCallRateThreshold',
    (tree) => {
      tight(tree);
      policyIn(tree, 'circuitBreaker').slowCallDurationThreshold = '15ms';
    },
    ['20%', '95%'],
  ),
  of('deadline<simple>\\.after', timed, ['15ms', '60ms']),
  of('deadline<simple>\\.propagate', queued, [true, false]),
  of(
    'fallback<simple>\\.status',
    (tree) => {
      policyIn(tree, 'fallback').on ??= ['any'];
    },
    [203, 302],
  ),
  of('hedge<simple>\\.otherInstance', (tree) => {
    Object.assign(policyIn(tree, 'hedge'), { after: '15ms', attempts: 2 });
  }),
  of('retry<\\w+>\\.backoff(<\\w+>)?\\.factor', growing, [1, 4]),
];
