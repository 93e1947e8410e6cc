import { invariant } from '../../../kernel/invariant.js';
import { widenInt32 } from '../../../kernel/pool.js';
import type { Outcome } from '../../../contracts/outcome.js';
import type { CallContext, PolicyState } from '../../../contracts/patterns/policy.js';
import { ValueStates } from './value-states.js';

/** A layer with one state for each value of a key. A state begins with the first call of its value. */
export class KeyedStates implements PolicyState {
  private readonly ctx: CallContext;
  private readonly keyOf: (frame: number) => number;
  private readonly of: ValueStates<PolicyState>;
  /** Number of the state that each frame used last here. */
  private met: Int32Array = new Int32Array(64);

  constructor(ctx: CallContext, keyOf: (frame: number) => number, create: () => PolicyState) {
    this.ctx = ctx;
    this.keyOf = keyOf;
    this.of = new ValueStates(() => {
      const state = create();
      // Times that count from the start of a process count from the first call of the value instead.
      state.reset?.();
      return state;
    });
  }

  enter(frame: number, layer: number): number {
    const number = this.of.numberOf(this.keyOf(frame), this.ctx.now);
    if (frame >= this.met.length) this.met = widenInt32(this.met, frame * 2);
    this.met[frame] = number;
    return this.of.states[number].enter(frame, layer);
  }

  leave(frame: number, layer: number, outcome: Outcome): number {
    return this.stateOf(frame).leave(frame, layer, outcome);
  }

  cancel(frame: number, layer: number, parked: boolean): void {
    this.stateOf(frame).cancel(frame, layer, parked);
  }

  timer(frame: number, layer: number): void {
    this.stateOf(frame).timer!(frame, layer);
  }

  child(frame: number, layer: number, child: number, outcome: Outcome): void {
    this.stateOf(frame).child!(frame, layer, child, outcome);
  }

  reset(): void {
    this.of.reset(this.ctx.now);
  }

  held(): number {
    return this.of.held();
  }

  private stateOf(frame: number): PolicyState {
    invariant(
      frame < this.met.length && this.met[frame] < this.of.states.length,
      'a call leaves the state of the key that it entered',
    );
    return this.of.states[this.met[frame]];
  }
}
