import { readFileSync } from 'node:fs';
import { messages } from '../topologies.mjs';

/**
 * What is compared. A group is measured in one interleaved run; its first work is the reference of the others. A work is a
 * run of a scenario in a warm thread (`text` and `variant`), of the program in C (`c`), or a process (`command`). `per` is
 * what its time is divided by: `events` and `attempts` of the reference or of the run itself, or a number.
 */

/** One server that is busy for 80 % of the time; two events for each of the customers. */
const W1_SECONDS = 250;
const W1 = `
faultline: 1
title: One server
run: { duration: ${W1_SECONDS}s }
network: { latency: 0s }
services:
  shop: { concurrency: 1, queue: { capacity: 1000000 }, endpoints: { buy: [ wait: exponential(1ms) ] } }
workloads:
  users: { arrivals: poisson(800/s), requests: [ { call: shop.buy } ] }
`;

/** Three services in a row with bounded queues, timeouts, retries, and failures of the last one. */
const W2_SECONDS = 60;
const W2 = `
faultline: 1
title: Three services in a row
run: { duration: ${W2_SECONDS}s }
network: { latency: 0s }
policies:
  outer: { timeout: 500ms, retry: { attempts: 2, on: [any], backoff: { kind: exponential, base: 10ms, jitter: full } } }
  inner: { timeout: 100ms, retry: { attempts: 3, on: [any], backoff: { kind: exponential, base: 10ms, jitter: full } } }
services:
  front:
    concurrency: 64
    queue: { capacity: 256 }
    cancellation: ignore
    endpoints: { get: [ wait: exponential(2ms), { call: middle.get, policy: outer } ] }
  middle:
    concurrency: 32
    queue: { capacity: 128 }
    cancellation: ignore
    endpoints: { get: [ wait: exponential(8ms), { call: back.get, policy: inner } ] }
  back:
    concurrency: 32
    queue: { capacity: 128 }
    cancellation: ignore
    endpoints: { get: [ wait: exponential(10ms), { fail: serverError, probability: 10% } ] }
workloads:
  users: { arrivals: poisson(1000/s), requests: [ { call: front.get } ] }
`;

const MESSAGES = 200_000;

const shipped = (name) =>
  readFileSync(new URL(`../../scenarios/${name}.yaml`, import.meta.url), 'utf8');
const flagship = ['naive', 'timeouts', 'retries', 'breaker', 'full'].map((variant) => ({
  name: `checkout, ${variant}`,
  text: shipped('checkout'),
  variant,
  per: 'attempts',
}));
const SAGA = { name: 'order-saga', text: shipped('order-saga'), per: 'attempts' };

const layersOf = (services) => ({
  name: `${services} services`,
  text: topology(services),
  per: 'attempts',
});

const program = new URL('../../dist/cli/main.js', import.meta.url).pathname;

export const GROUPS = [
  {
    unit: 'model event',
    works: [
      { name: 'C, W1', c: ['w1', '2000000'], per: 'events' },
      { name: 'W1', text: W1, per: 2 * 800 * W1_SECONDS },
    ],
  },
  {
    unit: 'model event',
    works: [
      { name: 'C, W2', c: ['w2', '600'], per: 'events' },
      { name: 'W2', text: W2, per: 'events of the reference', scale: W2_SECONDS / 600 },
    ],
  },
  {
    unit: 'attempt',
    works: [{ name: 'C, W2', c: ['w2', '600'], per: 'attempts' }, ...flagship, SAGA],
  },
  {
    unit: 'message',
    works: [
      { name: 'C, messages', c: ['messages', '4000000'], per: 'events' },
      { name: 'messages', text: messages(MESSAGES), per: MESSAGES },
    ],
  },
  { unit: 'attempt', works: [layersOf(10), layersOf(100), layersOf(1000)] },
  {
    unit: 'process',
    works: [
      { name: 'node -e 0', command: ['-e', '0'], per: 1 },
      {
        name: 'run first.yaml',
        command: [program, 'run', 'scenarios/first.yaml', '--quiet', '--out'],
        per: 1,
      },
    ],
  },
];

/** Services in three layers, each of which calls two of the next one: seven attempts per request, whatever their number. */
function topology(services) {
  const top = Math.max(1, Math.floor((services * 14) / 100));
  const middle = Math.max(2, Math.floor((services * 29) / 100));
  const layers = [
    ['a', top, ['b', middle]],
    ['b', middle, ['c', services - top - middle]],
    ['c', services - top - middle, null],
  ];
  const lines = layers.flatMap(([layer, size, below]) =>
    Array.from({ length: size }, (_, k) => {
      const calls = (below === null ? [] : [0, 1]).map(
        (call) => `{ call: ${below[0]}${(k * 7 + call * 13) % below[1]}.go, policy: p }`,
      );
      const steps = ['wait: exponential(1ms)', ...calls].join(', ');
      return `  ${layer}${k}: { concurrency: 256, endpoints: { go: [ ${steps} ] } }`;
    }),
  );
  const requests = Array.from({ length: top }, (_, k) => `{ name: r${k}, call: a${k}.go }`);
  return `
faultline: 1
title: Layers
run: { duration: 60s }
network: { latency: 200us }
policies:
  p: { timeout: 500ms, retry: { attempts: 2, on: [any], backoff: { kind: exponential, base: 10ms, jitter: full } } }
services:
${lines.join('\n')}
workloads:
  users: { arrivals: poisson(1000/s), requests: [ ${requests.join(', ')} ] }
`;
}
