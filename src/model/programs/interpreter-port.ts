import type { Outcome } from '../../spec/outcome.js';
import type { Instance } from '../processes/instance.js';
import type { Run } from '../run.js';

/** The operations of the interpreter for parts that a strand waits for. */
export interface InterpreterPort {
  /** A strand continues: at once, or when its instance resumes. */
  resume(strand: number): void;
  /** The CPU work of a strand is done. */
  workDone(strand: number): void;
  /** An act that was PENDING has its outcome. */
  acted(strand: number, outcome: Outcome): void;
  /** Makes a call for a step; returns PENDING, or its outcome. */
  call(strand: number, pc: number, edgeId: number): Outcome;
  /** Applies the outcome of the CALL before pc; returns false if the strand has ended. */
  settled(strand: number, outcome: Outcome): boolean;
  /** A strand that waited for others continues by itself, through the instant ring. */
  wake(strand: number): void;
  /** A strand that waited for others gets its answer. */
  answer(strand: number, outcome: Outcome): void;
  yieldWorker(strand: number, instance: Instance): void;
}

/** A run, and the interpreter for steps that take time. */
export interface ActRun extends Run {
  readonly interpreter: InterpreterPort;
}
