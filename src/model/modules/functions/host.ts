import type { Outcome } from '../../../contracts/outcome.js';
import type { Placer } from '../../resources/picking/placer.js';

/** Running requests that one limit counts: those of a function, or of all functions of an account. */
export interface Account {
  running: number;
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
