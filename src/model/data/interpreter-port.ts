import type { Outcome } from '../../contracts/outcome.js';
import type { Instance } from './instances/instance.js';
import type { Run } from './run.js';

/** The operations of the interpreter for the parts that strands wait for, and for its own instructions. */
export interface InterpreterPort {
  /** A strand continues: at once, or when its instance resumes. */
  resume(strand: number): void;
  /** The CPU work of a strand is done. */
  workDone(strand: number): void;
  /** CPU work of `times` the drawn demand: returns true if it takes no time, false if the strand has to wait for it. */
  work(strand: number, pc: number, sampler: number, times: number): boolean;
  sleep(strand: number, wakes: number): void;
  /** An act that was PENDING has its outcome. */
  acted(strand: number, outcome: Outcome): void;
  /** Makes a call for a step; returns PENDING, or its outcome. */
  call(strand: number, pc: number, edgeId: number): Outcome;
  /** Applies the outcome of the CALL before pc; returns false if the strand has ended. */
  settled(strand: number, outcome: Outcome): boolean;
  /** A strand that waited for others continues in a separate event, through the instant ring. */
  wake(strand: number): void;
  /** A strand that waited for others gets its answer. */
  answer(strand: number, outcome: Outcome): void;
  /** Ends the strand: a branch is joined, a job answered. */
  end(strand: number, outcome: Outcome): void;
  yieldWorker(strand: number, instance: Instance): void;
}

/** A run, and the interpreter for steps that take time. */
export interface ActRun extends Run {
  readonly interpreter: InterpreterPort;
}
