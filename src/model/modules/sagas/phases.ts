/** State of a saga, as its driver knows it or as its first and last endpoints show it. */
export const PHASE_OF = Object.freeze({
  running: 0,
  completed: 1,
  compensated: 2,
  /** Ended, but not completely undone. */
  failed: 3,
  /** Waits for a human. */
  parked: 4,
  lost: 5,
} as const);
