import type { Ns } from '../../kernel/time.js';
import type { GateState } from '../../spec/patterns/policy.js';

/** Number of states kept before idle ones are first removed. */
const SWEEP_MIN = 1024;

/**
 * One limit in one instance: a single state, or one for each value of a key in use. An idle state, which decides like a
 * new one, is reused for the next new value.
 */
export class GatePlace {
  readonly states: GateState[] = [];
  private readonly make: () => GateState;
  private readonly numbers = new Map<number, number>();
  private readonly spare: number[] = [];
  private sweepAt = SWEEP_MIN;

  constructor(make: () => GateState) {
    this.make = make;
  }

  /** Number of the state of a value; a limit without a key uses the value 0. */
  numberOf(value: number, now: Ns): number {
    const known = this.numbers.get(value);
    if (known !== undefined) return known;
    if (this.numbers.size >= this.sweepAt) this.sweep(now);
    const number = this.spare.pop() ?? this.states.push(this.make()) - 1;
    this.numbers.set(value, number);
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
      if (!this.states[number].isIdle()) continue;
      this.numbers.delete(value);
      this.free(number, now);
    }
    this.sweepAt = Math.max(SWEEP_MIN, 2 * this.numbers.size);
  }

  private free(number: number, now: Ns): void {
    this.states[number].reset(now);
    this.spare.push(number);
  }
}
