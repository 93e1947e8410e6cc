import { invariant } from '../../../kernel/invariant.js';
import { engine } from '../../../kernel/engine.js';
import type { Lane, Stamped } from '../../../kernel/lanes.js';
import { PHASE } from '../../../kernel/phase.js';
import { Slots, widenInt32 } from '../../../kernel/pool.js';
import type { Ns } from '../../../kernel/time.js';

/** An object with a slot while its timers count; -1 = they no longer do. */
interface Numbered {
  slot: number;
}

/**
 * Objects with timers of constant length. Most objects end long before their timers are due, so the timers are in lanes
 * and are cancelled with their object.
 */
export class Timed<T extends Numbered> implements Stamped {
  stamp: Int32Array = new Int32Array(0);
  private readonly slots = new Slots(64);
  private readonly things: (T | null)[] = [];

  constructor() {
    this.slots.onGrow((capacity) => (this.stamp = widenInt32(this.stamp, capacity)));
  }

  /** Defines a timer that any of the objects may have. */
  lane(name: string, delayNs: Ns, due: (thing: T) => void): Lane {
    const op = engine.define(name, (slot) => due(this.things[slot]!));
    return engine.lane(delayNs, PHASE.TIMER, op, this);
  }

  add(thing: T): void {
    thing.slot = this.slots.take();
    this.things[thing.slot] = thing;
  }

  arm(lane: Lane, { slot }: T): void {
    invariant(slot >= 0, 'a timer belongs to an object that has not ended');
    engine.arm(lane, slot, this.stamp[slot]);
  }

  /** Ends an object and cancels its timers; false if it had ended before. */
  end(thing: T): boolean {
    const { slot } = thing;
    if (slot < 0) return false;
    invariant(this.things[slot] === thing, 'a slot belongs to one object');
    this.stamp[slot]++;
    this.things[slot] = null;
    this.slots.give(slot);
    thing.slot = -1;
    return true;
  }
}
