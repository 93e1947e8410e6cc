import { invariant, isAudited } from './invariant.js';
import { Slots, widenFloat64, widenInt32 } from './pool.js';
import { hashOf } from './rng.js';

/** Maps whole numbers to slots, one number per slot, in a third of the memory of a Map. */
export class SlotIndex {
  readonly slots = new Slots(64);
  /** By slot: its number. */
  value: Float64Array = new Float64Array(0);
  /** By slot: the next one in its chain; by hash: the first one, -1 = none. */
  private next: Int32Array = new Int32Array(0);
  private chains: Int32Array = new Int32Array(0);

  constructor() {
    this.slots.onGrow((capacity) => {
      this.value = widenFloat64(this.value, capacity);
      this.next = widenInt32(this.next, capacity);
      if (capacity > 2 * this.chains.length) this.spread();
    });
  }

  /** The slot of a number; -1 = none. */
  find(value: number): number {
    let slot = this.chains[this.chainOf(value)];
    while (slot >= 0 && this.value[slot] !== value) slot = this.next[slot];
    return slot;
  }

  /** Takes a slot for a number that has none. */
  take(value: number): number {
    if (isAudited()) invariant(this.find(value) < 0, 'a number has one slot');
    const slot = this.slots.take();
    this.value[slot] = value;
    this.link(slot);
    return slot;
  }

  give(slot: number): void {
    const { chains, next } = this;
    const chain = this.chainOf(this.value[slot]);
    if (chains[chain] === slot) chains[chain] = next[slot];
    else {
      let before = chains[chain];
      while (next[before] !== slot) {
        before = next[before];
        invariant(before >= 0, 'a slot is in the chain of its number');
      }
      next[before] = next[slot];
    }
    this.slots.give(slot);
  }

  /** Sets the number of chains to half of the capacity, a power of two. */
  private spread(): void {
    let size = 32;
    while (2 * size < this.slots.capacity) size *= 2;
    this.chains = new Int32Array(size).fill(-1);
    for (let slot = 0; slot < this.slots.touched; slot++) {
      if (this.slots.has(slot)) this.link(slot);
    }
  }

  private link(slot: number): void {
    const chain = this.chainOf(this.value[slot]);
    this.next[slot] = this.chains[chain];
    this.chains[chain] = slot;
  }

  private chainOf(value: number): number {
    return hashOf(value, Math.floor(value / 4294967296)) & (this.chains.length - 1);
  }
}
