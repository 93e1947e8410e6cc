import type { Ns } from '../../kernel/time.js';
import type { TraceRecord } from '../../contracts/record/record.js';
import { kindIndex, OUTCOME, isSuccess } from '../../contracts/outcome.js';

const NONE = -1;
const trees = new WeakMap<TraceRecord, TraceTree>();

/** Something that an execution waits for, within its time. */
export interface Wait {
  readonly row: number;
  readonly fromNs: Ns;
  readonly untilNs: Ns;
  /** The row is the commit of a transaction, which waits for its connection here. */
  readonly isOpening: boolean;
}

const NO_WAITS: readonly Wait[] = [];

/** The traced attempts of a run, by the execution that made them. Work that no request waits for is left out. */
export class TraceTree {
  /** By row: its first child, and the next child of the same parent. */
  private readonly first: Int32Array;
  private readonly next: Int32Array;

  /** The tree of these traces; several figures ask for the same one. */
  static of(traces: TraceRecord): TraceTree {
    const known = trees.get(traces) ?? new TraceTree(traces);
    trees.set(traces, known);
    return known;
  }

  private constructor(readonly traces: TraceRecord) {
    const { rows, id, parent, edge, background } = traces;
    this.first = new Int32Array(rows).fill(NONE);
    this.next = new Int32Array(rows).fill(NONE);
    const rowOf = new Map<number, number>();
    for (let row = 0; row < rows; row++) rowOf.set(id[row], row);
    for (let row = rows - 1; row >= 0; row--) {
      // Tasks, such as a message that is handled, have no edge.
      if (parent[row] < 0 || edge[row] < 0 || background[row] === 1) continue;
      const owner = rowOf.get(parent[row]);
      if (owner === undefined) continue;
      this.next[row] = this.first[owner];
      this.first[owner] = row;
    }
  }

  /** Requests that ended, in order of their ends. */
  roots(): readonly number[] {
    const { rows, parent, outcome } = this.traces;
    const all: number[] = [];
    for (let row = 0; row < rows; row++) {
      if (parent[row] < 0 && kindIndex(outcome[row]) !== UNFINISHED) all.push(row);
    }
    return all;
  }

  childrenOf(row: number): readonly number[] {
    const all: number[] = [];
    for (let child = this.first[row]; child >= 0; child = this.next[child]) all.push(child);
    return all;
  }

  /** When the caller was done with an attempt; Infinity = never. */
  endOf(row: number): Ns {
    const { answered, callerLeftAt } = this.traces;
    if (answered[row] >= 0) return answered[row];
    return callerLeftAt[row] >= 0 ? callerLeftAt[row] : Infinity;
  }

  /** End of a request, also of one whose user has left. */
  rootEnd(row: number): Ns {
    const end = this.endOf(row);
    if (end < Infinity) return end;
    const { ended, called } = this.traces;
    return ended[row] >= 0 ? ended[row] : called[row];
  }

  /** Waits of an execution that end in its time, the last one first; of a cut one also those in progress. */
  waits(row: number, untilNs: Ns, isCut: boolean): readonly Wait[] {
    const { called, sent, opened } = this.traces;
    if (this.first[row] < 0) return NO_WAITS;
    const children = this.childrenOf(row);
    const waits: Wait[] = [];
    for (const child of children) {
      const ends = this.endOf(child);
      if (ends > untilNs && !(isCut && called[child] < untilNs)) continue;
      const end = Math.min(ends, untilNs);
      const isOpened = opened[child] >= 0;
      const from = isOpened ? sent[child] : this.calledAgain(child, children);
      waits.push({ row: child, fromNs: from, untilNs: end, isOpening: false });
      if (isOpened) {
        const opening = { row: child, fromNs: called[child], untilNs: opened[child] };
        waits.push({ ...opening, isOpening: true });
      }
    }
    return waits.sort((a, b) => b.untilNs - a.untilNs || b.fromNs - a.fromNs || a.row - b.row);
  }

  /** When the caller began to wait for an attempt: at its call, or at the end of the attempt before it. */
  private calledAgain(row: number, siblings: readonly number[]): Ns {
    const { called, sent, attempt, edge } = this.traces;
    let from = called[row];
    if (attempt[row] === 1) return from;
    for (const other of siblings) {
      const isSame = edge[other] === edge[row] && called[other] === called[row];
      if (!isSame || attempt[other] >= attempt[row]) continue;
      const end = this.endOf(other);
      if (end <= sent[row]) from = Math.max(from, end);
    }
    return from;
  }

  succeeded(row: number): boolean {
    return isSuccess(this.traces.outcome[row]);
  }
}

const UNFINISHED = kindIndex(OUTCOME.unfinished);
