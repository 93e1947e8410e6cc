import type { Ns } from '../../kernel/time.js';
import type { CompareOp } from '../compare.js';

export const ROLLOUT_KINDS = ['rolling', 'recreate', 'blueGreen', 'canary'] as const;

/** A number of pods, or a percentage of the replicas. */
export interface Amount {
  readonly unit: 'percent' | 'pods';
  readonly value: number;
}

export type RolloutStep =
  /** Share of the requests for the new version. */
  | { readonly step: 'weight'; readonly weight: number }
  /** null = to the end of the run. */
  | { readonly step: 'pause'; readonly forNs: Ns | null }
  /** Share of the replicas that run the new version, regardless of its weight. */
  | { readonly step: 'scale'; readonly share: number };

/** Version of a rollout to which a metric of an analysis refers. */
export type Side = 'canary' | 'stable';

export interface RolloutMetric {
  readonly side: Side;
  readonly name: 'success' | 'latency' | 'successLatency';
  /** Statistic of a latency; '' for other metrics. */
  readonly statistic: string;
}

/** A condition on the new version, checked in each interval. */
export interface RolloutExpectation {
  readonly text: string;
  readonly metric: RolloutMetric;
  readonly op: CompareOp;
  /** In seconds or as a share; with `of`, a factor. */
  readonly limit: number;
  readonly of: RolloutMetric | null;
}

export const NO_DATA = ['fail', 'error', 'ignore', 'pause'] as const;

/** Products whose analyses differ where the new version gets no request. */
export const ANALYSIS_KINDS = ['simple', 'argo', 'flagger', 'kayenta'] as const;

/** What an analysis of a product does unless its fields say otherwise. */
export interface AnalysisRules {
  readonly noData: (typeof NO_DATA)[number];
  readonly minSamples: number;
  /** A failed measurement holds the next step back, and the rollout is taken back at the measurement after the last one. */
  readonly halts: boolean;
}

/**
 * Argo Rollouts: an empty result is an error, and metrics that err five times in a row fail (prometheus.go, evaluate.go,
 * DefaultConsecutiveErrorLimit). Flagger: no value is a failed check, which halts the advancement; the threshold is
 * compared before the next check (scheduler_metrics.go, scheduler.go). Kayenta: metrics without data are left out of the
 * score, and without any other it is 0 (WeightedSumScorer.scala). None of them has a least number of requests.
 */
export const ANALYSIS_RULES: Readonly<Record<(typeof ANALYSIS_KINDS)[number], AnalysisRules>> = {
  simple: { noData: 'fail', minSamples: 100, halts: false },
  argo: { noData: 'error', minSamples: 1, halts: false },
  flagger: { noData: 'fail', minSamples: 1, halts: true },
  kayenta: { noData: 'fail', minSamples: 1, halts: false },
};

/** `consecutiveErrorLimit` of Argo Rollouts. */
export const ERROR_LIMIT = 4;

/**
 * Analysis of a new version that gets requests (Argo Rollouts docs/features/analysis.md, Flagger
 * how-it-works.md).
 */
export interface RolloutAnalysis {
  readonly expect: readonly RolloutExpectation[];
  readonly intervalNs: Ns;
  /** Weight of the new version from which on it is measured; 0 = its first request. */
  readonly from: number;
  /** Number of measurements that may fail. */
  readonly failureLimit: number;
  /** Fewest requests of a conclusive measurement. */
  readonly minSamples: number;
  /** What a measurement says to which the new version contributed no request. */
  readonly noData: (typeof NO_DATA)[number];
  /** Number of measurements in error that are tolerated in a row. */
  readonly errorLimit: number;
  readonly halts: boolean;
}

/** Rollout of a version that replaces the initial one. */
export interface Rollout {
  /** Index of the version in `others`. */
  readonly to: number;
  /** Time from the end of the warm-up. */
  readonly atNs: Ns;
  readonly kind: (typeof ROLLOUT_KINDS)[number];
  readonly maxSurge: Amount;
  readonly maxUnavailable: Amount;
  readonly minReadyNs: Ns;
  /** For `blueGreen`: replicas of the new version before it gets requests; null = all. */
  readonly preview: number | null;
  readonly autoPromotion: boolean;
  readonly scaleDownDelayNs: Ns;
  readonly steps: readonly RolloutStep[];
  readonly analysis: RolloutAnalysis | null;
  readonly onFailure: 'rollback' | 'pause' | 'continue';
  /** Key whose value assigns a request to one of the versions; null = none. */
  readonly sticky: string | null;
  readonly routing: 'weighted' | 'replicas';
}

/** State of a rollout at the end of a run. */
export type RolloutResult = 'running' | 'promoted' | 'rolledBack';

/** Number of replicas for a share: a surge is rounded up, an unavailability down. */
export function amountOf({ unit, value }: Amount, replicas: number, isSurge: boolean): number {
  if (unit === 'pods') return value;
  const exact = (replicas * value) / 100;
  return isSurge ? Math.ceil(exact - 1e-9) : Math.floor(exact + 1e-9);
}
