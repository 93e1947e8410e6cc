import type { ComponentKind } from '../component-kind.js';
import type { Estimate, LatencyResult } from './estimate.js';

/** Figures of a subject beyond those of requests and edges: a topic, its group, a saga. Pooled over replications. */
export interface MeteredResult {
  /** Kind of the component, also if this is one of its parts. */
  readonly kind: ComponentKind;
  readonly meters: Readonly<Record<string, MeterResult>>;
  /** For a saga: one example for each broken rule; absent if no rule is broken. */
  readonly broken?: readonly BrokenSaga[];
  /** For a lag or an outbox: by fault, how long the backlog lasts after it; absent without faults. */
  readonly drain?: Readonly<Record<string, DrainResult>>;
  /** Dead letters that stay here: their number in each run. Absent elsewhere. */
  readonly deadLetters?: readonly number[];
  /** Present for a queue in which messages only wait until their time to live ends (a delay queue). */
  readonly holdsBack?: true;
  /**
   * For messages that come from an outbox or a delay queue and are old on arrival: the longest wait of one
   * here, in seconds. Absent elsewhere; there the largest age is this wait.
   */
  readonly waitedHere?: number;
  /** For a service whose version changes; absent elsewhere. */
  readonly rollout?: RolloutResult;
  /** Present if all messages that it dead-letters are read or passed on. */
  readonly passesOn?: true;
}

/** Seconds from the end of a fault until the lag is back at its earlier level; null value = never. */
export interface DrainResult extends Estimate {
  /** Replications in which it never is. */
  readonly never: number;
}

/** Course of a rollout, over replications. */
export interface RolloutResult {
  readonly kind: string;
  readonly from: string;
  readonly to: string;
  /** Number of replications with this result. */
  readonly promoted: number;
  readonly rolledBack: number;
  readonly running: number;
  /** Seconds until one version had all requests and replicas, by replication; null = not within the run. */
  readonly seconds: readonly (number | null)[];
}

/** A saga whose effects are inconsistent. Times are seconds after the warm-up. */
export interface BrokenSaga {
  /** Text such as `if charge then ship`; null = the effects do not balance. */
  readonly rule: string | null;
  readonly replication: number;
  readonly start: number;
  readonly end: number;
  /** By step: number of effects, and how many of them were undone. */
  readonly effects: Readonly<Record<string, readonly [done: number, undone: number]>>;
}

/** One figure, by its form. Series have one value per step of the timeline, the mean over replications. */
export type MeterResult =
  | {
      readonly form: 'counter';
      /** Mean count of a run, and of each step. */
      readonly total: number;
      /** Count by replication. */
      readonly each: readonly number[];
      readonly steps: readonly number[];
    }
  | {
      readonly form: 'gauge';
      /** Means over time; ages are in seconds. */
      readonly mean: number;
      readonly max: number;
      /** Maximum by replication. */
      readonly each: readonly number[];
      readonly steps: readonly number[];
      /** Lowest and highest replication in each step; absent with a single replication. */
      readonly band?: { readonly low: readonly number[]; readonly high: readonly number[] };
    }
  | ({ readonly form: 'durations' } & LatencyResult);
