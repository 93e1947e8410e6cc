import type { Ns } from '../kernel/time.js';
import type { HistogramRow } from '../stats/histogram-row.js';
import type { HistogramData } from '../stats/histogram.js';

/**
 * What one run hands back: counts per measuring cell (see Grid), histograms per segment and per step,
 * gauges per cell, the journal of state changes, and the traces of sampled requests. Transferable:
 * typed arrays and plain objects only. Everything else (quantiles, shares, intervals, cascade) is
 * computed from these by the analysis.
 */
export interface RunRecord {
  readonly format: 'faultline.record/1';
  readonly variant: string;
  readonly replication: number;
  readonly stop: 'horizon' | 'drained' | 'budget' | 'instant' | 'depth' | 'memory';
  /** Where the run was stopped by a guard: what was going on, in words. */
  readonly stopDetail: string;
  /** Where the run was stopped by a guard: at which time of the simulation. */
  readonly stopNs?: Ns;
  /** 16 hex digits. */
  readonly digest: string;
  readonly totals: RunTotals;
  /** By part id. */
  readonly parts: readonly PartRecord[];
  /** By measured edge id (plan.statEdges). */
  readonly edges: readonly EdgeRecord[];
  readonly gauges: GaugeTable;
  readonly pools: readonly PoolRecord[];
  readonly meters: readonly MeterRecord[];
  readonly sagas: readonly SagaRecord[];
  readonly machines: readonly MachineBlock[];
  readonly journal: JournalRecord;
  readonly traces: TraceRecord;
}

export interface RunTotals {
  readonly events: number;
  readonly heapEvents: number;
  /** Attempts sent on a wire, warm-up included. */
  readonly attempts: number;
  /** User requests that arrived in the measured time, and those of them unfinished at the end. */
  readonly requests: number;
  readonly unfinished: number;
  readonly peakPending: number;
  readonly peakFrames: number;
  readonly peakAttempts: number;
}

/**
 * One part: a request of a workload (seen by its client), or an endpoint, route or operation (seen by
 * its server: from arrival to answer). A request belongs to the cell in which it arrived.
 */
export interface PartRecord {
  /** cells x 18 outcomes, row by cell; `unfinished` included. */
  readonly outcomes: Uint32Array;
  /** Per cell: successes within patience (goodput). For servers: successes. */
  readonly good: Uint32Array;
  /** Per cell: worker time of executions, ns, attributed to the cells in which it was spent. */
  readonly busyNs: Float64Array;
  /** The part of busyNs spent on executions whose result nobody used. */
  readonly wastedNs: Float64Array;
  /** Per cell: completed executions of one logical request beyond the first, where not idempotent. */
  readonly duplicates: Uint32Array;
  /** Per cell: requests answered by a middleware with the answer of another request. */
  readonly coalesced: Uint32Array;
  /** Per cell: refusals by middleware that only watches. */
  readonly wouldReject: Uint32Array;
  /** Per segment, full resolution: latency of all finished, of successful ones, and queue wait. */
  readonly latency: readonly HistogramData[];
  readonly successLatency: readonly HistogramData[];
  readonly queueWait: readonly HistogramData[];
  /** Per step of the timeline, coarse: latency of successes. */
  readonly stepLatency: HistogramRow;
}

/** One measured edge, seen by the caller. A call belongs to the cell in which it was made. */
export interface EdgeRecord {
  /** cells x 18 outcomes of calls. */
  readonly outcomes: Uint32Array;
  /** cells x 18 outcomes of attempts. */
  readonly attemptOutcomes: Uint32Array;
  /** Per cell: calls made, attempts sent (in the cell of the sending). */
  readonly calls: Uint32Array;
  readonly attempts: Uint32Array;
  /** cells x EDGE_COUNTERS. */
  readonly counters: Uint32Array;
  /** Per cell: callee worker time of executions of this edge whose answer nobody used, ns. */
  readonly wastedNs: Float64Array;
  readonly latency: readonly HistogramData[];
  readonly successLatency: readonly HistogramData[];
}

/**
 * busy = workers in use, queue = waiting in front of them, concurrency = in service or waiting for a
 * downstream answer (requests accepted and not answered), cpu = cores in use, memory = bytes held, inFlight = calls of an
 * edge under way, open = pool connections open, used = pool connections in use, waiting = for one.
 */
export const GAUGE_KINDS = [
  'busy',
  'queue',
  'concurrency',
  'cpu',
  'memory',
  'inFlight',
  'open',
  'used',
  'waiting',
] as const;
export type GaugeKind = (typeof GAUGE_KINDS)[number];

/** Time-weighted levels, a row each: who they belong to, and entries of the cells in which they were not 0 all the time. */
export interface GaugeTable {
  /** By row: index into GAUGE_KINDS. */
  readonly kind: Uint8Array;
  /** By row: instance id, or -1. For inFlight and pools: the calling instance. */
  readonly instance: Int32Array;
  /** By row: for inFlight and pools the called component id; else -1. */
  readonly callee: Int32Array;
  /** By row: its entries [from, until). */
  readonly from: Int32Array;
  readonly until: Int32Array;
  /** By entry, ascending within a row: the cell, the integral over it in level x ns, and the maximum in it. */
  readonly cell: Int32Array;
  readonly area: Float64Array;
  readonly max: Float64Array;
}

/** Connection pools of one calling component to another, all its instances together. */
export interface PoolRecord {
  readonly callerComponent: number;
  readonly calleeComponent: number;
  /** Per segment: wait for a connection, ns; waits of 0 and dialling included. */
  readonly waits: readonly HistogramData[];
}

