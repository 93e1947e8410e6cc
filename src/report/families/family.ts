import type { Unit } from '../../text/figures.js';
import type { MeteredResult } from '../../contracts/result/meters.js';

/** One outcome of the counted items: its counter, its words and its colour. */
export interface FlowEnd {
  readonly meter: string;
  readonly words: string;
  readonly fill: string;
}

/** A figure of a metered subject over time. */
export interface FamilyPanel {
  readonly key: string;
  /** Description above the picture. */
  readonly words: string;
  readonly unit: Unit;
  /** For a share: true = the axis of a small share ends below 100 %. */
  readonly fits?: boolean;
  /** A value for each step of the timeline; `seconds` is the length of a step. Null if nothing was measured. */
  readonly series: (own: MeteredResult, seconds: number) => readonly (number | null)[];
  /** Condition for showing it, in any variant; by default it is shown if there is any data. */
  readonly when?: (own: MeteredResult) => boolean;
  /** The lowest and the highest replication in each step. */
  readonly band?: (own: MeteredResult) => FamilyBand | null;
}

/** Two values for each step. */
export interface FamilyBand {
  readonly low: readonly number[];
  readonly high: readonly number[];
}

/** A number of a metered subject for its table; null if it has none. */
export interface FamilyColumn {
  readonly head: string;
  readonly unit: Unit;
  /** Words in place of 0. */
  readonly zero?: string;
  readonly value: (own: MeteredResult) => number | null;
  /** The value of each replication, if an interval is computed from them. */
  readonly each?: (own: MeteredResult) => readonly (number | null)[];
  /** True = the largest value of all replications, which has no interval. */
  readonly largest?: boolean;
  /** The interval, if the result contains it. */
  readonly interval?: (own: MeteredResult) => readonly [number, number] | null;
}

/** A section of the report about subjects with meters of some kinds. */
export interface Family<Id extends string = string> {
  readonly id: Id;
  /** Neutral name of the section. */
  readonly name: string;
  /** Whether a subject, `component` or `component.part`, belongs here. */
  readonly holds: (own: MeteredResult, isPart: boolean) => boolean;
  readonly panels: readonly FamilyPanel[];
  readonly columns: readonly FamilyColumn[];
  /** The ends of items that began, drawn as a flow for each variant. `begun` is the counter of beginnings. */
  readonly flow?: { readonly begun: string; readonly ends: readonly FlowEnd[] };
  /** Durations whose distribution is drawn: how many exceed a time. */
  readonly spread?: {
    readonly meter: string;
    readonly words: string;
    readonly caption: string;
    /** Text for a variant in which all of them are 0. */
    readonly none: string;
  };
  /** The figure by which subjects are chosen for drawing, largest first. */
  readonly worst: FamilyColumn;
  /** Smallest value of it that is worth a picture, 1 by default. Other subjects appear only in the table. */
  readonly minimum?: number;
  readonly caption: string;
}
