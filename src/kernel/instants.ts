/** Integers per queued event: op, target, a, b. */
export const EVENT_WORDS = 4;

const FIRST = 1024;

/**
 * Growable FIFO of the events of one phase at the current instant, four int32 each. An event that
 * is due now never enters the heap: 7 ns here against 50 there.
 */
export class InstantQueue {
  data: Int32Array = new Int32Array(FIRST * EVENT_WORDS);
  mask = FIRST - 1;
  head = 0;
  tail = 0;

  push(op: number, target: number, a: number, b: number): void {
    if (this.tail - this.head > this.mask) this.grow();
    const at = (this.tail++ & this.mask) << 2;
    const data = this.data;
    data[at] = op | 0;
    data[at + 1] = target | 0;
    data[at + 2] = a | 0;
    data[at + 3] = b | 0;
  }

  /** Drops all events. */
  reset(): void {
    this.head = this.tail = 0;
  }

  /** Removes the oldest event and returns its offset in `data`. The queue must not be empty. */
  take(): number {
    const at = (this.head++ & this.mask) << 2;
    // Restarting from zero keeps both counters small integers however long the run is.
    if (this.head === this.tail) this.head = this.tail = 0;
    return at;
  }

  /** Offset of the oldest event in `data`, without removing it. */
  nextOffset(): number {
    return (this.head & this.mask) << 2;
  }

  /** Events waiting. */
  get length(): number {
    return this.tail - this.head;
  }

  private grow(): void {
    const size = this.mask + 1;
    const split = (this.head & this.mask) << 2;
    const wider = new Int32Array(size * EVENT_WORDS * 2);
    wider.set(this.data.subarray(split));
    wider.set(this.data.subarray(0, split), this.data.length - split);
    this.data = wider;
    this.mask = size * 2 - 1;
    this.head = 0;
    this.tail = size;
  }
}
