import { invariant } from '../../../kernel/invariant.js';
import { cleared } from '../../../kernel/pool.js';
import type { Ns } from '../../../kernel/time.js';
import {
  OUTCOME,
  OUTCOME_KINDS,
  isSuccess,
  kindIndex,
  unusualStatus,
} from '../../../contracts/outcome.js';
import type { Outcome } from '../../../contracts/outcome.js';
import type { Grid } from '../../../contracts/plan/plan.js';
import type { EdgeRecord, PartRecord } from '../../../contracts/record/record.js';
import { HistogramBank } from '../../../stats/histogram-bank.js';
import { Histogram, type HistogramData } from '../../../stats/histogram.js';
import { Columns } from '../../../stats/record-columns.js';
import { COLUMNS, COUNTERS } from './columns.js';
import { dataOf, groupsOf, type Groups } from './segment-groups.js';
import { StatusCounts } from './statuses.js';

/** Sub-bucket bits of full histograms (0.4 %), and of the coarse ones per step, for which 1.6 % is enough. */
const FULL_BITS = 7;
const STEP_BITS = 5;

/** Initial capacity for rows by subject and cell, and for histograms of steps. */
const ROOM = 16_384;

const NO_GRID: Grid = {
  edges: new Float64Array(1),
  stepOfCell: new Int32Array(0),
  steps: 0,
  segmentOfCell: new Int32Array(0),
  segments: 0,
  groupOfSegment: new Int32Array(0),
};

/** Indices of full histograms by outcome. */
const SUCCESS = 0;
const FAILURE = 1;

/** Results noted before they are counted. */
const NOTED = 256;
/** Flags of a noted result. */
const OF_PART = 1;
const GOOD = 2;

/**
 * Collects the measurements of a run: flat columns by measuring cell and subject, so memory does not grow with the
 * number of requests. A subject is a part or, after all parts, an edge; all subjects of a cell are side by side. Results
 * are noted in order and counted in groups: each touches memory of its own subject, which with a thousand of them is in no
 * cache, and a loop over a group waits for all of it at once. Draws nothing and schedules nothing.
 */
class Sink {
  /** The open cell; -1 in the warm-up and after the end. */
  cell = -1;
  private grid: Grid = NO_GRID;
  private parts = 0;
  private edges = 0;
  private subjects = 0;
  private cells = 0;
  /** By (cell, subject, outcome kind). */
  private outcomes: Uint32Array = new Uint32Array(ROOM * OUTCOME_KINDS);
  private attemptOutcomes: Uint32Array = new Uint32Array(ROOM * OUTCOME_KINDS);
  /** By (cell, subject). */
  private wastedNs: Float64Array = new Float64Array(ROOM);
  /** By (cell, part). */
  private good: Uint32Array = new Uint32Array(ROOM);
  private busyNs: Float64Array = new Float64Array(ROOM);
  private duplicates: Uint32Array = new Uint32Array(ROOM);
  private shared: Uint32Array = new Uint32Array(ROOM);
  private spared: Uint32Array = new Uint32Array(ROOM);
  private hanging: Uint32Array = new Uint32Array(ROOM);
  private omitted: Uint32Array = new Uint32Array(ROOM);
  /** By (cell, edge). */
  private calls: Uint32Array = new Uint32Array(ROOM);
  private attempts: Uint32Array = new Uint32Array(ROOM);
  private counters: Uint32Array = new Uint32Array(ROOM * COUNTERS);
  private counted = false;
  private readonly statuses = new StatusCounts();
  private columns = new Columns(0);
  /** Results noted: subject, cell, outcome, flags; latencies; and their number. */
  private readonly notes = new Int32Array(NOTED << 2);
  private readonly notedNs = new Float64Array(NOTED);
  private noted = 0;
  /** By (segment, subject, success or failure); (segment, part); (step, part). */
  private readonly latencies = new HistogramBank(FULL_BITS, 1024, 4096);
  private readonly waits = new HistogramBank(FULL_BITS, 1024, 1024);
  private readonly steps = new HistogramBank(STEP_BITS, ROOM, ROOM);
  /** By (segment, part): requests that found a free worker. */
  private unqueued: Float64Array = new Float64Array(1024);

