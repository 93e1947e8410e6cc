import type { MadeRuns } from './until.js';
import type { AlertsResult } from './alerts.js';
import type { FurtherRuns } from './further-runs.js';
import type { Guess } from './guess.js';
import type { Blame, FaultTimes } from './blame.js';
import type { ComponentKind } from '../component-kind.js';
import type { Counterfactuals } from './counterfactual.js';
import type { CascadeResult, HealthState } from './cascade.js';
import type { Headroom } from './headroom.js';
import type { Estimate, QuantileEstimates, LatencyResult } from './estimate.js';
import type { MeteredResult } from './meters.js';
import type { Contributors } from './path.js';
import type { OutcomeName } from '../outcome.js';
import type { VariantChange } from '../scenario/scenario.js';
import type { WhatIfWords } from '../scenario/what-if.js';

/**
 * The result document: one JSON value with sorted keys, from which every report is made. Durations are in
 * seconds, rates per second, shares from 0 to 1. `null` = nothing was measured.
 */
export interface Result extends MadeRuns {
  readonly faultline: 1;
  /** Checksum of all other values; present in the document, absent in memory. */
  readonly checksum?: string;
  readonly scenario: {
    readonly title: string;
    readonly description: string | null;
    readonly sha256: string;
    /** Command-line overrides of these runs; absent without any. */
    readonly whatIf?: WhatIfWords;
    /** Values that a comment calls a guess; absent without any. */
    readonly guesses?: readonly Guess[];
  };
  readonly engine: { readonly version: string };
  /** Digest over all runs, 16 hex digits. */
  readonly digest: string;
  readonly run: {
    readonly duration: number;
    readonly warmup: number;
    /** Pilot runs in which MSER-5 found the warm-up; absent = it is written. */
    readonly pilots?: number;
    readonly drain: number | null;
    readonly step: number;
  };
  readonly report: ReportInfo;
  readonly topology: Topology;
  /** Faults of the baseline variant. */
  readonly faults: readonly FaultInfo[];
  /** In the order of the scenario. */
  readonly variants: readonly VariantResult[];
  readonly hypothesis: HypothesisResult | null;
  readonly comparisons: readonly Comparison[];
  readonly warnings: readonly string[];
  /** Those of the warnings that reports show first, because the figures answer another question. Absent without any. */
  readonly alarms?: readonly string[];
  /** Runs that a guard or an interrupt stopped; absent if all runs finished. */
  readonly incomplete?: Incomplete;
}

/**
 * The missing part of the requested runs. A variant without a finished replication is listed only here. For
 * other variants `variants` has the finished replications; they are in no comparison, and their budgets are
 * undecided.
 */
export interface Incomplete {
  /** Replications requested of each variant. */
  readonly asked: number;
  /** An interrupt stopped the runs. */
  readonly interrupted: boolean;
  /** In the order of the scenario. */
  readonly variants: readonly UnfinishedVariant[];
}

export interface UnfinishedVariant {
  readonly variant: string;
  /** Number of finished replications, counted from the first. */
  readonly finished: number;
  /** The guard that stopped it; null = the interrupt did. */
  readonly stopped: StoppedRun | null;
}

/** A replication that a resource guard stopped. Later replications were not used. */
export interface StoppedRun {
  readonly reason: 'events' | 'instant' | 'depth' | 'memory';
  readonly replication: number;
  /** Simulated time from the end of the warm-up, in seconds; null = unknown. */
  readonly at: number | null;
  readonly detail: string;
}

export interface ReportInfo {
  readonly focus: readonly string[];
  readonly exemplars: number;
  readonly slo: { readonly success: number | null; readonly latency: number | null } | null;
  readonly groups: Readonly<Record<string, readonly string[]>>;
  readonly hide: readonly string[];
}

