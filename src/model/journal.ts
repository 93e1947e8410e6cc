import { engine } from '../kernel/engine.js';
import type { Ns } from '../kernel/time.js';
import { JOURNAL } from '../spec/record.js';
import type { JournalRecord, MachineRecord } from '../spec/record.js';

/** Entries kept at most; the rest is counted. */
const CAP = 200_000;

interface Reserved {
  readonly first: number;
  readonly count: number;
  recordOf(place: number): MachineRecord;
}

/** State changes in time order: breakers, faults, instances. Every one is folded into the digest. */
export class Journal {
  /** Numbers of machines that have not been made, and what to write of them. */
  private readonly reserved: Reserved[] = [];
  private readonly known = new Map<number, MachineRecord>();
  private count = 0;
  /** Number of the next machine where it has a reserved one; -1 elsewhere. */
  private next = -1;
  private readonly originNs: Ns;
  private readonly times: number[] = [];
  private readonly kinds: number[] = [];
  private readonly subjects: number[] = [];
  private readonly values: number[] = [];
  private dropped = 0;

  /** Times are written from `originNs` on: the end of the warm-up. */
  constructor(originNs: Ns) {
    this.originNs = originNs;
  }

  note(kind: number, subject: number, value: number): void {
    engine.note((kind << 24) ^ subject, value);
    if (this.times.length >= CAP) {
      this.dropped++;
      return;
    }
    this.times.push(engine.now - this.originNs);
    this.kinds.push(kind);
    this.subjects.push(subject);
    this.values.push(value);
  }

  /** Registers a state machine and gives the setter of its state. */
  machine(record: MachineRecord): { set(state: number): void } {
    const id = this.next < 0 ? this.count++ : this.next++;
    this.known.set(id, record);
    return { set: (state) => this.note(JOURNAL.machine, id, state) };
  }

  /** Reserves numbers for machines that are made when they are needed, and gives the first. */
  reserve(count: number, recordOf: (place: number) => MachineRecord): number {
    const first = this.count;
    this.reserved.push({ first, count, recordOf });
    this.count += count;
    return first;
  }

  /** Makes machines that have reserved numbers. */
  at<T>(first: number, make: () => T): T {
    this.next = first;
    const made = make();
    this.next = -1;
    return made;
  }

  /** All machines by their numbers, those that were never made among them: they have always been in state 0. */
  machines(): MachineRecord[] {
    const all: MachineRecord[] = [];
    for (const { first, count, recordOf } of this.reserved) {
      for (let k = 0; k < count; k++) all[first + k] = recordOf(k);
    }
    for (const [id, record] of this.known) all[id] = record;
    return all;
  }

  /** The machines that `make` registers. */
  madeBy(make: () => void): MachineRecord[] {
    const before = this.count;
    make();
    return Array.from({ length: this.count - before }, (_, k) => this.known.get(before + k)!);
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
