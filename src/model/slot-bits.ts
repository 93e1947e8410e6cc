/**
 * The bits of `strands.slot`: what a strand has to give back when it ends. One list, so that no two
 * parts of the model take the same bit.
 */

/** Holds a worker of its instance. */
export const WORKER = 1;
/** Counts among the accepted requests of an async instance. */
export const ACCEPTED = 2;
/** Stands inside at least one gate. */
export const GATED = 4;
/** A branch that is a transaction or holds a lock of a row. */
export const TRANSACTION = 8;
/** A statement under way at a database whose rows are locked. */
export const STATEMENT = 16;
/** A branch that holds a lock of the process or of several. */
export const LOCKED = 32;
/** Has something of its component until it ends: an environment of a function, a thread of a pool. */
export const LEASED = 64;
/** Is counted by the memory of its instance. */
export const REMEMBERED = 128;

/** A branch that has something to give back when it ends. */
export const SECTION = TRANSACTION | LOCKED;
