import type { CalmAlerts, ResponderDelay } from './alerts.js';
import type { CauseKind, Resource } from './cause.js';
import type { RunVerdict } from './cascade.js';
import type { Estimate } from './estimate.js';
import type { Twin } from './twin.js';

/**
 * A variant run again without some of its faults, and with other possible causes taken away, with the same random
 * numbers. Harm is the number of requests of users per run that fail, or succeed later than `slow`. Rollouts count as
 * faults.
 */
export interface Counterfactuals {
  /** Harm of the variant as it is, and the requests among it that fail; the others are slow. */
  readonly harm: number;
  readonly failed?: number;
  /** Harm with no fault at all, and the requests among it that fail. */
  readonly background: number;
  readonly backgroundFailed?: number;
  readonly price?: HarmPrice;
  /**
   * By kind of request: a success is slow above this latency, twice the p99 without faults. In a variant without faults
   * it is twice the least p99 of its interventions. Seconds.
   */
  readonly slow: Readonly<Record<string, number>>;
  /** Runs made for it, all replications together. */
  readonly runs: number;
  /** Replications that were repeated, counted from the first; all figures here are of these. */
  readonly replications: number;
  /** When users fail in the variant as it is. */
  readonly failing: FailingTime;
  /** In the order of the variant's faults. */
  readonly faults: readonly CounterfactualFault[];
  /** What goes wrong without any failed request; absent if there is nothing of the kind, or no fault. */
  readonly unseen?: readonly UnseenHarm[];
  /** Those that change most come first. */
  readonly interventions: readonly CounterfactualIntervention[];
  /** The runs without any fault; absent in a variant that has none. */
  readonly twin?: Twin;
  /** Alerts in these runs; absent without alerts. */
  readonly calmAlerts?: CalmAlerts;
  /** What each minute of the responders is worth, the earliest first; absent without responders. */
  readonly delays?: readonly ResponderDelay[];
  /** Of a variant whose runs stay down: whether further runs confirm that verdict. */
  readonly metastability?: MetastabilityProof;
}

/** Figures beside the harm: the price of a change. Means over the runs. */
export interface HarmPrice {
  /** Share of the requests of users with a degraded response. */
  readonly degraded: number;
  /** Attempts per call, of all calls together. */
  readonly attempts: number;
}

/** What runs without the trigger, without the sustaining loop and with a pause of the load say about a verdict. */
export interface MetastabilityProof {
  /** The verdict of most of the usual runs. */
  readonly usual: RunVerdict;
  /** The verdict after the further runs. */
  readonly verdict: RunVerdict;
  /** `confirmed`, `changed`, or `open`: these runs do not decide. */
  readonly proof: 'confirmed' | 'changed' | 'open';
  /** Without its trigger: the faults, or the rise of the load. null = no such run, or it does not decide. */
  readonly withoutTrigger: ProofRun<'healthy' | 'fails'> | null;
  /** With the retries and hedges of its loop cut from the end of the trigger on. */
  readonly loopCut: ProofRun<'recovers' | 'stays'> | null;
  /** With no load for a while from the end of the trigger on. */
  readonly loadPaused: ProofRun<'recovers' | 'stays'> | null;
}

/** Further runs, and how users fare in their last 20 s. */
export interface ProofRun<End extends string> {
  /** `with the retries of front to mid cut at 41 s`. */
  readonly words: string;
  readonly users: End;
}

/**
 * `cause`: alone it does harm, and without it at least half of the harm is gone, or alone it does at least half, or its
 * Shapley share is at least half. `amplifier`: alone it does no harm, and with the others it makes it worse. `part`: it
 * adds to the harm. `protection`: without it there is more harm, and alone it does none. `none`: it changes less than 2 %
 * of it either way; of faults that the account does not blame, this is presumed of each alone (`alone` null) if they make
 * no difference beside the others. `undecided`: the runs differ too much, or are too few, to say.
 */
