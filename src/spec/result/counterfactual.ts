import type { Estimate } from './estimate.js';

/**
 * A variant run again without some of its faults, with the same random numbers. Harm is the number of requests of users
 * per run that fail, or succeed later than `slow`. Rollouts count as faults.
 */
export interface Counterfactuals {
  /** Harm of the variant as it is. */
  readonly harm: number;
  /** Harm with no fault at all. */
  readonly background: number;
  /** By kind of request: a success is slow above this latency, twice the p99 without faults. Seconds. */
  readonly slow: Readonly<Record<string, number>>;
  /** Runs made for it, all replications together. */
  readonly runs: number;
  /** In the order of the variant's faults. */
  readonly faults: readonly CounterfactualFault[];
}

/**
 * `cause`: alone it does harm, and without it at least half of the harm is gone, or alone it does at least half, or its
 * Shapley share is at least half. `amplifier`: alone it does no harm, and with the others it makes it worse. `part`: it
 * adds to the harm, or takes some of it away. `none`: it changes less than 2 % of it either way. `undecided`: the runs
 * differ too much to say.
 */
export type CausalRole = 'cause' | 'amplifier' | 'part' | 'none' | 'undecided';

export interface CounterfactualFault {
  readonly fault: string;
  readonly role: CausalRole;
  /** Harm of the same runs without this fault. */
  readonly without: number;
  /** Harm with this fault only. */
  readonly alone: number;
  /** Harm that its absence averts, run by run. */
  readonly averted: Estimate;
  /** Its Shapley share of the harm above the background, which all shares add up to; null with many faults. */
  readonly share: number | null;
}
