import type { HarmPrice } from './counterfactual.js';
import type { BudgetResult, Result } from './result.js';

/** The document of `faultline tune --json`: which settings hold the budgets. Durations in seconds. */
export interface TuneResult extends Pick<Result, 'faultline' | 'seed' | 'engine'> {
  readonly scenario: Pick<Result['scenario'], 'title' | 'sha256'>;
  readonly replications: number;
  readonly tuned: TunedVariant;
}

/** A changed setting, at a path as `--set` and patches take it. */
export interface TunedSetting {
  readonly path: string;
  /** The present value as YAML on one line; null if there is none. */
  readonly from: string | null;
  /** The new value; null = it is removed. */
  readonly to: string | null;
}

/** What runs with some settings show. Requests are means of one run. */
export interface TunedRuns {
  readonly budgets: readonly BudgetResult[];
  /** Every budget holds. */
  readonly holds: boolean;
  readonly arrived: number;
  readonly failed: number;
  /** Successes above twice the p99 of runs without faults. */
  readonly late: number;
  /** Requests that fail without the change and not with it, run by run, with their interval if there are several runs. */
  readonly averted: { readonly value: number; readonly ci95: readonly [number, number] | null };
  readonly price: HarmPrice;
}

/** Settings, and the runs with them. */
export interface TunedSet extends TunedRuns {
  readonly settings: readonly TunedSetting[];
}

export interface TunedVariant {
  readonly name: string;
  readonly base: TunedRuns;
  /** Budgets that cannot be judged here, with the reason. */
  readonly leftOut: readonly { readonly text: string; readonly why: string }[];
  /** The smallest set of settings that holds every budget, or the one that comes closest; null if none helps. */
  readonly answer: TunedSet | null;
  /** Another variant of which the answer is a part, and how many of its settings were not needed. */
  readonly partOf: { readonly variant: string; readonly of: number } | null;
  /** No runs were left to see whether fewer settings than the answer are enough. */
  readonly cut?: true;
  /** Single settings that help most. */
  readonly singles: readonly TunedSet[];
  /** Settings that have a number to change, changes of them that ran, and those for which no runs were left. */
  readonly settings: number;
  readonly tried: number;
  readonly untried: number;
  readonly runs: number;
  readonly interrupted?: true;
}
