import type { Tree } from '../figures.js';

/** A rate limit of each kind that refuses some of 100 requests a second. */
export const LIMITS: Readonly<Record<string, Tree>> = {
  tokenBucket: { rate: '40/s', burst: 2 },
  gcra: { rate: '40/s', burst: 2 },
  leakyBucket: { rate: '40/s', burst: 2 },
  fixedWindow: { limit: 20, window: '500ms' },
  slidingWindow: { limit: 20, window: '500ms' },
  slidingLog: { limit: 20, window: '500ms' },
  envoy: { maxTokens: 10, tokensPerFill: 4, fillInterval: '100ms' },
  kong: { second: 30, limitBy: 'service' },
  resilience4j: { limitForPeriod: 4, limitRefreshPeriod: '100ms', timeoutDuration: '20ms' },
};

/** A concurrency limit of each kind that refuses some of 100 requests per second of 40 ms each. */
export const GATES: Readonly<Record<string, Tree>> = {
  fixed: { limit: 2 },
  aimd: { initial: 3, min: 1, max: 6, timeout: '60ms' },
  vegas: { initial: 3, max: 6 },
  gradient2: { initial: 3, min: 1, max: 6 },
  envoyGradient: { min: 1, max: 6, requestCount: 5, minRttInterval: '500ms' },
};
