import { NS_PER_SECOND } from '../../kernel/time.js';
import type { Ns } from '../../kernel/time.js';

/** How long an execution is remembered at least. */
const WINDOW_NS: Ns = 60 * NS_PER_SECOND;

/**
 * Remembers which calls were executed although nobody waited, so that a second execution of the same
 * logical call is known as a duplicate. Two generations of a minute each bound the memory.
 */
export class Duplicates {
  private recent = new Map<number, number>();
  private older = new Map<number, number>();
  private turnedNs: Ns = 0;

  /**
   * A call was executed to its end. True when it had been executed before.
   * `a`, `b`: lineage of the call, the same for all of its attempts.
   */
  executed(a: number, b: number, now: Ns): boolean {
    if (now - this.turnedNs >= WINDOW_NS) {
      this.older = now - this.turnedNs >= 2 * WINDOW_NS ? new Map() : this.recent;
      this.recent = new Map();
      this.turnedNs = now;
    }
    // 21 bits of one word and 32 of the other fit a double exactly.
    const key = (a & 0x1fffff) * 4294967296 + (b >>> 0);
    const seen = (this.recent.get(key) ?? 0) + (this.older.get(key) ?? 0);
    this.recent.set(key, (this.recent.get(key) ?? 0) + 1);
    return seen > 0;
  }
}
