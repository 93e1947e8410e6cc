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
      'Refused by design, without a fault: 5,999 of 17,999 user requests (all throttled): 33.3 % of apps. edge refuses requests above its rate limit from 40 s on (33.3 % of its requests are throttled).',
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
      'The rate limit of shop refuses calls to bank (40 % of the calls are refused): 40 % of the user requests fail (nearly all: server error), without a fault. shop is the first in trouble (success 60 %: 2,380 of 5,950 requests fail until 60 s).',
    );
  });

  it('count the calls that have no caller any more and still hold a thread', () => {
    // Ten threads serve ten calls of 1 s in each second, of 25; a caller waits for 200 ms of them.
    const sentence = sentenceOf(`
run: { duration: 60s, warmup: 5s }
services:
  shop: { concurrency: 100, endpoints: { page: [ { call: bank.pay, policy: limited } ] } }
  bank: { concurrency: 100, endpoints: { pay: [ wait: 1s ] } }
policies: { limited: { order: resilience4j, timeout: 200ms, bulkhead: { kind: threadPool, coreThreads: 10, maxThreads: 10, queueCapacity: 0 } } }
workloads: { users: { arrivals: constant(25/s), requests: [ { call: shop.page } ] } }
`);
    expect(sentence).toContain(
      '60 % of the calls are refused, and 8 of 10 calls in progress have no caller any more',
    );
  });

  it('are refusals, each workload with its part, where nothing else fails', () => {
    const sentence = sentenceOf(`
run: { duration: 60s, warmup: 5s }
gateways:
  edge:
    middleware:
      - authenticate: { kind: jwt, reject: 100%, when: { workload: flood } }
      - rateLimit: { rate: 40/s, burst: 1 }
    routes: [ { name: all, to: shop.page } ]
services: { shop: { endpoints: { page: [ wait: 5ms ] } } }
workloads:
  users: { arrivals: constant(80/s), requests: [ { call: edge, path: /x } ] }
  flood: { arrivals: constant(100/s), requests: [ { call: edge, path: /x } ] }
`);
    expect(sentence).toMatch(
      /^Refused by design, without a fault: 8,\d{3} of 10,\d{3} user requests \(6,000 client errors and 2,\d{3} throttled\): all of flood and 50(?:\.\d)? % of users\. edge refuses requests above its rate limit/u,
    );
  });

  it('are refusals without a design, where no rule is known', () => {
    const sentence = sentenceOf(`
run: { duration: 60s, warmup: 5s }
services: { shop: { endpoints: { page: [ { fail: 404, probability: 20% }, wait: 5ms ] } } }
workloads: { users: { arrivals: constant(100/s), requests: [ { call: shop.page } ] } }
`);
    expect(sentence).toMatch(
      /^Refused, without a fault: [\d,]+ of 6,000 user requests \(all client errors\): [\d.]+ % of users\. shop refuses [\d.]+ % of its requests\.$/u,
    );
  });

  it('are an overload, where the thread pool of a search engine is full', () => {
    const sentence = sentenceOf(`
run: { duration: 20s, warmup: 10s }
services: { api: { endpoints: { find: [ query: es.find ] } } }
databases:
  es: { kind: elasticsearch, cpu: 2, replicas: 0, operations: { find: { work: 10ms } }, threadPools: { search: { queueSize: 200 } } }
workloads: { readers: { arrivals: constant(300/s), requests: [ { call: api.find } ] } }
`);
    expect(sentence).toMatch(
      /^From the start 300\/s meet 200\/s that es can serve .* It stays overloaded: first attempts need 150 % of the capacity of es\.$/u,
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
