import type { Outcome } from '../../contracts/outcome.js';
import type { CallContext } from '../../contracts/patterns/policy.js';

/** The operations of calls for the parts below the path of a call: its layers, connections and transactions. */
export interface CallsPort extends CallContext {
  /** Op of the timers of layers; lanes for them are owned by `frames`. */
  readonly timerOp: number;
  /** The answer of the frame's attempt has arrived; its strand is free already. */
  answer(frame: number, outcome: Outcome): void;
  /** The owner abandons the entire call; every layer releases its resources. */
  drop(frame: number, notify: boolean): void;
  /**
   * Sends a call that was held back; its layers have stayed entered. Returns PENDING, or the outcome if it was settled
   * without time passing.
   */
  sendHeld(frame: number, ownerStamp: number): Outcome;
  /** Ends a held call without sending it: its layers are left with the outcome, and no strand receives it. */
  endHeld(frame: number, outcome: Outcome): void;
}
