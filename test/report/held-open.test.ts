import { describe, expect, it } from 'vitest';
import { plainWords } from '../../src/report/base/emphasis.js';
import { viewOf } from '../../src/report/view/view.js';
import { answerOf } from '../../src/report/words/answer.js';
import { chainOf } from '../../src/report/words/chain.js';
import type { Result } from '../../src/contracts/result/result.js';
import { run } from '../theory/program.js';

/** A bank that fails for 10 s, behind a breaker. */
const bank = (open: string): Result =>
  run(`
faultline: 1
title: A bank that fails
run: { duration: 90s, warmup: 5s, seed: 3, replications: 1 }
services:
  shop:
    concurrency: 50
    endpoints: { buy: [ { call: bank.charge, policy: { circuitBreaker: { kind: resilience4j, waitDurationInOpenState: ${open} } } } ] }
  bank: { endpoints: { charge: [ wait: 20ms ] } }
workloads: { users: { arrivals: constant(100/s), requests: [ { call: shop.buy } ] } }
faults: [ { id: down, kind: error, target: bank, at: 20s, for: 10s } ]
`).result;

function wordsOf(result: Result): { readonly why: string; readonly steps: string } {
  const view = viewOf(result);
  const steps = chainOf(view, result.variants[0]!);
  return {
    why: plainWords(answerOf(view).why ?? []),
    steps: steps.map(({ when, subject, text }) => `${when} ${subject}: ${text}`).join('\n'),
  };
}

describe('a breaker that stays open after the fault', () => {
  it('is why users are not back when the fault ends', () => {
    // 100 calls fill the window in 1 s: it opens at 21 s, and lets calls through 40 s later.
    const { why, steps } = wordsOf(bank('40s'));
    expect(why).toMatch(
      /^bank fails with 5\d\d \(\w+\); the breaker of shop to bank stays open until 6[01](?:\.\d)? s\.$/u,
    );
    expect(steps).toMatch(/^2[01](?:\.\d+)? s shop->bank opens: the breaker opens, until 6[01]/mu);
    expect(steps).toMatch(/^30 s The fault ends/mu);
  });

  it('is not named where users are back with the end of the fault', () => {
    // It opens at 21 s, and again each second until 30 s.
    const { why, steps } = wordsOf(bank('1s'));
    expect(why).toMatch(/^bank fails/u);
    expect(`${why}\n${steps}`).not.toMatch(/stays open|opens, until/u);
  });
});
