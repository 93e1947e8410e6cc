import type { Ns } from '../../kernel/time.js';
import type { HistogramRow } from '../../stats/histogram-row.js';
import type { HistogramData } from '../../stats/histogram.js';
import type { Counts } from '../../stats/record-columns.js';
import type { WatchedRecord } from './alerts.js';
import type { HoldingRecord } from './held-up.js';

/**
 * Result of one run: counts per measuring cell (see Grid), histograms per segment and per step, gauges per cell, the
 * journal, and traces of sampled requests. Transferable: typed arrays and plain objects only. The analysis computes the rest.
 */
export interface RunRecord extends WatchedRecord, HoldingRecord {
  readonly format: 'faultline.record/1';
  readonly variant: string;
  readonly replication: number;
  readonly stop: 'horizon' | 'drained' | 'budget' | 'instant' | 'depth' | 'memory';
  /** If a guard stopped the run: the state that it detected, in words. */
  readonly stopDetail: string;
  /** If a guard stopped the run: the simulated time. */
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

interface RunTotals {
  readonly events: number;
  readonly heapEvents: number;
  /** Attempts sent on the network, warm-up included. */
  readonly attempts: number;
  /** User requests that arrived after the warm-up, and those of them unfinished at the end. */
  readonly requests: number;
  readonly unfinished: number;
  readonly peakPending: number;
  readonly peakFrames: number;
  readonly peakAttempts: number;
}

/**
 * Figures of one part: a request of a workload (seen by its client), or an endpoint, route or operation (seen
 * by its server, from arrival to response). A request belongs to the cell in which it arrived.
 */
export interface PartRecord {
  /** cells x 18 outcomes, one row per cell; includes `unfinished`. */
  readonly outcomes: Counts;
  /** Ascending by status; statuses that did not occur have no column. */
  readonly statuses: readonly StatusColumn[];
  /** Per cell: successes within patience (goodput). For servers: successes. */
  readonly good: Uint32Array;
  /** Per cell: worker time of executions, ns, in the cells in which it was spent. */
  readonly busyNs: Float64Array;
  /** Part of busyNs spent on executions whose result was not used. */
  readonly wastedNs: Float64Array;
  /** Per cell: completed executions of one logical request beyond the first, if not idempotent. */
  readonly duplicates: Uint32Array;
  /** Per cell: requests that a middleware answered with the response to another request. */
  readonly coalesced: Uint32Array;
  /** User requests that hang until the end of the run, also in the outcomes, as `abandoned`. */
  readonly hanging: Uint32Array;
  /** Requests that users of closed workloads did not send while they waited for those; `abandoned` too. */
  readonly omitted: Uint32Array;
  /** Per cell: requests that middleware in a dry run would have refused. */
  readonly wouldReject: Uint32Array;
  /** Per segment, full resolution: latency of all finished requests, of successful ones, and queue wait. */
  readonly latency: readonly HistogramData[];
  readonly successLatency: readonly HistogramData[];
  readonly queueWait: readonly HistogramData[];
  /** Per step of the timeline, coarse: latency of successes. */
  readonly stepLatency: HistogramRow;
}

/** Responses of one subject with one status, by cell. */
export interface StatusColumn {
  /** An HTTP status other than 200, or ANOTHER. */
  readonly status: number;
  readonly counts: Uint32Array;
}

/** The column that counts successes whose status is not 200: the other successes have 200. */
export const ANOTHER = 0;

/** Figures of one measured edge, seen by the caller. A call belongs to the cell in which it was made. */
export interface EdgeRecord {
  /** cells x 18 outcomes of calls. */
  readonly outcomes: Counts;
  /** Statuses of calls, as in PartRecord. */
  readonly statuses: readonly StatusColumn[];
  /** cells x 18 outcomes of attempts. */
  readonly attemptOutcomes: Counts;
  /** Per cell: calls made, and attempts sent (in the cell in which they were sent). */
  readonly calls: Uint32Array;
  readonly attempts: Uint32Array;
  /** cells x EDGE_COUNTERS. */
  readonly counters: Uint32Array;
  /** Per cell: callee worker time of executions of this edge whose response was not used, ns. */
  readonly wastedNs: Float64Array;
  readonly latency: readonly HistogramData[];
  readonly successLatency: readonly HistogramData[];
}

/**
 * Kinds of gauges. busy = workers in use, queue = requests that wait for one, concurrency = accepted but not answered,
 * cpu = cores in use, memory = bytes held, inFlight = calls of an edge, leftBehind = those whose caller has given up,
 * open = connections of a pool, used = those in use, usedOfNode = those to one node, waiting = callers that wait for one,
 * size = what a pool may open if a change resizes it, sessions = connections of all pools to a database server,
 * abandoned = those whose client has gone, also in open, handling = executions that no call has brought.
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
  'usedOfNode',
  'abandoned',
  'handling',
  'leftBehind',
  'size',
  'sessions',
] as const;
export type GaugeKind = (typeof GAUGE_KINDS)[number];

/** Time-weighted gauges, one row each: the subject, and entries for the cells in which the level was not always 0. */
export interface GaugeTable {
  /** By row: index into GAUGE_KINDS. */
  readonly kind: Uint8Array;
  /** By row: instance id, or -1. For inFlight and pools: the calling instance. */
  readonly instance: Int32Array;
  /** By row: called component id for inFlight and pools, called instance id for usedOfNode, part id for handling; else -1. */
  readonly callee: Int32Array;
  /** By row: its entries [from, until). */
  readonly from: Int32Array;
  readonly until: Int32Array;
  /** By entry, ascending within a row: the cell, the integral over it in level x ns, and its maximum. */
  readonly cell: Int32Array;
  readonly area: Float64Array;
  readonly max: Float64Array;
}

/** Connection pools of one calling component to one callee, over all instances. */
export interface PoolRecord {
  readonly callerComponent: number;
  readonly calleeComponent: number;
  /** Per segment: wait for a connection in ns; includes waits of 0 and the opening of connections. */
  readonly waits: readonly HistogramData[];
}

/** A figure of a component, or of a part of it (-1 = the whole component), beyond those of requests and edges. */
export type MeterRecord = {
  readonly name: string;
  readonly component: number;
  readonly part: number;
} & (
  | { readonly form: 'counter'; readonly counts: Float64Array }
  /** As for gauges: integral and maximum by cell, and the level at the end of the last cell. */
  | {
      readonly form: 'gauge';
      readonly area: Float64Array;
      readonly max: Float64Array;
      readonly end: number;
    }
  /** Per segment, ns. */
  | { readonly form: 'durations'; readonly segments: readonly HistogramData[] }
);

/** Examples of sagas that broke a rule. */
export interface SagaRecord {
  readonly component: number;
  /** For each business rule, one saga that broke it; then one whose effects do not balance. null = none. */
  readonly examples: readonly (SagaExample | null)[];
}

/** A saga whose effects break a rule. */
export interface SagaExample {
  /** Lineage of the request that it belongs to. */
  readonly lineage: readonly [a: number, b: number];
  readonly start: Ns;
  readonly end: Ns;
  /** By step: number of effects, and how many of them were undone. */
  readonly done: readonly number[];
  readonly undone: readonly number[];
}

/** A journalled state machine, such as a breaker. */
export interface MachineRecord {
  /** Name of the policy, such as `circuitBreaker`. */
  readonly policy: string;
  readonly kind: string;
  /** Calling instance id; -1 = shared by all. */
  readonly instance: number;
  readonly callerComponent: number;
  readonly calleeComponent: number;
  /** Callee part id if the state is split by endpoint, else -1. */
  readonly calleePart: number;
  /** Callee instance id if the state is split by callee instance, else -1. */
  readonly calleeInstance: number;
  readonly bundle: string;
  /** Dry run: no call was refused because of its state. */
  readonly dryRun: boolean;
  readonly states: readonly string[];
}

/**
 * State machines that differ only in their calling and called instance. A block has an id for every combination, even if
 * no machine was created because nothing was called. Machines without a journal entry stayed in state 0.
 */
export interface MachineBlock {
  /** Id of the first machine. */
  readonly first: number;
  /** The first machine; the others count up from its `instance` and `calleeInstance`. */
  readonly machine: MachineRecord;
  /** Number of calling instances, and the difference between the ids of consecutive ones. */
  readonly callers: number;
  readonly stride: number;
  /** The same for called instances. */
  readonly targets: number;
  readonly step: number;
}

/** State changes in time order, by column. The warm-up is included (negative after shifting). */
export interface JournalRecord {
  readonly timeNs: Float64Array;
  readonly kind: Uint8Array;
  readonly subject: Int32Array;
  readonly value: Int32Array;
  /** Entries beyond the limit, which were counted but not kept. */
  readonly dropped: number;
}

/**
 * Kinds of entries: subject and value. `machine`: id, state. `fault`: index, 1 on or 0 off. `instance`: id, INSTANCE_STATE.
 * `rollout`: component, ROLLOUT_STATE. `node`: number, NODE_STATE. `registry`: instance, REGISTRY_EVENT. `promoted`: instance
 * that leads now, PROMOTED. `kept`: instance that its budget keeps from a drain, node. `configured`: instance, configuration.
 */
export const JOURNAL = Object.freeze({
  machine: 0,
  fault: 1,
  instance: 2,
  rollout: 3,
  node: 4,
  registry: 5,
  desired: 6,
  promoted: 7,
  kept: 8,
  configured: 9,
} as const);

/** What an instance leads since its promotion: its component or a shard of it, or a partition of a topic. */
export const PROMOTED = Object.freeze({ shard: 0, partition: 1 } as const);

/** Events of a node in the journal. The first nodes are ready from the start. */
export const NODE_STATE = Object.freeze({
  ready: 0,
  died: 1,
  /** Its death was noticed: callers remove its instances. */
  lost: 2,
  /** Its instances are made elsewhere. */
  evicted: 3,
  /** The cluster autoscaler has ordered it, or removed it. */
  ordered: 4,
  removed: 5,
  /** A drain begins, or is over. */
  cordoned: 6,
  uncordoned: 7,
} as const);

/** Events of a registry in the journal, about a registered instance. */
export const REGISTRY_EVENT = Object.freeze({
  /** A lease begins. */
  registered: 0,
  /** A process that ends gracefully says so. */
  cancelled: 1,
  /** Its lease has expired. */
  evicted: 2,
  /** The result of its checks. */
  critical: 3,
  passing: 4,
  /** It was critical for too long. */
  deregistered: 5,
  /** About the first server: renewals are missing, so nothing is evicted; or no longer. */
  preserving: 6,
  evicting: 7,
  /** About the first server: no server answers; or one does again. */
  silent: 8,
  back: 9,
} as const);

/** Events of a rollout in the journal. */
export const ROLLOUT_STATE = Object.freeze({
  begun: 0,
  /** An expectation of its analysis failed. */
  failedLook: 1,
  /** The new version has all requests and replicas. */
  promoted: 2,
  /** The old version has all requests and replicas again. */
  rolledBack: 3,
  /** The rollout is paused after a failed analysis. */
  held: 4,
  /** Base of weights: 100 + the share of requests that the new version gets from now on, in thousandths. */
  weight: 100,
} as const);

/** States of an instance in the journal. */
export const INSTANCE_STATE = Object.freeze({
  up: 0,
  down: 1,
  hung: 2,
  paused: 3,
  /** The process was started, and exited at once. */
  failedStart: 4,
  /** The process got a stop order, and still works. */
  leaving: 5,
  /** A liveness or startup probe ends the process; it still works and will be restarted. */
  restartRequested: 6,
  /** The result of its readiness probe changed. */
  unready: 7,
  ready: 8,
  /** After a stop order the process exited with its work done, or was killed with work in progress. */
  drained: 9,
  killed: 10,
  /** The instance is to be removed (its process, if any, gets a stop order), or added. */
  absent: 11,
  wanted: 12,
  /** No node has room for it, or one has again. */
  pending: 13,
  scheduled: 14,
} as const);

/**
 * Every attempt of the traced requests, one row each, in order of their ends. A request itself is a row
 * without a parent. Times are absolute ns; -1 = never reached.
 */
export interface TraceRecord {
  readonly rows: number;
  /** FORM: what the row is. */
  readonly form: Int32Array;
  readonly id: Float64Array;
  /** Row id of the execution that made this attempt; -1 for a request. */
  readonly parent: Float64Array;
  /** Id of the request. */
  readonly root: Float64Array;
  /** Load index and arrival number of the request; the same in every variant. */
  readonly load: Int32Array;
  readonly arrival: Float64Array;
  readonly part: Int32Array;
  readonly edge: Int32Array;
  readonly instance: Int32Array;
  /** Number of the try within its call, 1 for the first. */
  readonly attempt: Int32Array;
  /** When the caller made the call, before back-offs and waits of policies. */
  readonly called: Float64Array;
  readonly sent: Float64Array;
  readonly arrived: Float64Array;
  readonly begun: Float64Array;
  /** The work ended and the response was sent. */
  readonly ended: Float64Array;
  /** The response arrived at the caller. */
  readonly answered: Float64Array;
  /** When the caller abandoned it; -1 = never. */
  readonly callerLeftAt: Float64Array;
  /** For the commit of a transaction: when it got its connection; its steps began after that. -1 for other rows. */
  readonly opened: Float64Array;
  readonly outcome: Int32Array;
  /** 1 = in the background: the request does not wait for it, or for an attempt above it. */
  readonly background: Int32Array;
  /** Calling instance of an attempt, or of a call; -1 for other rows. */
  readonly caller: Int32Array;
  /** Outcome that the server itself has recorded, whether or not its caller was still there, and when; 0 = none. */
  readonly served: Int32Array;
  readonly servedAt: Float64Array;
  /** LEFT: why its caller left it, if a dead process or a proxy did. */
  readonly left: Int32Array;
  /**
   * Row that this one belongs to: of an attempt the call of the application that a proxy tried to carry out, of a task
   * the publication of the message that it handles; 0 = none. Only if every row goes to a sink.
   */
  readonly via: Float64Array;
  /**
   * Of an attempt with `via`: tries of the proxy before it. Of a call: all tries of its proxy. Of a task: part id of the group or consumer plus one. Of a
   * publication: index of its act in the plan; its `attempt` is the number of messages.
   */
  readonly number: Int32Array;
  /** By row id of a task that handles several messages: row of their requests and of their publications, in pairs. */
  readonly links: ReadonlyMap<number, readonly number[]>;
}