  /** Clears all measurements, for a run with this number of parts and calling edges. */
  reset(grid: Grid, parts: number, calls: number): void {
    // Copied, because V8 treats grids from different origins as different classes.
    const { edges, stepOfCell, steps, segmentOfCell, segments, groupOfSegment } = grid;
    const cells = edges.length - 1;
    const subjects = parts + calls;
    const was = { subjects: this.subjects, parts: this.parts, edges: this.edges };
    const will = { subjects, parts, edges: calls };
    for (const { name, of, width } of COLUMNS) {
      const touched = was[of] * this.cells * width;
      const length = will[of] * cells * width;
      if (!cleared(this[name], touched, length)) this.widen(name, length);
    }
    const waits = parts * segments;
    if (!cleared(this.unqueued, this.unqueued.length, waits))
      this.unqueued = new Float64Array(waits);
    this.latencies.reset(subjects * 2 * segments);
    this.waits.reset(waits);
    this.steps.reset(parts * steps);
    this.statuses.reset(cells);
    this.columns = new Columns(cells);
    this.cell = -1;
    this.noted = 0;
    this.counted = false;
    this.grid = { edges, stepOfCell, steps, segmentOfCell, segments, groupOfSegment };
    this.parts = parts;
    this.edges = calls;
    this.subjects = subjects;
    this.cells = cells;
  }

  /** A part has answered a request that arrived in `cell`. `good`: in time for its user. */
  answer(part: number, cell: number, outcome: Outcome, latencyNs: Ns, good: boolean): void {
    if (cell >= 0) sink.note(part, cell, outcome, latencyNs, good ? OF_PART | GOOD : OF_PART);
  }

  private note(subject: number, cell: number, outcome: Outcome, ns: Ns, flags: number): void {
    const { noted, notes } = sink;
    const at = noted << 2;
    notes[at] = subject | 0;
    notes[at + 1] = cell | 0;
    notes[at + 2] = outcome | 0;
    notes[at + 3] = flags;
    sink.notedNs[noted] = ns;
    sink.noted = noted + 1;
    if (noted === NOTED - 1) sink.settle();
  }

  /** Counts all results noted so far; call it before reading what they change. */
  private settle(): void {
    const { noted, notes, notedNs, outcomes, subjects, parts, grid } = sink;
    const { segmentOfCell, stepOfCell } = grid;
    for (let k = 0; k < noted; k++) {
      const at = k << 2;
      const subject = notes[at];
      const cell = notes[at + 1];
      const outcome = notes[at + 2];
      const flags = notes[at + 3];
      const ns = notedNs[k];
      outcomes[(cell * subjects + subject) * OUTCOME_KINDS + kindIndex(outcome)]++;
      const status = unusualStatus(outcome);
      if (status !== 0) sink.statuses.add(subject, cell, status, outcome);
      const first = 2 * (segmentOfCell[cell] * subjects + subject);
      if (!isSuccess(outcome)) {
        sink.latencies.add(first + FAILURE, ns);
        continue;
      }
      sink.latencies.add(first + SUCCESS, ns);
      if (flags === 0) continue;
      if ((flags & GOOD) !== 0) sink.good[cell * parts + subject]++;
      sink.steps.add(stepOfCell[cell] * parts + subject, ns);
    }
    sink.noted = 0;
  }

  /** A request of a part, or a call of an edge after all parts, was in flight when the run ended. */
  unfinished(part: number, cell: number): void {
    if (cell >= 0) sink.outcomes[(cell * sink.subjects + part + 1) * OUTCOME_KINDS - 1]++;
  }

  /** A request that was counted as unfinished hangs: its user will not get an answer. */
  hangs(part: number, cell: number, ageNs: Ns): void {
    if (cell < 0) return;
    const unfinished = (cell * sink.subjects + part + 1) * OUTCOME_KINDS - 1;
    invariant(sink.outcomes[unfinished] > 0, 'a request hangs that was counted as unfinished');
    sink.outcomes[unfinished]--;
    sink.hanging[cell * sink.parts + part]++;
    sink.abandon(part, cell, 1, ageNs);
  }

  /** Requests that a user did not send, because it waits for one that hangs. */
  omits(part: number, cell: number, count: number, ageNs: Ns): void {
    invariant(count > 0 && ageNs >= 0, 'a user omits requests that it would have sent');
    sink.omitted[cell * sink.parts + part] += count;
    sink.abandon(part, cell, count, ageNs);
  }

  private abandon(part: number, cell: number, count: number, ageNs: Ns): void {
    const id = 2 * (sink.grid.segmentOfCell[cell] * sink.subjects + part) + FAILURE;
    const kind = kindIndex(OUTCOME.abandoned);
    sink.outcomes[(cell * sink.subjects + part) * OUTCOME_KINDS + kind] += count;
    for (let k = 0; k < count; k++) sink.latencies.add(id, Math.round(ageNs));
  }

