import type { KnownCause } from './cause.js';
import type { Estimate } from './estimate.js';

export type HealthState = 'ok' | 'degraded' | 'failing' | 'down';

/** Cascade of failures in a variant: the first degradation, how it spread, which components it reached, and its end. */
export interface CascadeResult {
  /** Events of replication 0, which the timeline shows. */
  readonly events: readonly CascadeEvent[];
  /** Intervals of degradation in replication 0, by component (or workload request). */
  readonly states: Readonly<
    Record<
      string,
      readonly { readonly from: number; readonly until: number; readonly state: HealthState }[]
    >
  >;
  /** Influences; the effect flows from `from` to `to`. */
  readonly influences: readonly Influence[];
  /**
   * Feedback loops over the influences, from the first caller to the last callee. With `restarts`: a single
   * component whose processes die again after they restart.
   */
  readonly loops: readonly { readonly through: readonly string[]; readonly mechanism: string }[];
  /** Number of components that were ever degraded, excluding the faulted ones; over replications. */
  readonly blastRadius: Estimate;
  /** Length of the longest chain of influences. */
  readonly depth: number;
  /** Degraded parts that do not use the faulted component. */
  readonly collateral: readonly string[];
  readonly goodputLost: Estimate;
  /** By replication. */
  readonly verdicts: readonly RunVerdict[];
  /** Why, by replication. */
  readonly endings: readonly Ending[];
  /** Share of replications that are metastable. */
  readonly metastable: number;
  /**
   * Components that are degraded in other replications but not in replication 0, with the number of those
   * replications.
   */
  readonly elsewhere: readonly { readonly subject: string; readonly runs: number }[];
  /** Causes of the degradations of users in replication 0, in order of time. */
  readonly causes: readonly KnownCause[];
  /** Faults without a harmful effect in most replications: id, and why it is considered harmless. */
  readonly innocent: readonly { readonly fault: string; readonly reason: string }[];
  /** Summary of the cascade in one sentence. */
  readonly sentence: string;
}

/** How a run ends, see docs/analysis.md. */
export type RunVerdict =
  'untouched' | 'recovered' | 'slowRecovery' | 'metastable' | 'overloaded' | 'lost' | 'undecided';

/**
 * The reason of a verdict. Of `metastable`: `amplified` (`value`: attempts per user request, as a multiple of those while
 * it was healthy; null = none then), `repeated` (no user sends a new request), `wasted` (`value`: share of the work that no
 * caller uses), `restarts`, `redeliveries` (`value`: per message; null = none is handled for the first time). Of
 * `overloaded`: `load` (`value`: share of the capacity that first attempts need). Of `lost`: `instances`, `connections`,
 * `poison`, `faultStays` (a fault without an end), `releaseStays` (`subject`: a version that was promoted). Of
 * `untouched`, `recovered` and `slowRecovery`: `noLoss`, `background`, `back`, `during`. The others are of `undecided`.
 */
export type EndReason =
  | 'noLoss'
  /** Nothing changes in the run: its faults last for all of it, so they are part of the usual conditions. */
  | 'background'
  | 'back'
  /** Goodput is back while a fault lasts, to the end of the run. */
  | 'during'
  | 'amplified'
  | 'repeated'
  | 'wasted'
  | 'restarts'
  | 'redeliveries'
  | 'load'
  | 'instances'
  | 'connections'
  | 'poison'
  | 'faultStays'
  | 'releaseStays'
  /** No request before trouble gives a baseline. */
  | 'noBaseline'
  /** The fault begins right before the end, lasts to the end, or the run ends soon after it; no request comes after it. */
  | 'tooLate'
  | 'faultLasts'
  | 'tooShort'
  | 'noRequests'
  /** Goodput rises, or the backlog falls (`value`: by this share). */
  | 'rises'
  | 'drains'
  /** Instances that are still to be restarted, or came back only at the end; a breaker that has not tried again. */
  | 'returning'
  | 'breakerOpen'
  /** A full component still gets more instances. */
  | 'scaling'
  /** The load is close to the capacity (`value`). */
  | 'nearCapacity'
  /** No ceiling and no loop is known; the load is larger than before trouble, by the factor `value`, or as before. */
  | 'higherLoad'
  | 'unexplained';

