import { describe, expect, it } from 'vitest';
import { summarise } from '../../src/analysis/summarise.js';
import { compile } from '../../src/plan/compile.js';
import { loadScenario } from '../../src/scenario/load.js';
import { runPlan } from '../support/built.js';

/** The sentence for a scenario without a fault. */
function sentenceOf(text: string): string {
  const { file, problems } = loadScenario('s.yaml', () => ({
    text: `faultline: 1\ntitle: t\n${text}`,
  }));
  if (file === null) throw new Error(JSON.stringify(problems));
  const plan = compile(file.variants[0]!, file);
  const { variants } = summarise(file, [plan], [[runPlan(plan, 0)]], '0.0.0');
  return variants[0]!.cascade.sentence;
}

describe('failures without a fault', () => {
  it('are reported for the component that refuses by itself, though each step has some that pass', () => {
    const sentence = sentenceOf(`
run: { duration: 1h, seed: 62 }
gateways:
  edge:
    replicas: 2
    middleware: [ { rateLimit: { kind: kong, minute: 100 } } ]
    routes: [ { name: all, to: shop.page } ]
services: { shop: { endpoints: { page: [ wait: 5ms ] } } }
workloads: { apps: { arrivals: constant(5/s), requests: [ { call: edge, path: /x } ] } }
`);
    expect(sentence).toBe(
      'edge refuses requests above its rate limit (33.3 % of its requests are throttled): 33.3 % of the user requests fail (nearly all: throttled), without a fault.',
    );
  });

  it('are reported for the calls that are refused on their way', () => {
    const sentence = sentenceOf(`
run: { duration: 60s, warmup: 5s }
services:
  shop: { concurrency: 100, endpoints: { page: [ { call: bank.pay, policy: limited } ] } }
  bank: { endpoints: { pay: [ wait: 5ms ] } }
policies: { limited: { rateLimit: { kind: tokenBucket, rate: 60/s, burst: 5 } } }
workloads: { users: { arrivals: constant(100/s), requests: [ { call: shop.page } ] } }
`);
    expect(sentence).toBe(
      'The rate limit of shop refuses calls to bank (40 % of the calls are refused): 40 % of the user requests fail (nearly all: server error), without a fault. shop is the first in trouble (success 60 %: 2,380 of 5,950 requests fail).',
    );
  });

  it('say nothing of a kind where there are several', () => {
    const sentence = sentenceOf(`
run: { duration: 60s, warmup: 5s }
services: { shop: { endpoints: { page: [ { fail: 500, probability: 20% }, { fail: 400, probability: 25% }, wait: 5ms ] } } }
workloads: { users: { arrivals: constant(100/s), requests: [ { call: shop.page } ] } }
`);
    expect(sentence).toMatch(
      /^shop fails requests itself .*: [\d.]+ % of the user requests fail, without a fault\. shop is the first/u,
    );
  });
});
