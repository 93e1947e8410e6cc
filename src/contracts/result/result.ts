import { z } from 'zod';
import type { Blame, FaultTimes } from './blame.js';
import { alertsResult } from './alerts.js';
import { budgetResult, comparisonResult, hypothesisResult } from './budgets.js';
import { cascadeResult, type HealthState } from './cascade.js';
import { readComponent, type ComponentResult, type EdgeResult } from './components.js';
import { counterfactuals } from './counterfactual.js';
import { enoughChanges } from './enough.js';
import { estimate, estimateWith, quantileEstimates } from './estimate.js';
import { guess } from './guess.js';
import type { Headroom } from './headroom.js';
import { meteredResult } from './meters.js';
import type { OutcomeName } from '../outcome.js';
import type { VariantChange } from '../scenario/scenario.js';
import type { WhatIfWords } from '../scenario/what-if.js';
import type { Contributors } from './path.js';
import {
  count,
  digest,
  figure,
  flag,
  isInOrder,
  list,
  mapping,
  number,
  oneOf,
  present,
  sha256,
  shape,
  share,
  text,
  type ShapeValues,
} from './shapes.js';
import { tippingResult } from './tipping.js';
import { topology, topologyNode } from './topology.js';
import { madeRuns } from './until.js';

const stoppedRun = shape({
  reason: oneOf('events', 'instant', 'depth', 'memory'),
  replication: count,
  /** Simulated time from the end of the warm-up, in seconds; null = unknown. */
  at: figure,
  detail: text,
});
/** A replication that a resource guard stopped. Later replications were not used. */
export type StoppedRun = z.output<typeof stoppedRun>;

const unfinishedVariant = shape({
  variant: text,
  /** Number of finished replications, counted from the first. */
  finished: count,
  /** The guard that stopped it; null = the interrupt did. */
  stopped: stoppedRun.nullable(),
});
export type UnfinishedVariant = z.output<typeof unfinishedVariant>;

const incomplete = shape({
  /** Replications requested of each variant. */
  asked: count,
  /** An interrupt stopped the runs. */
  interrupted: flag,
  /** In the order of the scenario. */
  variants: list(unfinishedVariant),
});
/**
 * The missing part of the requested runs. A variant without a finished replication is listed only here. For
 * other variants `variants` has the finished replications; they are in no comparison, and their budgets are
 * undecided.
 */
export type Incomplete = z.output<typeof incomplete>;

const reportInfo = shape({
  focus: list(text),
  exemplars: count,
  slo: shape({ success: share.nullable(), latency: count.nullable() }).nullable(),
  groups: mapping(list(text)),
  hide: list(text),
});
export type ReportInfo = z.output<typeof reportInfo>;

const faultInfo = shape({
  id: text,
  kind: text,
  target: list(text),
  spans: list(shape({ from: number, until: number }).check(isInOrder)),
  /** Description, such as `psp hangs` or `inventory 2x slower`. */
  words: text,
});
export type FaultInfo = z.output<typeof faultInfo>;

const replicationSummary = shape({
  replication: count,
  digest,
  stop: text,
  requests: count,
  unfinished: count,
  attempts: count,
  events: count,
});
export type ReplicationSummary = z.output<typeof replicationSummary>;

const summaryFields = {
  requests: count,
  success: estimate(share),
  /** Share of the finished requests with a degraded response, which counts as a success; absent if there is none. */
  degraded: estimate(share).optional(),
  /**
   * Share of the finished requests that succeed, but after more than twice the p99 that the baseline has before its
   * first fault; absent if there are none.
   */
  slow: estimate(share).optional(),
  goodput: estimate(count),
  /** Latency of all finished requests. */
  latency: quantileEstimates,
  /** Latency of the successful requests. */
  successLatency: quantileEstimates,
  /**
   * Attempts on all edges per call on all edges: 1 if nothing is sent twice, however many calls a request makes.
   * `unsent`: some calls were refused by their caller, or still waited at the end, which lowers it.
   */
  attemptsPerCall: estimateWith(count, { unsent: present }),
  /** Largest amplification of any edge, and that edge. */
  amplification: estimateWith(count, { edge: text.nullable() }),
  /**
   * Share of worker time spent on executions whose result was not used: over all services, gateways and
   * databases, limited or not, without external ones. Time in which a worker waits for another component of
   * the system counts only there; time in which it waits for an external one counts as its own.
   */
  wasted: estimate(share),
  /** Time until success is back after the last span of the first harmful fault; null value = never. */
  recovery: estimateWith(count, { never: count, fault: text.nullable() }),
  /** The same for the latency of successes. */
  latencyRecovery: estimateWith(count, { never: count }),
  /** Success during each fault, by workload request. */
  during: list(shape({ request: text, fault: text, success: estimate(share) })),
  blastRadius: estimate(count),
  /** Cost of the run, and per million successful requests; absent without prices. */
  cost: estimate(count).optional(),
  costPerMillion: estimate(count).optional(),
};
export interface VariantSummary extends ShapeValues<typeof summaryFields> {}
const variantSummary: z.ZodType<VariantSummary> = shape(summaryFields);

