import type { z } from 'zod';
import type { StreamKey } from '../kernel/rng.js';
import type { Ns } from '../kernel/time.js';
import type { Outcome } from './outcome.js';

/** What a balancer knows: only what its own caller has seen. */
export interface BalancerSetup {
  /** Instances of the callee. */
  readonly size: number;
  /** Number of the calling instance within its component. */
  readonly caller: number;
  /** Attempts of this caller that are under way, by instance: ten callers have ten views. Empty for a kind that is `blind`. */
  readonly outstanding: Int32Array;
  /** When each instance came back after callers had seen it go; -Infinity for one that never went. */
  readonly upSince: Float64Array;
  readonly clock: { readonly now: Ns };
  /** Key of the draws of this caller's component for this callee. */
  readonly picks: StreamKey;
  /** A key that is the same for every caller, seed and replication: where instances stand on a ring. */
  readonly places: StreamKey;
  /** What all callers of the callee with this configuration have in one: made for the first of them. */
  shared<T>(make: () => T): T;
  /** Value of the configured key for the request that a strand belongs to; 0 without a key. */
  keyValue(strand: number): number;
}

/** The run-time half of a balancer: one for each calling instance, callee and configuration. */
export interface BalancerState {
  /**
   * The instance for an attempt: one of the first `count` entries of `candidates`, which are in order,
   * or -1 where the balancer itself holds all of them for failed. Lineage of the attempt for draws, the
   * calling strand for the key of its request.
   */
  pick(
    candidates: Int32Array,
    count: number,
    lineageA: number,
    lineageB: number,
    strand: number,
  ): number;
  /** An attempt to this instance has been answered, or given up, after so long. */
  ended?(instance: number, afterNs: Ns, outcome: Outcome): void;
  /** The calling process has restarted: forget everything. */
  reset?(): void;
  /** Another process has taken the place of this instance. */
  forget?(instance: number): void;
}

/** One way to pick an instance: `loadBalancing: { kind: … }`. */
export interface BalancerKind<S extends z.ZodType = z.ZodType> {
  readonly balancer: string;
  readonly summary: string;
  /** Public sources the behaviour was taken from. */
  readonly sources: readonly string[];
  /** Strict object WITHOUT the field `kind`; every field described. A field `key` names one of `keys`. */
  readonly schema: S;
  /** Its list is a file: callers pick instances that are down too, and find out by failing. */
  readonly fixedList?: true;
  /** All callers have to see all instances: they cannot be narrowed to a zone or a subset. */
  readonly wholeList?: true;
  /** It does not look at the attempts under way, so that they need not be counted. */
  readonly blind?: true;
  create(config: z.output<S>, setup: BalancerSetup): BalancerState;
  /** Legal by itself, contradictory together: messages with the field they belong to. */
  check?(config: z.output<S>): readonly BalancerProblem[];
}

export interface BalancerProblem {
  readonly field: string;
  readonly message: string;
}

/** What does not depend on the kind of balancer. */
export interface BalancingCommon {
  /** null: that of the outlier detection, 0 where there is none. */
  readonly panicThreshold: number | null;
  readonly failTrafficOnPanic: boolean;
  /** null: zones are not looked at. */
  readonly zoneAware: ZoneAware | null;
  /** null: every caller sees all instances. */
  readonly subset: Subset | null;
  /** What an instance is picked for: each attempt, or each connection, as an L4 balancer does. */
  readonly level: 'request' | 'connection';
}

/** Nothing said beside the kind. */
export const PLAIN_BALANCING: BalancingCommon = Object.freeze({
  panicThreshold: null,
  failTrafficOnPanic: false,
  zoneAware: null,
  subset: null,
  level: 'request',
});

/** Calls stay in the zone of their caller as far as the shares of both sides allow. */
export interface ZoneAware {
  /** Share of the picks that look at zones. */
  readonly routingEnabled: number;
  /** Fewest instances that may be picked for zones to be looked at. */
  readonly minClusterSize: number;
}

/** The instances that one caller sees. */
export interface Subset {
  readonly size: number;
  /** Dealt in rounds, so that every instance has as many callers, or drawn by each caller. */
  readonly kind: 'deterministic' | 'random';
}
