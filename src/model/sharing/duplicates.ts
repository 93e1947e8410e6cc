import { PairSet } from '../../kernel/pair-set.js';
import { NS_PER_SECOND } from '../../kernel/time.js';
import type { Ns } from '../../kernel/time.js';

/** Shortest time that an execution is remembered. */
const WINDOW_NS: Ns = 60 * NS_PER_SECOND;

/**
 * Remembers recent executions, so that a second execution of the same logical call is recognized as a duplicate. Two
 * generations of a minute each bound the memory.
 */
export class Duplicates {
  private recent = new PairSet();
  private older = new PairSet();
  private turnedNs: Ns = 0;

  /**
   * Records that a call was executed to its end. Returns true if it had been executed before. `a`, `b`: lineage of the
   * call, the same for all of its attempts.
   */
  executed(a: number, b: number, now: Ns): boolean {
    if (now - this.turnedNs >= WINDOW_NS) this.turn(now);
    const seen = this.recent.has(a, b) || this.older.has(a, b);
    this.recent.add(a, b);
    return seen;
  }

  private turn(now: Ns): void {
    const { older, recent } = this;
    if (now - this.turnedNs >= 2 * WINDOW_NS) recent.clear();
    older.clear();
    this.older = recent;
    this.recent = older;
    this.turnedNs = now;
  }
}
