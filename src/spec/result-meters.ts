import type { ComponentKind } from './component-kind.js';
import type { Estimate, LatencyResult } from './result.js';

/** Figures of something that is no caller and no callee: a topic, its group. Pooled over replications. */
export interface MeteredResult {
  /** Kind of the component, also where this is its part. */
  readonly kind: ComponentKind;
  readonly meters: Readonly<Record<string, MeterResult>>;
  /** Of a saga: one for each rule that some have broken; left out where none has. */
  readonly broken?: readonly BrokenSaga[];
  /** Of what has a lag or an outbox: by fault, how long after it the backlog lives; left out where no fault is. */
  readonly drain?: Readonly<Record<string, DrainResult>>;
  /** Of where dead letters come to rest: how many of each run do; left out elsewhere. */
  readonly deadLetters?: readonly number[];
  /** True of a queue whose messages wait there for their time to live alone; else left out. */
  readonly holdsBack?: true;
  /**
   * Of what comes out of an outbox or of a queue that holds it back, and is old when it comes: the longest that one has
   * waited here itself, in seconds. Elsewhere left out, it is the largest age.
   */
  readonly waitedHere?: number;
  /** Of a service whose version changes; left out elsewhere. */
  readonly rollout?: RolloutResult;
  /** True where all that it dead-letters goes where it is read or passed on again; else left out. */
  readonly passesOn?: true;
}

/** Seconds from the end of a fault until the lag is back where it was before; null value = never. */
export interface DrainResult extends Estimate {
  /** Replications in which it never is. */
  readonly never: number;
}

/** How a new version took over, over replications. */
export interface RolloutResult {
  readonly kind: string;
  readonly from: string;
  readonly to: string;
  /** How many replications ended so. */
  readonly promoted: number;
  readonly rolledBack: number;
  readonly running: number;
  /** Seconds until one of the versions had everything, of each replication; null = not in it. */
  readonly seconds: readonly (number | null)[];
}

/** A saga whose effects do not belong together. Times are seconds after the warm-up. */
export interface BrokenSaga {
  /** `if charge then ship`; null = the effects do not balance. */
  readonly rule: string | null;
  readonly replication: number;
  readonly start: number;
  readonly end: number;
  /** By step: how often it has had its effect, and how often that was undone. */
  readonly effects: Readonly<Record<string, readonly [done: number, undone: number]>>;
}

/** One figure by its form. Series are by step of the timeline, means over replications. */
export type MeterResult =
  | {
      readonly form: 'counter';
      /** Mean count of a run, and of its steps. */
      readonly total: number;
      /** The count of each replication. */
      readonly each: readonly number[];
      readonly steps: readonly number[];
    }
  | {
      readonly form: 'gauge';
      /** Means over time; ages are in seconds. */
      readonly mean: number;
      readonly max: number;
      /** The largest of each replication. */
      readonly each: readonly number[];
      readonly steps: readonly number[];
      /** Lowest and highest replication in each step; left out where there is one. */
      readonly band?: { readonly low: readonly number[]; readonly high: readonly number[] };
    }
  | ({ readonly form: 'durations' } & LatencyResult);
