// The systems whose intervals are counted: each with two variants that get the same random numbers, and a few hundred
// requests in a run, as in a short experiment.

const RUN = 'run: { duration: 8s, warmup: 2s }';

/** One worker; the other variant works 5 % longer. At 60 % of its capacity: mean 20 ms and p99 92.1 ms by theory. */
const station = (rate) => `faultline: 1
title: M/M/1
${RUN}
services: { shop: { concurrency: 1, endpoints: { buy: [ wait: exponential(8ms) ] } } }
workloads: { users: { arrivals: poisson(${rate}/s), requests: [ { call: shop.buy } ] } }
variants: [ { name: plain }, { name: other, set: { "services.shop.endpoints.buy.steps": [ { wait: exponential(8.4ms) } ] } } ]
`;

/** Four workers with twelve places in front of them: full now and then. */
const MMC = `faultline: 1
title: M/M/4/16
${RUN}
services: { shop: { concurrency: 4, queue: { capacity: 12 }, endpoints: { buy: [ wait: exponential(30ms) ] } } }
workloads: { users: { arrivals: poisson(100/s), requests: [ { call: shop.buy } ] } }
variants: [ { name: plain }, { name: other, set: { services.shop.concurrency: 5 } } ]
`;

/** Two stations one after the other; the second one has ten places in front of it. */
const TANDEM = `faultline: 1
title: Tandem
${RUN}
services:
  edge: { runtime: async, endpoints: { buy: [ call: first.buy, call: second.buy ] } }
  first: { concurrency: 1, endpoints: { buy: [ wait: exponential(6ms) ] } }
  second: { concurrency: 1, queue: { capacity: 10 }, endpoints: { buy: [ wait: exponential(6.5ms) ] } }
workloads: { users: { arrivals: poisson(100/s), requests: [ { call: edge.buy } ] } }
variants: [ { name: plain }, { name: other, set: { "services.second.endpoints.buy.steps": [ { wait: exponential(6ms) } ] } } ]
`;

/** A chain of three with time limits and retries; its last part is full now and then. */
const RETRIES = `faultline: 1
title: Retry chain
${RUN}
policies: { guard: { timeout: 150ms, retry: { attempts: 2 } } }
services:
  edge: { runtime: async, endpoints: { buy: [ { call: shop.buy, policy: guard } ] } }
  shop: { concurrency: 16, queue: { capacity: 16 }, endpoints: { buy: [ wait: exponential(2ms), { call: bank.pay, policy: { timeout: 60ms } } ] } }
  bank: { concurrency: 1, queue: { capacity: 20 }, endpoints: { pay: [ wait: exponential(8ms), { fail: 500, probability: 3% } ] } }
workloads: { users: { arrivals: poisson(40/s), requests: [ { call: edge.buy } ] } }
variants: [ { name: plain }, { name: other, set: { "services.bank.endpoints.pay.steps[0]": { wait: exponential(8.5ms) } } } ]
`;

/** Groups of ten calls at a time for four workers: a batch-arrival queue, whose latency is that of the last call. */
const GROUPS = `faultline: 1
title: Groups of calls
${RUN}
services:
  page: { runtime: async, endpoints: { show: [ parallel: { each: 10, branches: [ call: shop.buy ] } ] } }
  shop: { concurrency: 4, queue: { capacity: 40 }, endpoints: { buy: [ wait: exponential(4ms) ] } }
workloads: { users: { arrivals: poisson(60/s), requests: [ { call: page.show } ] } }
variants: [ { name: plain }, { name: other, set: { "services.shop.endpoints.buy.steps": [ { wait: exponential(4.2ms) } ] } } ]
`;

/** A breaker in front of a part that is too slow now and then; in the other variant it opens after five failures, not three. */
const breaker = (timeout, rate) => `faultline: 1
title: Breaker
${RUN}
services:
  edge: { runtime: async, endpoints: { buy: [ { call: bank.pay, policy: { timeout: ${timeout}, circuitBreaker: { failureThreshold: 3, openDuration: 300ms } } } ] } }
  bank: { concurrency: 2, queue: { capacity: 20 }, endpoints: { pay: [ wait: exponential(15ms) ] } }
workloads: { users: { arrivals: poisson(${rate}/s), requests: [ { call: edge.buy } ] } }
variants: [ { name: plain }, { name: other, set: { "services.edge.endpoints.buy.steps[0].policy.circuitBreaker.failureThreshold": 5 } } ]
`;

export const CASES = {
  'M/M/1': station(75),
  'M/M/c': MMC,
  tandem: TANDEM,
  'retry chain': RETRIES,
  // Not in the sum: its runs are only 11 times as long as the time in which it forgets its state.
  'M/M/1 at 80 %, short': station(100),
  // Held out: the intervals were chosen without them.
  'groups of calls': GROUPS,
  breaker: breaker('80ms', 80),
  'rare breaker': breaker('200ms', 100),
};
/** Systems that are not in the sum. */
export const APART = ['M/M/1 at 80 %, short', 'groups of calls', 'breaker', 'rare breaker'];
