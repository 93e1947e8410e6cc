import { pow } from '../../kernel/math.js';
import { NS_PER_SECOND, type Ns } from '../../kernel/time.js';
import type { BackoffConfig, Jitter } from '../../contracts/scenario/backoff.js';
import { SIDEKIQ_SPREAD_NS } from './backoff.js';

/** Number of delays summed: an unbounded back-off exceeds every run by then. */
const MOST_DELAYS = 1000;

/** The longest total delay between this many attempts. */
export function longestBackoff(backoff: BackoffConfig, attempts: number): Ns {
  if (attempts === Infinity) return Infinity;
  let sum = 0;
  for (let n = 0; n < Math.min(attempts - 1, MOST_DELAYS); n++) sum += longestDelay(backoff, n);
  return sum;
}

function longestDelay(backoff: BackoffConfig, n: number): Ns {
  switch (backoff.kind) {
    case 'constant':
      return spread(backoff.base, backoff.jitter);
    case 'linear':
      return spread(Math.min(backoff.max ?? Infinity, backoff.base * (n + 1)), backoff.jitter);
    case 'exponential':
      return spread(
        Math.min(backoff.max ?? Infinity, backoff.base * pow(backoff.factor, n)),
        backoff.jitter,
      );
    case 'grpc':
      return 1.2 * Math.min(backoff.max ?? Infinity, backoff.base * pow(backoff.factor, n));
    case 'envoy':
      return Math.min(backoff.max ?? backoff.base * 10, backoff.base * pow(2, n));
    case 'sidekiq': {
      const grown = backoff.base + pow(n, 4) * NS_PER_SECOND;
      return Math.min(backoff.max ?? Infinity, grown) + SIDEKIQ_SPREAD_NS * (n + 1);
    }
    case 'decorrelated':
      return Math.min(backoff.max ?? Infinity, backoff.base * pow(3, n + 1));
    case 'decorrelatedV2':
      // The median. The tail has no simple bound, so lint takes the shorter value.
      return Math.min(backoff.max ?? Infinity, backoff.base * pow(2, n));
  }
}

function spread(delay: Ns, jitter: Jitter): Ns {
  if (jitter.kind === 'share') return delay * (1 + jitter.share);
  return jitter.kind === 'duration' ? delay + jitter.spanNs : delay;
}

/** The shortest delay before the second attempt; 0 if jitter can reduce it to zero. */
export function shortestBackoff(backoff: BackoffConfig): Ns {
  switch (backoff.kind) {
    case 'constant':
      return least(backoff.base, backoff.jitter);
    case 'linear':
    case 'exponential':
      return least(Math.min(backoff.max ?? Infinity, backoff.base), backoff.jitter);
    case 'sidekiq':
      return Math.min(backoff.max ?? Infinity, backoff.base);
    case 'grpc':
      return 0.8 * Math.min(backoff.max ?? Infinity, backoff.base);
    case 'envoy':
    case 'decorrelated':
    case 'decorrelatedV2':
      return 0;
  }
}

function least(delay: Ns, jitter: Jitter): Ns {
  switch (jitter.kind) {
    case 'full':
      return 0;
    case 'equal':
      return delay / 2;
    case 'share':
      return Math.max(0, delay * (1 - jitter.share));
    case 'none':
    case 'duration':
      return delay;
  }
}
