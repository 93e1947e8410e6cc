import { gauge, portion, counted } from './entry.js';

/** Metrics of edges: attempts, and the decisions of policies. */
export const EDGE_METRICS = [
  counted('attempts', ['edge'], 'low', 'Tries sent on the wire; the mean over runs.'),
  counted(
    'calls',
    ['edge'],
    'none',
    'Calls made, each counted once regardless of its tries; the mean over runs.',
  ),
  counted(
    'amplification',
    ['edge', 'cascade'],
    'low',
    'Attempts sent per call made; for the cascade, the largest of any edge. In a short window it can exceed `attempts`: ' +
      'those of earlier calls count where they are sent.',
  ),
  counted('budgetDenied', ['edge'], 'low', 'Retries and hedges that a budget refused.'),
  counted(
    'hedges',
    ['edge'],
    'none',
    'Attempts that a hedge sent in parallel to others of the same call.',
  ),
  counted(
    'hedges.dropped',
    ['edge'],
    'none',
    'Attempts dropped by a server because the other tied attempt had started.',
  ),
  counted('retries', ['edge'], 'low', 'Attempts beyond the first that a retry policy sent.'),
  counted(
    'proxy.retries',
    ['edge'],
    'low',
    'Those of `retries` that a proxy of the service mesh sent.',
  ),
  gauge(
    'leftBehind',
    ['edge'],
    'low',
    'Calls whose caller has given up, while their work goes on and holds its threads, permits and connections: see ' +
      '`onTimeout: detach`.',
  ),
  counted('fallbacks', ['edge'], 'none', 'Calls answered by a fallback.'),
  portion(
    'breaker.openFor',
    ['edge'],
    'low',
    'Share of time in which the circuit breakers of the edge were open, over all of them.',
  ),
  counted(
    'breaker.transitions',
    ['edge'],
    'low',
    'Changes of state of the circuit breakers of the edge.',
  ),
  counted('breaker.rejected', ['edge'], 'low', 'Calls that an open circuit breaker refused.'),
  counted(
    'bulkhead.rejected',
    ['edge'],
    'low',
    'Calls that a full bulkhead or concurrency limit refused.',
  ),
  counted('throttle.rejected', ['edge'], 'low', 'Calls that a client-side throttle refused.'),
  counted(
    'wouldReject',
    ['gateway', 'route', 'service', 'endpoint', 'edge'],
    'low',
    'Calls, or requests in a middleware chain, that policies and middleware with `dryRun` would have refused.',
  ),
  counted(
    'coalesced',
    ['gateway', 'route', 'service', 'endpoint', 'edge'],
    'low',
    'Calls, or requests in a middleware chain, that shared the response of another one.',
  ),
  counted(
    'hinted',
    ['edge'],
    'low',
    'Retries and hedges timed by a Retry-After or pushback of the callee.',
  ),
] as const;
