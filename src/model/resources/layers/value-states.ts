import { invariant } from '../../../kernel/invariant.js';
import type { Ns } from '../../../kernel/time.js';

/** Number of states kept before idle ones are first removed. */
const SWEEP_MIN = 1024;

interface ValueState {
  held(): number;
  reset?(now: Ns): void;
  /** True if a new state would make the same decisions from now on. */
  isIdle?(now: Ns): boolean;
}

/**
 * One state for each value of a key. Now and then an idle state, which decides like a new one, is reused for the next
 * new value. So memory follows the values in use, and no decision changes.
 */
export class ValueStates<T extends ValueState> {
  readonly states: T[] = [];
  /** Number of the state of each value, and the numbers without a value. */
  private readonly numbers = new Map<number, number>();
  private readonly spare: number[] = [];
  private sweepAt = SWEEP_MIN;

  constructor(private readonly make: () => T) {}

  numberOf(value: number, now: Ns): number {
    const known = this.numbers.get(value);
    if (known !== undefined) return known;
    if (this.numbers.size >= this.sweepAt) this.sweep(now);
    const number = this.spare.pop() ?? this.states.push(this.make()) - 1;
    this.numbers.set(value, number);
    invariant(
      this.numbers.size + this.spare.length === this.states.length,
      'each state has one value or none',
    );
    return number;
  }

  reset(now: Ns): void {
    for (const number of this.numbers.values()) this.free(number, now);
    this.numbers.clear();
    this.sweepAt = SWEEP_MIN;
  }

  held(): number {
    let held = 0;
    for (const state of this.states) held += state.held();
    return held;
  }

  private sweep(now: Ns): void {
    for (const [value, number] of this.numbers) {
      if (this.states[number].isIdle?.(now) !== true) continue;
      this.numbers.delete(value);
      this.free(number, now);
    }
    this.sweepAt = Math.max(SWEEP_MIN, 2 * this.numbers.size);
  }

  private free(number: number, now: Ns): void {
    invariant(
      number < this.states.length && this.spare.length < this.states.length,
      'a state without a value is free once',
    );
    this.states[number].reset?.(now);
    this.spare.push(number);
  }
}
