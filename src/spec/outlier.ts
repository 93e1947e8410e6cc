import type { z } from 'zod';
import type { StreamKey } from '../kernel/rng.js';
import type { Ns } from '../kernel/time.js';
import type { Outcome } from './outcome.js';
import type { Alarm, PolicyProblem } from './policy.js';

/** What an outlier detection knows and may do: one for each calling instance and callee. */
export interface OutlierSetup {
  /** Instances of the callee. */
  readonly size: number;
  /** Those of them that the calling instance sees. */
  readonly seen: number;
  readonly clock: { readonly now: Ns };
  /** Whether balancers of this caller may pick an instance; they may at first. */
  setOpen(instance: number, isOpen: boolean): void;
  /** A timer of its own; reset() has to clear it. */
  alarm(run: () => void): Alarm;
  /** The key of a random stream of this calling instance. */
  stream(meaning: string): StreamKey;
  /** The journal of one instance: 0 = in, 1 = ejected. */
  machine(instance: number): { set(state: number): void };
}

/** The run-time half of an outlier detection. */
export interface OutlierState {
  /** An attempt to this instance has been answered, or given up by its caller. */
  record(instance: number, outcome: Outcome): void;
  /** A request to this instance has its connection. */
  connected(instance: number): void;
  /** The calling process has restarted: forget everything, open every instance. */
  reset(): void;
  /** Another process has taken the place of this instance: what is known of it was about somebody else. */
  forget(instance: number): void;
}

/** States of an instance as they are journalled. */
export const OUTLIER_STATES = ['in', 'ejected'] as const;

/** A way to find the instances that do worse than the others: `outlierDetection`. */
export interface OutlierKind<S extends z.ZodType = z.ZodType> {
  readonly outlier: string;
  /** Meant where a scenario names no kind; there is one such kind. */
  readonly isDefault: boolean;
  readonly summary: string;
  /** Public sources the behaviour was taken from. */
  readonly sources: readonly string[];
  /** Strict object, WITHOUT the field `kind`; every field described. */
  readonly schema: S;
  /** A YAML value, with its `kind`, of `outlierDetection` in which it visibly acts. */
  readonly example: string;
  create(config: z.output<S>, setup: OutlierSetup): OutlierState;
  /** Share of instances in, 0 to 1, below which all are picked, unless loadBalancing says one. */
  panicThreshold(config: z.output<S>): number;
  /** Legal by itself, contradictory together: messages with the field they belong to. */
  check(config: z.output<S>): readonly PolicyProblem[];
}
