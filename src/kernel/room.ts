/** Requests this many more bytes; false = not available. */
export type Lender = (bytes: number) => boolean;

/** Small columns are counted together and requested once they reach this total. Unit: bytes. */
const UNASKED = 1_048_576;

let lender: Lender | null = null;
let taken = 0;

/** The thread's memory limit is reached; thrown when a column would have to grow. */
export class NoRoom extends Error {
  constructor() {
    super('the limit of memory is reached');
    this.name = 'NoRoom';
  }
}

/** Makes this thread request memory before its columns grow; null = it never asks. */
export function borrowFrom(asked: Lender | null): void {
  lender = asked;
}

/** Call this before allocating a column of this many bytes. Throws NoRoom if there is no memory for it. */
export function makeRoom(bytes: number): void {
  if (lender === null) return;
  taken += bytes;
  if (taken < UNASKED) return;
  const asked = taken;
  taken = 0;
  if (!lender(asked)) throw new NoRoom();
}

/** Whether the memory in use is within its limit. */
export function hasRoom(): boolean {
  return lender === null || lender(0);
}