/** Topology of the baseline variant. Components that differ in another variant are among its `nodes`. */
export interface Topology {
  readonly nodes: readonly TopologyNode[];
  /** Edges between components. */
  readonly edges: readonly {
    readonly from: string;
    readonly to: string;
    readonly parts: readonly string[];
  }[];
}

export interface TopologyNode {
  readonly name: string;
  readonly kind: ComponentKind;
  readonly title: string | null;
  /** Largest number of replicas. */
  readonly replicas: number;
  /** Limits of the autoscaler; absent without one. */
  readonly scaling?: { readonly min: number; readonly max: number };
  /** Workers per replica; null = unlimited. */
  readonly concurrency: number | null;
  readonly queueCapacity: number | null;
  readonly cores: number | null;
  readonly runtime: 'threads' | 'async' | 'eventLoop';
  readonly external: boolean;
  readonly critical: boolean;
  /** Longest distance from a workload; 0 for workloads. */
  readonly depth: number;
  readonly parts: readonly string[];
  readonly zones: readonly (string | null)[];
}

export interface FaultInfo {
  readonly id: string;
  readonly kind: string;
  readonly target: readonly string[];
  readonly spans: readonly { readonly from: number; readonly until: number }[];
  /** Description, such as `psp hangs` or `inventory 2x slower`. */
  readonly words: string;
}

export interface VariantResult extends FurtherRuns {
  readonly name: string;
  readonly title: string | null;
  readonly description: string | null;
  readonly baseline: boolean;
  /** Its workloads, or the faults that change their load, differ from those of the baseline. Absent if they do not. */
  readonly otherLoad?: true;
  /** If another variant than the baseline is the first with its load: the name of that one, with which it is compared. */
  readonly reference?: string;
  readonly patch: {
    readonly remove: readonly string[];
    readonly set: readonly { readonly path: string; readonly value: unknown }[];
    readonly add: readonly { readonly path: string; readonly values: readonly unknown[] }[];
  };
  /** The changes that make this variant of the baseline; absent in documents of earlier versions. */
  readonly changes?: readonly VariantChange[];
  /** Components that differ from the topology of the baseline; absent without any. */
  readonly nodes?: readonly TopologyNode[];
  /** Faults of this variant; its patch can move, change or remove those of the baseline. */
  readonly faults: readonly FaultInfo[];
  readonly perReplication: readonly ReplicationSummary[];
  readonly components: Readonly<Record<string, ComponentResult>>;
  /** Figures beyond those of requests and edges, by `component` or `component.part`. */
  readonly metered: Readonly<Record<string, MeteredResult>>;
  /** By pair of components, `<caller>-><callee>`. */
  readonly edges: Readonly<Record<string, EdgeResult>>;
  readonly timeline: Timeline;
  /** Runs without some of its faults; absent unless they were asked for. */
  readonly counterfactuals?: Counterfactuals;
  readonly cascade: CascadeResult;
  readonly journal: readonly JournalEntry[];
  readonly exemplars: readonly Exemplar[];
  readonly budgets: readonly BudgetResult[];
  /** Checks of expected behaviour, which decide about no variant; absent = the file has none about this variant. */
  readonly expectations?: readonly BudgetResult[];
  /** Figures of the summary tables, over all workloads. */
  readonly summary: VariantSummary;
  /** Absent in results of earlier versions. */
  readonly headroom?: Headroom;
  readonly contributors?: Contributors;
  readonly blame?: Blame;
  /** In the order of its faults. */
  readonly faultTimes?: readonly FaultTimes[];
  /** Absent without alerts. */
  readonly alerts?: AlertsResult;
  /** If not all replications finished: how many did, and why. */
  readonly unfinished?: UnfinishedVariant;
}

export interface ReplicationSummary {
  readonly replication: number;
  readonly digest: string;
  readonly stop: string;
  readonly requests: number;
  readonly unfinished: number;
  readonly attempts: number;
  readonly events: number;
}

