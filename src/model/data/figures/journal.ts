import { invariant } from '../../../kernel/invariant.js';
import { engine } from '../../../kernel/engine.js';
import type { Ns } from '../../../kernel/time.js';
import { JOURNAL } from '../../../contracts/record/record.js';
import type {
  JournalRecord,
  MachineBlock,
  MachineRecord,
} from '../../../contracts/record/record.js';

/** Maximum number of stored entries; further ones are only counted. */
const CAP = 200_000;

/** A block of state machines that is still being laid out. */
export type OpenBlock = { -readonly [Field in keyof MachineBlock]: MachineBlock[Field] };

/** State changes in time order: breakers, faults, instances. Those of `note` also enter the digest. */
export class Journal {
  private readonly blocks: OpenBlock[] = [];
  private count = 0;
  /** Number of the next state machine if it has a reserved one; else -1. */
  private next = -1;
  private readonly times: number[] = [];
  private readonly kinds: number[] = [];
  private readonly subjects: number[] = [];
  private readonly values: number[] = [];
  private dropped = 0;

  /** Times are relative to `originNs`: the end of the warm-up. */
  constructor(private readonly originNs: Ns) {}

  note(kind: number, subject: number, value: number): void {
    engine.note((kind << 24) ^ subject, value);
    this.tell(kind, subject, value);
  }

  /** Keeps an entry that does not enter the digest: it follows from others that do. */
  tell(kind: number, subject: number, value: number): void {
    if (this.times.length >= CAP) {
      this.dropped++;
      return;
    }
    invariant(subject >= 0, 'an entry of the journal is about someone');
    this.times.push(engine.now - this.originNs);
    this.kinds.push(kind);
    this.subjects.push(subject);
    this.values.push(value);
  }

  /** Registers a state machine and returns the setter of its state. */
  machine(record: MachineRecord): { set(state: number): void } {
    if (this.next < 0) return this.setter(this.open(record).first);
    return this.setter(this.next++);
  }

  /** Returns the setter of the state of a machine by its number. */
  setter(id: number): { set(state: number): void } {
    return { set: (state) => this.note(JOURNAL.machine, id, state) };
  }

  /** Begins a block with one machine. */
  open(machine: MachineRecord): OpenBlock {
    const first = this.count++;
    const block = { first, machine, callers: 1, stride: 0, targets: 1, step: 0 };
    this.blocks.push(block);
    return block;
  }

  /** Reserves a range of numbers and returns the first, for machines that are created later. */
  reserve(count: number): number {
    this.count += count;
    return this.count - count;
  }

  /** Makes machines with reserved numbers. */
  at<T>(first: number, make: () => T): T {
    const before = this.next;
    invariant(
      first >= 0 && first <= this.count,
      'a state machine that is made later has a number that was kept for it',
    );
    this.next = first;
    const made = make();
    this.next = before;
    return made;
  }

  /**
   * Returns a maker that gives `count` equal objects consecutive machine numbers, regardless of when each is made. The
   * first one has to be made at once: it shows how many machines each has.
   */
  eachOf<T>(count: number, make: (index: number) => T): (index: number) => T {
    const first = this.next < 0 ? this.count : this.next;
    let step = -1;
    return (index) => {
      if (step >= 0) return this.at(first + index * step, () => make(index));
      let made: T;
      const isNumbered = this.next >= 0;
      const blocks = this.madeBy(() => (made = make(index)));
      step = isNumbered ? this.next - first : blocks.length;
      if (isNumbered) this.next += step * (count - 1);
      else {
        this.reserve(step * (count - 1));
        for (const block of blocks) {
          block.targets = count;
          block.step = step;
        }
      }
      return made!;
    };
  }

  /** All machines, including those never created. */
  machines(): readonly MachineBlock[] {
    return this.blocks;
  }

  /** The blocks that `make` begins. */
  madeBy(make: () => void): readonly OpenBlock[] {
    const before = this.blocks.length;
    make();
    return this.blocks.slice(before);
  }

  record(): JournalRecord {
    return {
      timeNs: Float64Array.from(this.times),
      kind: Uint8Array.from(this.kinds),
      subject: Int32Array.from(this.subjects),
      value: Int32Array.from(this.values),
      dropped: this.dropped,
    };
  }
}
