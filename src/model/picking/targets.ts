import type { Outcome } from '../../spec/outcome.js';
import type { PolicyState } from '../../spec/policy.js';
import { frames } from '../frames.js';

/** A layer with one state for each instance of the callee: each attempt meets that of its own. */
export class Targets implements PolicyState {
  private readonly states: readonly PolicyState[];

  constructor(states: readonly PolicyState[]) {
    this.states = states;
  }

  enter(frame: number, layer: number): number {
    return this.of(frame).enter(frame, layer);
  }

  leave(frame: number, layer: number, outcome: Outcome): number {
    return this.of(frame).leave(frame, layer, outcome);
  }

  cancel(frame: number, layer: number, parked: boolean): void {
    this.of(frame).cancel(frame, layer, parked);
  }

  timer(frame: number, layer: number): void {
    this.of(frame).timer!(frame, layer);
  }

  child(frame: number, layer: number, child: number, outcome: Outcome): void {
    this.of(frame).child!(frame, layer, child, outcome);
  }

  /** The state about one instance called, by its number within the component. */
  at(index: number): PolicyState {
    return this.states[index];
  }

  reset(): void {
    for (const state of this.states) state.reset?.();
  }

  /** Another process has taken the place of an instance. While something is under way to the former one the state is kept: that ends in it. */
  forget(index: number): void {
    const state = this.states[index];
    if (state.held() === 0) state.reset?.();
  }

  held(): number {
    let held = 0;
    for (const state of this.states) held += state.held();
    return held;
  }

  /** The place of a frame stays until its next attempt is given one, outside of this layer. */
  private of(frame: number): PolicyState {
    return this.states[frames.place[frame]];
  }
}
