/** Role of an edge in transactions. */
export const SESSION = Object.freeze({
  /** No role. */
  none: 0,
  /** The transaction itself: it is held after it gets its connection, and sent as the commit. */
  holds: 1,
  /** A statement over the connection of the enclosing transaction. */
  inside: 2,
  /** A statement over its own connection, at a database with locks or replicas. */
  own: 3,
} as const);

export type Session = (typeof SESSION)[keyof typeof SESSION];
