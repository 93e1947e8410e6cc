import type { z } from 'zod';
import type { StreamKey } from '../../kernel/rng.js';
import type { Ns } from '../../kernel/time.js';
import type { Outcome } from '../outcome.js';
import type { Alarm, PolicyProblem } from './policy.js';

/** Inputs of an outlier detection. There is one for each calling instance and callee. */
export interface OutlierSetup {
  /** Number of instances of the callee. */
  readonly size: number;
  /** Number of them that the calling instance sees. */
  readonly seen: number;
  readonly clock: { readonly now: Ns };
  /** Allows or forbids the balancers of this caller to pick an instance. Every instance starts open. */
  setOpen(instance: number, isOpen: boolean): void;
  /** Creates a timer of its own; reset() must clear it. */
  alarm(run: () => void): Alarm;
  /** Key of a random stream of this calling instance. */
  stream(meaning: string): StreamKey;
  /** Journal of one instance: 0 = in, 1 = ejected. */
  machine(instance: number): { set(state: number): void };
}

/** Run-time state of an outlier detection. */
export interface OutlierState {
  /** An attempt to this instance ended, or its caller abandoned it. */
  record(instance: number, outcome: Outcome): void;
  /** A request to this instance got its connection. */
  connected(instance: number): void;
  /** A health check of this caller has passed, and the instance is healthy to it. */
  passed?(instance: number): void;
  /** The calling process has restarted: discard all state and open every instance. */
  reset(): void;
  /** A new process has replaced this instance: discard the state about the old one. */
  forget(instance: number): void;
}

/** Journalled states of an instance. */
export const OUTLIER_STATES = ['in', 'ejected'] as const;

/** A kind of `outlierDetection`: it finds and ejects instances that perform worse than the others. */
export interface OutlierKind<S extends z.ZodType = z.ZodType> {
  readonly outlier: string;
  /** The kind that applies if a scenario names none; exactly one kind has this. */
  readonly isDefault: boolean;
  readonly summary: string;
  /** Public sources for the behaviour. */
  readonly sources: readonly string[];
  /** Strict object WITHOUT the field `kind`; every field has a description. */
  readonly schema: S;
  /** A YAML value of `outlierDetection`, with its `kind`, that shows a visible effect. */
  readonly example: string;
  create(config: z.output<S>, setup: OutlierSetup): OutlierState;
  /**
   * Share of instances that are not ejected, 0 to 1, below which callers pick all of them; loadBalancing can
   * override it.
   */
  panicThreshold(config: z.output<S>): number;
  /** Most of the instances that a caller sees which may be out at the same time. */
  mostOut(config: z.output<S>, instances: number): number;
  /** Reports combinations of valid settings that contradict each other, with the field that each problem belongs to. */
  check(config: z.output<S>): readonly PolicyProblem[];
}
