import { NS_PER_SECOND, type Ns } from '../../../kernel/time.js';
import type { Outcome } from '../../../contracts/outcome.js';
import type { Placer } from '../../resources/picking/placer.js';

/** Requests that one limit counts: those of a function, or of all functions of an account. */
export class Account {
  running = 0;
  /** Time at which a whole second of calls is allowed again. */
  private fullAt: Ns = 0;
  private readonly eachNs: Ns;

  constructor(
    readonly limit: number,
    callRate: number,
  ) {
    this.eachNs = Math.floor(NS_PER_SECOND / (callRate * Math.max(1, limit)));
  }

  /** Takes a call from those of the last second; returns false if there have been as many as it allows. */
  takesCall(now: Ns): boolean {
    const after = Math.max(this.fullAt, now) + this.eachNs;
    if (after > now + NS_PER_SECOND) return false;
    this.fullAt = after;
    return true;
  }
}

/** Runs the requests of a function. */
export interface Host extends Placer {
  readonly component: number;
  /** A request asks for an environment: returns its outcome, or PENDING. */
  begin(strand: number): Outcome;
  /** A request with an environment has ended, for any reason. */
  left(strand: number): void;
  /** A request has left while it waited. */
  abandoned(strand: number): void;
  /** The environment of a request, -1 = none. */
  environmentOf(strand: number): number;
}
