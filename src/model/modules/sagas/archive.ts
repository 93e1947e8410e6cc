import { invariant } from '../../../kernel/invariant.js';
import { AgedTable } from '../../../kernel/aged-table.js';
import type { Ns } from '../../../kernel/time.js';

/** Everything kept of an ended saga except its request and its times. Most sagas share an ending with earlier ones. */
export interface Ending {
  readonly accepted: number;
  readonly phase: number;
  readonly contradicted: number;
  readonly cell: number;
  /** The failure that ended it; 0 = none. */
  readonly cause: number;
  readonly done: Int32Array;
  readonly undone: Int32Array;
  readonly tomb: Uint8Array;
}

/** Columns of a row after the key. */
const END = 0;
const START = 1;
const ENDING = 2;
const NUMBER = 3;

/** Ended sagas in the order of their ends, kept while late effects still count. */
export class Archive {
  private readonly rows = new AgedTable(4);
  private readonly endings: Ending[] = [];
  private readonly byText = new Map<string, number>();
  /** The ending of the last saga; the next one usually has the same. */
  private latest = -1;

  get length(): number {
    return this.rows.length;
  }

  /** The row that ended first. */
  get first(): number {
    return this.rows.first;
  }

  /** Row of the request (a, b); -1 = none. */
  find(a: number, b: number): number {
    return this.rows.find(a, b);
  }

  add(a: number, b: number, start: Ns, end: Ns, number: number, ending: Ending): void {
    invariant(
      this.length === 0 || end >= this.rows.get(this.rows.end - 1, END),
      'sagas are put away in the order of their ends',
    );
    if (!isSame(ending, this.endings[this.latest])) this.latest = this.numberOfEnding(ending);
    this.rows.add(a, b, end, start, this.latest, number);
  }

  private numberOfEnding(ending: Ending): number {
    const { accepted, phase, contradicted, cell, cause, done, undone, tomb } = ending;
    const text = `${accepted} ${phase} ${contradicted} ${cell} ${cause} ${done} ${undone} ${tomb}`;
    const known = this.byText.get(text);
    if (known !== undefined) return known;
    const own = { done: done.slice(), undone: undone.slice(), tomb: tomb.slice() };
    const made = this.endings.push({ ...ending, ...own }) - 1;
    this.byText.set(text, made);
    return made;
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

  /** Its number among all sagas, in the order of first contact. */
  numberOf(row: number): number {
    return this.rows.get(row, NUMBER);
  }

  rootOf(row: number): readonly [a: number, b: number] {
    return this.rows.keyOf(row);
  }

  /** Drops the first row. */
  drop(): void {
    this.rows.drop();
  }
}

function isSame(one: Ending, other: Ending | undefined): boolean {
  if (other === undefined || one.cell !== other.cell || one.phase !== other.phase) return false;
  if (one.accepted !== other.accepted || one.contradicted !== other.contradicted) return false;
  if (one.cause !== other.cause) return false;
  for (let step = 0; step < one.done.length; step++) {
    if (one.done[step] !== other.done[step] || one.undone[step] !== other.undone[step])
      return false;
    if (one.tomb[step] !== other.tomb[step]) return false;
  }
  return true;
}
