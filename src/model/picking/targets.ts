import type { Outcome } from '../../spec/outcome.js';
import type { PolicyState } from '../../spec/policy.js';
import { frames } from '../frames.js';

/** Log2 of the states of a page: what a caller has of the instances that it has not called is a place in a short list. */
const SHIFT = 5;
const MASK = (1 << SHIFT) - 1;

export interface TargetsSetup {
  /** Instances of the callee. */
  readonly size: number;
  /** Makes the state about one instance, by its number within the component. */
  make(index: number): PolicyState;
  /** A state is the same whenever it is made, so that the first call to its instance makes it. */
  readonly isLate: boolean;
  /** A reset of a state that has served no call is the same whenever it takes place. */
  readonly isResetLate: boolean;
}

/** A layer with one state for each instance of the callee: each attempt meets that of its own. */
export class Targets implements PolicyState {
  private readonly setup: TargetsSetup;
  private readonly pages: (PolicyState | undefined)[][];
  /** Resets so far, which a state that is made later has to see; of one instance, those beside. */
  private resets = 0;
  private readonly forgotten = new Map<number, number>();
  private noted: ((state: PolicyState) => void) | null = null;

  constructor(setup: TargetsSetup) {
    this.setup = setup;
    this.pages = new Array<(PolicyState | undefined)[]>(Math.ceil(setup.size / (MASK + 1)));
    if (setup.isLate) this.at(0);
    else this.makeAll();
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
    return this.known(index) ?? this.open(index);
  }

  /** Calls `note` with each state, also with those that are made later. */
  each(note: (state: PolicyState) => void): void {
    this.noted = note;
    for (const state of this.made()) note(state);
  }

  reset(): void {
    if (!this.setup.isResetLate) this.makeAll();
    for (const state of this.made()) state.reset?.();
    this.resets++;
  }

  /** Another process has taken the place of an instance. While something is under way to the former one the state is kept: that ends in it. */
  forget(index: number): void {
    const state = this.setup.isResetLate ? this.known(index) : this.at(index);
    if (state === undefined) this.forgotten.set(index, (this.forgotten.get(index) ?? 0) + 1);
    else if (state.held() === 0) state.reset?.();
  }

  held(): number {
    let held = 0;
    for (const state of this.made()) held += state.held();
    return held;
  }

  /** The states that have been made, in the order of their instances. */
  made(): readonly PolicyState[] {
    return this.pages.flatMap((page) => page.filter((state) => state !== undefined));
  }

  /** The place of a frame stays until its next attempt is given one, outside of this layer. */
  private of(frame: number): PolicyState {
    const place = frames.place[frame];
    const page = this.pages[place >> SHIFT];
    return (page === undefined ? undefined : page[place & MASK]) ?? this.open(place);
  }

  private known(index: number): PolicyState | undefined {
    const page = this.pages[index >> SHIFT] as (PolicyState | undefined)[] | undefined;
    return page === undefined ? undefined : page[index & MASK];
  }

  private makeAll(): void {
    for (let index = 0; index < this.setup.size; index++) this.at(index);
  }

  private open(index: number): PolicyState {
    const { size, make } = this.setup;
    const at = index >> SHIFT;
    this.pages[at] ??= new Array<PolicyState | undefined>(
      Math.min(MASK + 1, size - (at << SHIFT)),
    ).fill(undefined);
    const state = make(index);
    this.pages[at][index & MASK] = state;
    for (let k = this.resets + (this.forgotten.get(index) ?? 0); k > 0; k--) state.reset?.();
    this.noted?.(state);
    return state;
  }
}
