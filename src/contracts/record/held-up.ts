import type { Ns } from '../../kernel/time.js';

/** A record of a log whose handler failed again and again, so that the records behind it waited. Times are absolute. */
export interface HeldUpRecord {
  /** Part id of the group. */
  readonly part: number;
  readonly partition: number;
  /** Its first failure, and the time at which the group was past it; Infinity = the end of the run came before. */
  readonly fromNs: Ns;
  readonly untilNs: Ns;
  /** Records behind it at that time. */
  readonly behind: number;
}

/** The part of a record of a run about them. */
export interface HoldingRecord {
  /** Absent if there are none. */
  readonly heldUp?: readonly HeldUpRecord[];
}