export interface VariantSummary {
  readonly requests: number;
  readonly success: Estimate;
  /** Share of the finished requests with a degraded response, which counts as a success; absent if there is none. */
  readonly degraded?: Estimate;
  /**
   * Share of the finished requests that succeed, but after more than twice the p99 that the baseline has before its
   * first fault; absent if there are none.
   */
  readonly slow?: Estimate;
  readonly goodput: Estimate;
  /** Latency of all finished requests. */
  readonly latency: QuantileEstimates;
  /** Latency of the successful requests. */
  readonly successLatency: QuantileEstimates;
  /**
   * Attempts on all edges per call on all edges: 1 if nothing is sent twice, however many calls a request makes.
   * `unsent`: some calls were refused by their caller, or still waited at the end, which lowers it.
   */
  readonly attemptsPerCall: Estimate & { readonly unsent?: true };
  /** Largest amplification of any edge, and that edge. */
  readonly amplification: Estimate & { readonly edge: string | null };
  /**
   * Share of worker time spent on executions whose result was not used: over all services, gateways and
   * databases, limited or not, without external ones. Time in which a worker waits for another component of
   * the system counts only there; time in which it waits for an external one counts as its own.
   */
  readonly wasted: Estimate;
  /** Time until success is back after the last span of the first harmful fault; null value = never. */
  readonly recovery: Estimate & { readonly fault: string | null; readonly never: number };
  /** The same for the latency of successes. */
  readonly latencyRecovery: Estimate & { readonly never: number };
  /** Success during each fault, by workload request. */
  readonly during: readonly {
    readonly request: string;
    readonly fault: string;
    readonly success: Estimate;
  }[];
  readonly blastRadius: Estimate;
  /** Cost of the run, and per million successful requests; absent without prices. */
  readonly cost?: Estimate;
  readonly costPerMillion?: Estimate;
}

export interface AnswerResult {
  readonly latency: LatencyResult;
  readonly successLatency: LatencyResult;
  readonly throughput: number;
  readonly goodput: number;
  readonly success: number | null;
  readonly successCi95: readonly [number, number] | null;
  readonly outcomes: Readonly<Partial<Record<OutcomeName, number>>>;
  /** Responses by HTTP status, over all replications; absent if all of them have 200. */
  readonly statuses?: Readonly<Record<string, number>>;
}

export interface ComponentResult extends AnswerResult {
  readonly kind: TopologyNode['kind'];
  readonly parts: Readonly<Record<string, AnswerResult>>;
  /** null for workloads. Means over time and instances; `queue` and `concurrency` are sums over instances. */
  readonly utilization: number | null;
  readonly cpu: number | null;
  readonly queue: { readonly mean: number; readonly max: number } | null;
  readonly concurrency: { readonly mean: number; readonly max: number } | null;
  readonly queueWait: LatencyResult | null;
  /** Wasted share of its busy time. The system's figure is the mean of these, weighed by the time each worked itself. */
  readonly wastedWork: number | null;
  readonly duplicates: number;
  /** Mean over the runs; absent without prices, and for components that cost nothing. */
  readonly cost?: number;
  /** For services and gateways: mean number of instances, and whether an autoscaler changes it. */
  readonly fleet?: { readonly instances: Estimate; readonly isScaled: boolean };
  /** Requests that a middleware answered with the response to another one; absent if 0. */
  readonly coalesced?: number;
  /** Requests that middleware in a dry run would have refused; absent if 0. */
  readonly wouldReject?: number;
  /** By calling component. Databases always have pools; other components only if their callers use connections. */
  readonly pools: Readonly<Record<string, PoolResult>> | null;
}

export interface PoolResult {
  /** Wait of an attempt for a connection; includes waits of 0 and the opening of connections. */
  readonly wait: LatencyResult;
  /** Callers that wait for a connection. */
  readonly waiting: { readonly mean: number; readonly max: number };
  readonly open: { readonly mean: number; readonly max: number };
  readonly used: { readonly mean: number; readonly max: number };
  /** Connections that all its pools together can open; null = unlimited. */
  readonly size: number | null;
  readonly opened: number;
  readonly timeouts: number;
  /** By step of the timeline, means over replications. */
  readonly steps: { readonly used: readonly number[]; readonly waiting: readonly number[] };
}

