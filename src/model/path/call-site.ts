import type { CalledEndpoint } from '../../contracts/patterns/policy.js';
import type { Ns } from '../../kernel/time.js';
import type { Outcome } from '../../contracts/outcome.js';

/** The operations of the model that the call machinery uses. */
export interface CallSite {
  /** Sends one attempt of the frame and sets `frames.job`. Returns PASS, or an outcome if it cannot be sent. */
  send(frame: number): number;
  /**
   * The caller abandons the attempt because of `outcome` (timeout, deadlineExceeded or cancelled). `notify`: the callee
   * gets a message about it.
   */
  abandon(frame: number, job: number, outcome: Outcome, notify: boolean): void;
  /**
   * Sets target, chain and deadline of `child`, a separate call for `frame`. `question` -1: the call that replaces a
   * failed frame; otherwise: the query to the store of that layer of its bundle.
   */
  beside(frame: number, child: number, question: number): void;
  /** Starts the steps that a caller runs instead of a failed frame; returns -1 if it makes a call instead. */
  stepsInstead(frame: number, layer: number): number;
  stopSteps(strand: number): void;
  /** A call has ended; measured before the owner continues. */
  callEnded(frame: number, outcome: Outcome): void;
  /** Passes a retry hint to the strand that made a call, before the outcome of that call. */
  hinted(strand: number, hint: Ns): void;
  /** Passes the outcome of a call that took time to the strand that made it. */
  callAnswered(strand: number, stamp: number, outcome: Outcome): void;
  count(frame: number, counter: number): void;
  endpoint(frame: number): CalledEndpoint;
  /** Counts a retry that a layer sends. */
  retried(frame: number, layer: number): void;
  /** A layer ends a call that it has held. */
  finished(frame: number, layer: number, outcome: Outcome): void;
  /** Ties the attempts of a frame to those of another, see CallContext.tie. */
  tie(frame: number, other: number): void;
  /** Returns true if the process of the caller is paused; the event then happens when it resumes. */
  stalls(frame: number, op: number, target: number, stamp: number): boolean;
}
