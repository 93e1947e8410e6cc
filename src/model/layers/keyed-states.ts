import { widenInt32 } from '../../kernel/pool.js';
import type { Outcome } from '../../spec/outcome.js';
import type { CallContext, PolicyState } from '../../spec/patterns/policy.js';

/** Number of states kept before idle ones are first removed. */
const SWEEP_MIN = 1024;

/**
 * A layer with one state for each value of a key. Now and then an idle state, which decides like a new one, is reused
 * for the next new value. So memory follows the values in use, and no decision changes. A state begins with the first
 * call of its value.
 */
export class KeyedStates implements PolicyState {
  private readonly ctx: CallContext;
  private readonly keyOf: (frame: number) => number;
  private readonly create: () => PolicyState;
  private readonly states: PolicyState[] = [];
  /** Number of the state of each value, and the numbers without a value. */
  private readonly numbers = new Map<number, number>();
  private readonly spare: number[] = [];
  /** Number of the state that each frame used last here. */
  private met: Int32Array = new Int32Array(64);
  private sweepAt = SWEEP_MIN;

  constructor(ctx: CallContext, keyOf: (frame: number) => number, create: () => PolicyState) {
    this.ctx = ctx;
    this.keyOf = keyOf;
    this.create = create;
  }

  enter(frame: number, layer: number): number {
    const number = this.numberOf(this.keyOf(frame));
    if (frame >= this.met.length) this.met = widenInt32(this.met, frame * 2);
    this.met[frame] = number;
    return this.states[number].enter(frame, layer);
  }

  leave(frame: number, layer: number, outcome: Outcome): number {
    return this.states[this.met[frame]].leave(frame, layer, outcome);
  }

  cancel(frame: number, layer: number, parked: boolean): void {
    this.states[this.met[frame]].cancel(frame, layer, parked);
  }

  timer(frame: number, layer: number): void {
    this.states[this.met[frame]].timer!(frame, layer);
  }

  child(frame: number, layer: number, child: number, outcome: Outcome): void {
    this.states[this.met[frame]].child!(frame, layer, child, outcome);
  }

  reset(): void {
    for (const number of this.numbers.values()) this.free(number);
    this.numbers.clear();
    this.sweepAt = SWEEP_MIN;
  }

  held(): number {
    let held = 0;
    for (const state of this.states) held += state.held();
    return held;
  }

  private numberOf(key: number): number {
    const known = this.numbers.get(key);
    if (known !== undefined) return known;
    if (this.numbers.size >= this.sweepAt) this.sweep();
    const number = this.spare.pop() ?? this.addState();
    this.numbers.set(key, number);
    return number;
  }

  private addState(): number {
    const state = this.create();
    // Times that count from the start of a process count from the first call of the value instead.
    state.reset?.();
    return this.states.push(state) - 1;
  }

  private sweep(): void {
    const { now } = this.ctx;
    for (const [key, number] of this.numbers) {
      if (this.states[number].isIdle?.(now) !== true) continue;
      this.numbers.delete(key);
      this.free(number);
    }
    this.sweepAt = Math.max(SWEEP_MIN, 2 * this.numbers.size);
  }

  private free(number: number): void {
    this.states[number].reset?.();
    this.spare.push(number);
  }
}
