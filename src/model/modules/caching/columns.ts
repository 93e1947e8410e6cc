import { widenFloat64, type Slots } from '../../../kernel/pool.js';
import { FOUND } from './content.js';

/**
 * The cache state of strands: the current value of each, and the loads that it takes part in. Columns have one entry
 * per strand, or one per load that the program of a part can have.
 */
export class CacheColumns {
  /** Loads per strand: the maximum over all parts. */
  readonly slots: number;
  /** The command of a strand to the shared level; the value of its key; its time to live, or -1. */
  command: Uint8Array = new Uint8Array(0);
  key: Float64Array = new Float64Array(0);
  ttl: Float64Array = new Float64Array(0);
  /** The current value: FOUND; its version; its load time; 1 = it must be reloaded. */
  found: Uint8Array = new Uint8Array(0);
  version: Int32Array = new Int32Array(0);
  delta: Float64Array = new Float64Array(0);
  refresh: Uint8Array = new Uint8Array(0);
  /** Loads that it has started and not ended. */
  open: Int32Array = new Int32Array(0);
  /** By load: when it started, -1 = not running; and the version of the value at that time. */
  since: Float64Array = new Float64Array(0);
  reads: Int32Array = new Int32Array(0);
  /** By load: 0 = alone, 1 + the flight that it leads, or -1 - its number as a follower; and its cache. */
  role: Int32Array = new Int32Array(0);
  cache: Int32Array = new Int32Array(0);
  /** By load: position of its claim in the program, and the failure that it ended with. */
  claim: Int32Array = new Int32Array(0);
  error: Int32Array = new Int32Array(0);

  constructor(strands: Slots, slots: number) {
    this.slots = Math.max(1, slots);
    const loads = this.slots;
    strands.addColumns<CacheColumns>(this, {
      since: 0,
      reads: loads,
      role: loads,
      cache: loads,
      claim: loads,
      error: loads,
    });
    strands.onGrow((capacity) => {
      this.since = widenFloat64(this.since, capacity * loads).fill(-1, this.since.length);
    });
  }

  /** Sets the current value. */
  hold(strand: number, found: number, version: number, delta: number): void {
    this.found[strand] = found;
    this.version[strand] = version;
    this.delta[strand] = delta;
  }

  /** Copies the command of one strand to another. */
  copyCommand(to: number, from: number): void {
    const { command, key, ttl } = this;
    command[to] = command[from];
    key[to] = key[from];
    ttl[to] = ttl[from];
  }

  /** Copies the current value of one strand to another. */
  copyValue(to: number, from: number): void {
    this.hold(to, this.found[from], this.version[from], this.delta[from]);
    this.refresh[to] = this.refresh[from];
  }

  drop(strand: number): void {
    this.found[strand] = FOUND.nothing;
    this.refresh[strand] = 0;
  }
}
