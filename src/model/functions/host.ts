import type { Outcome } from '../../spec/outcome.js';

/** Requests under way that one limit counts: those of a function, or of all functions of an account. */
export interface Account {
  running: number;
}

/** What runs the requests of a function. */
export interface Host {
  readonly component: number;
  /** The instance that a request goes to, of those that are up. */
  place(candidates: Int32Array, count: number): number;
  /** A request wants an environment: its outcome, or PENDING. */
  begin(strand: number): Outcome;
  /** A request that was given one has ended, whichever way. */
  left(strand: number): void;
  /** A request has left while it waited. */
  gone(strand: number): void;
  /** The environment of a request, -1 = it has none. */
  environmentOf(strand: number): number;
}
