/** The answers that all kinds of one policy give alike; a kind that differs overrides them. */
const ATTEMPTS = { isDefault: false, level: 'attempt', state: 'scoped', dryRun: true } as const;

export const BREAKER = { ...ATTEMPTS, policy: 'circuitBreaker' } as const;
export const BULKHEAD = { ...ATTEMPTS, policy: 'bulkhead' } as const;
export const CONCURRENCY_LIMIT = {
  ...ATTEMPTS,
  policy: 'concurrencyLimit',
  keyed: 'states',
} as const;
export const RATE_LIMIT = { ...ATTEMPTS, policy: 'rateLimit', keyed: 'inside' } as const;
export const THROTTLE = {
  ...ATTEMPTS,
  policy: 'throttle',
  keyed: 'states',
} as const;
export const HEDGE = {
  policy: 'hedge',
  isDefault: false,
  level: 'call',
  state: 'scoped',
} as const;
