import type { Ns } from '../../kernel/time.js';

/** The state of one key, which may be forgotten while a new one in its place would do the same. */
export interface KeyState {
  isIdle(now: Ns): boolean;
}

/**
 * One state for each value of a key. Values come and go without end, so idle states are forgotten now
 * and then: memory follows the keys in use, and no decision changes by it.
 */
export class Keyed<T extends KeyState> {
  private readonly create: (start: Ns) => T;
  private readonly states = new Map<number, T>();
  /** When the process began; -1 from a restart to the first look after it. */
  private start: Ns = 0;
  private sweepAt = SWEEP_MIN;

  /** `create` makes the state of a process that began at the time it is given. */
  constructor(create: (start: Ns) => T) {
    this.create = create;
  }

  /** The state of this value, new where there is none. */
  of(key: number, now: Ns): T {
    let state = this.states.get(key);
    if (state === undefined) {
      if (this.start < 0) this.start = now;
      if (this.states.size >= this.sweepAt) this.sweep(now);
      state = this.create(this.start);
      this.states.set(key, state);
    }
    return state;
  }

  reset(): void {
    this.states.clear();
    this.start = -1;
    this.sweepAt = SWEEP_MIN;
  }

  private sweep(now: Ns): void {
    for (const [key, state] of this.states) if (state.isIdle(now)) this.states.delete(key);
    this.sweepAt = Math.max(SWEEP_MIN, 2 * this.states.size);
  }
}

/** States kept before the first look for idle ones. */
const SWEEP_MIN = 1024;
