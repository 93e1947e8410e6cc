import type { RunRecord } from '../contracts/record/record.js';
import type { TaskError } from './task-error.js';

/** Identifies a run well enough to repeat it. */
export interface RunIdentity {
  readonly variant: string;
  readonly seed: number;
  readonly replication: number;
}

/** Why a guard ended a run. */
export type GuardReason = Exclude<RunRecord['stop'], 'horizon' | 'drained'>;

/** A resource guard stopped a run, so there is no result to report. */
export class GuardStop extends Error {
  readonly run: RunIdentity;
  readonly reason: GuardReason;

  /** `detail`: what the run was doing, with the name of the loop or the queue. */
  constructor(run: RunIdentity, reason: GuardReason, detail: string) {
    super(detail);
    this.name = 'GuardStop';
    this.run = run;
    this.reason = reason;
  }
}

/** A run threw: an invariant of the program broke, or its thread died. Never the user's mistake. */
export class RunFailure extends Error {
  readonly run: RunIdentity;
  /** The error as its thread described it; `stack` is for --debug. */
  readonly error: TaskError;

  constructor(run: RunIdentity, error: TaskError) {
    super(error.message);
    this.name = 'RunFailure';
    this.run = run;
    this.error = error;
  }
}
