import type { Outcome } from '../../contracts/outcome.js';

/**
 * A step that leaves the process other than by a call: publishing a message, using an in-process cache, taking a lock.
 * When it begins, the program counter already points past the step.
 */
export interface Act {
  /**
   * Performs the step for a strand: returns its outcome, or PENDING and later calls `Interpreter.acted`. `pc` is the
   * place of the instruction, which names its draws. A successful step may set the strand's pc.
   */
  begin(strand: number, pc: number): Outcome;
  /** The strand has left while the step was PENDING; it must not report back. Absent if then there is nothing to do. */
  left?(strand: number): void;
  /** A step that was PENDING reports its outcome. Absent if nothing watches it. */
  ended?(strand: number, outcome: Outcome): void;
}
