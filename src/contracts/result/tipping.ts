import type { RunVerdict } from './cascade.js';

/**
 * How close a variant with a loop is to the fault, and to the load, from which on it does not come back before the end of
 * the run. All runs have the same random numbers.
 */
export interface Tipping {
  /** What the loop goes through, and its mechanism, as in the cascade; or the reason of the verdict. */
  readonly loop: { readonly through: readonly string[]; readonly mechanism: string };
  /** Whether it comes back as it is. */
  readonly isBack: boolean;
  /** Time from the end of the last fault to the end of the run, in the file. Seconds; null without a fault. */
  readonly after: number | null;
  /** How long the fault that does the harm may last; null if none has a length of its own, or no run was made. */
  readonly length: TippingLength | null;
  /** How large the load may be, with all faults as they are; null if none can grow, or no run was made. */
  readonly load: TippingLoad | null;
  /** Replications of each run, from the first. */
  readonly replications: number;
  /** Share by which the two ends differ at most, unless `isCut`. */
  readonly resolution: number;
  readonly runs: number;
  /** No runs were left to bring the two ends as near as that. */
  readonly isCut?: true;
  readonly map?: RecoveryMap;
}

/** The two ends of a search. */
export interface TippingEnds {
  /** Largest value from which most runs come back; 0 = from none that was tried. */
  readonly back: number;
  /** Smallest value from which they do not; null = from all that were tried they do. */
  readonly stays: number | null;
  /** The verdict on most of those runs. */
  readonly verdict: RunVerdict | null;
}

/** Lengths of a fault. Seconds. */
export interface TippingLength extends TippingEnds {
  readonly fault: string;
  /** As in the file. */
  readonly now: number;
}

/** Multiples of the load of the file. */
export interface TippingLoad extends TippingEnds {
  /** The workloads that grow. */
  readonly workloads: readonly string[];
  /** Their requests per second as in the file. */
  readonly rate: number;
}

/** For lengths of a fault and multiples of the load: the verdict on most of the runs. */
export interface RecoveryMap {
  readonly fault: string;
  /** Ascending; seconds. */
  readonly lengths: readonly number[];
  /** Ascending. */
  readonly loads: readonly number[];
  /** By load, then by length; null = no run was made. */
  readonly verdicts: readonly (readonly (RunVerdict | null)[])[];
}
