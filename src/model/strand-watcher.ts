import type { Outcome } from '../spec/outcome.js';

/** Part of the model that follows strands to their end, whatever they run. */
export interface StrandWatcher {
  /** The program of a job has ended, or was given an outcome instead. */
  ended?(strand: number, outcome: Outcome): void;
  /** A strand was stopped, with all its work. */
  stopped?(strand: number): void;
  /** A job was stopped because its process is down. */
  died?(strand: number): void;
}
