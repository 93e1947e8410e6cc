import { describe, expect, it } from 'vitest';
import { plainWords } from '../../src/report/base/emphasis.js';
import { viewOf } from '../../src/report/view/view.js';
import { answerOf } from '../../src/report/words/answer.js';
import { run } from '../theory/program.js';

/** *Do* of two variants: `now` waits 100 ms on average, so its p99 is 460 ms (100 ms x ln 100) and its p50 69 ms. */
function advised(other: string, rest = ''): string {
  const { result } = run(`
faultline: 1
title: Latency differs only
run: { duration: 15s, warmup: 1s, replications: 3 }
services: { shop: { concurrency: 64, endpoints: { buy: [ wait: exponential(100ms) ] } } }
workloads: { users: { arrivals: poisson(100/s), patience: 5s, requests: [ call: shop.buy ] } }
variants: [ { name: now }, { name: other, set: ${other} } ]
${rest}`);
  const { act } = answerOf(viewOf(result));
  return act === null ? '' : plainWords(act);
}

const wait = (time: string): string => `{ "services.shop.endpoints.buy.steps[0].wait": ${time} }`;

describe('of variants in which as many requests succeed', () => {
  it.each([
    [
      'the quicker one is named with both times',
      /^other is quicker: p99 2[23]\d ms, in now 4[3-9]\d ms \(services\.shop.+→ exponential\(50ms\)\)\.$/,
      wait('exponential(50ms)'),
    ],
    [
      'the one that was there before may be the quicker one',
      /^now is quicker: p99 4[3-9]\d ms, in other 9\d\d ms/,
      wait('exponential(200ms)'),
    ],
    [
      'budgets that hold come first',
      /^Nothing: every variant holds every budget\.$/,
      wait('exponential(50ms)'),
      'budgets: [ users.latency.p99 < 2s ]',
    ],
    [
      'a small difference in few runs is not decided',
      /^Not decided which is quicker: p99 4\d\d ms, in other 5\d\d ms \(about \d+ replications would decide\)\.$/,
      wait('lognormal(p50=69ms p99=520ms)'),
    ],
    ['none is named where the median is longer', /^$/, wait('150ms')],
    ['none is named where nothing differs', /^$/, wait('exponential(100ms)')],
    [
      'a quick one in which requests fail is not the better one',
      /^now serves users best: 100 % of requests succeed, other 9\d\.?\d* %/,
      '{ services.shop.endpoints.buy.steps: [ { wait: 5ms }, { fail: 500, probability: 5% } ] }',
    ],
  ])('%s', (_, expected, other, rest = '') => {
    expect(advised(other, rest)).toMatch(expected);
  });
});
