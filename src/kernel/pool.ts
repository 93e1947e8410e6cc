import { invariant } from './invariant.js';
import { makeRoom } from './room.js';

/** From this many slots on, a pool grows by a quarter. */
const GRADUAL = 65_536;

type Column = Int32Array | Float64Array | Uint8Array;

/**
 * The columns of a table are its fields that are typed arrays. They have one entry for each slot, or as many as this
 * says; 0 = the table sizes the column itself.
 */
type EntriesOf<Table> = { readonly [Field in keyof Table]?: number };

/** Called when a pool has grown: widen every column indexed by its slots. */
export type GrowListener = (capacity: number) => void;

/**
 * Free list of slot numbers for records kept as typed-array columns. Hold the pool and its owner,
 * never a column: growth replaces the columns. The slot given back last is taken first.
 */
export class Slots {
  /** Current number of slots. */
  capacity: number;
  /** Slots taken. */
  used = 0;
  /** Largest number of slots in use at once. */
  peak = 0;
  private fresh = 0;
  private returned = 0;
  private free: Int32Array;
  private taken: Uint8Array;
  private readonly listeners: GrowListener[] = [];
  private readonly first: number;

  /** `capacity`: initial number of slots, rounded up to a power of two. */
  constructor(capacity = 64) {
    let size = 1;
    while (size < capacity) size *= 2;
    this.capacity = this.first = size;
    this.taken = new Uint8Array(size);
    this.free = new Int32Array(size);
  }

  /** Slots that were ever taken; later entries of a column still have their initial values. */
  get touched(): number {
    return this.fresh;
  }

  /** True once there are more slots than initially. */
  get hasGrown(): boolean {
    return this.capacity > this.first;
  }

  /**
   * Frees all slots and removes all listeners, whose columns belong to another run. The number of slots returns to the
   * initial one.
   */
  reset(): void {
    if (this.hasGrown) {
      this.taken = new Uint8Array(this.first);
      this.capacity = this.first;
    } else {
      this.taken.fill(0, 0, this.fresh);
    }
    this.used = this.peak = this.fresh = this.returned = 0;
    this.listeners.length = 0;
  }

  /** Registers a listener and calls it at once with the current capacity. */
  onGrow(listener: GrowListener): void {
    this.listeners.push(listener);
    listener(this.capacity);
  }

  /** Makes the columns of a table columns of this pool; see `EntriesOf`. */
  addColumns<T extends object>(table: T, entries: EntriesOf<T> = {}): void {
    this.onGrow((capacity) => widenColumns(table, capacity, entries));
  }

  /** Takes a slot; its columns still contain the values of the last owner. */
  take(): number {
    if (this.used === this.capacity) this.grow();
    const slot = this.returned > 0 ? this.free[--this.returned] : this.fresh++;
    invariant(this.taken[slot] === 0, 'a slot has one owner');
    this.taken[slot] = 1;
    if (++this.used > this.peak) this.peak = this.used;
    return slot;
  }

  /** Frees a slot. Freeing a slot that is not taken breaks an invariant. */
  give(slot: number): void {
    invariant(this.taken[slot] === 1, 'a slot is given back once');
    this.taken[slot] = 0;
    if (this.returned === this.free.length) this.free = widenInt32(this.free, this.returned * 2);
    this.free[this.returned++] = slot;
    this.used--;
  }

  /** True while the slot is taken. */
  has(slot: number): boolean {
    return this.taken[slot] === 1;
  }

  private grow(): void {
    const { capacity: old } = this;
    // A large pool grows by a quarter: half of its memory unused would cost more than frequent copies.
    const capacity = old < GRADUAL ? old * 2 : old + (old >> 2);
    invariant(capacity <= 0x10000000, 'a pool has no more slots than numbers');
    this.taken = widenUint8(this.taken, capacity);
    this.capacity = capacity;
    for (const listener of this.listeners) listener(capacity);
  }
}

/** Widens the columns of a table to this number of slots. */
export function widenColumns<T extends object>(
  table: T,
  slots: number,
  entries: EntriesOf<T> = {},
): void {
  replaceColumns(table, entries, (column, perSlot) => {
    if (column instanceof Int32Array) return widenInt32(column, slots * perSlot);
    if (column instanceof Float64Array) return widenFloat64(column, slots * perSlot);
    return widenUint8(column, slots * perSlot);
  });
}

/**
 * Empties the columns of a table, which the pool is about to reset as well. Columns that have grown are recreated with
 * `first` slots.
 */
export function emptyColumns<T extends object>(
  table: T,
  { hasGrown, touched }: Slots,
  first: number,
  entries: EntriesOf<T> = {},
): void {
  replaceColumns(table, entries, (column, perSlot) => {
    if (!hasGrown) return column.fill(0, 0, touched * perSlot);
    if (column instanceof Int32Array) return new Int32Array(first * perSlot);
    if (column instanceof Float64Array) return new Float64Array(first * perSlot);
    return new Uint8Array(first * perSlot);
  });
}

function replaceColumns(
  table: object,
  entries: object,
  replace: (column: Column, perSlot: number) => Column,
): void {
  for (const name of Object.keys(table)) {
    const column: unknown = Reflect.get(table, name);
    const own: unknown = Reflect.get(entries, name);
    const perSlot = typeof own === 'number' ? own : 1;
    if (perSlot === 0 || !isColumn(column)) continue;
    const next = replace(column, perSlot);
    if (next !== column) Reflect.set(table, name, next);
  }
}

function isColumn(value: unknown): value is Column {
  return (
    value instanceof Int32Array || value instanceof Float64Array || value instanceof Uint8Array
  );
}

/** A copy of an int32 column with room for `capacity` elements. */
export function widenInt32(column: Int32Array, capacity: number): Int32Array {
  makeRoom(4 * capacity);
  const wider = new Int32Array(capacity);
  wider.set(column);
  return wider;
}

/** A copy of a column of bytes with room for `capacity` elements. */
export function widenUint8(column: Uint8Array, capacity: number): Uint8Array {
  makeRoom(capacity);
  const wider = new Uint8Array(capacity);
  wider.set(column);
  return wider;
}

/** A copy of a float64 column with room for `capacity` elements. */
export function widenFloat64(column: Float64Array, capacity: number): Float64Array {
  makeRoom(8 * capacity);
  const wider = new Float64Array(capacity);
  wider.set(column);
  return wider;
}

/**
 * Clears a column for reuse. True if it has this many elements; the first `touched` are now zero. If false, replace the
 * column. (Assigning the same column again would work, but V8 treats a field as constant only if it is assigned once.)
 */
export function cleared(
  column: Int32Array | Uint32Array | Float64Array,
  touched: number,
  length: number,
): boolean {
  if (column.length < length) return false;
  clear(column, touched);
  return true;
}

/** Entries that are cleared together: 4 or 8 KiB. */
const BLOCK = 1024;

/**
 * Sets the first `touched` entries to zero. Blocks of zeros are only read: the system gives no memory to pages that were
 * never written, and most of those of a large topology are not.
 */
export function clear(
  column: Int32Array | Uint32Array | Float64Array | Uint16Array,
  touched: number,
): void {
  for (let from = 0; from < touched; from += BLOCK) {
    const until = Math.min(touched, from + BLOCK);
    let at = from;
    while (at < until && column[at] === 0) at++;
    if (at < until) column.fill(0, at, until);
  }
}
