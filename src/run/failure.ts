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
  /** `detail`: what the run was doing, with the name of the loop or the queue. */
  constructor(
    readonly run: RunIdentity,
    readonly reason: GuardReason,
    detail: string,
  ) {
    super(detail);
    this.name = 'GuardStop';
  }
}

/** A run threw: an invariant of the program broke, or its thread died. Never the user's mistake. */
export class RunFailure extends Error {
  constructor(
    readonly run: RunIdentity,
    /** The error as its thread described it; `stack` is for --debug. */
    readonly error: TaskError,
  ) {
    super(error.message);
    this.name = 'RunFailure';
  }
}
