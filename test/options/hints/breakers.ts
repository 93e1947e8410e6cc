import type { Tree } from '../figures.js';
import { policyIn, stored, tight } from './beside.js';
import type { Hint } from './hint.js';

/** Hints for options of breakers and of outlier detection. */
export const breakers: readonly Hint[] = [
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
];