/** A figure of a component, or of its part (-1 = of the whole), that is no request and no edge. */
export type MeterRecord = {
  readonly name: string;
  readonly component: number;
  readonly part: number;
} & (
  | { readonly form: 'counter'; readonly counts: Float64Array }
  /** As of gauges: integral and largest by cell; and the level at the end of the last one. */
  | {
      readonly form: 'gauge';
      readonly area: Float64Array;
      readonly max: Float64Array;
      readonly end: number;
    }
  /** Per segment, ns. */
  | { readonly form: 'durations'; readonly segments: readonly HistogramData[] }
);

/** What is told of a saga beyond its figures. */
export interface SagaRecord {
  readonly component: number;
  /** One that broke each rule of the business, and behind them one whose effects do not balance. */
  readonly examples: readonly (SagaExample | null)[];
}

/** A saga whose effects break a rule. */
export interface SagaExample {
  /** Lineage of the request it belongs to. */
  readonly lineage: readonly [a: number, b: number];
  readonly start: Ns;
  readonly end: Ns;
  /** By step: effects, and how many of them were undone. */
  readonly done: readonly number[];
  readonly undone: readonly number[];
}

/** A state machine that was journalled, such as a breaker. */
export interface MachineRecord {
  /** `circuitBreaker`. */
  readonly policy: string;
  readonly kind: string;
  /** Calling instance id, or -1 where it is shared. */
  readonly instance: number;
  readonly callerComponent: number;
  readonly calleeComponent: number;
  /** Callee part id where the state is split by endpoint, else -1. */
  readonly calleePart: number;
  /** Callee instance id where there is one state for each of them, else -1. */
  readonly calleeInstance: number;
  readonly bundle: string;
  /** It only watches: no call was refused because of its state. */
  readonly dryRun: boolean;
  readonly states: readonly string[];
}

/**
 * State machines that differ in their calling and called instance alone: a block has a number for each of them, also
 * where none was made because nothing was called. Those without an entry in the journal stayed in state 0.
 */
export interface MachineBlock {
  /** Number of the first. */
  readonly first: number;
  /** The first; `instance` and `calleeInstance` of the others follow its own. */
  readonly machine: MachineRecord;
  /** Calling instances, and how many numbers further those of the next are. */
  readonly callers: number;
  readonly stride: number;
  /** The same of the called instances. */
  readonly targets: number;
  readonly step: number;
}

/** Columns of state changes in time order; the warm-up is included (negative after shifting). */
export interface JournalRecord {
  readonly timeNs: Float64Array;
  readonly kind: Uint8Array;
  readonly subject: Int32Array;
  readonly value: Int32Array;
  /** Entries beyond the cap that were counted but not kept. */
  readonly dropped: number;
}

/** Kinds of journal entries. `machine`: subject = machine id, value = state. `fault`: subject = fault
 * index, value = 1 on, 0 off. `instance`: subject = instance id, value = an INSTANCE_STATE.
 * `rollout`: subject = component id, value = a ROLLOUT_STATE. */
export const JOURNAL = Object.freeze({ machine: 0, fault: 1, instance: 2, rollout: 3 } as const);

/** What happens to a rollout in the journal. */
export const ROLLOUT_STATE = Object.freeze({
  begun: 0,
  /** Its analysis has found something that does not hold. */
  failedLook: 1,
  /** The new version has everything. */
  promoted: 2,
  /** The old one has everything again. */
  rolledBack: 3,
  /** A failed analysis keeps it where it is. */
  held: 4,
  /** And up: thousandths of the requests that the new version gets from here on. */
  weight: 100,
} as const);

/** States of an instance in the journal. */
export const INSTANCE_STATE = Object.freeze({
  up: 0,
  down: 1,
  hung: 2,
  paused: 3,
  /** It was started, and ended again at once. */
  failedStart: 4,
  /** Asked to end: still at work. */
  leaving: 5,
  /** A probe of its platform ends it: still at work, and to be started again. */
  condemned: 6,
  /** Its readiness says that it is not to be called, or that it is. */
  unready: 7,
  ready: 8,
  /** Asked to end, it ends with its work done, or is killed with what it has. */
  drained: 9,
  killed: 10,
  /** Its place is to be empty, and its process asked to end where it has one; or somebody is to be there. */
  absent: 11,
  wanted: 12,
} as const);

/**
 * Every attempt of the traced requests, one row each, in the order in which they ended. A request
 * itself is a row without a parent. Times are absolute ns; -1 = never reached.
 */
export interface TraceRecord {
  readonly rows: number;
  readonly id: Float64Array;
  /** Row id of the execution that made this attempt; -1 for a request. */
  readonly parent: Float64Array;
  /** Id of the request. */
  readonly root: Float64Array;
  /** Load index and arrival number of the request: the same in every variant. */
  readonly load: Int32Array;
  readonly arrival: Float64Array;
  readonly part: Int32Array;
  readonly edge: Int32Array;
  readonly instance: Int32Array;
  /** Which try of its call, 1 for the first. */
  readonly attempt: Int32Array;
  /** The caller's call: when it was made (before back-offs and waits of policies). */
  readonly called: Float64Array;
  readonly sent: Float64Array;
  readonly arrived: Float64Array;
  readonly begun: Float64Array;
  /** Work ended and answer left. */
  readonly ended: Float64Array;
  /** Answer arrived at the caller. */
  readonly answered: Float64Array;
  /** When the caller gave up on it; -1 = it did not. */
  readonly gone: Float64Array;
  /** Of the commit of a transaction: when it had its connection, behind which its steps began; -1 elsewhere. */
  readonly opened: Float64Array;
  readonly outcome: Int32Array;
  /** 1 = the request does not wait for it: a background step began it, or something above it. */
  readonly background: Int32Array;
}
