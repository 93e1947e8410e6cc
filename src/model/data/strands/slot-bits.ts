/**
 * The bits of `strands.slot`: the resources that a strand releases when it ends. They are in one list so that no two
 * parts of the model use the same bit.
 */

/** Holds a worker of its instance. */
export const WORKER = 1;
/** Counts among the accepted requests of an async instance. */
export const ACCEPTED = 2;
/** Is inside at least one gate. */
export const GATED = 4;
/** A branch that is a transaction. */
export const TRANSACTION = 8;
/** A statement in progress at a database whose rows are locked. */
export const STATEMENT = 16;
/** A branch that holds the lock of a `lock` step. */
export const LOCKED = 32;
/** Holds a resource of its component until it ends: an environment of a function, a thread of a pool. */
export const LEASED = 64;
/** Counts in the memory of its instance. */
export const REMEMBERED = 128;

/** A branch that releases a resource when it ends. */
export const SECTION = TRANSACTION | LOCKED;

/** Resources that a strand must have given back when it ends. */
export const HELD = WORKER | GATED | STATEMENT | LOCKED | LEASED;
