import { PairSet } from '../../../kernel/pair-set.js';
import { NS_PER_SECOND, type Ns } from '../../../kernel/time.js';
import { sink } from '../figures/sink.js';

/** Shortest time that an execution is remembered. */
const WINDOW_NS: Ns = 60 * NS_PER_SECOND;

/** Two times 1 MB. */
const KEPT = 65_536;

/** Effects noted before they are looked up. */
const NOTED = 1024;
/** Integers per noted effect: part, operation (two words), open cell. */
const WORDS = 4;

/**
 * Remembers executions by their operation, so that a second execution of the same operation is recognized as a
 * duplicate. Two generations of at least a minute each bound the memory.
 *
 * No event depends on it, so effects are noted in order and looked up in groups: a look-up in a table of megabytes waits
 * for the memory, and those of a group wait at the same time.
 */
export class Duplicates {
  private recent = new PairSet();
  private older = new PairSet();
  private turnedNs: Ns = NaN;
  private readonly kept: number;
  private readonly words = new Int32Array(NOTED * WORDS);
  private readonly times = new Float64Array(NOTED);
  private noted = 0;

  /** `kept`: executions below which none is forgotten, however old. */
  constructor(kept = KEPT) {
    this.kept = kept;
    this.turnedNs = 0;
  }

  /** Forgets all executions, for another run. */
  reset(): void {
    this.recent.clear();
    this.older.clear();
    this.turnedNs = 0;
    this.noted = 0;
  }

  /** An operation (its lineage) has had its effect in a part; the sink counts it if it is the second time. */
  note(part: number, a: number, b: number, now: Ns): void {
    const { words, noted } = this;
    const at = noted * WORDS;
    words[at] = part;
    words[at + 1] = a;
    words[at + 2] = b;
    words[at + 3] = sink.cell;
    this.times[noted] = now;
    this.noted = noted + 1;
    if (noted + 1 === NOTED) this.settle();
  }

  /** Looks up all effects noted so far. Call it before the figures of the run are read. */
  settle(): void {
    const { words, times, noted } = this;
    for (let k = 0; k < noted; k++) {
      const at = k * WORDS;
      if (this.executed(words[at + 1], words[at + 2], times[k])) {
        sink.duplicate(words[at], words[at + 3]);
      }
    }
    this.noted = 0;
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

/** The executions of the current run of this thread: the memory of its tables serves the next run, too. */
export const duplicates = new Duplicates();
