// One line per pattern. registry.ts sorts them, so the order here decides nothing.
export { bulkheadSemaphore } from './policies/bulkhead-semaphore.js';
export { circuitBreakerGobreaker } from './policies/circuit-breaker-gobreaker.js';
export { circuitBreakerHystrix } from './policies/circuit-breaker-hystrix.js';
export { circuitBreakerPolly } from './policies/circuit-breaker-polly.js';
export { circuitBreakerSimple } from './policies/circuit-breaker-simple.js';
export { deadline } from './policies/deadline.js';
export { fallback } from './policies/fallback.js';
export { rateLimitEnvoy } from './policies/rate-limit-envoy.js';
export { rateLimitFixedWindow } from './policies/rate-limit-fixed-window.js';
export { rateLimitGcra } from './policies/rate-limit-gcra.js';
export { rateLimitKong } from './policies/rate-limit-kong.js';
export { rateLimitLeakyBucket } from './policies/rate-limit-leaky-bucket.js';
export { rateLimitResilience4j } from './policies/rate-limit-resilience4j.js';
export { rateLimitSlidingLog } from './policies/rate-limit-sliding-log.js';
export { rateLimitSlidingWindow } from './policies/rate-limit-sliding-window.js';
export { rateLimitTokenBucket } from './policies/rate-limit-token-bucket.js';
export { retry } from './policies/retry.js';
export { timeout } from './policies/timeout.js';

export { first } from './balancers/first.js';
export { leastConnections } from './balancers/least-connections.js';
export { leastRequest } from './balancers/least-request.js';
export { maglev } from './balancers/maglev.js';
export { peakEwma } from './balancers/peak-ewma.js';
export { random } from './balancers/random.js';
export { ringHash } from './balancers/ring-hash.js';
export { roundRobin } from './balancers/round-robin.js';

export { crash } from './faults/crash.js';
export { error } from './faults/error.js';
export { hang } from './faults/hang.js';
export { latency } from './faults/latency.js';
export { load } from './faults/load.js';
export { loss } from './faults/loss.js';
export { partition } from './faults/partition.js';
export { pause } from './faults/pause.js';
export { slow } from './faults/slow.js';
