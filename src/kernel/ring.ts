const NOTHING = new Int32Array(0);
/** Initial capacity, allocated with the first element: many rings of a run stay empty. */
const FIRST = 8;

/** Growable FIFO of int32 over a power-of-two array; it can also remove its newest or any element. */
export class IntRing {
  private data: Int32Array = NOTHING;
  private mask = -1;
  private head = 0;
  private count = 0;

  /** Elements held. */
  get length(): number {
    return this.count;
  }

  /** Adds at the back. */
  push(value: number): void {
    if (this.count > this.mask) this.grow();
    this.data[(this.head + this.count++) & this.mask] = value;
  }

  /** Removes the oldest element; -1 when empty. */
  shift(): number {
    if (this.count === 0) return -1;
    const value = this.data[this.head];
    this.head = (this.head + 1) & this.mask;
    this.count--;
    return value;
  }

  /** Removes the newest element; -1 when empty. */
  pop(): number {
    if (this.count === 0) return -1;
    return this.data[(this.head + --this.count) & this.mask];
  }

  /** The oldest element, without removing it; -1 when empty. */
  peek(): number {
    return this.count === 0 ? -1 : this.data[this.head];
  }

  /** The k-th oldest from 0. `k` must be below length. */
  get(k: number): number {
    return this.data[(this.head + k) & this.mask];
  }

  /**
   * Removes the oldest element equal to `value` and keeps the order of the others; false if none
   * is.
   */
  remove(value: number): boolean {
    const { data, mask, head, count } = this;
    for (let k = 0; k < count; k++) {
      if (data[(head + k) & mask] !== value) continue;
      for (let j = k + 1; j < count; j++) data[(head + j - 1) & mask] = data[(head + j) & mask];
      this.count--;
      return true;
    }
    return false;
  }

  clear(): void {
    this.head = 0;
    this.count = 0;
  }

  private grow(): void {
    const size = this.mask + 1;
    const wider = new Int32Array(Math.max(FIRST, size * 2));
    wider.set(this.data.subarray(this.head));
    wider.set(this.data.subarray(0, this.head), size - this.head);
    this.data = wider;
    this.mask = wider.length - 1;
    this.head = 0;
  }
}
