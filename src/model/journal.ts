import { engine } from '../kernel/engine.js';
import type { Ns } from '../kernel/time.js';
import { JOURNAL } from '../spec/record.js';
import type { JournalRecord, MachineRecord } from '../spec/record.js';

/** Entries kept at most; the rest is counted. */
const CAP = 200_000;

/** State changes in time order: breakers, faults, instances. Every one is folded into the digest. */
export class Journal {
  readonly machines: MachineRecord[] = [];
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
    const id = this.machines.push(record) - 1;
    return { set: (state) => this.note(JOURNAL.machine, id, state) };
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
