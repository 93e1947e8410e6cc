import type { Estimate } from '../../contracts/result/estimate.js';
import type { VariantResult } from '../../contracts/result/result.js';
import type { Unit } from '../../text/figures.js';

/** One metric of the tables that set variants side by side. */
export interface Column {
  readonly key: string;
  readonly head: string;
  /** Second line of the head: the population or the time. */
  readonly of: string;
  readonly unit: Unit;
  readonly better: 'more' | 'less';
  readonly pick: (variant: VariantResult) => Estimate;
  /** Paths under which a comparison may be listed; the first that exists counts. */
  readonly paths: readonly string[];
  /** A word in place of the missing value of a variant: `never`; null = there is nothing to say. */
  readonly missing: ((variant: VariantResult) => string | null) | null;
  /** Words in place of the 0 of a variant, where 0 would read as a duration; null = it is one. */
  readonly zero?: (variant: VariantResult) => string | null;
  /** Number of replications of a variant in which the measured event never happened. */
  readonly never?: (variant: VariantResult) => number;
  /** A word below the value of a variant: what it is about, where that differs. */
  readonly about?: (variant: VariantResult) => string | null;
  /** Figures that show no merit: they are not compared. */
  readonly unranked?: boolean;
  /** A sentence of explanation, shown if there is room. */
  readonly note?: string;
}

/** A column by its key, the two lines of its head and its figure: a number, less is better, never compared. */
export function columnOf(
  key: string,
  [head, of]: readonly [head: string, of: string],
  pick: Column['pick'],
  rest: Partial<Column> = {},
): Column {
  return { key, head, of, unit: 'number', better: 'less', pick, paths: [], missing: null, ...rest };
}
