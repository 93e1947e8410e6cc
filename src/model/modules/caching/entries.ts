import { invariant } from '../../../kernel/invariant.js';
import { makeRoom } from '../../../kernel/room.js';
import { widenFloat64, widenInt32, widenUint8 } from '../../../kernel/pool.js';

/**
 * The entries of one cache level: columns over reusable places, found by the value of the key. It has as many places as
 * the largest number of entries so far, and one number for each value of the key.
 */
export class Entries {
  /** By value: its place; -1 = no entry. */
  private readonly places: Int32Array;
  private readonly free: number[] = [];
  private made = 0;
  used = 0;
  key: Int32Array = new Int32Array(0);
  /** Version of the value that it holds. */
  version: Int32Array = new Int32Array(0);
  /** 1 = it records that the value does not exist. */
  negative: Uint8Array = new Uint8Array(0);
  /** Expiry, full time to live, and load time of its value, ns. */
  expires: Float64Array = new Float64Array(0);
  ttl: Float64Array = new Float64Array(0);
  delta: Float64Array = new Float64Array(0);

  constructor(population: number) {
    makeRoom(4 * population);
    this.places = new Int32Array(population).fill(-1);
  }

  find(key: number): number {
    return this.places[key];
  }

  take(key: number): number {
    invariant(this.places[key] < 0, 'a value has one entry');
    const place = this.free.pop() ?? this.made++;
    if (place >= this.key.length) this.widen(Math.max(16, this.key.length * 2));
    this.places[key] = place;
    this.key[place] = key;
    this.used++;
    return place;
  }

  drop(place: number): void {
    invariant(this.places[this.key[place]] === place, 'an entry is dropped once');
    this.places[this.key[place]] = -1;
    this.free.push(place);
    this.used--;
  }

  /** Visits every place in use in the order of values; slow, for rare events. */
  each(visit: (place: number) => void): void {
    for (const place of this.places) if (place >= 0) visit(place);
  }

  private widen(capacity: number): void {
    this.key = widenInt32(this.key, capacity);
    this.version = widenInt32(this.version, capacity);
    this.negative = widenUint8(this.negative, capacity);
    this.expires = widenFloat64(this.expires, capacity);
    this.ttl = widenFloat64(this.ttl, capacity);
    this.delta = widenFloat64(this.delta, capacity);
  }
}
