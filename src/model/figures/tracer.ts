import type { Ns } from '../../kernel/time.js';
import type { TraceRecord } from '../../spec/record/record.js';
import { RETURN, strands } from '../strands.js';
import type { Edge } from '../edge.js';

interface TracerParts {
  readonly edges: readonly Edge[];
  readonly sections: { readonly transactions: { openedAt(strand: number, edge: Edge): Ns } } | null;
}

/** Number of rows handed to the sink at a time, or kept at most without a sink. */
const CHUNK = 65_536;
const COLUMNS = 12;
const INTS = 7;

/**
 * Rows of traced requests: one for each attempt when it is over, one for the request itself. Tracing is decided at the
 * request and inherited, so a trace is complete or absent.
 */
export class Tracer {
  private readonly world: TracerParts;
  private readonly sink: ((rows: TraceRecord) => void) | null;
  private doubles = new Float64Array(COLUMNS * 1024);
  private ints = new Int32Array(INTS * 1024);
  private rows = 0;
  private lastId = 0;
  /** By strand: when an answer sent before the work ended was received. */
  private readonly taken = new Map<number, Ns>();

  constructor(world: TracerParts, sink: ((rows: TraceRecord) => void) | null) {
    this.world = world;
    this.sink = sink;
  }

  nextId(): number {
    return ++this.lastId;
  }

  /** The answer of a job was received while its work continues. */
  answered(strand: number, now: Ns): void {
    this.taken.set(strand, now);
  }

  /**
   * Writes the row of a job that is over. `answeredNs`: for requests their end; -1 = its answer was received before, or
   * never.
   */
  row(strand: number, answeredNs: Ns): void {
    const { edges } = this.world;
    const takenNs = this.taken.get(strand) ?? answeredNs;
    this.taken.delete(strand);
    if (this.rows === CHUNK) {
      if (this.sink === null) return;
      this.sink(this.take());
    }
    if (this.rows * COLUMNS === this.doubles.length) this.widen();
    const isRequest = strands.returns[strand] === RETURN.root;
    const at = this.rows * COLUMNS;
    const { doubles, ints } = this;
    doubles[at] = strands.trace[strand];
    doubles[at + 1] = isRequest ? -1 : strands.traceParent[strand];
    doubles[at + 2] = Math.abs(strands.traceRoot[strand]);
    doubles[at + 3] = isRequest ? strands.arrival[strand] : -1;
    doubles[at + 4] = strands.called[strand];
    doubles[at + 5] = strands.sent[strand];
    doubles[at + 6] = strands.arrived[strand];
    doubles[at + 7] = strands.begun[strand];
    doubles[at + 8] = strands.ended[strand];
    doubles[at + 9] = takenNs;
    doubles[at + 10] = strands.callerLeftAt[strand];
    doubles[at + 11] = isRequest ? -1 : this.openedAt(strand);
    const int = this.rows * INTS;
    ints[int] = isRequest ? strands.from[strand] : -1;
    ints[int + 1] = strands.part[strand];
    const edge = strands.edge[strand];
    ints[int + 2] = isRequest || edge < 0 ? -1 : edges[edge].stat;
    ints[int + 3] = strands.instance[strand];
    ints[int + 4] = isRequest ? 1 : strands.attempt[strand];
    ints[int + 5] = strands.answer[strand];
    ints[int + 6] = strands.traceRoot[strand] < 0 ? 1 : 0;
    this.rows++;
  }

  /** All rows that were not handed to the sink yet. */
  take(): TraceRecord {
    const n = this.rows;
    this.rows = 0;
    const double = (k: number) => picked(this.doubles, COLUMNS, k, new Float64Array(n));
    const int = (k: number) => picked(this.ints, INTS, k, new Int32Array(n));
    return {
      rows: n,
      id: double(0),
      parent: double(1),
      root: double(2),
      load: int(0),
      arrival: double(3),
      part: int(1),
      edge: int(2),
      instance: int(3),
      attempt: int(4),
      called: double(4),
      sent: double(5),
      arrived: double(6),
      begun: double(7),
      ended: double(8),
      answered: double(9),
      callerLeftAt: double(10),
      opened: double(11),
      outcome: int(5),
      background: int(6),
    };
  }

  private openedAt(strand: number): Ns {
    const { edges, sections } = this.world;
    const edge = strands.edge[strand];
    return sections === null || edge < 0 ? -1 : sections.transactions.openedAt(strand, edges[edge]);
  }

  private widen(): void {
    const doubles = new Float64Array(this.doubles.length * 2);
    doubles.set(this.doubles);
    this.doubles = doubles;
    const ints = new Int32Array(this.ints.length * 2);
    ints.set(this.ints);
    this.ints = ints;
  }
}

/**
 * Fills a column with every `width`th element from the kth on. One function for all runs, because V8 would compile a
 * closure again for each run.
 */
function picked<Column extends Float64Array | Int32Array>(
  rows: Column,
  width: number,
  k: number,
  column: Column,
): Column {
  for (let row = 0; row < column.length; row++) column[row] = rows[row * width + k];
  return column;
}
