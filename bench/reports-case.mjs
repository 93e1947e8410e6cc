// Thirty services in five layers behind six entries, in five variants, as a scenario: for the time that its report takes.

const LAYERS = 5;
const WIDTH = 6;
/** Requests per second, all entries together. */
const RATE = 300;

/** The text of the scenario. */
export function thirtyByFive({ seconds = 90, replications = 3 } = {}) {
  const services = [];
  for (let layer = 0; layer < LAYERS; layer++) {
    for (let k = 0; k < WIDTH; k++) {
      const calls = [0, 1].map((j) => `call: ${name(layer + 1, (k + j) % WIDTH)}.get`);
      const steps = layer === LAYERS - 1 ? 'wait: exponential(5ms)' : calls.join(', ');
      services.push(
        `  ${name(layer, k)}: { replicas: 2, concurrency: 48, queue: { capacity: 96 }, outbound: { default: calls }, endpoints: { get: { readOnly: true, steps: [ work: exponential(300us), ${steps} ] } } }`,
      );
    }
  }
  const requests = Array.from(
    { length: WIDTH },
    (_, k) => `{ name: get${k}, call: ${name(0, k)}.get }`,
  );
  return `faultline: 1
title: Thirty services, five variants
run: { duration: ${seconds}s, warmup: 5s, seed: 7, replications: ${replications} }
network: { latency: 300us }
policies:
  calls: { timeout: 400ms }
services:
${services.join('\n')}
workloads:
  users: { arrivals: poisson(${RATE}/s), requests: [ ${requests.join(', ')} ] }
faults:
  - { id: hang, kind: hang, target: ${name(4, 2)}, at: 30s, for: 20s }
  - { id: slow, kind: slow, target: ${name(3, 4)}, factor: 2, at: 25s, for: 30s }
variants:
  - { name: naive, remove: [policies.calls.timeout] }
  - { name: timeouts }
  - name: retries
    set: { policies.calls.retry: { attempts: 3, backoff: { kind: exponential, base: 50ms, jitter: full } } }
  - name: breaker
    set: { policies.calls.circuitBreaker: { kind: gobreaker, interval: 5s, timeout: 5s, maxRequests: 3, tripAfter: { failureRatio: 50%, minRequests: 10 } } }
  - name: full
    extends: breaker
    set: { policies.calls.retry: { attempts: 2, backoff: { kind: exponential, base: 50ms, jitter: full } } }
`;
}

function name(layer, index) {
  return `layer${layer}-${index}`;
}
