import type { CompareOp } from '../compare.js';

/** Unit of a metric. Durations are seconds, rates per second, shares 0..1. */
export type MetricUnit = 'seconds' | 'perSecond' | 'share' | 'number';

/** A quantity as a limit: durations in seconds, rates per second, shares and numbers as they are. */
export interface Quantity {
  readonly value: number;
  readonly unit: MetricUnit | 'size';
  /** True if it was written with a percent sign. */
  readonly percent: boolean;
}

/** A component, one of its versions, parts or instances, as written. `all` means every component. */
export interface Reference {
  readonly component: string;
  /** One version of the component; null = all. */
  readonly version: string | null;
  readonly part: string | null;
  readonly instance: number | null;
  /** Offset in the text of the expression. */
  readonly offset: number;
}

export type Subject =
  | { readonly kind: 'cascade'; readonly offset: number }
  | { readonly kind: 'run'; readonly offset: number }
  /** An alert of the scenario: `alerts.NAME`. */
  | { readonly kind: 'alert'; readonly name: string; readonly offset: number }
  | { readonly kind: 'component'; readonly at: Reference }
  | { readonly kind: 'edge'; readonly from: Reference; readonly to: Reference };

/** The path of a metric: subject and name, `shoppers.browse.latency.p99`. */
export interface MetricPath {
  readonly subject: Subject;
  /** Words of the name: `['latency', 'p99']`. */
  readonly name: readonly string[];
  readonly nameOffset: number;
  readonly text: string;
}

export type Limit =
  | { readonly kind: 'quantity'; readonly quantity: Quantity; readonly offset: number }
  /** A word such as `never`. */
  | { readonly kind: 'word'; readonly word: string; readonly offset: number }
  /** Another metric, in the same window and variant. */
  | { readonly kind: 'metric'; readonly metric: MetricPath }
  | {
      readonly kind: 'ofVariant';
      readonly factor: number;
      readonly variant: string;
      readonly offset: number;
    }
  | { readonly kind: 'ofBefore'; readonly factor: number; readonly offset: number }
  /** A share of the value of the same metric, window and variant in a baseline file. */
  | { readonly kind: 'ofSaved'; readonly factor: number; readonly offset: number }
  | { readonly kind: 'ofMetric'; readonly factor: number; readonly metric: MetricPath };

export type WindowClause =
  | {
      readonly kind: 'during' | 'before' | 'after';
      readonly fault: string;
      readonly offset: number;
    }
  /** From the end of the warm-up. */
  | {
      readonly kind: 'between';
      readonly fromNs: number;
      readonly toNs: number;
      readonly offset: number;
    };

/** A condition on each step of the timeline in the window. */
export interface StepsClause {
  /** Share of the steps that must hold: 1 for `always`. */
  readonly share: number;
  readonly offset: number;
}

/** `METRIC OP LIMIT [WINDOW] [STEPS] [in VARIANT ...]`. */
export interface Expression {
  readonly text: string;
  readonly metric: MetricPath;
  readonly op: CompareOp;
  readonly limit: Limit;
  readonly window: WindowClause | null;
  /** null = the window is judged as one value. */
  readonly steps: StepsClause | null;
  /** Variants in which it is checked; null = all. */
  readonly variants: readonly { readonly name: string; readonly offset: number }[] | null;
}

/** A metric with its window, for a sweep to record. */
export type Measure = Pick<Expression, 'text' | 'metric' | 'window' | 'variants'>;

/** What is asked of runs: a metric, and the condition on it if the question has a limit. */
export interface Question {
  readonly measure: Measure;
  readonly expression: Expression | null;
}
