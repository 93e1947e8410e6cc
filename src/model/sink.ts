import type { Ns } from '../kernel/time.js';
import { EDGE_COUNTERS } from '../spec/policy.js';
import { OUTCOME_KINDS, isSuccess, kindIndex } from '../spec/outcome.js';
import type { Outcome } from '../spec/outcome.js';
import type { Grid } from '../spec/plan.js';
import type { EdgeRecord, PartRecord } from '../spec/record.js';
import { Histogram } from '../stats/histogram.js';
import type { HistogramData } from '../stats/histogram.js';

/** Sub-buckets of the coarse histograms per step: 1.6 % error is enough for a timeline. */
const STEP_BITS = 5;
const COUNTERS = EDGE_COUNTERS.length;

/** Counts and histograms of one part or edge while a run goes on. */
class Meter {
  readonly outcomes: Uint32Array;
  readonly good: Uint32Array;
  readonly wastedNs: Float64Array;
  /** Per segment; failures and successes apart, so that each answer is recorded once. */
  readonly failures: Histogram[] = [];
  readonly successes: Histogram[] = [];

  constructor(cells: number, segments: number) {
    this.outcomes = new Uint32Array(cells * OUTCOME_KINDS);
    this.good = new Uint32Array(cells);
    this.wastedNs = new Float64Array(cells);
    for (let k = 0; k < segments; k++) {
      this.failures.push(new Histogram());
      this.successes.push(new Histogram());
    }
  }

  latencies(): { latency: HistogramData[]; successLatency: HistogramData[] } {
    const successLatency = this.successes.map((histogram) => histogram.toJSON());
    const latency = this.failures.map((histogram, k) => {
      histogram.merge(this.successes[k]);
      return histogram.toJSON();
    });
    return { latency, successLatency };
  }
}

class PartMeter extends Meter {
  readonly busyNs: Float64Array;
  readonly duplicates: Uint32Array;
  readonly queueWait: Histogram[] = [];
  /** Requests by segment that did not wait at all. */
  readonly unqueued: Float64Array;
  readonly steps: (Histogram | null)[];

  constructor(cells: number, segments: number, steps: number) {
    super(cells, segments);
    this.busyNs = new Float64Array(cells);
    this.duplicates = new Uint32Array(cells);
    this.unqueued = new Float64Array(segments);
    this.steps = new Array<Histogram | null>(steps).fill(null);
    for (let k = 0; k < segments; k++) this.queueWait.push(new Histogram());
  }

  waits(): HistogramData[] {
    return this.queueWait.map((histogram, segment) => {
      histogram.addMany(0, this.unqueued[segment]);
      return histogram.toJSON();
    });
  }
}

class EdgeMeter extends Meter {
  readonly attemptOutcomes: Uint32Array;
  readonly calls: Uint32Array;
  readonly attempts: Uint32Array;
  readonly counters: Uint32Array;

  constructor(cells: number, segments: number) {
    super(cells, segments);
    this.attemptOutcomes = new Uint32Array(cells * OUTCOME_KINDS);
    this.calls = new Uint32Array(cells);
    this.attempts = new Uint32Array(cells);
    this.counters = new Uint32Array(cells * COUNTERS);
  }
}

/**
 * Where a run's figures are collected: typed arrays by part, edge and measuring cell, so memory does
 * not grow with the number of requests. Draws nothing and schedules nothing.
 */
export class Sink {
  /** The open cell; -1 in the warm-up and after the end. */
  cell = -1;
  private readonly grid: Grid;
  private readonly parts: PartMeter[] = [];
  private readonly edges: EdgeMeter[] = [];
  private readonly cells: number;

  constructor(grid: Grid, parts: number, edges: number) {
    this.grid = grid;
    this.cells = grid.edges.length - 1;
    for (let k = 0; k < parts; k++) {
      this.parts.push(new PartMeter(this.cells, grid.segments, grid.steps));
    }
    for (let k = 0; k < edges; k++) this.edges.push(new EdgeMeter(this.cells, grid.segments));
  }

  /** A part has answered a request that arrived in `cell`. `good`: in time for its user. */
  answer(part: number, cell: number, outcome: Outcome, latencyNs: Ns, good: boolean): void {
    if (cell < 0) return;
    const meter = this.parts[part];
    meter.outcomes[cell * OUTCOME_KINDS + kindIndex(outcome)]++;
    const segment = this.grid.segmentOfCell[cell];
    if (!isSuccess(outcome)) {
      meter.failures[segment].add(latencyNs);
      return;
    }
    meter.successes[segment].add(latencyNs);
    if (good) meter.good[cell]++;
    const step = this.grid.stepOfCell[cell];
    (meter.steps[step] ??= new Histogram(STEP_BITS)).add(latencyNs);
  }

