import { widenFloat64, widenInt32, widenUint8 } from '../../kernel/pool.js';
import type { Slots } from '../../kernel/pool.js';
import { FOUND } from './content.js';

/**
 * What strands know about caches: the value in hand, and the loads that each is in. A column of the first
 * sort has an entry for each strand, one of the second for each load that the program of a part can be in.
 */
export class CacheColumns {
  /** Loads of a strand: the most that any part has. */
  readonly slots: number;
  /** What a strand asks the shared level: the command, the value of the key, its time to live or -1. */
  command: Uint8Array = new Uint8Array(0);
  key: Float64Array = new Float64Array(0);
  ttl: Float64Array = new Float64Array(0);
  /** What it has in hand: FOUND, the writing it is of, what it took to load; 1 = is to be loaded anew. */
  found: Uint8Array = new Uint8Array(0);
  version: Int32Array = new Int32Array(0);
  delta: Float64Array = new Float64Array(0);
  refresh: Uint8Array = new Uint8Array(0);
  /** Loads it has begun and not ended. */
  open: Int32Array = new Int32Array(0);
  /** By load: when it began, -1 = it is not under way; and the writing that was there then. */
  since: Float64Array = new Float64Array(0);
  reads: Int32Array = new Int32Array(0);
  /** By load: 0, 1 + the flight that it leads, or less 1 the number under which it waits; of which cache. */
  role: Int32Array = new Int32Array(0);
  cache: Int32Array = new Int32Array(0);
  /** By load: where the program claims it, and the failure it ended with. */
  claim: Int32Array = new Int32Array(0);
  error: Int32Array = new Int32Array(0);

  constructor(strands: Slots, slots: number) {
    this.slots = Math.max(1, slots);
    strands.onGrow((capacity) => this.widen(capacity));
  }

  /** The value in hand is one that was found, or nothing. */
  hold(strand: number, found: number, version: number, delta: number): void {
    this.found[strand] = found;
    this.version[strand] = version;
    this.delta[strand] = delta;
  }

  drop(strand: number): void {
    this.found[strand] = FOUND.nothing;
    this.refresh[strand] = 0;
  }

  private widen(capacity: number): void {
    const before = this.since.length;
    const loads = capacity * this.slots;
    for (const name of BYTES) this[name] = widenUint8(this[name], capacity);
    for (const name of FLOATS) this[name] = widenFloat64(this[name], capacity);
    this.version = widenInt32(this.version, capacity);
    this.open = widenInt32(this.open, capacity);
    this.since = widenFloat64(this.since, loads).fill(-1, before);
    for (const name of LOADS) this[name] = widenInt32(this[name], loads);
  }
}

const BYTES = ['command', 'found', 'refresh'] as const;
const FLOATS = ['key', 'ttl', 'delta'] as const;
const LOADS = ['reads', 'role', 'cache', 'claim', 'error'] as const;
