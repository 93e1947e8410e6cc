import type { Ns } from '../../kernel/time.js';

/** The state of one key. It may be dropped when a new one would behave the same. */
export interface KeyState {
  isIdle(now: Ns): boolean;
}

/**
 * One state per key value. The number of values is unbounded, so idle states are dropped from time to time. Memory
 * follows the keys in use, and no decision changes.
 */
export class Keyed<T extends KeyState> {
  private readonly states = new Map<number, T>();
  /** Start time of the process; -1 after a restart until the first lookup. */
  private start: Ns = 0;
  private sweepAt = SWEEP_MIN;

  /** `create` makes the state for a process that started at the given time. */
  constructor(private readonly create: (start: Ns) => T) {}

  /** The state of this value; created if missing. */
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

/** Number of states before the first sweep for idle ones. */
const SWEEP_MIN = 1024;
