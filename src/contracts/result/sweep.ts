import type { Measure } from '../scenario/expression.js';
import type { BudgetSource } from '../scenario/judgement.js';
import type { SweepFields, SweepKind, SweepStart } from '../scenario/sweeps.js';
import type { BudgetResult } from './budgets.js';
import type { Result } from './result.js';
import type { SweepFigures } from './sweep-figures.js';

/** A sweep: the same file with other values at some paths. */
export interface Sweep extends Pick<
  SweepFields,
  'kind' | 'samples' | 'resolution' | 'replications' | 'durationNs'
> {
  readonly name: string;
  /** Names of the variants to run at each setting, in file order. */
  readonly variants: readonly string[];
  readonly axes: readonly SweepAxis[];
  readonly metrics: readonly SweepMeasure[];
  /** Whether budgets are judged at each setting: true if the sweep has no metrics of its own. */
  readonly judgesBudgets: boolean;
  /** Condition whose limit `bisect` searches for; null for the other kinds. */
  readonly expect: Pick<BudgetSource, 'text' | 'expression'> | null;
  readonly start: SweepStart;
}

/** A metric recorded at every setting. */
export interface SweepMetric {
  /** Metric with its window: `users.latency.p99 during outage`. */
  readonly text: string;
  readonly unit: BudgetResult['unit'];
  /** Which direction is good. */
  readonly better: 'low' | 'high' | 'none';
}

/** A metric of a sweep in its parsed form. */
export interface SweepMeasure extends SweepMetric {
  readonly measure: Measure;
}

/** A path of the scenario and the values to set there, in the order of the axis. */
export interface SweepAxis {
  readonly path: string;
  /** The ends of a range that is searched or sampled; otherwise every value. */
  readonly values: readonly SweepValue[];
  /** `list`: the axis has no values between those listed. */
  readonly scale: 'list' | 'linear' | 'log';
}

/** A value as users write it, and as a number if it is one. */
export interface SweepValue {
  readonly text: string;
  /** In seconds, per second, bytes, as a share or plain; null for a word or a mapping. */
  readonly number: number | null;
}

/** Unit of an axis; null if its values are words or mappings. */
export type AxisUnit = BudgetResult['unit'] | 'bytes' | null;

/** The sweep document, `faultline sweep --json`: the only input of sweep reports. Durations in seconds. */
export interface SweepResult extends Pick<Result, 'faultline' | 'seed' | 'engine'> {
  readonly scenario: {
    readonly title: string;
    readonly description: string | null;
    /** Digest of the file without the sweep. */
    readonly sha256: string;
  };
  readonly sweep: {
    readonly name: string;
    readonly kind: SweepKind;
    readonly expect: string | null;
    readonly resolution: number | null;
    readonly start: SweepStart;
  };
  /** Runs of each variant at each setting; for `bisect` the maximum. */
  readonly replications: number;
  readonly run: { readonly duration: number; readonly warmup: number };
  readonly axes: readonly {
    readonly path: string;
    readonly unit: AxisUnit;
    readonly scale: SweepAxis['scale'];
    /** All values tried: ascending on a numeric range, else as written. */
    readonly values: readonly SweepValue[];
  }[];
  readonly variants: readonly string[];
  readonly metrics: readonly SweepMetric[];
  /** Budgets that are judged: if the sweep has no metrics of its own, all that its variants can evaluate. */
  readonly budgets: readonly {
    readonly text: string;
    readonly name: string | null;
    readonly severity: 'error' | 'warning';
  }[];
  /** Budgets that refer to a variant outside the sweep. */
  readonly leftOut: readonly string[];
  /** In the order of the axes, the last one varying fastest. */
  readonly cases: readonly SweepCase[];
  /** For `bisect`: one per variant; else empty. */
  readonly edges: readonly SweepEdge[];
}

/** Results at one setting. */
export interface SweepCase {
  /** Index of the value on each axis. */
  readonly at: readonly number[];
  /** In the order of `variants`; for `bisect` only variants that were run at this value. */
  readonly variants: readonly SweepFigures[];
}

/** The limit at which `expect` changes along the only axis of a `bisect`. */
export interface SweepEdge {
  readonly variant: string;
  /**
   * `found`: the limit is between `holds` and `breaks`. `holds`: it holds at both ends of the axis. `breaks`:
   * at neither.
   */
  readonly outcome: 'found' | 'holds' | 'breaks';
  /** Indices on the axis: the last value at which it holds, and the first at which it does not. */
  readonly holds: number | null;
  readonly breaks: number | null;
  /** Whether the figures on both sides are conclusive (their intervals exclude the limit). */
  readonly isSure: boolean;
}
