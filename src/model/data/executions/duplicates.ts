import { PairSet } from '../../../kernel/pair-set.js';
import { NS_PER_SECOND, type Ns } from '../../../kernel/time.js';

/** Shortest time that an execution is remembered. */
const WINDOW_NS: Ns = 60 * NS_PER_SECOND;

/** Two times 1 MB. */
const KEPT = 65_536;

/**
 * Remembers executions by their operation, so that a second execution of the same operation is recognized as a
 * duplicate. Two generations of at least a minute each bound the memory.
 */
export class Duplicates {
  private recent = new PairSet();
  private older = new PairSet();
  private turnedNs: Ns = 0;
  private readonly kept: number;

  /** `kept`: executions below which none is forgotten, however old. */
  constructor(kept = KEPT) {
    this.kept = kept;
  }

  /** Records that an operation (its lineage) was executed to its end. Returns true if it had been executed before. */
  executed(a: number, b: number, now: Ns): boolean {
    if (this.recent.size >= this.kept && now - this.turnedNs >= WINDOW_NS) this.turn(now);
    return !this.recent.add(a, b) || this.older.has(a, b);
  }

  private turn(now: Ns): void {
    const { older, recent } = this;
    older.clear();
    this.older = recent;
    this.recent = older;
    this.turnedNs = now;
  }
}