  successesOf(part: number): Histogram {
    sink.settle();
    const ids = Array.from(
      { length: sink.grid.segments },
      (_, segment) => 2 * (segment * sink.subjects + part) + SUCCESS,
    );
    return Histogram.from(sink.latencies.dataOf(ids));
  }

  queueWait(part: number, cell: number, waitNs: Ns): void {
    if (cell < 0) return;
    const at = sink.grid.segmentOfCell[cell] * sink.parts + part;
    // Most requests find a free worker and are only counted.
    if (waitNs === 0) sink.unqueued[at]++;
    else sink.waits.add(at, waitNs);
  }

  /** An operation had its effect for the second time, in `cell`. */
  duplicate(part: number, cell: number): void {
    if (cell >= 0) sink.duplicates[cell * sink.parts + part]++;
  }

  /** A request of a part got the answer of another one. */
  coalesced(part: number): void {
    if (sink.cell >= 0) sink.shared[sink.cell * sink.parts + part]++;
  }

  /** A dry run in the chain of a part passed a request that it would have refused. */
  wouldReject(part: number): void {
    if (sink.cell >= 0) sink.spared[sink.cell * sink.parts + part]++;
  }

  /** An execution of a part held its worker from `beginNs` until now. */
  busy(part: number, beginNs: Ns, nowNs: Ns): void {
    const { cell } = sink;
    // Nearly all executions begin in the cell in which they end.
    if (cell >= 0 && beginNs >= sink.grid.edges[cell]) {
      sink.busyNs[cell * sink.parts + part] += nowNs - beginNs;
    } else {
      sink.spread(sink.busyNs, part, sink.parts, beginNs, nowNs);
    }
  }

  /** The result of an execution was not used; its end may be in the past. `edge` -1: none. */
  wasted(part: number, edge: number, beginNs: Ns, endNs: Ns): void {
    sink.spread(sink.wastedNs, part, sink.subjects, beginNs, endNs);
    if (edge >= 0) sink.spread(sink.wastedNs, sink.parts + edge, sink.subjects, beginNs, endNs);
  }

  attempt(edge: number): void {
    if (sink.cell >= 0) sink.attempts[sink.cell * sink.edges + edge]++;
  }

  attemptEnded(edge: number, cell: number, outcome: Outcome): void {
    const row = cell * sink.edges + edge;
    if (cell >= 0) sink.attemptOutcomes[row * OUTCOME_KINDS + kindIndex(outcome)]++;
  }

  call(edge: number): void {
    if (sink.cell >= 0) sink.calls[sink.cell * sink.edges + edge]++;
  }

  callEnded(edge: number, cell: number, outcome: Outcome, latencyNs: Ns): void {
    if (cell >= 0) sink.note(sink.parts + edge, cell, outcome, latencyNs, 0);
  }

  callUnfinished(edge: number, cell: number): void {
    sink.unfinished(sink.parts + edge, cell);
  }

  count(edge: number, counter: number): void {
    if (sink.cell < 0) return;
    sink.counted = true;
    sink.counters[(sink.cell * sink.edges + edge) * COUNTERS + counter]++;
  }

  /** Outcomes recorded for a part in the measured time, including `unfinished`. */
  answers(part: number): number {
    sink.settle();
    let sum = 0;
    const row = sink.columns.rowOf(sink.outcomes, part, sink.subjects, OUTCOME_KINDS);
    for (const count of row) sum += count;
    return sum;
  }

  /** Outcomes of a part in a cell so far, by kind; a view for immediate use. */
  outcomesOf(part: number, cell: number): Uint32Array {
    sink.settle();
    const row = (cell * sink.subjects + part) * OUTCOME_KINDS;
    return sink.outcomes.subarray(row, row + OUTCOME_KINDS);
  }

  callsOf(edge: number, cell: number): number {
    return sink.calls[cell * sink.edges + edge];
  }

  attemptsOf(edge: number, cell: number): number {
    return sink.attempts[cell * sink.edges + edge];
  }

