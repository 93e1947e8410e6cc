import type { Ns } from '../kernel/time.js';
import { EDGE_COUNTERS } from '../spec/policy.js';
import { OUTCOME_KINDS, isSuccess, kindIndex } from '../spec/outcome.js';
import type { Outcome } from '../spec/outcome.js';
import type { Grid } from '../spec/plan.js';
import type { EdgeRecord, PartRecord } from '../spec/record.js';
import { HistogramBank } from '../stats/histogram-bank.js';
import type { HistogramData } from '../stats/histogram.js';

/** Sub-buckets of full histograms, 0.4 %, and of the coarse ones per step: 1.6 % do for a timeline. */
const FULL_BITS = 7;
const STEP_BITS = 5;
const COUNTERS = EDGE_COUNTERS.length;

/** Full histograms by what they hold; parts and edges have numbers one behind the other. */
const SUCCESS = 0;
const FAILURE = 1;

/**
 * Where a run's figures are collected: flat columns by subject and measuring cell, so memory does not
 * grow with the number of requests. A subject is a part or, behind all parts, an edge. Draws nothing and
 * schedules nothing.
 */
export class Sink {
  /** The open cell; -1 in the warm-up and after the end. */
  cell = -1;
  private readonly grid: Grid;
  private readonly parts: number;
  private readonly edges: number;
  private readonly cells: number;
  /** By (subject, cell, outcome kind). */
  private readonly outcomes: Uint32Array;
  private readonly attemptOutcomes: Uint32Array;
  /** By (subject, cell). */
  private readonly wastedNs: Float64Array;
  /** By (part, cell). */
  private readonly good: Uint32Array;
  private readonly busyNs: Float64Array;
  private readonly duplicates: Uint32Array;
  private readonly shared: Uint32Array;
  private readonly spared: Uint32Array;
  /** By (edge, cell). */
  private readonly calls: Uint32Array;
  private readonly attempts: Uint32Array;
  private readonly counters: Uint32Array;
  /** By (subject, success or failure, segment); (part, segment); (part, step). */
  private readonly latencies: HistogramBank;
  private readonly waits: HistogramBank;
  private readonly steps: HistogramBank;
  /** By (part, segment): requests that found a free worker. */
  private readonly unqueued: Float64Array;

  constructor(grid: Grid, parts: number, edges: number) {
    this.grid = grid;
    this.parts = parts;
    this.edges = edges;
    const cells = grid.edges.length - 1;
    this.cells = cells;
    const subjects = parts + edges;
    this.outcomes = new Uint32Array(subjects * cells * OUTCOME_KINDS);
    this.attemptOutcomes = new Uint32Array(edges * cells * OUTCOME_KINDS);
    this.wastedNs = new Float64Array(subjects * cells);
    this.good = new Uint32Array(parts * cells);
    this.busyNs = new Float64Array(parts * cells);
    this.duplicates = new Uint32Array(parts * cells);
    this.shared = new Uint32Array(parts * cells);
    this.spared = new Uint32Array(parts * cells);
    this.calls = new Uint32Array(edges * cells);
    this.attempts = new Uint32Array(edges * cells);
    this.counters = new Uint32Array(edges * cells * COUNTERS);
    this.latencies = new HistogramBank(subjects * 2 * grid.segments, FULL_BITS);
    this.waits = new HistogramBank(parts * grid.segments, FULL_BITS);
    this.steps = new HistogramBank(parts * grid.steps, STEP_BITS);
    this.unqueued = new Float64Array(parts * grid.segments);
  }

  /** A part has answered a request that arrived in `cell`. `good`: in time for its user. */
  answer(part: number, cell: number, outcome: Outcome, latencyNs: Ns, good: boolean): void {
    if (cell < 0) return;
    const row = part * this.cells + cell;
    this.outcomes[row * OUTCOME_KINDS + kindIndex(outcome)]++;
    const { grid } = this;
    const segment = grid.segmentOfCell[cell];
    if (!isSuccess(outcome)) {
      this.latencies.add((2 * part + FAILURE) * grid.segments + segment, latencyNs);
      return;
    }
    this.latencies.add(2 * part * grid.segments + segment, latencyNs);
    if (good) this.good[row]++;
    this.steps.add(part * grid.steps + grid.stepOfCell[cell], latencyNs);
  }

  /** A request of a part was still under way when the run ended. */
  unfinished(part: number, cell: number): void {
    if (cell >= 0) this.outcomes[(part * this.cells + cell + 1) * OUTCOME_KINDS - 1]++;
  }

  queueWait(part: number, cell: number, waitNs: Ns): void {
    if (cell < 0) return;
    const at = part * this.grid.segments + this.grid.segmentOfCell[cell];
    // Most requests find a free worker: these are only counted.
    if (waitNs === 0) this.unqueued[at]++;
    else this.waits.add(at, waitNs);
  }

  duplicate(part: number): void {
    if (this.cell >= 0) this.duplicates[part * this.cells + this.cell]++;
  }

  /** A request of a part is answered with the answer of another one. */
  coalesced(part: number): void {
    if (this.cell >= 0) this.shared[part * this.cells + this.cell]++;
  }

  /** A dry run in the chain of a part lets a request pass that it would have refused. */
  wouldReject(part: number): void {
    if (this.cell >= 0) this.spared[part * this.cells + this.cell]++;
  }

  /** An execution of a part held its worker from begin until now. */
  busy(part: number, beginNs: Ns, nowNs: Ns): void {
    const { cell } = this;
    // Nearly all executions begin in the cell in which they end.
    if (cell >= 0 && beginNs >= this.grid.edges[cell]) {
      this.busyNs[part * this.cells + cell] += nowNs - beginNs;
    } else {
      this.spread(this.busyNs, part * this.cells, beginNs, nowNs);
    }
  }

