/** Result of offering a message to a queue. */
export const DOOR = Object.freeze({
  taken: 0,
  rejected: 1,
  waits: 2,
  absent: 3,
  throttled: 4,
} as const);
