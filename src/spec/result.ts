import type { ComponentKind } from './component-kind.js';
import type { CascadeResult, HealthState } from './result-cascade.js';
import type { MeteredResult } from './result-meters.js';
import type { OutcomeName } from './outcome.js';
import type { WhatIfWords } from './what-if.js';

/**
 * The result document: one JSON value, printed with sorted keys, from which every report is made.
 * Durations are seconds, rates per second, shares 0..1. `null` stands where nothing was measured.
 */
export interface Result {
  readonly faultline: 1;
  readonly scenario: {
    readonly title: string;
    readonly description: string | null;
    readonly sha256: string;
    /** Changes of the command line that the runs were made with; left out where there are none. */
    readonly whatIf?: WhatIfWords;
  };
  readonly seed: number;
  readonly replications: number;
  readonly engine: { readonly version: string };
  /** Digest over all runs, 16 hex digits. */
  readonly digest: string;
  readonly run: {
    readonly duration: number;
    readonly warmup: number;
    readonly drain: number | null;
    readonly step: number;
  };
  readonly report: ReportInfo;
  readonly topology: Topology;
  /** Of the baseline variant. */
  readonly faults: readonly FaultInfo[];
  /** In the order of the scenario. */
  readonly variants: readonly VariantResult[];
  readonly hypothesis: HypothesisResult | null;
  readonly comparisons: readonly Comparison[];
  readonly warnings: readonly string[];
  /** Runs that a guard or an interrupt kept from their end; left out where all of them finished. */
  readonly incomplete?: Incomplete;
}

/**
 * What is missing of the runs that were asked for. A variant without any finished replication is listed here only. Of
 * the others `variants` holds the replications that finished; they are in no comparison and their budgets are undecided.
 */
export interface Incomplete {
  /** Replications asked for of each variant. */
  readonly asked: number;
  /** SIGINT or SIGTERM ended the runs. */
  readonly interrupted: boolean;
  /** In the order of the scenario. */
  readonly variants: readonly UnfinishedVariant[];
}

export interface UnfinishedVariant {
  readonly variant: string;
  /** Replications that finished, from the first on. */
  readonly finished: number;
  /** The guard that stopped it; null where the interrupt did. */
  readonly stopped: StoppedRun | null;
}

