/** Where a saga stands for whoever drives it, or for who watches its first and last endpoints. */
export const PHASE_OF = Object.freeze({
  running: 0,
  completed: 1,
  compensated: 2,
  /** Over although not all of it was undone. */
  failed: 3,
  /** Waits for a human. */
  parked: 4,
  lost: 5,
} as const);