const whatIf: z.ZodType<WhatIfWords> = shape({ set: list(text), as: text.nullable() });

const variantChange: z.ZodType<VariantChange> = shape({
  path: text,
  from: z.unknown(),
  to: z.unknown(),
  isQuestion: present,
});

const variantFields = {
  name: text,
  title: text.nullable(),
  description: text.nullable(),
  baseline: flag,
  /** Its workloads, or the faults that change their load, differ from those of the baseline. Absent if they do not. */
  otherLoad: present,
  /** If another variant than the baseline is the first with its load: the name of that one, with which it is compared. */
  reference: text.optional(),
  /** The changes that make this variant of the baseline; absent in documents of earlier versions. */
  changes: list(variantChange).optional(),
  /** For the variant that the report recommends: the part of its changes that is enough. Absent if no runs show it. */
  enough: enoughChanges.optional(),
  /** Of a variant with a loop: how close it is to the point from which on it does not come back. Absent without runs for it. */
  tipping: tippingResult.optional(),
  /** Components that differ from the topology of the baseline; absent without any. */
  nodes: list(topologyNode).optional(),
  /** Faults of this variant; its patch can move, change or remove those of the baseline. */
  faults: list(faultInfo),
  perReplication: list(replicationSummary),
  /** Runs without some of its faults; absent unless they were asked for. */
  counterfactuals: counterfactuals.optional(),
  cascade: cascadeResult,
  budgets: list(budgetResult),
  /** Checks of expected behaviour, which decide about no variant; absent = the file has none about this variant. */
  expectations: list(budgetResult).optional(),
  /** Figures of the summary tables, over all workloads. */
  summary: variantSummary,
  /** If not all replications finished: how many did, and why. */
  unfinished: unfinishedVariant.optional(),
  /** Absent without alerts. */
  alerts: alertsResult.optional(),
  /** Figures beyond those of requests and edges, by `component` or `component.part`. */
  metered: mapping(meteredResult),
};

export interface VariantResult extends ShapeValues<typeof variantFields> {
  readonly patch: {
    readonly remove: readonly string[];
    readonly set: readonly { readonly path: string; readonly value: unknown }[];
    readonly add: readonly { readonly path: string; readonly values: readonly unknown[] }[];
  };
  readonly components: Readonly<Record<string, ComponentResult>>;
  /** By pair of components, `<caller>-><callee>`. */
  readonly edges: Readonly<Record<string, EdgeResult>>;
  readonly timeline: Timeline;
  readonly journal: readonly JournalEntry[];
  readonly exemplars: readonly Exemplar[];
  /** Absent in results of earlier versions. */
  readonly headroom?: Headroom;
  readonly contributors?: Contributors;
  readonly blame?: Blame;
  /** In the order of its faults. */
  readonly faultTimes?: readonly FaultTimes[];
}

const resultFields = {
  faultline: z.literal(1),
  scenario: shape({
    title: text,
    description: text.nullable(),
    sha256,
    /** Command-line overrides of these runs; absent without any. */
    whatIf: whatIf.optional(),
    /** Values that a comment calls a guess; absent without any. */
    guesses: list(guess).optional(),
  }),
  ...madeRuns.shape,
  engine: shape({ version: text }),
  /** Digest over all runs, 16 hex digits. */
  digest,
  run: shape({
    duration: count,
    warmup: count,
    /** Pilot runs in which MSER-5 found the warm-up; absent = it is written. */
    pilots: count.optional(),
    drain: count.nullable(),
    step: count,
    /** Lowest and highest planned rate of all users of the baseline, per second; absent where the load is steady. */
    rates: shape({ least: count, most: count }).optional(),
  }),
  report: reportInfo,
  topology,
  /** Faults of the baseline variant. */
  faults: list(faultInfo),
  hypothesis: hypothesisResult.nullable(),
  comparisons: list(comparisonResult),
  warnings: list(text),
  /** Those of the warnings that reports show first, because the figures answer another question. Absent without any. */
  alarms: list(text).optional(),
  /** Runs that a guard or an interrupt stopped; absent if all runs finished. */
  incomplete: incomplete.optional(),
};

/**
 * The result document: one JSON value with sorted keys, from which every report is made. Durations are in
 * seconds, rates per second, shares from 0 to 1. `null` = nothing was measured.
 */
export interface Result extends ShapeValues<typeof resultFields> {
  /** Checksum of all other values; present in the document, absent in memory. */
  readonly checksum?: string;
  /** In the order of the scenario. */
  readonly variants: readonly VariantResult[];
}

/** What is read of a stored document. Of parts that no account reads only the sizes and the numbers are checked. */
export const readResult: z.ZodType = shape({
  ...resultFields,
  checksum: digest,
  variants: list(
    shape({
      ...variantFields,
      components: mapping(readComponent),
      timeline: shape({ series: mapping(shape({})) }),
    }),
    1,
  ),
});

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
