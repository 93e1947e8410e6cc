/**
 * Order of what happens at one instant: faults turn first, then what ends frees its slot, then
 * timers, then retries, then arrivals. A slot freed at t is therefore free for a call that arrives
 * at t.
 */
export const PHASE = {
  FAULT: 0,
  COMPLETION: 1,
  TIMER: 2,
  RETRY: 3,
  ARRIVAL: 4,
  SAMPLE: 5,
} as const;

/** How many phases there are: one instant queue each. */
export const PHASES = 6;
