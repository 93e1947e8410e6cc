import { invariant } from '../../../kernel/invariant.js';
import type { Outcome } from '../../../contracts/outcome.js';
import type { PolicyState } from '../../../contracts/patterns/policy.js';
import { frames } from '../../data/strands/frames.js';

/** Log2 of the states per page. Instances without calls so far cost only an empty place in a page. */
const SHIFT = 5;
const MASK = (1 << SHIFT) - 1;

export interface TargetsSetup {
  /** Number of instances of the callee. */
  readonly size: number;
  /** Makes the state of one instance, by its index in the component. */
  make(index: number): PolicyState;
  /** True if a state does not depend on its creation time, so the first call to its instance can create it. */
  readonly isLate: boolean;
  /** True if a reset of an unused state does not depend on its time. */
  readonly isResetLate: boolean;
}

/** A layer with one state for each instance of the callee: each attempt uses the state of its instance. */
export class Targets implements PolicyState {
  /** Number of resets so far, which a later state has to repeat; extra resets of single instances. */
  private resets = 0;
  private readonly forgotten = new Map<number, number>();
  private noted: ((state: PolicyState) => void) | null = null;
  private readonly pages: (PolicyState | undefined)[][] = new Array<(PolicyState | undefined)[]>(
    Math.ceil(this.setup.size / (MASK + 1)),
  );

  constructor(private readonly setup: TargetsSetup) {
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

  /** The state of one callee instance, by its index in the component. */
  at(index: number): PolicyState {
    return this.known(index) ?? this.open(index);
  }

  /** Calls `note` with each state, now or when it is created. */
  each(note: (state: PolicyState) => void): void {
    this.noted = note;
    for (const state of this.made()) note(state);
  }

  reset(): void {
    if (!this.setup.isResetLate) this.makeAll();
    for (const state of this.made()) state.reset?.();
    this.resets++;
  }

  /** Another process has replaced an instance. Its state is kept while attempts to the old process are in flight. */
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

  /** The existing states, in the order of their instances. */
  made(): readonly PolicyState[] {
    return this.pages.flatMap((page) => page.filter((state) => state !== undefined));
  }

  /** The place of a frame stays valid until an outer layer places its next attempt. */
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
    invariant(index >= 0 && index < size, 'a call has a place among the instances of its callee');
    invariant(this.known(index) === undefined, 'each instance has one state per caller');
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
