import type { Outcome } from '../spec/outcome.js';

/**
 * A step that leaves the process by another way than a call: publishing a message, asking a cache kept
 * in the process, taking a lock. The program stands behind the step when it begins.
 */
export interface Act {
  /**
   * Does the step for a strand: its outcome, or PENDING, and `Interpreter.acted` later. `pc` is the place
   * of the instruction, which names its draws. A success may set the strand's pc elsewhere.
   */
  begin(strand: number, pc: number): Outcome;
  /** The strand has left while it was PENDING: nothing of it may come back. */
  left(strand: number): void;
}
