import { invariant } from '../../kernel/invariant.js';
import { pow, powi, tanh } from '../../kernel/math.js';
import { unit, type StreamKey } from '../../kernel/rng.js';
import { NS_PER_SECOND, type Ns } from '../../kernel/time.js';
import type { BackoffConfig, Jitter } from '../../contracts/scenario/backoff.js';

/** Longest possible delay, 52 days: added to any time of a run, it is still a whole number of ns. */
const MAX_DELAY_NS = 4_503_599_627_370_496;

/** Spread of the first retry of a job; grows with each one (sidekiq/sidekiq lib/sidekiq/job_retry.rb). */
export const SIDEKIQ_SPREAD_NS = 10 * NS_PER_SECOND;

/**
 * Delays before retries. Draw number n of a call is unit(key, lineage, n), n = 1 for the first
 * retry, so the nth retry of a call waits equally long in every variant.
 */
export class Backoff {
  private readonly config: BackoffConfig;
  private readonly key: StreamKey;
  /** Cap of a delay before the jitter, and after it. */
  private readonly maxNs: Ns;
  private readonly lastNs: Ns;

  /** `cutLast`: the library caps a delay after the jitter, not before. */
  constructor(config: BackoffConfig, key: StreamKey, cutLast = false) {
    this.config = config;
    this.key = key;
    const written = config.kind === 'constant' ? undefined : config.max;
    const ceiling = config.kind === 'envoy' ? config.base * 10 : MAX_DELAY_NS;
    const maxNs = Math.min(MAX_DELAY_NS, written ?? ceiling);
    this.maxNs = cutLast ? MAX_DELAY_NS : maxNs;
    this.lastNs = cutLast ? maxNs : MAX_DELAY_NS;
  }

  /** The delay before retry `retry` (1 is the first) of the call with this lineage, in whole ns. */
  delayNs(retry: number, lineageA: number, lineageB: number): Ns {
    const delay = this.exact(retry, lineageA, lineageB);
    return Math.min(this.lastNs, Math.round(delay));
  }

  /** The same for a gRPC back-off that restarted: step `step`, with the random draws of retry `retry`. */
  restartedNs(step: number, retry: number, lineageA: number, lineageB: number): Ns {
    const { config } = this;
    invariant(config.kind === 'grpc', 'backoff-that-cannot-restart');
    const grown = config.kind === 'grpc' ? this.grown(config.factor, step) : 0;
    return Math.round(grown * (0.8 + 0.4 * this.draw(retry, lineageA, lineageB)));
  }

  private exact(retry: number, a: number, b: number): number {
    const config = this.config;
    switch (config.kind) {
      case 'constant':
        return this.spread(config.base, config.jitter, retry, a, b);
      case 'linear':
        return this.spread(this.capped(retry * config.base), config.jitter, retry, a, b);
      case 'exponential':
        return this.spread(this.grown(config.factor, retry), config.jitter, retry, a, b);
      case 'decorrelated':
        return this.decorrelated(retry, a, b);
      case 'decorrelatedV2':
        return this.smooth(retry, a, b);
      case 'grpc':
        return this.grown(config.factor, retry) * (0.8 + 0.4 * this.draw(retry, a, b));
      case 'envoy':
        return this.grown(2, retry) * this.draw(retry, a, b);
      case 'sidekiq': {
        const grown = this.capped(config.base + powi(retry - 1, 4) * NS_PER_SECOND);
        return grown + SIDEKIQ_SPREAD_NS * retry * this.draw(retry, a, b);
      }
    }
  }

  private spread(delay: number, jitter: Jitter, retry: number, a: number, b: number): number {
    switch (jitter.kind) {
      case 'none':
        return delay;
      case 'full':
        return delay * this.draw(retry, a, b);
      case 'equal':
        return delay / 2 + (delay / 2) * this.draw(retry, a, b);
      case 'share':
        return delay * (1 + jitter.share * (2 * this.draw(retry, a, b) - 1));
      case 'duration':
        return delay + jitter.spanNs * this.draw(retry, a, b);
    }
  }

  /** Each delay depends on the previous one. Draws are pure functions, so the sequence is recomputed. */
  private decorrelated(retry: number, a: number, b: number): number {
    const baseNs = this.config.base;
    let delay = baseNs;
    for (let n = 1; n <= retry; n++) {
      delay = this.capped(baseNs + (3 * delay - baseNs) * this.draw(n, a, b));
    }
    return delay;
  }

  private smooth(retry: number, a: number, b: number): number {
    // Beyond this, 2^t exceeds every cap, and the difference of two such powers exceeds the precision.
    if (retry > 60) return this.maxNs;
    const before = retry === 1 ? 0 : smoothed(retry - 2 + this.draw(retry - 1, a, b));
    const after = smoothed(retry - 1 + this.draw(retry, a, b));
    return this.capped(((after - before) / 1.4) * this.config.base);
  }

  private grown(factorPerRetry: number, retry: number): number {
    return this.capped(this.config.base * powi(factorPerRetry, retry - 1));
  }

  private capped(delay: number): number {
    return Math.min(this.maxNs, delay);
  }

  private draw(retry: number, a: number, b: number): number {
    return unit(this.key.a, this.key.b, a, b, retry);
  }
}

function smoothed(t: number): number {
  return pow(2, t) * tanh(Math.sqrt(4 * t));
}
