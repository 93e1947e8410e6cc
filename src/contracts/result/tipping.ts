import type { z } from 'zod';
import { runVerdict } from './cascade.js';
import { count, flag, list, present, shape, share, text } from './shapes.js';

const ends = {
  /** Largest value from which most runs come back; 0 = from none that was tried. */
  back: count,
  /** Smallest value from which they do not; null = from all that were tried they do. */
  stays: count.nullable(),
  /** The verdict on most of those runs. */
  verdict: runVerdict.nullable(),
};

const tippingLength = shape({
  ...ends,
  fault: text,
  /** As in the file. */
  now: count,
});
/** Lengths of a fault. Seconds. */
export type TippingLength = z.output<typeof tippingLength>;

/** The two ends of a search. */
export type TippingEnds = Pick<TippingLength, 'back' | 'stays' | 'verdict'>;

const tippingLoad = shape({
  ...ends,
  /** The workloads that grow. */
  workloads: list(text),
  /** Their requests per second as in the file. */
  rate: count,
});
/** Multiples of the load of the file. */
export type TippingLoad = z.output<typeof tippingLoad>;

const recoveryMap = shape({
  fault: text,
  /** Ascending; seconds. */
  lengths: list(count),
  /** Ascending. */
  loads: list(count),
  /** By load, then by length; null = no run was made. */
  verdicts: list(list(runVerdict.nullable())),
});
/** For lengths of a fault and multiples of the load: the verdict on most of the runs. */
export type RecoveryMap = z.output<typeof recoveryMap>;

export const tippingResult = shape({
  /** What the loop goes through, and its mechanism, as in the cascade; or the reason of the verdict. */
  loop: shape({ through: list(text), mechanism: text }),
  /** Whether it comes back as it is. */
  isBack: flag,
  /** Time from the end of the last fault to the end of the run, in the file. Seconds; null without a fault. */
  after: count.nullable(),
  /** How long the fault that does the harm may last; null if none has a length of its own, or no run was made. */
  length: tippingLength.nullable(),
  /** How large the load may be, with all faults as they are; null if none can grow, or no run was made. */
  load: tippingLoad.nullable(),
  /** Replications of each run, from the first. */
  replications: count,
  /** Share by which the two ends differ at most, unless `isCut`. */
  resolution: share,
  runs: count,
  /** No runs were left to bring the two ends as near as that. */
  isCut: present,
  map: recoveryMap.optional(),
});
/**
 * How close a variant with a loop is to the fault, and to the load, from which on it does not come back before the end of
 * the run. All runs have the same random numbers.
 */
export type Tipping = z.output<typeof tippingResult>;