export type CausalRole = 'cause' | 'amplifier' | 'part' | 'protection' | 'none' | 'undecided';

/** Kinds of harm that no request of a user shows. They are the kinds of the events of it. */
export type UnseenKind = 'unsettled' | 'lost' | 'repeated' | 'deadLettered' | 'stale' | 'backlog';

/** Harm that no request of a user shows, and what the faults have to do with it. */
export interface UnseenHarm extends Pick<Counterfactuals, 'harm' | 'background' | 'faults'> {
  /** `harm` and `background` count sagas, messages or reads per run; of a `backlog`, messages that wait, as a mean. */
  readonly kind: UnseenKind;
  readonly subject: string;
  /** Changes that may avert it; `harm` is counted in the same way. */
  readonly interventions: readonly UnseenIntervention[];
}

/** A change of how messages are handled, and the same runs with it. */
export type UnseenIntervention = Pick<
  CounterfactualIntervention,
  'kind' | 'subject' | 'resource' | 'words' | 'setting' | 'harm' | 'averted' | 'role'
>;

export interface CounterfactualFault {
  readonly fault: string;
  readonly role: CausalRole;
  /** Harm of the same runs without this fault; null = they were not made. */
  readonly without: number | null;
  /** Requests among it that fail. */
  readonly withoutFailed?: number;
  /** Harm with this fault only; null = such runs were not made. */
  readonly alone: number | null;
  /** Harm that its absence averts, run by run; no interval with a single run. */
  readonly averted: Estimate;
  /** Its Shapley share of the harm above the background, which all shares add up to; null with many faults. */
  readonly share: number | null;
}

/**
 * `cause`: with it at least half of the harm is averted; or, for a loop (retries, hedges, cache fill, probes), users
 * recover or fail for half the time at most. Beside a fault that is a cause, or a rise of the load that is one, such a
 * loop is a `sustainer`. Beside a fault such a condition (capacity, locks, errors ...) is a `remedy`: it would have
 * prevented the harm but did not start it. `amplifier` (a loop) and `part` (other kinds): it averts less. `protection`:
 * the harm grows without it. `none` and `undecided`: as for faults.
 */
export type InterventionRole =
  'cause' | 'sustainer' | 'remedy' | 'amplifier' | 'part' | 'protection' | 'none' | 'undecided';

/** A possible cause other than a fault, and the same runs with it taken away or changed. */
export interface CounterfactualIntervention {
  readonly kind: CauseKind;
  readonly subject: string;
  /** Of `capacity` only. */
  readonly resource?: Resource;
  /** The cause that it takes away, where its kind and subject say too little. */
  readonly cause?: string;
  /** Of a rise of the load: when it begins. Seconds from the end of the warm-up. */
  readonly at?: number;
  /** `without the retries of front to mid`. */
  readonly words: string;
  /** The setting that it changes, where one of the file says the same. */
  readonly setting?: ChangedSetting;
  /** Runs made for it. */
  readonly runs: number;
  /** Harm of these runs. If they have more or fewer requests, it is scaled to the number without the intervention. */
  readonly harm: number;
  /** Requests among it that fail, scaled alike. */
  readonly failed?: number;
  readonly price?: HarmPrice;
  readonly averted: Estimate;
  readonly role: InterventionRole;
  readonly failing: FailingTime;
  /**
   * Seconds from the time at which users begin to fail without the intervention until the last time at which they fail
   * with it; null = they never fail, `never` = they fail to the end.
   */
  readonly recovers: number | 'never' | null;
}

/** A setting at a path of a patch, with its present and its new value on one line; null = nothing is there. */
export interface ChangedSetting {
  readonly path: string;
  readonly from: string | null;
  readonly to: string | null;
}

/** When more than 5 % of the requests of users fail, by step of the timeline. Means over the runs. */
export interface FailingTime {
  /** Length of these steps together. */
  readonly seconds: number;
  /** The last step with requests is one of them, in most of the runs. */
  readonly toEnd: boolean;
}