/** A replication that a resource guard stopped. Those after it were not used. */
export interface StoppedRun {
  readonly reason: 'events' | 'instant' | 'depth' | 'memory';
  readonly replication: number;
  /** Simulated time from the end of the warm-up, in seconds; null where it is not known. */
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

/** Of the baseline variant; components that are otherwise in another are among its `nodes`. */
export interface Topology {
  readonly nodes: readonly TopologyNode[];
  /** Component level. */
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
  /** As many as there can be. */
  readonly replicas: number;
  /** Where an autoscaler changes how many there are. */
  readonly scaling?: { readonly min: number; readonly max: number };
  /** Workers per replica; null = unlimited. */
  readonly concurrency: number | null;
  readonly queueCapacity: number | null;
  readonly cores: number | null;
  readonly runtime: 'threads' | 'async' | 'eventLoop';
  readonly external: boolean;
  readonly critical: boolean;
  /** Longest distance from a workload, 0 for workloads. */
  readonly depth: number;
  readonly parts: readonly string[];
  readonly zones: readonly (string | null)[];
}

export interface FaultInfo {
  readonly id: string;
  readonly kind: string;
  readonly target: readonly string[];
  readonly spans: readonly { readonly from: number; readonly until: number }[];
  /** In words: `psp hangs`, `inventory 2x slower`. */
  readonly words: string;
}

export interface VariantResult {
  readonly name: string;
  readonly title: string | null;
  readonly description: string | null;
  readonly baseline: boolean;
  readonly patch: {
    readonly remove: readonly string[];
    readonly set: readonly { readonly path: string; readonly value: unknown }[];
    readonly add: readonly { readonly path: string; readonly values: readonly unknown[] }[];
  };
  /** Components that are not as in the topology of the baseline; left out where there are none. */
  readonly nodes?: readonly TopologyNode[];
  /** Its own faults, which a patch may have moved, changed or taken away. */
  readonly faults: readonly FaultInfo[];
  readonly perReplication: readonly ReplicationSummary[];
  readonly components: Readonly<Record<string, ComponentResult>>;
  /** What has figures of its own beside requests and edges, by `component` or `component.part`. */
  readonly metered: Readonly<Record<string, MeteredResult>>;
  /** Key: `<caller>-><callee>`, components. */
  readonly edges: Readonly<Record<string, EdgeResult>>;
  readonly timeline: Timeline;
  readonly cascade: CascadeResult;
  readonly journal: readonly JournalEntry[];
  readonly exemplars: readonly Exemplar[];
  readonly budgets: readonly BudgetResult[];
  /** What the summary tables show, over all workloads together. */
  readonly summary: VariantSummary;
  /** Where not all of its replications finished: how many did, and why. */
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

/**
 * A measured value with its interval over replications. Where there is only one run, means have an interval
 * from the batches of its steps, marked as such; all else has none.
 */
export interface Estimate {
  readonly value: number | null;
  readonly ci95: readonly [number, number] | null;
  /** Where `ci95` comes from; left out where that is the replications. */
  readonly from?: 'batches';
  /** One value per replication. */
  readonly each: readonly (number | null)[];
}

export interface VariantSummary {
  readonly requests: number;
  readonly success: Estimate;
  readonly goodput: Estimate;
  /** All finished. */
  readonly latency: QuantileEstimates;
  /** Of the successful ones. */
  readonly successLatency: QuantileEstimates;
  /** Attempts on all edges whose caller is not a workload, per user request. */
  readonly attemptsPerRequest: Estimate;
  /** Largest amplification of any edge, and that edge. */
  readonly amplification: Estimate & { readonly edge: string | null };
  /**
   * Share of worker time spent on executions whose result nobody used: over all services, gateways and
   * databases, limited or not, external ones left out. Time in which a worker waits for another component of the
   * system counts there only; time in which it waits for an external one counts as its own.
   */
  readonly wasted: Estimate;
  /** After the end of the last fault span of the first fault that hurt; null value = never recovered. */
  readonly recovery: Estimate & { readonly fault: string | null; readonly never: number };
  /** By workload request and fault: success while it was active. */
  readonly during: readonly {
    readonly request: string;
    readonly fault: string;
    readonly success: Estimate;
  }[];
  readonly blastRadius: Estimate;
}

export interface QuantileEstimates {
  readonly mean: Estimate;
  readonly p50: Estimate;
  readonly p90: Estimate;
  readonly p95: Estimate;
  readonly p99: Estimate;
  readonly p999: Estimate;
  readonly max: Estimate;
}

/** Latency of one population: pooled figures, intervals over replications, and the histogram. */
export interface LatencyResult {
  readonly count: number;
  readonly mean: number | null;
  readonly p50: number | null;
  readonly p90: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
  readonly p999: number | null;
  readonly max: number | null;
  readonly min: number | null;
  readonly ci95: Readonly<Record<string, readonly [number, number]>>;
  /** Sparse: upper bounds of the buckets in seconds, and counts. Only for components, not for parts. */
  readonly histogram: { readonly upTo: readonly number[]; readonly n: readonly number[] } | null;
}

export interface AnswerResult {
  readonly latency: LatencyResult;
  readonly successLatency: LatencyResult;
  readonly throughput: number;
  readonly goodput: number;
  readonly success: number | null;
  readonly successCi95: readonly [number, number] | null;
  readonly outcomes: Readonly<Partial<Record<OutcomeName, number>>>;
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
  readonly wastedWork: number | null;
  readonly duplicates: number;
  /** Of services and gateways: how many instances there are on average, and whether an autoscaler changes that. */
  readonly fleet?: { readonly instances: Estimate; readonly isScaled: boolean };
  /** Requests answered by a middleware with the answer of another; left out where there are none. */
  readonly coalesced?: number;
  /** Refusals by middleware that only watches; left out where there are none. */
  readonly wouldReject?: number;
  /** By calling component: always of databases, else where callers have connections. */
  readonly pools: Readonly<Record<string, PoolResult>> | null;
}

export interface PoolResult {
  /** Time an attempt waits for a connection, waits of 0 and dialling included. */
  readonly wait: LatencyResult;
  /** Callers waiting for a connection. */
  readonly waiting: { readonly mean: number; readonly max: number };
  readonly open: { readonly mean: number; readonly max: number };
  readonly used: { readonly mean: number; readonly max: number };
  /** Connections that its pools may open together; null = unlimited. */
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
  /** During each fault, by fault id. */
  readonly amplificationDuring: Readonly<Record<string, number | null>>;
  readonly attemptOutcomes: Readonly<Partial<Record<OutcomeName, number>>>;
  readonly counters: Readonly<Record<string, number>>;
  readonly wastedWork: number | null;
  readonly breaker: {
    /** Of replication 0; time in seconds. `instance`: `a[0]`, or `a[0]->b[1]` of a breaker about one. */
    readonly transitions: readonly {
      readonly at: number;
      readonly instance: string;
      readonly state: string;
    }[];
    /** Share of breaker time spent open, over all replications. */
    readonly openFor: number;
    /** All of them only watch: no call was refused. */
    readonly dryRun: boolean;
  } | null;
}

/** Series over time; `start` of step i is i * step. Values are pooled over replications. */
export interface Timeline {
  readonly step: number;
  readonly steps: number;
  /** By component, and by `workload.request` for the requests of workloads. */
  readonly series: Readonly<Record<string, Series>>;
  /** By component edge. */
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
  /** Arrivals per second (for workloads: requests; for servers: attempts). */
  readonly rate: readonly number[];
  /** Successful ones of these, per second. */
  readonly goodRate: readonly number[];
  /** Share of the finished that succeeded; null where nothing finished. */
  readonly success: readonly (number | null)[];
  /** Lowest and highest over the replications. */
  readonly successBand: readonly (readonly [number, number] | null)[];
  /** Of successful ones. */
  readonly p50: readonly (number | null)[];
  readonly p99: readonly (number | null)[];
  /** Sums over instances, means over the step; empty for workloads. */
  readonly inFlight: readonly number[];
  readonly busy: readonly number[];
  readonly queue: readonly number[];
  /** Processes that run, as above; empty where all do throughout. */
  readonly up: readonly number[];
  /** Health in replication 0, see HealthState. */
  readonly state: readonly HealthState[];
}

export interface JournalEntry {
  readonly at: number;
  /** `breaker`, `outlierDetection`, `fault`, `instance`, `rollout`. */
  readonly kind: string;
  readonly subject: string;
  readonly value: string;
}

/** One request, as it went in this variant. The same `key` is the same request in every variant. */
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

/** One attempt: stage boundaries in seconds from the request's start; null = never reached. */
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
  /** Of the commit of a transaction: when that had its connection; its steps ran from then to `sent`. Left out elsewhere. */
  readonly opened?: number;
  readonly outcome: OutcomeName;
  /** HTTP status of a failed answer; left out where there was none. */
  readonly status?: number;
  /** The request does not wait for it: a background step began it, or something above it. Left out elsewhere. */
  readonly background?: true;
}

export type Verdict = 'pass' | 'fail' | 'inconclusive';

export interface BudgetResult {
  readonly text: string;
  readonly name: string | null;
  readonly severity: 'error' | 'warning';
  readonly verdict: Verdict;
  readonly value: number | null;
  readonly ci95: readonly [number, number] | null;
  /** Where `ci95` comes from; left out where that is the replications. */
  readonly from?: 'batches';
  readonly limit: number | null;
  /** (limit - value) / limit in the good direction. */
  readonly margin: number | null;
  /** seconds, perSecond, share, number. */
  readonly unit: 'seconds' | 'perSecond' | 'share' | 'number';
  /** Said where value or limit is a word: `never`, `no samples`. */
  readonly note: string | null;
  /** An undecided verdict breaks it. */
  readonly strict?: true;
  /** Where steps are asked one by one: the value is the share of them that hold. */
  readonly steps?: StepsResult;
  /** Where the limit is a share of what is saved. */
  readonly saved?: {
    /** What it is saved as: its metric and window. */
    readonly key: string;
    /** The figure that is saved. */
    readonly value: number | null;
    /** This one by replication: what `check --update-baseline` saves. */
    readonly each: readonly (number | null)[];
  };
}

/** Steps of the timeline in the window of a budget. */
export interface StepsResult {
  /** Steps with a figure, those of them that hold, and steps without a figure. */
  readonly of: number;
  readonly held: number;
  readonly empty: number;
  /** Unit of what is asked of each step. */
  readonly unit: BudgetResult['unit'];
  /** The one farthest beyond its limit; times in s from the end of the warm-up. Null where all hold. */
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
  readonly ci95: readonly [number, number] | null;
  /** Holm, within the family. */
  readonly adjustedP: number | null;
  readonly family: 'headline' | 'exploratory';
  /** Variance of independent differences over that of paired ones; null where undefined. */
  readonly varianceRatio: number | null;
  readonly verdict: 'better' | 'worse' | 'same' | 'unknown';
  readonly unit: 'seconds' | 'perSecond' | 'share' | 'number';
}