export interface EdgeResult extends AnswerResult {
  readonly calls: number;
  readonly attempts: number;
  readonly amplification: number | null;
  /** Amplification during each fault, by fault id. */
  readonly amplificationDuring: Readonly<Record<string, number | null>>;
  readonly attemptOutcomes: Readonly<Partial<Record<OutcomeName, number>>>;
  readonly counters: Readonly<Record<string, number>>;
  readonly wastedWork: number | null;
  readonly breaker: {
    /**
     * Of replication 0; times in seconds. `instance`: `a[0]`, or `a[0]->b[1]` for a breaker with one callee
     * instance.
     */
    readonly transitions: readonly {
      readonly at: number;
      readonly instance: string;
      readonly state: string;
    }[];
    /** Share of breaker time spent open, over all replications. */
    readonly openFor: number;
    /** All of them are in a dry run: no call was refused. */
    readonly dryRun: boolean;
  } | null;
}

/** Time series. Step i starts at i * step. Values are pooled over replications. */
export interface Timeline {
  readonly step: number;
  readonly steps: number;
  /** By component, and by `workload.request` for the requests of workloads. */
  readonly series: Readonly<Record<string, Series>>;
  /** By edge between components. */
  readonly edges: Readonly<
    Record<
      string,
      {
        readonly calls: readonly number[];
        readonly attempts: readonly number[];
        readonly inFlight: readonly number[];
      }
    >
  >;
}

export interface Series {
  /** Arrivals per second: requests for workloads, attempts for servers. */
  readonly rate: readonly number[];
  /** Successful arrivals per second. */
  readonly goodRate: readonly number[];
  /** Share of the finished that succeeded; null = none finished. */
  readonly success: readonly (number | null)[];
  /** Lowest and highest value over the replications. */
  readonly successBand: readonly (readonly [number, number] | null)[];
  /** Median latency of the successful requests. */
  readonly p50: readonly (number | null)[];
  readonly p99: readonly (number | null)[];
  /** Sums over instances, means over the step; empty for workloads. */
  readonly inFlight: readonly number[];
  readonly busy: readonly number[];
  readonly queue: readonly number[];
  /** Running processes, sums and means as above; empty if all run throughout. */
  readonly up: readonly number[];
  /** Health in replication 0, see HealthState. */
  readonly state: readonly HealthState[];
}

export interface JournalEntry {
  readonly at: number;
  /** `breaker`, `outlierDetection`, `fault`, `instance`, `role`, `rollout`, `registry`. */
  readonly kind: string;
  readonly subject: string;
  readonly value: string;
}

/** The course of one request in this variant. The same `key` is the same request in every variant. */
export interface Exemplar {
  /** `workload#arrival`. */
  readonly key: string;
  readonly request: string;
  /** Why it was chosen: `median`, `slow before the fault`, `during psp-hang`, ... */
  readonly why: string;
  readonly at: number;
  readonly duration: number;
  readonly outcome: OutcomeName;
  readonly spans: readonly Span[];
}

/** One attempt. Times are seconds from the start of the request; null = never reached. */
export interface Span {
  readonly id: number;
  readonly parent: number | null;
  readonly name: string;
  readonly caller: string;
  readonly instance: string;
  readonly attempt: number;
  readonly called: number;
  readonly sent: number;
  readonly arrived: number | null;
  readonly begun: number | null;
  readonly ended: number | null;
  readonly answered: number | null;
  readonly gone: number | null;
  /**
   * For the commit of a transaction: when it got its connection; its steps ran from then to `sent`. Absent
   * elsewhere.
   */
  readonly opened?: number;
  readonly outcome: OutcomeName;
  /** HTTP status of a failed response; absent without one. */
  readonly status?: number;
  /** Present for background work: the request does not wait for it, or for an attempt above it. */
  readonly background?: true;
}