  /** A request of a part was still under way when the run ended. */
  unfinished(part: number, cell: number): void {
    if (cell >= 0) this.parts[part].outcomes[(cell + 1) * OUTCOME_KINDS - 1]++;
  }

  queueWait(part: number, cell: number, waitNs: Ns): void {
    if (cell < 0) return;
    const meter = this.parts[part];
    const segment = this.grid.segmentOfCell[cell];
    // Most requests find a free worker: these are only counted.
    if (waitNs === 0) meter.unqueued[segment]++;
    else meter.queueWait[segment].add(waitNs);
  }

  duplicate(part: number): void {
    if (this.cell >= 0) this.parts[part].duplicates[this.cell]++;
  }

  /** An execution of a part held its worker from begin to end, both past. */
  busy(part: number, beginNs: Ns, endNs: Ns): void {
    this.spread(this.parts[part].busyNs, beginNs, endNs);
  }

  /** The result of an execution was used by nobody. */
  wasted(part: number, edge: number, beginNs: Ns, endNs: Ns): void {
    this.spread(this.parts[part].wastedNs, beginNs, endNs);
    if (edge >= 0) this.spread(this.edges[edge].wastedNs, beginNs, endNs);
  }

  attempt(edge: number): void {
    if (this.cell >= 0) this.edges[edge].attempts[this.cell]++;
  }

  attemptEnded(edge: number, cell: number, outcome: Outcome): void {
    if (cell < 0) return;
    this.edges[edge].attemptOutcomes[cell * OUTCOME_KINDS + kindIndex(outcome)]++;
  }

  call(edge: number): void {
    if (this.cell >= 0) this.edges[edge].calls[this.cell]++;
  }

  callEnded(edge: number, cell: number, outcome: Outcome, latencyNs: Ns): void {
    if (cell < 0) return;
    const meter = this.edges[edge];
    meter.outcomes[cell * OUTCOME_KINDS + kindIndex(outcome)]++;
    const segment = this.grid.segmentOfCell[cell];
    if (isSuccess(outcome)) meter.successes[segment].add(latencyNs);
    else meter.failures[segment].add(latencyNs);
  }

  callUnfinished(edge: number, cell: number): void {
    if (cell >= 0) this.edges[edge].outcomes[(cell + 1) * OUTCOME_KINDS - 1]++;
  }

  count(edge: number, counter: number): void {
    if (this.cell >= 0) this.edges[edge].counters[this.cell * COUNTERS + counter]++;
  }

  /** Outcomes booked for a part in the measured time, `unfinished` included. */
  answers(part: number): number {
    let sum = 0;
    for (const count of this.parts[part].outcomes) sum += count;
    return sum;
  }

  partRecords(): PartRecord[] {
    return this.parts.map((meter) => ({
      outcomes: meter.outcomes,
      good: meter.good,
      busyNs: meter.busyNs,
      wastedNs: meter.wastedNs,
      duplicates: meter.duplicates,
      queueWait: meter.waits(),
      stepLatency: meter.steps.map((histogram) => (histogram ?? EMPTY_STEP).toJSON()),
      ...meter.latencies(),
    }));
  }

  edgeRecords(): EdgeRecord[] {
    return this.edges.map((meter) => ({
      outcomes: meter.outcomes,
      attemptOutcomes: meter.attemptOutcomes,
      calls: meter.calls,
      attempts: meter.attempts,
      counters: meter.counters,
      wastedNs: meter.wastedNs,
      ...meter.latencies(),
    }));
  }

  /** Adds [begin, end) to the cells it lies in; walks back from the open cell, mostly one step. */
  private spread(column: Float64Array, beginNs: Ns, endNs: Ns): void {
    const { edges } = this.grid;
    let cell = this.cell >= 0 ? this.cell : beginNs >= edges[0] ? this.cells - 1 : -1;
    while (cell >= 0) {
      const from = edges[cell];
      const until = edges[cell + 1];
      const low = beginNs > from ? beginNs : from;
      const high = endNs < until ? endNs : until;
      if (high > low) column[cell] += high - low;
      if (from <= beginNs) return;
      cell--;
    }
  }
}

const EMPTY_STEP = new Histogram(STEP_BITS);
