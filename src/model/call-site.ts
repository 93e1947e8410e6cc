import type { Ns } from '../kernel/time.js';
import type { Outcome } from '../spec/outcome.js';

/** What the call machinery needs from the rest of the model. */
export interface CallSite {
  /**
   * Sends one attempt of the frame on the wire, and sets `frames.job`: PASS; or an outcome where it can
   * go nowhere.
   */
  send(frame: number): number;
  /**
   * The caller gives up on the attempt because of `outcome` (timeout, deadlineExceeded or cancelled);
   * `tell`: the callee gets a message about it.
   */
  abandon(frame: number, job: number, outcome: Outcome, tell: boolean): void;
  /**
   * Writes into `child` whom it calls, how and until when: what is called instead of a failed frame, or
   * the question to the store of a layer of its bundle, by the number of that layer (-1: instead).
   */
  beside(frame: number, child: number, question: number): void;
  /** Starts the steps that a caller runs instead of a failed frame; -1 where it makes a call instead. */
  stepsInstead(frame: number, layer: number): number;
  stopSteps(strand: number): void;
  /** A call has ended; measured before the owner goes on. */
  callEnded(frame: number, outcome: Outcome): void;
  /** A hint that goes with the outcome of a call, for the strand that made it; before that outcome. */
  hinted(strand: number, hint: Ns): void;
  /** Hands the outcome of a call that took time to the strand that made it. */
  callAnswered(strand: number, stamp: number, outcome: Outcome): void;
  count(frame: number, counter: number): void;
  idempotent(frame: number): boolean;
  /** Ties the attempts of a frame to those of another, see CallContext.tie. */
  tie(frame: number, other: number): void;
  /** The frame, whose attempt on the wire is `job` (-1: none), gets its first sibling. */
  forked(job: number): void;
  /** True when the process of the caller is paused: it takes the event and lets it happen at its thaw. */
  stalls(frame: number, op: number, target: number, stamp: number): boolean;
}
