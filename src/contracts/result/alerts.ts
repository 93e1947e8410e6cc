import type { Estimate } from './estimate.js';

/** What the alerts of a variant did, and what its error budgets lost. Times are seconds. */
export interface AlertsResult {
  /** Those that fire after the first fault come first, in order of time; then those that stay silent. */
  readonly rules: readonly AlertResult[];
  /** Start of the first fault, from the end of the warm-up; null = the variant has none, or its start is not known. */
  readonly faultAt: number | null;
  /** By workload, where the scenario has an objective. */
  readonly budgets: readonly ErrorBudget[];
  /** Share of the finished requests of users that fail. */
  readonly failed: number;
  /** What a reader must know of the evaluation. */
  readonly notes: readonly string[];
}

/** One alert over all runs of a variant. */
export interface AlertResult {
  readonly name: string;
  readonly severity: string | null;
  /** What it watches, in short. */
  readonly words: string;
  /** Its expression in PromQL. */
  readonly expr: string;
  /** How long it must hold before it fires. */
  readonly for: number;
  /** From the first fault, or the end of the warm-up without one, until it fires; the mean of the runs in which it does. */
  readonly after: Estimate & { readonly never: number };
  /** The same until its expression first holds. */
  readonly heldAfter: number | null;
  /** Times that it begins to fire, before the first fault too; the mean over runs. */
  readonly firings: number;
  /** Times that it begins to fire although no fault has started; the mean over runs. */
  readonly falseAlarms: number;
  /** Time for which it fires; the mean over runs. */
  readonly firesFor: number;
  /** The run has none of the series that it asks for. */
  readonly noSeries?: true;
  /** Why Prometheus cannot evaluate it. */
  readonly error?: string;
}

/** The error budget of a workload: what its objective allows in its period, and what the run spends of it. */
export interface ErrorBudget {
  readonly workload: string;
  readonly objective: number;
  readonly period: number;
  /** Minutes of full outage that the period allows. */
  readonly minutes: number;
  /** Minutes of full outage with as many failures as the run has, at its own load; the mean over runs. */
  readonly spent: number;
}

/** The first run again, with earlier or later responders. */
export interface ResponderDelay {
  /** Seconds by which they come later; earlier below 0. */
  readonly later: number;
  /** Requests of users that fail beyond those that fail as it is; fewer below 0. */
  readonly more: number;
}

/** Alerts in the runs without any fault. */
export interface CalmAlerts {
  readonly runs: number;
  /** Those that fire, with the number of runs in which they do. */
  readonly alarms: readonly { readonly name: string; readonly runs: number }[];
}
