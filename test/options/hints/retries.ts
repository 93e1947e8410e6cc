import type { Tree } from '../figures.js';
import { policyIn, retrying } from './beside.js';
import type { Hint } from './hint.js';

/** The same, with a budget that is soon exhausted: instances and callees share it or not. */
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
  retry.attempts = 4;
}

/** Hints for options of retries. */
export const retries: readonly Hint[] = [
  {
    option: /^policies\.\*\.retry<nginx>\.nonIdempotent$/,
    base: 'test/field/calls/nginx-post-not-repeated.yaml',
    at: ['policies', 'next'],
    values: [true],
  },
  {
    // A retry after a timeout has a different cost.
    option: /^policies\.\*\.retry<\w+>\.budget<aws>\.cost$/,
    base: 'calls.yaml',
    beside: (tree) => {
      retrying(tree);
      const retry = policyIn(tree, 'retry');
      retry.on = ['error', 'connect', 'throttled'];
      (retry.budget as Tree).tokens ??= 30;
    },
  },
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
];
