import type { Estimate, VariantResult } from '../spec/result.js';
import type { Unit } from './format.js';

/** One metric of the tables that set variants side by side. */
export interface Column {
  readonly key: string;
  readonly head: string;
  /** Second line of the head: of what, or when. */
  readonly of: string;
  readonly unit: Unit;
  readonly better: 'more' | 'less';
  readonly pick: (variant: VariantResult) => Estimate;
  /** Paths under which a comparison may stand, the first that exists counts. */
  readonly paths: readonly string[];
  /** A word in place of a missing value: `never`. */
  readonly missing: string | null;
  /** Words in place of 0, where that would be read as a time that something took. */
  readonly zero?: string;
  /** True for counts of things, and means of these: whole and large ones are printed without decimals. */
  readonly counted: boolean;
  /** Replications of a variant in which what is measured never came about. */
  readonly never?: (variant: VariantResult) => number;
  /** A sentence that explains it where there is room for one. */
  readonly note?: string;
}

/** What most columns have in common. */
export const PLAIN_COLUMN = {
  unit: 'number',
  better: 'less',
  missing: null,
  counted: false,
} as const;
