import { invariant } from '../kernel/invariant.js';
import type { Program } from '../spec/plan/program.js';

/** A place in the code that may be referred to before it is known. */
export interface Label {
  place: number;
}

/** Operand slots of an instruction. */
export const SLOT = Object.freeze({ A: 1, B: 2, C: 3 } as const);

interface Reference {
  readonly label: Label;
  /** Number of the instruction that refers, to prove that only loops go back. */
  readonly from: number;
  write(place: number): void;
}

/** Writes flat code, four integers an instruction, and resolves labels at the end. */
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

  /** Appends an instruction and gives its number. `stream` names its draws, '' for none. */
  emit(op: number, a = 0, b = 0, c = 0, stream = ''): number {
    this.code.push(op, a, b, c);
    return this.streams.push(stream) - 1;
  }

  label(): Label {
    return { place: -1 };
  }

  /** The label stands for the next instruction. */
  bind(label: Label): void {
    invariant(label.place < 0, 'label-bound-twice');
    label.place = this.here;
  }

  /** Writes the place of the label into an operand, now or when it is known. */
  point(instruction: number, slot: 1 | 2 | 3, label: Label): void {
    const write = (place: number): void => void (this.code[instruction * 4 + slot] = place);
    this.references.push({ label, from: instruction, write });
  }

  /** A table of numbers that never changes: equal ones are one. */
  constants(values: readonly number[]): number {
    const key = values.join();
    const known = this.shared.get(key);
    if (known !== undefined) return known;
    const id = this.tables.push([...values]) - 1;
    this.shared.set(key, id);
    return id;
  }

  /** A table of its own, into which labels may be written. */
  table(values: readonly number[]): number {
    return this.tables.push([...values]) - 1;
  }

  /** Writes the place of the label into a table; `instruction` is the one that uses the table. */
  pointInTable(table: number, index: number, label: Label, instruction: number): void {
    const write = (place: number): void => void (this.tables[table]![index] = place);
    this.references.push({ label, from: instruction, write });
  }

  /**
   * Replaces the operand `slot` of every instruction `op`. Used where numbers are final only when all
   * of them are known.
   */
  renumber(op: number, slot: 1 | 2 | 3, numbers: Int32Array): void {
    for (let i = 0; i < this.code.length; i += 4) {
      if (this.code[i] === op) this.code[i + slot] = numbers[this.code[i + slot]!]!;
    }
  }

  /** The finished program. Every label is bound, and every reference to a label comes before it. */
  seal(): Program {
    for (const { label, from, write } of this.references) {
      invariant(label.place >= 0, 'label-unbound');
      // A jump back that passes no time would be an endless loop at one instant; LOOP alone may.
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
