/**
 * Order of events at one instant: fault changes, then endings that free slots, then timers, then retries, then
 * arrivals. A slot freed at t is therefore available to a call that arrives at t.
 */
export const PHASE = {
  FAULT: 0,
  COMPLETION: 1,
  TIMER: 2,
  RETRY: 3,
  ARRIVAL: 4,
  SAMPLE: 5,
} as const;

/** Number of phases; each has an instant queue. */
export const PHASES = 6;
