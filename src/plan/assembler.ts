import { invariant } from '../kernel/invariant.js';
import type { Program } from '../contracts/plan/program.js';

/** A position in the code, which instructions can refer to before it is known. */
export interface Label {
  place: number;
}

/** Operand slots of an instruction. */
export const SLOT = Object.freeze({ A: 1, B: 2, C: 3 } as const);

interface Reference {
  readonly label: Label;
  /** Number of the referring instruction, to check that only loops jump backward. */
  readonly from: number;
  write(place: number): void;
}

/** Writes flat code, four integers per instruction, and resolves labels at the end. */
export class Assembler {
  private readonly code: number[] = [];
  private readonly streams: string[] = [];
  private readonly tables: number[][] = [];
  private readonly shared = new Map<string, number>();
  private readonly references: Reference[] = [];

  /** Number of the next instruction. */
  get here(): number {
    return this.streams.length;
  }

  /** Appends an instruction and returns its number. `stream` names its draws; '' = none. */
  emit(op: number, a = 0, b = 0, c = 0, stream = ''): number {
    this.code.push(op, a, b, c);
    return this.streams.push(stream) - 1;
  }

  label(): Label {
    return { place: -1 };
  }

  /** Binds the label to the next instruction. */
  bind(label: Label): void {
    invariant(label.place < 0, 'label-bound-twice');
    label.place = this.here;
  }

  /** Sets an operand to the position of the label, now or when the label is bound. */
  point(instruction: number, slot: 1 | 2 | 3, label: Label): void {
    const write = (place: number): void => void (this.code[instruction * 4 + slot] = place);
    this.references.push({ label, from: instruction, write });
  }

  /** Adds a table of constants. Equal tables are shared. */
  constants(values: readonly number[]): number {
    const key = values.join();
    const known = this.shared.get(key);
    if (known !== undefined) return known;
    const id = this.tables.push([...values]) - 1;
    this.shared.set(key, id);
    return id;
  }

  /** Adds a table that is not shared, so that label positions can be written into it. */
  table(values: readonly number[]): number {
    return this.tables.push([...values]) - 1;
  }

  /** Sets a table entry to the position of the label; `instruction` is the user of the table. */
  pointInTable(table: number, index: number, label: Label, instruction: number): void {
    const write = (place: number): void => void (this.tables[table]![index] = place);
    this.references.push({ label, from: instruction, write });
  }

  /**
   * Replaces the operand `slot` of every instruction `op`, for numbers that are final only when all programs are
   * written.
   */
  renumber(op: number, slot: 1 | 2 | 3, numbers: Int32Array): void {
    for (let i = 0; i < this.code.length; i += 4) {
      if (this.code[i] === op) this.code[i + slot] = numbers[this.code[i + slot]!]!;
    }
  }

  /** Returns the finished program. Every label is bound, and every reference precedes its label. */
  seal(): Program {
    for (const { label, from, write } of this.references) {
      invariant(label.place >= 0, 'label-unbound');
      // A backward jump that takes no time would loop endlessly at one instant. Only LOOP is exempt.
      invariant(label.place > from, 'jump-goes-back');
      write(label.place);
    }
    return {
      code: Int32Array.from(this.code),
      streams: [...this.streams],
      tables: this.tables.map((table) => Float64Array.from(table)),
    };
  }
}