/** A verdict with its reason, and the component (or topic, or instance) that decides it. */
export interface Ending {
  readonly verdict: RunVerdict;
  readonly reason: EndReason;
  readonly subject: string | null;
  readonly value: number | null;
}

/** An event in one run. */
export interface StoryEvent {
  readonly at: number;
  readonly kind:
    | 'fault'
    | 'faultEnd'
    | 'saturated'
    | 'degraded'
    | 'failing'
    | 'down'
    | 'breakerOpen'
    | 'breakerClosed'
    | 'ejected'
    /** Probes remove instances from the endpoint lists of their callers. */
    | 'unready'
    /** A registry removes instances. */
    | 'unlisted'
    /** A registry stops to evict or to answer; or does so again. */
    | 'registry'
    | 'registryBack'
    /** A new version gets a larger share of the requests, or its rollout is stopped. */
    | 'rollout'
    /** An autoscaler changes the number of instances. */
    | 'scaledUp'
    | 'scaledDown'
    /** Instances wait for room on a node; a node is given up after its death; one is added or removed. */
    | 'pending'
    | 'nodeLost'
    | 'node'
    /** A consumer group is reset to older or newer messages, as the scenario plans. */
    | 'replay'
    | 'backlog'
    /** Processes die without a fault that stops them. */
    | 'killed'
    /** All connections of a pool are in use and callers wait for one. */
    | 'poolFull'
    /** A full queue, or the alarm of a broker, lets publishers wait. */
    | 'blocked'
    /** More reads than before miss earlier writes. */
    | 'stale'
    /** Sagas that are stuck, inconsistent or lost. */
    | 'unsettled'
    /** Commits that a database had confirmed and no longer has. */
    | 'lostCommits'
    /** More sagas than before are undone. */
    | 'cancelled'
    /** Messages that never take effect, that take effect twice, or that are dead-lettered. */
    | 'lost'
    | 'repeated'
    | 'deadLettered'
    /** Requests that are not idempotent and that are executed to the end more than once. */
    | 'doneTwice'
    /** A replica becomes the primary. */
    | 'promoted'
    | 'returned'
    | 'recovered'
    | 'notRecovered';
  readonly subject: string;
  /** For recovered and notRecovered: the state that ended, or did not, if it is not a health state. */
  readonly ends?: 'backlog' | 'stale' | 'blocked';
  /** Of the end of the last of many degradations: how many there are; those between the first ones and it are left out. */
  readonly episodes?: number;
  /** Of a backlog: it grows before any fault. */
  readonly isChronic?: true;
  /** Of a backlog: the component where it is, then those that handle it. */
  readonly places?: readonly string[];
  /** Subject that caused it, and by which mechanism. */
  readonly cause: string | null;
  readonly mechanism: string | null;
  /** Text with its number: `64 of 64 workers wait for psp`. */
  readonly text: string;
  /** The text without its detail, where it has one: the fault alone, the verb alone, the figure alone. */
  readonly head?: string;
  /** The rest of such a text: an effect on the target, a consequence, counts. */
  readonly detail?: string;
  /** The figure that a degradation is reported with. */
  readonly figure?: EventFigure;
}

/** The figure of a degradation. `usual` is its value before the first fault, if that is known. */
export interface EventFigure {
  readonly metric:
    'success' | 'goodput' | 'latency' | 'unanswered' | 'workers' | 'queue' | 'waiting';
  readonly value: number;
  readonly unit: 'share' | 'seconds' | 'count';
  readonly usual?: number;
  /** Seconds until which it counts, from the event on; absent if the figure is that of an instant. */
  readonly until?: number;
}

/** An event of replication 0. */
export interface CascadeEvent extends StoryEvent {
  /** Replications in which the same happens: for degradation at the same time, for other events at any time. */
  readonly runs: number;
}

export interface Influence {
  readonly from: string;
  readonly to: string;
  readonly at: number;
  /**
   * calleeTimeout, calleeError, queueFull, queueWait, poolWait, heldConnections, heldLocks, breakerOpen, noInstance,
   * limited, netLoss, lostMessages, slowNetwork, deadline, blockedSlots, slow, abandoned, cacheMisses, retryLoad,
   * hedgeLoad.
   */
  readonly mechanism: string;
  /** Share of the failed or slow attempts on the edge that have this mechanism. */
  readonly share: number;
  readonly text: string;
}
