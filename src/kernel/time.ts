/** A point or span of simulated time in whole nanoseconds, 0 to 2^53 - 1 (104 days): exact in a double. */
export type Ns = number;

export const NS_PER_US = 1_000;

export const NS_PER_MS = 1_000_000;

export const NS_PER_SECOND = 1_000_000_000;

/** The last time that a run can reach: beyond 2^53 - 1 ns a double cannot represent every whole number. */
export const HORIZON_MAX_NS = 9_007_199_254_740_991;
