import { AgedTable } from '../../kernel/aged-table.js';
import type { Ns } from '../../kernel/time.js';

/** What is known of a saga that has ended, but for who and when: most have ended like others before. */
export interface Ending {
  readonly accepted: number;
  readonly phase: number;
  readonly contradicted: number;
  readonly cell: number;
  /** The failure that ended it, 0 = none. */
  readonly cause: number;
  readonly done: Int32Array;
  readonly undone: Int32Array;
  readonly tomb: Uint8Array;
}

/** Columns behind the root of a row. */
const END = 0;
const START = 1;
const ENDING = 2;
const NUMBER = 3;

/** Sagas that have ended, in the order of their ends, until nothing that comes later is counted any more. */
export class Archive {
  private readonly rows = new AgedTable(4);
  private readonly endings: Ending[] = [];
  private readonly byText = new Map<string, number>();

  get length(): number {
    return this.rows.length;
  }

  /** The row that ended first. */
  get first(): number {
    return this.rows.first;
  }

  /** Row of the request (a, b), -1 = none. */
  find(a: number, b: number): number {
    return this.rows.find(a, b);
  }

  add(a: number, b: number, start: Ns, end: Ns, number: number, ending: Ending): void {
    const { accepted, phase, contradicted, cell, cause, done, undone, tomb } = ending;
    const text = `${accepted} ${phase} ${contradicted} ${cell} ${cause} ${done} ${undone} ${tomb}`;
    let known = this.byText.get(text);
    if (known === undefined) {
      const own = { done: done.slice(), undone: undone.slice(), tomb: tomb.slice() };
      known = this.endings.push({ ...ending, ...own }) - 1;
      this.byText.set(text, known);
    }
    this.rows.add(a, b, end, start, known, number);
  }

  endingOf(row: number): Ending {
    return this.endings[this.rows.get(row, ENDING)];
  }

  startOf(row: number): Ns {
    return this.rows.get(row, START);
  }

  endOf(row: number): Ns {
    return this.rows.get(row, END);
  }

  /** Its place among all sagas, in the order in which they were met. */
  numberOf(row: number): number {
    return this.rows.get(row, NUMBER);
  }

  rootOf(row: number): readonly [a: number, b: number] {
    return this.rows.keyOf(row);
  }

  /** Forgets the first one. */
  drop(): void {
    this.rows.drop();
  }
}
