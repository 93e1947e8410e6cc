import { EDGE_COUNTERS, type EdgeCounter } from '../../src/contracts/patterns/policy.js';
import { OUTCOME_KINDS, OUTCOME_NAMES, type OutcomeName } from '../../src/contracts/outcome.js';
import type { Plan } from '../../src/contracts/plan/plan.js';
import type {
  EdgeRecord,
  GaugeKind,
  PartRecord,
  RunRecord,
  StatusColumn,
} from '../../src/contracts/record/record.js';
import { Histogram } from '../../src/stats/histogram.js';
import { gaugeTable, type DenseGauge } from './gauge-table.js';
import { rowOf } from './histogram-row.js';

/**
 * Hand-written records of runs: every figure that is not set is 0, so expected values follow from the figures that a
 * test sets.
 */
export class RecordBuilder {
  readonly plan: Plan;
  private readonly parts: PartDraft[];
  private readonly edges: EdgeDraft[];
  private readonly gauges: DenseGauge[] = [];
  private readonly pools: { caller: string; database: string; waits: readonly Histogram[] }[] = [];
  private readonly machines: RunRecord['machines'][number][] = [];
  private readonly journal: { at: number; kind: number; subject: number; value: number }[] = [];
  private readonly replication: number;

  constructor(plan: Plan, replication = 0) {
    this.plan = plan;
    this.replication = replication;
    this.parts = plan.parts.map(() => partDraft(plan));
    this.edges = plan.statEdges.map(() => edgeDraft(plan));
  }

  /** This number of responses of a part with one outcome, to requests that arrived in a cell. */
  answers(part: string, cell: number, outcome: OutcomeName, n: number, latencyMs = 0): this {
    const draft = this.parts[this.partId(part)];
    draft.outcomes[cell * OUTCOME_KINDS + OUTCOME_NAMES.indexOf(outcome)] += n;
    if (outcome === 'unfinished') return this;
    const segment = this.plan.grid.segmentOfCell[cell];
    addMany(draft.latency[segment], latencyMs * 1e6, n);
    if (outcome !== 'ok' && outcome !== 'degraded') return this;
    draft.good[cell] += n;
    addMany(draft.successLatency[segment], latencyMs * 1e6, n);
    addMany(draft.stepLatency[this.plan.grid.stepOfCell[cell]], latencyMs * 1e6, n);
    return this;
  }

  /** The first responses of a part in a cell with some status; their outcomes are set with `answers`. */
  status(part: string, cell: number, status: number, n: number): this {
    const counts = new Uint32Array(this.plan.grid.edges.length - 1);
    counts[cell] = n;
    this.parts[this.partId(part)].statuses.push({ status, counts });
    return this;
  }

  /** Takes goodput away again: successes that came too late. */
  late(part: string, cell: number, n: number): this {
    this.parts[this.partId(part)].good[cell] -= n;
    return this;
  }

  /** Worker time of a part in a cell, ms, and its wasted part. */
  busy(part: string, cell: number, ms: number, wastedMs = 0): this {
    const draft = this.parts[this.partId(part)];
    draft.busyNs[cell] += ms * 1e6;
    draft.wastedNs[cell] += wastedMs * 1e6;
    return this;
  }

  queueWait(part: string, cell: number, ms: number, n: number): this {
    const segment = this.plan.grid.segmentOfCell[cell];
    addMany(this.parts[this.partId(part)].queueWait[segment], ms * 1e6, n);
    return this;
  }

  /** Calls of a measured edge with one outcome, each with this number of attempts with the same outcome. */
  calls(edge: string, cell: number, outcome: OutcomeName, n: number, attemptsEach = 1): this {
    const draft = this.edges[this.edgeId(edge)];
    const kind = OUTCOME_NAMES.indexOf(outcome);
    draft.outcomes[cell * OUTCOME_KINDS + kind] += n;
    draft.attemptOutcomes[cell * OUTCOME_KINDS + kind] += n * attemptsEach;
    draft.calls[cell] += n;
    draft.attempts[cell] += n * attemptsEach;
    return this;
  }

  counter(edge: string, cell: number, counter: EdgeCounter, n: number): this {
    const at = cell * EDGE_COUNTERS.length + EDGE_COUNTERS.indexOf(counter);
    this.edges[this.edgeId(edge)].counters[at] += n;
    return this;
  }

