import { invariant, isAudited } from '../../../kernel/invariant.js';
import { PairSet } from '../../../kernel/pair-set.js';
import { widenInt32 } from '../../../kernel/pool.js';
import { NS_PER_SECOND, type Ns } from '../../../kernel/time.js';
import { sink } from '../figures/sink.js';
import { OPERATION } from '../strands/strands.js';

/** Shortest time that an execution is remembered. */
const WINDOW_NS: Ns = 60 * NS_PER_SECOND;

/** Two logs of 512 KiB. */
const KEPT = 65_536;

/** Effects noted before they are booked. */
const NOTED = 1024;
/** Initial capacity of a log, in operations, and of the questions. */
const ROOM = 1024;
/** Integers of an operation in a log: its two words. */
const WORDS = 2;
/** Integers of a noted effect, and of a question: operation (two words), part with OPERATION, open cell. */
const ENTRY = 4;
/** Log2 of the number of kinds of operations. */
const KINDS = 3;

/** The executions of one period. */
class Generation {
  /** Operations that are plain, in the order in which they were executed. */
  plain: Int32Array = new Int32Array(ROOM * WORDS);
  plainCount = 0;
  /** Operations of all others. */
  readonly repeated = new PairSet();

  /** Operations held; one that is in both places counts twice. */
  get size(): number {
    return this.plainCount + this.repeated.size;
  }

  addPlain(a: number, b: number): void {
    const at = this.plainCount * WORDS;
    if (at === this.plain.length) this.plain = widenInt32(this.plain, 2 * at);
    this.plain[at] = a;
    this.plain[at + 1] = b;
    this.plainCount++;
  }

  /** Copies to `found` the operations of the log that are also in `asked`. */
  find(asked: PairSet, found: PairSet): void {
    const { plain, plainCount } = this;
    for (let at = 0; at < plainCount * WORDS; at += WORDS) {
      if (asked.has(plain[at], plain[at + 1])) found.add(plain[at], plain[at + 1]);
    }
  }

  clear(): void {
    this.plainCount = 0;
    this.repeated.clear();
  }
}

/**
 * Remembers executions by their operation, so that a second execution of the same operation is counted as a duplicate. Two
 * generations of at least a minute each bound the memory.
 *
 * Most executions are plain: no attempt above them repeats another one, so their operation comes only once as such. So does
 * that of the first run of a handler. A table
 * of all of them is larger than a cache, and each look-up in it waits for the memory. So they are only written to a log, and
 * looked up among the others. One of the others asks whether its operation is in a log; all questions of a generation are
 * answered together. No event depends on a duplicate, so effects are noted in order and booked in groups.
 */
export class Duplicates {
  private recent = new Generation();
  private older = new Generation();
  private turnedNs: Ns = NaN;
  private readonly kept: number;
  private readonly found: (part: number, cell: number) => void;
  private readonly notes = new Int32Array(NOTED * ENTRY);
  private readonly times = new Float64Array(NOTED);
  private noted = 0;
  private questions: Int32Array = new Int32Array(ROOM * ENTRY);
  private asked = 0;
  /** What is asked for, and what of it is in a log. */
  private readonly wanted = new PairSet();
  private readonly known = new PairSet();
  /** All plain operations of an audited run. */
  private audited: PairSet | null = null;

  /**
   * `found` is called for each duplicate with its part and the measuring cell of its end. `kept`: operations below which none
   * is forgotten, however old.
   */
  constructor(found: (part: number, cell: number) => void, kept = KEPT) {
    this.found = found;
    this.kept = kept;
    this.turnedNs = 0;
  }

  /** Forgets all executions, for another run. */
  reset(): void {
    this.recent.clear();
    this.older.clear();
    this.turnedNs = 0;
    this.noted = this.asked = 0;
    this.audited = isAudited() ? new PairSet() : null;
  }

  /** An operation (its lineage, and its OPERATION) has had its effect in a part. */
  note(part: number, cell: number, kind: number, a: number, b: number, now: Ns): void {
    const { notes, noted } = this;
    const at = noted * ENTRY;
    notes[at] = a;
    notes[at + 1] = b;
    notes[at + 2] = (part << KINDS) | kind;
    notes[at + 3] = cell;
    this.times[noted] = now;
    this.noted = noted + 1;
    if (noted + 1 === NOTED) this.book();
  }

  /** Counts all duplicates noted so far. Call it before the figures of the run are read. */
  settle(): void {
    this.book();
    this.answer();
  }

  private book(): void {
    const { notes, times, noted } = this;
    this.noted = 0;
    for (let k = 0; k < noted; k++) {
      const at = k * ENTRY;
      if (this.recent.size >= this.kept && times[k] - this.turnedNs >= WINDOW_NS) {
        this.turn(times[k]);
      }
      const kind = notes[at + 2] & ((1 << KINDS) - 1);
      if (kind === OPERATION.plain || kind === OPERATION.handler) this.bookPlain(at);
      else this.bookOther(at);
    }
  }

  private bookPlain(at: number): void {
    const { notes, recent, older, audited } = this;
    const a = notes[at];
    const b = notes[at + 1];
    if (audited !== null) invariant(audited.add(a, b), 'a plain operation is executed once');
    if (older.repeated.has(a, b)) recent.repeated.add(a, b);
    if (recent.repeated.has(a, b)) this.count(notes, at);
    else recent.addPlain(a, b);
  }

  private bookOther(at: number): void {
    const { notes, recent, older } = this;
    const a = notes[at];
    const b = notes[at + 1];
    const isNew = recent.repeated.add(a, b);
    const kind = notes[at + 2] & ((1 << KINDS) - 1);
    if (!isNew || older.repeated.has(a, b)) this.count(notes, at);
    else if (kind !== OPERATION.ofTask) this.ask(notes, at);
  }

  private count(entries: Int32Array, at: number): void {
    this.found(entries[at + 2] >> KINDS, entries[at + 3]);
  }

  private ask(entries: Int32Array, at: number): void {
    const end = this.asked * ENTRY;
    if (end === this.questions.length) this.questions = widenInt32(this.questions, 2 * end);
    for (let k = 0; k < ENTRY; k++) this.questions[end + k] = entries[at + k];
    this.asked++;
  }

  private answer(): void {
    const { questions, wanted, known } = this;
    const end = this.asked * ENTRY;
    this.asked = 0;
    if (end === 0) return;
    for (let at = 0; at < end; at += ENTRY) wanted.add(questions[at], questions[at + 1]);
    // A plain execution that ends after another one of its operation is in no log: it was counted itself.
    this.older.find(wanted, known);
    this.recent.find(wanted, known);
    for (let at = 0; at < end; at += ENTRY) {
      if (known.has(questions[at], questions[at + 1])) this.count(questions, at);
    }
    wanted.clear();
    known.clear();
  }

  private turn(now: Ns): void {
    this.answer();
    const { older, recent } = this;
    older.clear();
    this.older = recent;
    this.recent = older;
    this.turnedNs = now;
  }
}

/** The executions of the current run of this thread: the memory of its tables serves the next run, too. */
export const duplicates = new Duplicates((part, cell) => sink.duplicate(part, cell));
