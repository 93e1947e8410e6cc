import type { BudgetResult, Verdict } from './result.js';

/** How the settings of a sweep are chosen: all combinations, a sample (by chance, or spread evenly), or step by step. */
export const SWEEP_KINDS = ['grid', 'random', 'sobol', 'bisect'] as const;
export type SweepKind = (typeof SWEEP_KINDS)[number];

/** What may be swept: the same file with other values at some paths. Durations in ns. */
export interface Sweep {
  readonly name: string;
  readonly kind: SweepKind;
  /** Names of the variants that are run at each setting, in the order of the file. */
  readonly variants: readonly string[];
  readonly axes: readonly SweepAxis[];
  readonly metrics: readonly SweepMetric[];
  /** Whether the budgets are judged at each setting: where no metrics of its own are asked for. */
  readonly judgesBudgets: boolean;
  /** What `bisect` looks for the end of; null for the others. */
  readonly expect: string | null;
  /** Of `random` and `sobol`. */
  readonly samples: number | null;
  /** Of `bisect`: share of the value within which the end is found. */
  readonly resolution: number | null;
  /** Null = as `run` says. */
  readonly replications: number | null;
  readonly durationNs: number | null;
}

/** What is recorded at every setting. */
export interface SweepMetric {
  /** With its window: `users.latency.p99 during outage`. */
  readonly text: string;
  readonly unit: BudgetResult['unit'];
  /** Which direction is good. */
  readonly better: 'low' | 'high' | 'none';
}

/** A path of the scenario and what is put there, in the order of the axis. */
export interface SweepAxis {
  readonly path: string;
  /** Of a range that is searched or sampled its ends; else every value. */
  readonly values: readonly SweepValue[];
  /** `list`: no value lies between two of them. */
  readonly scale: 'list' | 'linear' | 'log';
}

/** A value as people write it, and as a number where it is one. */
export interface SweepValue {
  readonly text: string;
  /** In seconds, per second, bytes, as a share or plain; null where it is a word or a map. */
  readonly number: number | null;
}

/** What an axis is measured in; null where its values are words or maps. */
export type AxisUnit = BudgetResult['unit'] | 'bytes' | null;

/** The document of a sweep: `faultline sweep --json`. Reports are made of it alone. Durations in seconds. */
export interface SweepResult {
  readonly faultline: 1;
  readonly scenario: {
    readonly title: string;
    readonly description: string | null;
    /** Of the file as it is without the sweep. */
    readonly sha256: string;
  };
  readonly sweep: {
    readonly name: string;
    readonly kind: SweepKind;
    readonly expect: string | null;
    readonly resolution: number | null;
  };
  readonly seed: number;
  /** Runs of each variant at each setting; of `bisect` at most. */
  readonly replications: number;
  readonly engine: { readonly version: string };
  readonly run: { readonly duration: number; readonly warmup: number };
  readonly axes: readonly {
    readonly path: string;
    readonly unit: AxisUnit;
    readonly scale: SweepAxis['scale'];
    /** All that were tried, ascending where they are numbers of a range, else as written. */
    readonly values: readonly SweepValue[];
  }[];
  readonly variants: readonly string[];
  readonly metrics: readonly SweepMetric[];
  /** Those that are judged: where the sweep asks for no metrics of its own, all that its variants can tell. */
  readonly budgets: readonly {
    readonly text: string;
    readonly name: string | null;
    readonly severity: 'error' | 'warning';
  }[];
  /** Budgets that speak of a variant which is not part of the sweep. */
  readonly leftOut: readonly string[];
  /** In the order of the axes, the last one fastest. */
  readonly cases: readonly SweepCase[];
  /** Of `bisect`: one for each variant; else empty. */
  readonly edges: readonly SweepEdge[];
}

/** One setting. */
export interface SweepCase {
  /** Index of the value on each axis. */
  readonly at: readonly number[];
  /** In the order of `variants`; of `bisect` only those that were asked for this value. */
  readonly variants: readonly SweepFigures[];
}

/** What a variant came to at one setting. */
export interface SweepFigures {
  readonly name: string;
  readonly digest: string;
  readonly replications: number;
  /** Why its runs ended before their time (`events`, `depth`, ...): nothing was measured. Null = they did not. */
  readonly stop: string | null;
  /** By metric. */
  readonly figures: readonly SweepFigure[];
  /** By budget; null where it is not about this variant. */
  readonly budgets: readonly (Verdict | null)[];
  /** The same by the figures alone, without their intervals: what decides a search where those cannot tell. */
  readonly points: readonly (Verdict | null)[];
  /** Of `bisect`: what became of `expect`; else null. */
  readonly expect: Pick<
    BudgetResult,
    'verdict' | 'value' | 'ci95' | 'limit' | 'unit' | 'note'
  > | null;
}

/** A metric over all runs of a variant at one setting. */
export interface SweepFigure {
  /** Null = nothing was measured, or (of recoveries) some run never recovers. */
  readonly value: number | null;
  readonly ci95: readonly [number, number] | null;
  /** Runs that never recover; 0 for all other metrics. */
  readonly never: number;
  /** By replication; those of all settings and variants met the same luck. */
  readonly each: readonly (number | null)[];
}

/** Where `expect` stops to hold along the only axis of a `bisect`. */
export interface SweepEdge {
  readonly variant: string;
  /**
   * `found`: between `holds` and `breaks`. `holds`: at both ends of the axis. `breaks`: at neither.
   */
  readonly outcome: 'found' | 'holds' | 'breaks';
  /** Indices on the axis: the last value at which it holds and the first at which it does not. */
  readonly holds: number | null;
  readonly breaks: number | null;
  /** Whether the figures on both sides are sure (their intervals do not hold the limit). */
  readonly isSure: boolean;
}