  /** A gauge with a mean level and a maximum in each cell. */
  gauge(
    kind: GaugeKind,
    instance: number,
    level: (cell: number) => number,
    max: (cell: number) => number = level,
    callee = -1,
  ): this {
    const { edges } = this.plan.grid;
    const cells = edges.length - 1;
    const area = Float64Array.from(
      { length: cells },
      (_, k) => level(k) * (edges[k + 1] - edges[k]),
    );
    const maxima = Float64Array.from({ length: cells }, (_, k) => max(k));
    this.gauges.push({ kind, instance, callee, area, max: maxima });
    return this;
  }

  /** This number of waits for a connection of a caller's pool, in the segment of a cell. */
  poolWaits(caller: string, database: string, cell: number, ms: number, n: number): this {
    const { grid } = this.plan;
    let pool = this.pools.find((one) => one.caller === caller && one.database === database);
    if (pool === undefined) {
      pool = { caller, database, waits: histograms(grid.segments) };
      this.pools.push(pool);
    }
    addMany(pool.waits[grid.segmentOfCell[cell]], ms * 1e6, n);
    return this;
  }

  /** A circuit breaker with its transitions: seconds from the end of the warm-up, and state. */
  breaker(
    caller: string,
    callee: string,
    transitions: readonly (readonly [seconds: number, state: number])[],
    instance = -1,
  ): this {
    const subject = this.machines.length;
    const machine = {
      policy: 'circuitBreaker',
      kind: 'simple',
      instance,
      callerComponent: this.componentId(caller),
      calleeComponent: this.componentId(callee),
      calleeInstance: -1,
      calleePart: -1,
      dryRun: false,
      bundle: 'by hand',
      states: ['closed', 'open', 'halfOpen'],
    };
    this.machines.push({ first: subject, machine, callers: 1, stride: 0, targets: 1, step: 0 });
    for (const [at, value] of transitions) this.journal.push({ at, kind: 0, subject, value });
    return this;
  }

  record(): RunRecord {
    const journal = [...this.journal].sort((a, b) => a.at - b.at);
    const requests = this.plan.parts.reduce((sum, part, id) => {
      if (this.plan.components[part.component].kind !== 'workload') return sum;
      return sum + this.parts[id].outcomes.reduce((all, n) => all + n, 0);
    }, 0);
    return {
      format: 'faultline.record/1',
      variant: this.plan.variant,
      replication: this.replication,
      stop: 'horizon',
      stopDetail: '',
      digest: `00000000000000${this.replication.toString(16).padStart(2, '0')}`,
      meters: [],
      sagas: [],
      totals: {
        events: 0,
        heapEvents: 0,
        attempts: 0,
        requests,
        unfinished: 0,
        peakPending: 0,
        peakFrames: 0,
        peakAttempts: 0,
      },
      parts: this.parts.map(partRecord),
      edges: this.edges.map(edgeRecord),
      gauges: gaugeTable(this.gauges),
      pools: this.pools.map(({ caller, database, waits }) => ({
        callerComponent: this.componentId(caller),
        calleeComponent: this.componentId(database),
        waits: waits.map((histogram) => histogram.toJSON()),
      })),
      machines: this.machines,
      journal: {
        timeNs: Float64Array.from(journal, (entry) => entry.at * 1e9),
        kind: Uint8Array.from(journal, (entry) => entry.kind),
        subject: Int32Array.from(journal, (entry) => entry.subject),
        value: Int32Array.from(journal, (entry) => entry.value),
        dropped: 0,
      },
      traces: NO_TRACES,
    };
  }

  partId(name: string): number {
    return found(
      this.plan.parts.findIndex(
        (part) => `${this.plan.components[part.component].name}.${part.name}` === name,
      ),
      name,
    );
  }

  private componentId(name: string): number {
    return found(
      this.plan.components.findIndex((component) => component.name === name),
      name,
    );
  }

  private edgeId(name: string): number {
    const [from, to] = name.split('->').map((part) => this.partId(part));
    return found(
      this.plan.statEdges.findIndex((edge) => edge.from === from && edge.to === to),
      name,
    );
  }
}