export type Verdict = 'pass' | 'fail' | 'inconclusive';

export interface BudgetResult {
  readonly text: string;
  /** Its metric and window, as comparisons name them: `users.success during hang`. */
  readonly metric: string;
  readonly name: string | null;
  readonly severity: 'error' | 'warning';
  readonly verdict: Verdict;
  readonly value: number | null;
  readonly ci95: readonly [number, number] | null;
  /** Source of `ci95`; absent = the replications. */
  readonly from?: 'batches';
  readonly limit: number | null;
  /** (limit - value) / limit in the good direction. */
  readonly margin: number | null;
  /** seconds, perSecond, share, number. */
  readonly unit: 'seconds' | 'perSecond' | 'share' | 'number';
  /** Reason for a value or limit without a number: `never`, `no samples`. */
  readonly note: string | null;
  /** Of an undecided verdict: replications that would probably decide; null = no number of them. */
  readonly runsToDecide?: number | null;
  /** An undecided verdict fails the budget. */
  readonly strict?: true;
  /**
   * It is not counted, as `note` says: the variant has nothing that it is about (its verdict is `pass`), or no number of
   * runs measures it there (its verdict is `inconclusive`).
   */
  readonly applies?: false;
  /** For a budget on each step: its value is the share of steps that meet the limit. */
  readonly steps?: StepsResult;
  /** For a limit relative to a saved baseline. */
  readonly saved?: {
    /** Name under which it is saved: its metric and window. */
    readonly key: string;
    /** The saved value. */
    readonly value: number | null;
    /** The current value by replication, which `check --update-baseline` saves. */
    readonly each: readonly (number | null)[];
  };
}

/** Steps of the timeline in the window of a budget. */
export interface StepsResult {
  /** Number of steps with a value, those that meet the limit, and steps without a value. */
  readonly of: number;
  readonly held: number;
  readonly empty: number;
  /** Unit of the values of the steps. */
  readonly unit: BudgetResult['unit'];
  /** The step farthest beyond its limit; times in s from the end of the warm-up. null = all meet it. */
  readonly worst: {
    readonly from: number;
    readonly to: number;
    readonly value: number;
    readonly limit: number;
  } | null;
}

export interface HypothesisResult {
  readonly statement: string;
  readonly verdict: 'confirmed' | 'refuted' | 'inconclusive' | 'invalid';
  readonly expectations: readonly (BudgetResult & { readonly variant: string })[];
}

export interface Comparison {
  /** Path as in budgets, with its window. */
  readonly metric: string;
  readonly of: string;
  readonly baseline: string;
  readonly n: number;
  readonly value: number | null;
  readonly baselineValue: number | null;
  readonly difference: number | null;
  /** The interval that decides: it excludes 0 if and only if the adjusted p is below 5 %. */
  readonly interval: readonly [number, number] | null;
  /** Confidence of the interval: 0.95, or more by Holm's method where several variants are compared. */
  readonly confidence: number | null;
  /** Adjusted by Holm's method for all variants that are compared in this figure. */
  readonly adjustedP: number | null;
  readonly family: 'headline' | 'exploratory';
  /** Difference that is too small to matter, either way. */
  readonly margin: number | null;
  /** Variance of independent differences over that of paired ones; null = undefined. */
  readonly varianceRatio: number | null;
  readonly verdict: 'better' | 'worse' | 'same' | 'unknown';
  /** Of an unknown verdict: what all pairs of runs show. */
  readonly leaning?: 'better' | 'worse';
  /** Of an unknown verdict: replications that would probably decide; null = 1,000 would not. */
  readonly runsToDecide?: number | null;
  readonly unit: 'seconds' | 'perSecond' | 'share' | 'number';
}
