// Prints what a stack of five policies adds to a call. Run it with `npm run bench`; no test asserts these times. Rounds
// of both variants alternate, so that a busy machine affects both equally.
import { compile, loadScenario, runPlan } from '../dist/library/index.js';

const ROUNDS = 7;
const TEXT = `
faultline: 1
title: A bare edge and a guarded one
run: { duration: 60s, warmup: 1s, seed: 7 }
network: { latency: lognormal(p50=0.6ms p99=2ms) }
policies: { guard: {} }
services:
  shop: { outbound: guard, endpoints: { page: [ call: stock.get ] } }
  stock: { concurrency: 64, endpoints: { get: { readOnly: true, steps: [ wait: exponential(5ms) ] } } }
workloads:
  users: { arrivals: poisson(2000/s), requests: [ { call: shop.page } ] }
variants:
  - { name: bare }
  - name: five-policies
    set:
      policies.guard:
        timeout: 500ms
        retry: { attempts: 3, on: [any], backoff: { kind: exponential, base: 20ms, jitter: full }, budget: { ratio: 20%, minPerSecond: 1 } }
        circuitBreaker: { kind: resilience4j, slidingWindowSize: 100 }
        rateLimit: { rate: 10000/s, burst: 1000 }
        bulkhead: { maxConcurrent: 200 }
`;

const { file, problems } = loadScenario('bench.yaml', () => ({ text: TEXT }));
if (file === null) throw new Error(JSON.stringify(problems));
const plans = file.variants.map((variant) => compile(variant, file));
const times = plans.map(() => []);
const calls = plans.map((plan) => runPlan(plan, 0).totals.attempts);
for (let round = 0; round < ROUNDS; round++) {
  plans.forEach((plan, k) => {
    const start = performance.now();
    runPlan(plan, 0);
    times[k].push(performance.now() - start);
  });
}
const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];
file.variants.forEach(({ name }, k) => {
  console.log(
    `${name.padEnd(16)}${((median(times[k]) * 1e6) / calls[k]).toFixed(0).padStart(6)} ns/call`,
  );
});
// One of the two calls of a request has the policies, so the entire difference belongs to it.
const ratios = times[0].map((bare, round) => 1 + (2 * (times[1][round] - bare)) / bare);
console.log(
  `\nfive policies on an edge cost ${median(ratios).toFixed(2)} times the bare edge, median of ${ROUNDS} rounds:`,
);
console.log('retry with a budget, breaker (resilience4j), rate limit, timeout, bulkhead.');
