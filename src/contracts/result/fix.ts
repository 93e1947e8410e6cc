import type { FailingTime, HarmPrice } from './counterfactual.js';
import type { Result } from './result.js';
import type { BudgetResult } from './budgets.js';

/** The document of `faultline fix --json`: which settings hold the budgets. Durations in seconds. */
export interface FixResult extends Pick<Result, 'faultline' | 'seed' | 'engine'> {
  readonly scenario: Pick<Result['scenario'], 'title' | 'sha256'>;
  readonly replications: number;
  readonly fixed: FixedVariant;
}

/** A changed setting, at a path as `--set` and patches take it. */
export interface TunedSetting {
  readonly path: string;
  /** The present value as YAML on one line; null if there is none. */
  readonly from: string | null;
  /** The new value; null = it is removed. */
  readonly to: string | null;
}

/** Messages that consumers do not handle, as a mean of a run: dead letters, and those that never have their effect. */
export interface LostMessages {
  readonly deadLetters: number;
  readonly lost: number;
}

/** Whether a count of lost messages is larger than another one, beyond what chance may change: by one, and by 10 %. */
export function losesMore(own: number, than: number): boolean {
  return own > Math.max(than + 1, 1.1 * than);
}

/** What a change costs besides requests. Means of one run. */
export interface FixPrice extends HarmPrice, LostMessages {
  /** p99 of the latency of successes; null without any. */
  readonly p99: number | null;
  /** The same of all that ended, however they did. */
  readonly p99OfAll: number | null;
  /** Instances of all components that are not external, as a mean over the time. */
  readonly instances: number;
  /** Their cores, likewise; unlimited ones do not count. */
  readonly cores: number;
  /** By `report.prices`; null without prices. */
  readonly cost: number | null;
}

/** What runs with some settings show. Requests are means of one run. */
export interface TunedRuns {
  readonly budgets: readonly BudgetResult[];
  /** Every budget holds, or no request breaks it and only more runs can decide. */
  readonly holds: boolean;
  readonly arrived: number;
  readonly failed: number;
  /** Share of the requests before the first fault that fail; of all requests where there is no time before it. */
  readonly failedBefore: number;
  /** Successes above twice the p99 of runs without faults. */
  readonly late: number;
  /** Requests that fail without the change and not with it, run by run, with their interval if there are several runs. */
  readonly averted: { readonly value: number; readonly ci95: readonly [number, number] | null };
  /** Time in which more than 5 % of the requests fail. */
  readonly failing: FailingTime;
  readonly price: FixPrice;
}

/** Settings, and the runs with them. */
export interface TunedSet extends TunedRuns {
  readonly settings: readonly TunedSetting[];
}

/** A budget that no change holds, and the change that comes closest. */
export interface UnheldBudget {
  readonly text: string;
  readonly name: string | null;
  readonly unit: BudgetResult['unit'];
  /** Its value as the file is. */
  readonly now: number | null;
  /** Its best value in the runs that were made, and the settings with it; null if nothing is better than the file. */
  readonly best: number | null;
  readonly with: readonly TunedSetting[] | null;
  /** The change with the best value holds it: `alone` and breaks another budget, or `once`, in a single run. */
  readonly isHeld: 'alone' | 'once' | null;
  /** It holds in the runs without the faults of the file; null if the file has no fault. */
  readonly holdsCalm: boolean | null;
}

/**
 * The answer run again. `seeds`: with other random numbers. `fault`: with this fault alone, or with none if `subject` is
 * null. `moreLoad`: all workloads multiplied. `warmup`: with this warm-up, because that of the file is short for a time of
 * the answer. `guess`: a value that the file marks as a guess, or all of them, multiplied. `times`: the same with the times
 * of steps and operations, where no value is marked.
 */
export interface FixCheck {
  readonly kind: 'seeds' | 'fault' | 'moreLoad' | 'warmup' | 'guess' | 'times';
  /** A fault, a warm-up, or the path of a value; null = none, or all of them. */
  readonly subject: string | null;
  /** The factor; null without one. */
  readonly by: number | null;
  readonly runs: number;
  /** null = the runs do not decide. */
  readonly holds: boolean | null;
  /** The budgets that are not held. */
  readonly broken: readonly Pick<BudgetResult, 'text' | 'name' | 'value' | 'unit'>[];
}

export interface FixedVariant {
  readonly name: string;
  readonly base: TunedRuns;
  /** Budgets that cannot be judged here, with the reason. */
  readonly leftOut: readonly { readonly text: string; readonly why: string }[];
  /** The smallest change that holds every budget, or the one that comes closest; null if none helps. */
  readonly answer: TunedSet | null;
  /** Other changes that hold every budget; without an answer that does, those that help most. */
  readonly others: readonly TunedSet[];
  /** The variant of the file of whose changes the answer is a part, and how many of them were not needed. */
  readonly partOf: { readonly variant: string; readonly of: number } | null;
  /** No runs were left to see whether fewer settings than the answer are enough. */
  readonly cut?: true;
  /** Budgets that are not held with any change that ran; empty where the answer holds all of them. */
  readonly unheld: readonly UnheldBudget[];
  /** How the failure goes with the change that comes closest, in one sentence; null where the answer holds, or nothing degrades. */
  readonly remains: string | null;
  /** The answer under other conditions; empty if it does not hold every budget. */
  readonly checks: readonly FixCheck[];
  /** Checks for which no runs were left. */
  readonly unchecked: number;
  /** The answer in the formats that were asked for; absent if none was. */
  readonly exports?: readonly {
    readonly format: string;
    readonly text: string;
    readonly unwritten: readonly { readonly path: string; readonly reason: string }[];
  }[];
  /** Settings that have a number to change, changes of them that ran, and those for which no runs were left. */
  readonly settings: number;
  readonly tried: number;
  readonly untried: number;
  readonly runs: number;
  readonly interrupted?: true;
}
