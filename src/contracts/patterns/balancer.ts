import type { z } from 'zod';
import type { StreamKey } from '../../kernel/rng.js';
import type { Ns } from '../../kernel/time.js';
import type { Outcome } from '../outcome.js';

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
  check?(config: z.output<S>): readonly BalancerProblem[];
}

export interface BalancerProblem {
  readonly field: string;
  readonly message: string;
}

/** Load balancing settings that apply to every kind of balancer. */
export interface BalancingCommon {
  /** null = the panic threshold of the outlier detection or the health checks, or 0 without both. */
  readonly panicThreshold: number | null;
  readonly failTrafficOnPanic: boolean;
  /** null = zones are ignored. */
  readonly zoneAware: ZoneAware | null;
  /** null = no levels, even where a mesh has them; missing = as the mesh does. */
  readonly priorities?: Priorities | null;
  /** null = every caller sees all instances. */
  readonly subset: Subset | null;
  /** Whether an instance is picked for each attempt or for each connection (as an L4 balancer does). */
  readonly level: 'request' | 'connection';
}

/** Levels of instances, each of which gets the calls that the ones before it cannot take. */
export interface Priorities {
  /** Indices of the instances of the second level; null = levels by zone, that of the caller first. */
  readonly backup: readonly number[] | null;
  /** By zone of a caller: the zones of the following levels; or by its region: the regions. */
  readonly failover: Readonly<Record<string, readonly string[]>>;
  /** Labels that instances must share with the caller, most important first; missing = levels by place. */
  readonly failoverPriority?: readonly PriorityLabel[];
  /** By zone of a caller: the weights of zones, instead of levels. */
  readonly distribute: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly overprovisioningFactor: number;
  /** Whether a level gives calls away as soon as it cannot carry all of them, or only without any instance. */
  readonly switch: 'gradual' | 'whenEmpty';
}

/** A label of `failoverPriority`. */
export interface PriorityLabel {
  readonly name: string;
  /** Value that counts as that of the caller; null = its own. */
  readonly value: string | null;
}

/** Load balancing with no settings besides the kind. */
export const PLAIN_BALANCING: BalancingCommon = Object.freeze({
  panicThreshold: null,
  failTrafficOnPanic: false,
  zoneAware: null,
  subset: null,
  level: 'request',
});

/** Zone-aware routing: calls stay in the zone of their caller as far as the shares of both sides allow. */
export interface ZoneAware {
  /** Share of picks that consider zones. */
  readonly routingEnabled: number;
  /** Fewest pickable instances for which zones are considered. */
  readonly minClusterSize: number;
}

/** Subset of the instances that one caller sees. */
export interface Subset {
  readonly size: number;
  /**
   * `deterministic`: dealt in rounds, so that every instance has the same number of callers; `random`: drawn
   * by each caller.
   */
  readonly kind: 'deterministic' | 'random';
}
