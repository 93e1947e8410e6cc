import { describe, expect, it } from 'vitest';
import { plainWords } from '../../src/report/base/emphasis.js';
import { viewOf } from '../../src/report/view/view.js';
import { answerOf } from '../../src/report/words/answer.js';
import { run } from '../theory/program.js';

/** *Do* of two variants: `now` waits 100 ms on average, so its p99 is 460 ms (100 ms x ln 100) and its p50 69 ms. */
function advised(other: string, rest = '', fans = ''): string {
  const { result } = run(`
faultline: 1
title: Latency differs only
run: { duration: 15s, warmup: 1s, replications: 3 }
services:
  shop:
    concurrency: 64
    endpoints:
      buy: [ wait: exponential(100ms) ]
      list: [ { call: recs.get, optional: true, policy: { timeout: 2s } } ]
  recs: { concurrency: 64, endpoints: { get: [ wait: exponential(20ms) ] } }
workloads:
  users: { arrivals: poisson(100/s), patience: 5s, requests: [ call: shop.buy ] }
  ${fans}
variants: [ { name: now }, { name: other, set: ${other} } ]
${rest}`);
  const { act } = answerOf(viewOf(result));
  return act === null ? '' : plainWords(act);
}

const FANS = 'fans: { arrivals: poisson(20/s), patience: 5s, requests: [ call: shop.list ] }';

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
    // 20 ms x ln 100 = 92 ms, and three times that.
    [
      'one that is slower for another workload is not quicker for all',
      /^other is quicker for users\.buy \(p99 2[23]\d ms, in now 4[3-9]\d ms\), now for fans\.list \(p99 \d\d\.?\d* ms, in other 2\d\d ms\)\.$/,
      `{ "services.shop.endpoints.buy.steps[0].wait": exponential(50ms), services.recs.endpoints.get.steps: [ wait: exponential(60ms) ] }`,
      '',
      FANS,
    ],
    [
      'one in which more of a small workload fail is not the better one',
      /^$/,
      `{ "services.shop.endpoints.buy.steps[0].wait": exponential(50ms), services.shop.endpoints.list.steps: [ { wait: 1ms }, { fail: 500, probability: 4% } ] }`,
      '',
      FANS.replace('20/s', '1/s'),
    ],
    [
      'responses without the result of an optional call are quicker for that reason',
      /^other is quicker: p\d\d .+\); 100 % of calls to recs fail\.$/,
      '{ "services.shop.endpoints.list.steps[0].policy.timeout": 1us }',
      '',
      FANS.replace('20/s', '300/s'),
    ],
  ])('%s', (_, expected, other, rest = '', fans = '') => {
    expect(advised(other, rest, fans)).toMatch(expected);
  });
});
