import type { Result } from './result.js';
import type { VariantChange } from '../scenario/scenario.js';
import type { BudgetResult } from './budgets.js';

/**
 * What runs show about one figure. `apart`: the figure is about the successful requests, and these are others;
 * `unknown`: these runs do not decide.
 */
export type AgainstRowVerdict = 'better' | 'worse' | 'same' | 'unknown' | 'apart';

/** What they show about a variant or a scenario. `trade`: what is better outweighs what is worse. */
export type AgainstVerdict = 'better' | 'worse' | 'trade' | 'same' | 'unknown';

/** The document of `faultline check --against --json`: a scenario compared with another state of it. Durations in seconds. */
export interface AgainstResult extends Pick<Result, 'faultline' | 'seed' | 'engine'> {
  readonly scenario: Pick<Result['scenario'], 'title' | 'sha256'>;
  readonly against: AgainstWhat;
  readonly verdict: AgainstVerdict;
  /** Most replications of a variant. */
  readonly replications: number;
  /** Replications at which the comparison looks, and the error that each look may spend. */
  readonly looks: readonly { readonly replications: number; readonly error: number }[];
  /** Of an undecided comparison: replications that would probably decide; null = 1,000 would not, or it is decided. */
  readonly more: number | null;
  readonly variants: readonly AgainstVariant[];
  /** Variants that only one of the two has. */
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** Broken budgets of variants that only this side has, and its hypothesis if only it is refuted here. */
  readonly addedBroken: readonly string[];
  /** What makes the two hard to compare, such as another load. */
  readonly notes: readonly string[];
  readonly interrupted?: true;
}

/** What a scenario is compared with. */
export interface AgainstWhat {
  readonly kind: 'ref' | 'file' | 'result';
  /** As given: `origin/main`, or a path. */
  readonly name: string;
  /** Of a ref. */
  readonly commit: string | null;
  readonly sha256: string;
}

/** One variant, there and here. */
export interface AgainstVariant {
  readonly name: string;
  /** Its name there, where that differs. */
  readonly was?: string;
  /** Every event of every run is the same. */
  readonly identical: boolean;
  /** Settings that differ although every event is the same: these runs do not reach the difference. */
  readonly idle?: readonly VariantChange[];
  readonly replications: number;
  readonly verdict: AgainstVerdict;
  readonly rows: readonly AgainstRow[];
  readonly budgets: AgainstBudgets;
}

/** One figure, there and here. */
export interface AgainstRow {
  readonly figure: string;
  readonly unit: BudgetResult['unit'];
  readonly there: number | null;
  readonly here: number | null;
  readonly difference: number | null;
  /** The interval that decides; null without one, also where all pairs of runs are equal. */
  readonly interval: readonly [number, number] | null;
  readonly verdict: AgainstRowVerdict;
  /** Number of pairs of runs, if all are equal. */
  readonly equalPairs?: number;
  /** Of an undecided one: replications that would probably decide; null = 1,000 would not, or it is decided. */
  readonly more: number | null;
}

/** The budgets of one variant, there and here. Only those that count. */
export interface AgainstBudgets {
  readonly there: { readonly held: number; readonly of: number };
  readonly here: { readonly held: number; readonly of: number };
  /** Held there and broken here, or the other way round; by their texts. */
  readonly lost: readonly string[];
  readonly won: readonly string[];
  /** Broken here and neither held nor broken there: new, or undecided there. */
  readonly fresh: readonly string[];
  /** Number of those that are broken on both sides. */
  readonly both: number;
}
