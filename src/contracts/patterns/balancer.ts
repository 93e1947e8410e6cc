import type { z } from 'zod';
import type { StreamKey } from '../../kernel/rng.js';
import type { Ns } from '../../kernel/time.js';
import type { Outcome } from '../outcome.js';
import type { PolicyProblem } from './policy.js';

/** Inputs of a balancer. It knows only the observations of its own caller. */
export interface BalancerSetup {
  /** Number of instances of the callee. */
  readonly size: number;
  /** Index of the calling instance within its component. */
  readonly caller: number;
  /**
   * Attempts in flight from this caller, by instance; every caller has its own view. Empty for a kind that is
   * `blind`.
   */
  readonly outstanding: Int32Array;
  /** Time at which each instance came back after callers had seen it go down; -Infinity = it never went down. */
  readonly upSince: Float64Array;
  /**
   * Time at which each instance last passed the health checks of this caller after it had failed them; -Infinity = it
   * never failed them. Null without `healthChecks`.
   */
  readonly passedAt: Float64Array | null;
  readonly clock: { readonly now: Ns };
  /** Key of the draws that this caller's component makes for this callee. */
  readonly picks: StreamKey;
  /** Key of the positions of instances on a hash ring; the same for every caller, seed and replication. */
  readonly places: StreamKey;
  /** Returns state that all callers of the callee with this configuration share; the first caller creates it. */
  shared<T>(make: () => T): T;
  /** Value of the configured key for the request of a strand; 0 without a key. */
  keyValue(strand: number): number;
}

/** Run-time state of a balancer. There is one for each calling instance, callee and configuration. */
export interface BalancerState {
  /**
   * Returns the instance for an attempt: one of the first `count` entries of `candidates`, which are in
   * order, or -1 if the balancer considers all of them failed. The lineage of the attempt keys the draws; the
   * calling strand gives the key of its request.
   */
  pick(
    candidates: Int32Array,
    count: number,
    lineageA: number,
    lineageB: number,
    strand: number,
  ): number;
  /** An attempt to this instance ended, or was abandoned, after this time. */
  ended?(instance: number, afterNs: Ns, outcome: Outcome): void;
  /** The calling process has restarted: discard all state. */
  reset?(): void;
  /** A new process has replaced this instance. */
  forget?(instance: number): void;
}

/** A load balancing algorithm: `loadBalancing: { kind: … }`. */
export interface BalancerKind<S extends z.ZodType = z.ZodType> {
  readonly balancer: string;
  readonly summary: string;
  /** Public sources for the behaviour. */
  readonly sources: readonly string[];
  /** Strict object WITHOUT the field `kind`; every field has a description. A field `key` names one of `keys`. */
  readonly schema: S;
  /** The list of instances is a static file: callers also pick instances that are down, and their attempts fail. */
  readonly fixedList?: true;
  /** All callers must see all instances: no zone-aware routing and no subsets. */
  readonly wholeList?: true;
  /** It ignores attempts in flight, so they need not be counted. */
  readonly blind?: true;
  create(config: z.output<S>, setup: BalancerSetup): BalancerState;
  /** Reports combinations of valid settings that contradict each other, with the field that each problem belongs to. */
  check?(config: z.output<S>): readonly PolicyProblem[];
}
