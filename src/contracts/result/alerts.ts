import type { z } from 'zod';
import { estimateWith } from './estimate.js';
import { count, figure, list, number, present, shape, share, text } from './shapes.js';

const alertResult = shape({
  name: text,
  severity: text.nullable(),
  /** What it watches, in short. */
  words: text,
  /** Its expression in PromQL. */
  expr: text,
  /** How long it must hold before it fires. */
  for: count,
  /** From the first fault, or the end of the warm-up without one, until it fires; the mean of the runs in which it does. */
  after: estimateWith(count, { never: count }),
  /** The same until its expression first holds. */
  heldAfter: figure,
  /** Times that it begins to fire, before the first fault too; the mean over runs. */
  firings: count,
  /** Times that it begins to fire although no fault has started; the mean over runs. */
  falseAlarms: count,
  /** Time for which it fires; the mean over runs. */
  firesFor: count,
  /** The run has none of the series that it asks for. */
  noSeries: present,
  /** Why Prometheus cannot evaluate it. */
  error: text.optional(),
});
/** One alert over all runs of a variant. */
export type AlertResult = z.output<typeof alertResult>;

const errorBudget = shape({
  workload: text,
  objective: share,
  period: count,
  /** Minutes of full outage that the period allows. */
  minutes: count,
  /** Minutes of full outage with as many failures as the run has, at its own load; the mean over runs. */
  spent: count,
});
/** The error budget of a workload: what its objective allows in its period, and what the run spends of it. */
export type ErrorBudget = z.output<typeof errorBudget>;

export const alertsResult = shape({
  /** Those that fire after the first fault come first, in order of time; then those that stay silent. */
  rules: list(alertResult),
  /** Start of the first fault, from the end of the warm-up; null = the variant has none, or its start is not known. */
  faultAt: figure,
  /** By workload, where the scenario has an objective. */
  budgets: list(errorBudget),
  /** Share of the finished requests of users that fail. */
  failed: share,
  /** What a reader must know of the evaluation. */
  notes: list(text),
});
/** What the alerts of a variant did, and what its error budgets lost. Times are seconds. */
export type AlertsResult = z.output<typeof alertsResult>;

export const responderDelay = shape({
  /** Seconds by which they come later; earlier below 0. */
  later: number,
  /** Requests of users that fail beyond those that fail as it is; fewer below 0. */
  more: number,
});
/** The first run again, with earlier or later responders. */
export type ResponderDelay = z.output<typeof responderDelay>;

export const calmAlerts = shape({
  runs: count,
  /** Those that fire, with the number of runs in which they do. */
  alarms: list(shape({ name: text, runs: count })),
});
/** Alerts in the runs without any fault. */
export type CalmAlerts = z.output<typeof calmAlerts>;