  /** `isFine`: whether the histograms of a part are kept per segment instead of per group. */
  partRecords(isFine: (part: number) => boolean): PartRecord[] {
    sink.settle();
    const { columns } = sink;
    const layout = groupsOf(sink.grid);
    const statuses = sink.statuses.bySubject(sink.parts);
    return Array.from({ length: sink.parts }, (_, part) => ({
      outcomes: columns.narrow(sink.outcomes, part, sink.subjects, OUTCOME_KINDS),
      statuses: statuses[part],
      good: columns.counts(sink.good, part, sink.parts),
      busyNs: columns.sums(sink.busyNs, part, sink.parts),
      wastedNs: columns.sums(sink.wastedNs, part, sink.subjects),
      duplicates: columns.counts(sink.duplicates, part, sink.parts),
      coalesced: columns.counts(sink.shared, part, sink.parts),
      wouldReject: columns.counts(sink.spared, part, sink.parts),
      hanging: columns.counts(sink.hanging, part, sink.parts),
      omitted: columns.counts(sink.omitted, part, sink.parts),
      queueWait: sink.waitsOf(part, layout(isFine(part))),
      stepLatency: sink.steps.rowOf(part, sink.grid.steps, sink.parts),
      ...sink.latenciesOf(part, layout(isFine(part))),
    }));
  }

  edgeRecords(isFine: (edge: number) => boolean): EdgeRecord[] {
    sink.settle();
    const { columns } = sink;
    const layout = groupsOf(sink.grid);
    const statuses = sink.statuses.bySubject(sink.parts + sink.edges);
    const kinds = OUTCOME_KINDS;
    if (!sink.counted) columns.markBlank(sink.counters);
    return Array.from({ length: sink.edges }, (_, edge) => {
      const subject = sink.parts + edge;
      const calls = columns.counts(sink.calls, edge, sink.edges);
      const attempts = columns.counts(sink.attempts, edge, sink.edges);
      return {
        outcomes: columns.narrow(sink.outcomes, subject, sink.subjects, kinds, calls),
        statuses: statuses[subject],
        attemptOutcomes: columns.narrow(sink.attemptOutcomes, edge, sink.edges, kinds, attempts),
        calls,
        attempts,
        counters: columns.counts(sink.counters, edge, sink.edges, COUNTERS),
        wastedNs: columns.sums(sink.wastedNs, subject, sink.subjects),
        ...sink.latenciesOf(subject, layout(isFine(edge))),
      };
    });
  }

  private latenciesOf(
    subject: number,
    groups: Groups,
  ): { latency: HistogramData[]; successLatency: HistogramData[] } {
    const ids = (which: number, group: readonly number[]): number[] =>
      group.map((segment) => 2 * (segment * sink.subjects + subject) + which);
    const successLatency = dataOf(sink.latencies, groups, (group) => ids(SUCCESS, group));
    // Without failures both are the same: one histogram serves as both, also in a copy for another thread.
    const latency = groups.map((group, k) => {
      const failures = ids(FAILURE, group);
      if (sink.latencies.areEmpty(failures)) return successLatency[k];
      return sink.latencies.dataOf(failures.concat(ids(SUCCESS, group)));
    });
    return { latency, successLatency };
  }

  private waitsOf(part: number, groups: Groups): HistogramData[] {
    for (let segment = 0; segment < sink.grid.segments; segment++) {
      const at = segment * sink.parts + part;
      sink.waits.addZeros(at, sink.unqueued[at]);
      sink.unqueued[at] = 0;
    }
    return dataOf(sink.waits, groups, (group) =>
      group.map((segment) => segment * sink.parts + part),
    );
  }

  private widen(name: (typeof COLUMNS)[number]['name'], length: number): void {
    if (name === 'wastedNs' || name === 'busyNs') this[name] = new Float64Array(length);
    else this[name] = new Uint32Array(length);
  }

  /** Adds [begin, end) to the cells of a row of `rows` that it overlaps, going back from the open cell. */
  private spread(column: Float64Array, row: number, rows: number, beginNs: Ns, endNs: Ns): void {
    const { edges } = sink.grid;
    let cell = sink.cell >= 0 ? sink.cell : beginNs >= edges[0] ? sink.cells - 1 : -1;
    while (cell >= 0) {
      const from = edges[cell];
      const until = edges[cell + 1];
      const low = beginNs > from ? beginNs : from;
      const high = endNs < until ? endNs : until;
      if (high > low) column[cell * rows + row] += high - low;
      if (from <= beginNs) return;
      cell--;
    }
  }
}

/** Collects the measurements of the current run of this thread; see `strands` for why it is a module constant. */
export const sink = new Sink();