interface PartDraft {
  readonly outcomes: Uint32Array;
  readonly statuses: StatusColumn[];
  readonly good: Uint32Array;
  readonly busyNs: Float64Array;
  readonly wastedNs: Float64Array;
  readonly duplicates: Uint32Array;
  readonly coalesced: Uint32Array;
  readonly hanging: Uint32Array;
  readonly omitted: Uint32Array;
  readonly wouldReject: Uint32Array;
  readonly latency: readonly Histogram[];
  readonly successLatency: readonly Histogram[];
  readonly queueWait: readonly Histogram[];
  readonly stepLatency: readonly Histogram[];
}

interface EdgeDraft extends Omit<
  PartDraft,
  | 'good'
  | 'busyNs'
  | 'duplicates'
  | 'coalesced'
  | 'hanging'
  | 'omitted'
  | 'wouldReject'
  | 'queueWait'
  | 'stepLatency'
> {
  readonly attemptOutcomes: Uint32Array;
  readonly calls: Uint32Array;
  readonly attempts: Uint32Array;
  readonly counters: Uint32Array;
}

function addMany(histogram: Histogram, ns: number, n: number): void {
  for (let k = 0; k < n; k++) histogram.add(ns);
}

function partDraft({ grid }: Plan): PartDraft {
  const cells = grid.edges.length - 1;
  return {
    outcomes: new Uint32Array(cells * OUTCOME_KINDS),
    statuses: [],
    good: new Uint32Array(cells),
    busyNs: new Float64Array(cells),
    wastedNs: new Float64Array(cells),
    duplicates: new Uint32Array(cells),
    coalesced: new Uint32Array(cells),
    hanging: new Uint32Array(cells),
    omitted: new Uint32Array(cells),
    wouldReject: new Uint32Array(cells),
    latency: histograms(grid.segments),
    successLatency: histograms(grid.segments),
    queueWait: histograms(grid.segments),
    stepLatency: histograms(grid.steps, 5),
  };
}

function edgeDraft({ grid }: Plan): EdgeDraft {
  const cells = grid.edges.length - 1;
  return {
    outcomes: new Uint32Array(cells * OUTCOME_KINDS),
    statuses: [],
    attemptOutcomes: new Uint32Array(cells * OUTCOME_KINDS),
    calls: new Uint32Array(cells),
    attempts: new Uint32Array(cells),
    counters: new Uint32Array(cells * EDGE_COUNTERS.length),
    wastedNs: new Float64Array(cells),
    latency: histograms(grid.segments),
    successLatency: histograms(grid.segments),
  };
}

function partRecord(draft: PartDraft): PartRecord {
  return {
    ...draft,
    latency: draft.latency.map((histogram) => histogram.toJSON()),
    successLatency: draft.successLatency.map((histogram) => histogram.toJSON()),
    queueWait: draft.queueWait.map((histogram) => histogram.toJSON()),
    stepLatency: rowOf(draft.stepLatency),
  };
}

function edgeRecord(draft: EdgeDraft): EdgeRecord {
  return {
    ...draft,
    latency: draft.latency.map((histogram) => histogram.toJSON()),
    successLatency: draft.successLatency.map((histogram) => histogram.toJSON()),
  };
}

function histograms(n: number, subBits = 7): readonly Histogram[] {
  return Array.from({ length: n }, () => new Histogram(subBits));
}

function found(id: number, name: string): number {
  if (id < 0) throw new Error(`no ${name} in the plan`);
  return id;
}

const NO_TRACES: RunRecord['traces'] = {
  rows: 0,
  id: new Float64Array(0),
  parent: new Float64Array(0),
  root: new Float64Array(0),
  load: new Int32Array(0),
  arrival: new Float64Array(0),
  part: new Int32Array(0),
  edge: new Int32Array(0),
  instance: new Int32Array(0),
  attempt: new Int32Array(0),
  called: new Float64Array(0),
  sent: new Float64Array(0),
  arrived: new Float64Array(0),
  begun: new Float64Array(0),
  ended: new Float64Array(0),
  answered: new Float64Array(0),
  callerLeftAt: new Float64Array(0),
  opened: new Float64Array(0),
  outcome: new Int32Array(0),
  background: new Int32Array(0),
  form: new Int32Array(0),
  caller: new Int32Array(0),
  served: new Int32Array(0),
  servedAt: new Float64Array(0),
  left: new Int32Array(0),
  via: new Float64Array(0),
  number: new Int32Array(0),
  links: new Map(),
};
