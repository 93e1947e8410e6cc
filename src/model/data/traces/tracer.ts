import type { Ns } from '../../../kernel/time.js';
import type { Outcome } from '../../../contracts/outcome.js';
import { FORM, LEFT } from '../../../contracts/record/trace-forms.js';
import type { TraceRecord } from '../../../contracts/record/record.js';
import { frames } from '../strands/frames.js';
import { RETURN, strands } from '../strands/strands.js';
import type { Edge } from '../edges/edge.js';
import { Proxied, type ProxiedParts } from './proxied.js';
import type { ExtraRow } from '../figures/extra-row.js';
import type { TaskContext } from '../strands/task-context.js';

interface TracerParts extends ProxiedParts {
  readonly sections: { readonly transactions: { openedAt(strand: number, edge: Edge): Ns } } | null;
}

/** Number of rows handed to the sink at a time, or kept at most without a sink. */
const CHUNK = 65_536;
const COLUMNS = 14;
const INTS = 12;

const NO_LINKS: ReadonlyMap<number, readonly number[]> = new Map();

/**
 * Rows of traced requests: one for each attempt when it is over, one for the request itself. Tracing is decided at the
 * request and inherited, so a trace is complete or absent.
 */
export class Tracer {
  /** Calls through proxies; null if no row is written for them. */
  proxied: Proxied | null = null;
  private doubles = new Float64Array(COLUMNS * 1024);
  private ints = new Int32Array(INTS * 1024);
  private rows = 0;
  private lastId = 0;
  /** By row id of a task that handles several messages: its links. */
  private links = new Map<number, readonly number[]>();
  /** By strand: when an answer sent before the work ended was received. */
  private readonly taken = new Map<number, Ns>();

  constructor(
    private readonly world: TracerParts,
    private readonly sink: ((rows: TraceRecord) => void) | null,
  ) {
    if (sink !== null) this.proxied = new Proxied(this, world);
  }

  /** Whether every row is kept: only then there are rows of other forms than work. */
  get isFull(): boolean {
    return this.sink !== null;
  }

  nextId(): number {
    return ++this.lastId;
  }

  /** A strand has its trace id: clears the columns that only traced strands use. */
  begins(strand: number): void {
    strands.via[strand] = strands.number[strand] = 0;
    strands.served[strand] = strands.left[strand] = 0;
    strands.servedAt[strand] = -1;
  }

  /** An attempt was sent by a call. */
  sent(strand: number, frame: number): void {
    this.begins(strand);
    strands.caller[strand] = frames.caller[frame];
    this.proxied?.sent(strand, frame);
  }

  /** An attempt was left by its caller, which may have died. */
  left(strand: number): void {
    if (strands.trace[strand] === 0) return;
    if (this.world.instances[strands.caller[strand]].down) strands.left[strand] = LEFT.died;
  }

  /** A server records an outcome for its work; the first one counts. */
  serves(strand: number, outcome: Outcome, now: Ns): void {
    if (strands.served[strand] !== 0) return;
    strands.served[strand] = outcome;
    strands.servedAt[strand] = now;
  }

  /** A task handles the message, or the messages, of a context. Work for several requests is a trace of its own. */
  handles(strand: number, context: TaskContext): void {
    if (!this.isFull) return;
    const { traceRoot, traceParent, traceOrigin, traceLinks, traceConsumer } = context;
    strands.via[strand] = traceOrigin;
    strands.number[strand] = traceConsumer;
    if (traceLinks === null) return;
    const id = strands.trace[strand];
    const first = [Math.abs(traceRoot), traceOrigin === 0 ? traceParent : traceOrigin];
    this.links.set(id, [...first, ...traceLinks]);
    strands.traceRoot[strand] = traceRoot < 0 ? -id : id;
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
    if (!this.makesRoom()) return;
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
    doubles[at + 12] = isRequest ? 0 : strands.via[strand];
    doubles[at + 13] = isRequest ? -1 : strands.servedAt[strand];
    const int = this.rows * INTS;
    ints[int] = isRequest ? strands.from[strand] : -1;
    ints[int + 1] = strands.part[strand];
    const edge = strands.edge[strand];
    ints[int + 2] = isRequest || edge < 0 ? -1 : edges[edge].stat;
    ints[int + 3] = strands.instance[strand];
    ints[int + 4] = isRequest ? 1 : strands.attempt[strand];
    ints[int + 5] = strands.answer[strand];
    ints[int + 6] = strands.traceRoot[strand] < 0 ? 1 : 0;
    ints[int + 7] = FORM.work;
    ints[int + 8] = isRequest || edge < 0 ? -1 : strands.caller[strand];
    ints[int + 9] = isRequest ? 0 : strands.served[strand];
    ints[int + 10] = isRequest ? 0 : strands.number[strand];
    ints[int + 11] = isRequest ? 0 : strands.left[strand];
    this.rows++;
  }

  /** Writes a row of another form. */
  extra(row: ExtraRow): void {
    if (!this.makesRoom()) return;
    const at = this.rows * COLUMNS;
    const root = strands.traceRoot[row.job];
    const { doubles, ints } = this;
    doubles.fill(-1, at, at + COLUMNS);
    doubles[at] = row.id;
    doubles[at + 1] = strands.traceOf(row.job);
    doubles[at + 2] = Math.abs(root);
    doubles[at + 4] = row.called;
    doubles[at + 5] = row.sent;
    doubles[at + 9] = row.answered;
    doubles[at + 10] = row.callerLeftAt;
    doubles[at + 12] = 0;
    const int = this.rows * INTS;
    ints[int] = -1;
    ints[int + 1] = row.part;
    ints[int + 2] = row.stat;
    ints[int + 3] = -1;
    ints[int + 4] = row.attempt;
    ints[int + 5] = row.outcome;
    ints[int + 6] = root < 0 ? 1 : 0;
    ints[int + 7] = row.form;
    ints[int + 8] = row.caller;
    ints[int + 9] = 0;
    ints[int + 10] = row.number;
    ints[int + 11] = 0;
    this.rows++;
  }

  /** Makes room for one row; false if no further row is kept. */
  private makesRoom(): boolean {
    if (this.rows === CHUNK) {
      if (this.sink === null) return false;
      this.sink(this.take());
    }
    if (this.rows * COLUMNS === this.doubles.length) this.widen();
    return true;
  }

  /** All rows that were not handed to the sink yet. */
  take(): TraceRecord {
    const n = this.rows;
    this.rows = 0;
    const double = (k: number) => picked(this.doubles, COLUMNS, k, new Float64Array(n));
    const int = (k: number) => picked(this.ints, INTS, k, new Int32Array(n));
    const links = this.links.size === 0 ? NO_LINKS : this.links;
    this.links = new Map();
    return {
      rows: n,
      form: int(7),
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
      caller: int(8),
      served: int(9),
      servedAt: double(13),
      left: int(11),
      via: double(12),
      number: int(10),
      links,
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