  /** The result of an execution was used by nobody; its end may be past. `edge` -1: none. */
  wasted(part: number, edge: number, beginNs: Ns, endNs: Ns): void {
    this.spread(this.wastedNs, part * this.cells, beginNs, endNs);
    if (edge >= 0) this.spread(this.wastedNs, (this.parts + edge) * this.cells, beginNs, endNs);
  }

  attempt(edge: number): void {
    if (this.cell >= 0) this.attempts[edge * this.cells + this.cell]++;
  }

  attemptEnded(edge: number, cell: number, outcome: Outcome): void {
    if (cell < 0) return;
    this.attemptOutcomes[(edge * this.cells + cell) * OUTCOME_KINDS + kindIndex(outcome)]++;
  }

  call(edge: number): void {
    if (this.cell >= 0) this.calls[edge * this.cells + this.cell]++;
  }

  callEnded(edge: number, cell: number, outcome: Outcome, latencyNs: Ns): void {
    if (cell < 0) return;
    const subject = this.parts + edge;
    this.outcomes[(subject * this.cells + cell) * OUTCOME_KINDS + kindIndex(outcome)]++;
    const { grid } = this;
    const which = 2 * subject + (isSuccess(outcome) ? SUCCESS : FAILURE);
    this.latencies.add(which * grid.segments + grid.segmentOfCell[cell], latencyNs);
  }

  callUnfinished(edge: number, cell: number): void {
    if (cell < 0) return;
    this.outcomes[((this.parts + edge) * this.cells + cell + 1) * OUTCOME_KINDS - 1]++;
  }

  count(edge: number, counter: number): void {
    if (this.cell >= 0) this.counters[(edge * this.cells + this.cell) * COUNTERS + counter]++;
  }

  /** Outcomes booked for a part in the measured time, `unfinished` included. */
  answers(part: number): number {
    let sum = 0;
    for (const count of this.rowsOf(this.outcomes, part, OUTCOME_KINDS)) sum += count;
    return sum;
  }

  /** Outcomes of a part in a cell so far, by kind; a view that is read at once. */
  outcomesOf(part: number, cell: number): Uint32Array {
    const row = (part * this.cells + cell) * OUTCOME_KINDS;
    return this.outcomes.subarray(row, row + OUTCOME_KINDS);
  }

  partRecords(): PartRecord[] {
    return Array.from({ length: this.parts }, (_, part) => ({
      outcomes: this.rowsOf(this.outcomes, part, OUTCOME_KINDS),
      good: this.rowsOf(this.good, part, 1),
      busyNs: this.rowsOf(this.busyNs, part, 1),
      wastedNs: this.rowsOf(this.wastedNs, part, 1),
      duplicates: this.rowsOf(this.duplicates, part, 1),
      coalesced: this.rowsOf(this.shared, part, 1),
      wouldReject: this.rowsOf(this.spared, part, 1),
      queueWait: this.each(this.grid.segments, (segment) => this.waitsOf(part, segment)),
      stepLatency: this.steps.rowOf(part * this.grid.steps, this.grid.steps),
      ...this.latenciesOf(part),
    }));
  }

  edgeRecords(): EdgeRecord[] {
    return Array.from({ length: this.edges }, (_, edge) => ({
      outcomes: this.rowsOf(this.outcomes, this.parts + edge, OUTCOME_KINDS),
      attemptOutcomes: this.rowsOf(this.attemptOutcomes, edge, OUTCOME_KINDS),
      calls: this.rowsOf(this.calls, edge, 1),
      attempts: this.rowsOf(this.attempts, edge, 1),
      counters: this.rowsOf(this.counters, edge, COUNTERS),
      wastedNs: this.rowsOf(this.wastedNs, this.parts + edge, 1),
      ...this.latenciesOf(this.parts + edge),
    }));
  }

  /** The cells of one subject, as a column of its own. */
  private rowsOf<Column extends Uint32Array | Float64Array>(
    column: Column,
    subject: number,
    width: number,
  ): Column {
    const length = this.cells * width;
    return column.slice(subject * length, (subject + 1) * length) as Column;
  }

  private latenciesOf(subject: number): {
    latency: HistogramData[];
    successLatency: HistogramData[];
  } {
    const { segments } = this.grid;
    const id = (which: number, segment: number): number =>
      (2 * subject + which) * segments + segment;
    const successLatency = this.each(segments, (segment) =>
      this.latencies.dataOf(id(SUCCESS, segment)),
    );
    const latency = this.each(segments, (segment) => {
      const all = this.latencies.take(id(FAILURE, segment));
      all.merge(this.latencies.take(id(SUCCESS, segment)));
      return all.toJSON();
    });
    return { latency, successLatency };
  }

  private waitsOf(part: number, segment: number): HistogramData {
    const at = part * this.grid.segments + segment;
    this.waits.addZeros(at, this.unqueued[at]);
    this.unqueued[at] = 0;
    return this.waits.dataOf(at);
  }

  private each(count: number, make: (k: number) => HistogramData): HistogramData[] {
    return Array.from({ length: count }, (_, k) => make(k));
  }

  /** Adds [begin, end) to the cells of a row it lies in, walking back from the open cell. */
  private spread(column: Float64Array, row: number, beginNs: Ns, endNs: Ns): void {
    const { edges } = this.grid;
    let cell = this.cell >= 0 ? this.cell : beginNs >= edges[0] ? this.cells - 1 : -1;
    while (cell >= 0) {
      const from = edges[cell];
      const until = edges[cell + 1];
      const low = beginNs > from ? beginNs : from;
      const high = endNs < until ? endNs : until;
      if (high > low) column[row + cell] += high - low;
      if (from <= beginNs) return;
      cell--;
    }
  }
}
