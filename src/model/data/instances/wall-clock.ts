import { engine } from '../../../kernel/engine.js';
import type { Ns } from '../../../kernel/time.js';

/** A wall clock that differs from the time of the run, and the tokens that are checked against it. */
export interface WallClock {
  /** How far it is ahead; negative = behind. */
  readonly aheadNs: Ns;
  /** Lifetime of the tokens, and the difference that their verifier tolerates. */
  readonly tokenLifetimeNs: Ns;
  readonly leewayNs: Ns;
}

/**
 * The time that a process reads from its wall clock. Timers, timeouts and durations are measured with a monotonic
 * clock, which is always that of the run.
 */
export function wallTime({ clock }: { readonly clock: WallClock | null }): Ns {
  return clock === null ? engine.now : engine.now + clock.aheadNs;
}

/**
 * Whether a process refuses a token of this age: it has expired, or is not valid yet.
 * Source: RFC 7519 sections 4.1.4 and 4.1.5.
 */
export function refusesToken({ aheadNs, tokenLifetimeNs, leewayNs }: WallClock, age: Ns): boolean {
  const seen = age + aheadNs;
  return seen >= tokenLifetimeNs + leewayNs || seen < -leewayNs;
}
