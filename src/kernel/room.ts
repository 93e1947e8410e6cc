/** Requests this many more bytes; false = there are none. */
export type Lender = (bytes: number) => boolean;

/** Columns that together stay below this are not asked for one by one. Unit: bytes. */
const UNASKED = 1_048_576;

let lender: Lender | null = null;
let taken = 0;

/** The memory that this thread may have is used up: thrown where a column would have to grow. */
export class NoRoom extends Error {
  constructor() {
    super('the limit of memory is reached');
    this.name = 'NoRoom';
  }
}

/** From now on this thread asks before its columns grow; null = it never asks. */
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
