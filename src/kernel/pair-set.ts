import { hashOf } from './rng.js';

/** Initial capacity, in pairs; a power of two. */
const ROOM = 64;

/** A set that used less than this share of its places, 1 of 16, gives them back when it is cleared. */
const SPARSE = 16;

/** Set of pairs of int32 by open addressing in one array: eight bytes per place, at most half of the places in use. */
export class PairSet {
  /** Number of pairs. */
  size = 0;
  private mask = 0;
  private places: Int32Array = new Int32Array(0);
  /** Empty places contain (0, 0), so this flag records that pair. */
  private hasZeros = false;

  constructor() {
    this.makePlaces(2 * ROOM);
  }

  has(a: number, b: number): boolean {
    if ((a | b) === 0) return this.hasZeros;
    const at = this.placeOf(a, b);
    return (this.places[at] | this.places[at + 1]) !== 0;
  }

  /** Adds a pair unless it is present; returns true if it is new. */
  add(a: number, b: number): boolean {
    if ((a | b) === 0) {
      const isNew = !this.hasZeros;
      this.hasZeros = true;
      if (isNew) this.size++;
      return isNew;
    }
    const at = this.placeOf(a, b);
    if ((this.places[at] | this.places[at + 1]) !== 0) return false;
    this.places[at] = a;
    this.places[at + 1] = b;
    if (2 * ++this.size > this.mask) this.widen();
    return true;
  }

  /** Removes all pairs, and keeps the places unless few of them were used. */
  clear(): void {
    if (this.mask >= SPARSE * (this.size + ROOM)) this.makePlaces(2 * ROOM);
    else if (this.size > 0) this.places.fill(0);
    this.size = 0;
    this.hasZeros = false;
  }

  /** The place of a pair, or the empty place for it. */
  private placeOf(a: number, b: number): number {
    const { places, mask } = this;
    for (let place = hashOf(a, b); ; place++) {
      const at = (place & mask) << 1;
      const isOther = places[at] !== a || places[at + 1] !== b;
      if (!isOther || (places[at] | places[at + 1]) === 0) return at;
    }
  }

  private widen(): void {
    const { places } = this;
    this.makePlaces(places.length);
    for (let at = 0; at < places.length; at += 2) {
      if ((places[at] | places[at + 1]) === 0) continue;
      const to = this.placeOf(places[at], places[at + 1]);
      this.places[to] = places[at];
      this.places[to + 1] = places[at + 1];
    }
  }

  private makePlaces(count: number): void {
    this.places = new Int32Array(2 * count);
    this.mask = count - 1;
  }
}
