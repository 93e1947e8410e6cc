import type { Estimate } from './result.js';

export type HealthState = 'ok' | 'degraded' | 'failing' | 'down';

/** What broke first, how it spread, who was hit, when it was over. */
export interface CascadeResult {
  /** Of the run that is told (replication 0). */
  readonly events: readonly CascadeEvent[];
  /** Component (or workload request) -> spans of ill health in replication 0. */
  readonly states: Readonly<
    Record<
      string,
      readonly { readonly from: number; readonly until: number; readonly state: HealthState }[]
    >
  >;
  /** Influence edges: effect flows from cause to hit. */
  readonly influences: readonly Influence[];
  /**
   * Feedback cycles over the influences, from the first caller to the last callee; and with `restarts` a single component
   * whose processes die again when they are back.
   */
  readonly loops: readonly { readonly through: readonly string[]; readonly mechanism: string }[];
  /** Components ever degraded, the faulted ones excluded; over replications. */
  readonly blastRadius: Estimate;
  /** Longest chain of influences. */
  readonly depth: number;
  /** Degraded parts that do not use the faulted component. */
  readonly collateral: readonly string[];
  readonly goodputLost: Estimate;
  /** Over replications: recovered, slowRecovery, metastable, overloaded, untouched, undecided. */
  readonly verdicts: readonly (
    'untouched' | 'recovered' | 'slowRecovery' | 'metastable' | 'overloaded' | 'undecided'
  )[];
  /** Share of replications that are metastable. */
  readonly metastable: number;
  /** Who is ill in other replications and not in the one that is told, and in how many. */
  readonly elsewhere: readonly { readonly subject: string; readonly runs: number }[];
  /** Faults that hurt nobody in most replications: id -> why it is thought innocent. */
  readonly innocent: readonly { readonly fault: string; readonly reason: string }[];
  /** The whole story in one sentence. */
  readonly sentence: string;
}

/** What happens in one run. */
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
    /** Probes take instances off the lists of their callers. */
    | 'unready'
    /** A new version gets more of the requests, or is stopped where it is. */
    | 'rollout'
    /** An autoscaler changes how many instances there are. */
    | 'scaledUp'
    | 'scaledDown'
    | 'backlog'
    /** Processes die although no fault stops them. */
    | 'killed'
    /** All connections of a pool are in use and callers wait for one. */
    | 'poolFull'
    /** More reads than before miss what had been written. */
    | 'stale'
    /** Sagas that are stuck, inconsistent or lost. */
    | 'unsettled'
    /** Messages that never have their effect, that have it again, that are given up. */
    | 'lost'
    | 'repeated'
    | 'deadLettered'
    | 'returned'
    | 'recovered'
    | 'notRecovered';
  readonly subject: string;
  /** Of an end: what is over, or is not, where that is no illness. */
  readonly ends?: 'backlog' | 'stale';
  /** Where it came from, and through what. */
  readonly cause: string | null;
  readonly mechanism: string | null;
  /** In words, with its number: `64 of 64 workers wait for psp`. */
  readonly text: string;
}

/** What happens in the run that is told. */
export interface CascadeEvent extends StoryEvent {
  /** Replications in which the same happens: ill health at that time, and anything else at any time. */
  readonly runs: number;
}

export interface Influence {
  readonly from: string;
  readonly to: string;
  readonly at: number;
  /** calleeTimeout, calleeError, queueFull, queueWait, poolWait, heldConnections, heldLocks, breakerOpen, limited, netLoss, lostMessages, slowNetwork,
   * deadline, blockedSlots, slow, abandoned, retryLoad, hedgeLoad. */
  readonly mechanism: string;
  /** Share of the bad attempts on the edge that carry this mechanism. */
  readonly share: number;
  readonly text: string;
}
