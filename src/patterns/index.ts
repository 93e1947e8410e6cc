// One line per pattern. registry.ts sorts them, so the order here decides nothing.
export { bulkheadSemaphore } from './policies/bulkhead-semaphore.js';
export { circuitBreakerGobreaker } from './policies/circuit-breaker-gobreaker.js';
export { circuitBreakerSimple } from './policies/circuit-breaker-simple.js';
export { deadline } from './policies/deadline.js';
export { fallback } from './policies/fallback.js';
export { rateLimitTokenBucket } from './policies/rate-limit-token-bucket.js';
export { retry } from './policies/retry.js';
export { timeout } from './policies/timeout.js';

export { crash } from './faults/crash.js';
export { error } from './faults/error.js';
export { hang } from './faults/hang.js';
export { latency } from './faults/latency.js';
export { load } from './faults/load.js';
export { loss } from './faults/loss.js';
export { partition } from './faults/partition.js';
export { pause } from './faults/pause.js';
export { slow } from './faults/slow.js';
