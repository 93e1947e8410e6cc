/** Faults of the resolution of a name, on the instances that it names or on the servers of DNS. */
export const NAME_FAULT = Object.freeze({
  no: 0,
  /** The servers answer with the records of before. */
  stale: 1,
  /** They answer with an address where nothing listens. */
  random: 2,
  /** They answer with an error. */
  error: 3,
} as const);
