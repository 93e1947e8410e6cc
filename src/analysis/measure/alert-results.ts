import { alertsOf, type AlertRule } from '../../contracts/scenario/alerts.js';
import type { AlertRecord } from '../../contracts/record/alerts.js';
import type { RunRecord } from '../../contracts/record/record.js';
import type {
  AlertResult,
  AlertsResult,
  CalmAlerts,
  ErrorBudget,
} from '../../contracts/result/alerts.js';
import { falseAlarmsOf, firesAfter, firesFor, firstFaultAt } from './alerts.js';
import { alertNotes } from './alert-notes.js';
import { estimateOf, meanOf } from './estimate.js';
import { finishedOf, succeededOf, sumParts } from './sums.js';
import type { VariantData } from './variant-data.js';

/** What the alerts of a variant did in its runs; null without alerts. */
export function alertResults(data: VariantData): AlertsResult | null {
  const { alerts } = data.variant.scenario;
  if (alerts === undefined) return null;
  const rules = alertsOf(alerts).map((rule) => resultOf(rule, data));
  const order = (rule: AlertResult): number => rule.after.value ?? Infinity;
  const [finished, succeeded] = countsOf(data, data.requests);
  return {
    rules: rules.sort((a, b) => (order(a) === order(b) ? 0 : order(a) - order(b))),
    faultAt: firstFaultAt(data),
    budgets: alerts.objective === null ? [] : budgetsOf(data, alerts.objective, alerts.periodNs),
    failed: finished === 0 ? 0 : (finished - succeeded) / finished,
    notes: alertNotes(alerts, data),
  };
}

function resultOf(rule: AlertRule, data: VariantData): AlertResult {
  const records = data.records.flatMap(
    (record) => record.alerts?.filter(({ name }) => name === rule.name) ?? [],
  );
  const of = (figure: (record: AlertRecord) => number): number =>
    records.length === 0 ? 0 : records.reduce((sum, own) => sum + figure(own), 0) / records.length;
  const times = records.map((record) => firesAfter(record, data));
  const fires = times.map((time) => (time === Infinity ? null : time));
  const start = firstFaultAt(data) ?? 0;
  const held = records.flatMap(({ heldAt }) => (heldAt === null ? [] : [heldAt]));
  const error = records.find((record) => record.error !== null)?.error ?? null;
  return {
    name: rule.name,
    severity: rule.severity,
    words: rule.words,
    expr: rule.expr,
    for: rule.forNs / 1e9,
    after: { ...estimateOf(meanOf(fires)), never: fires.filter((time) => time === null).length },
    heldAfter: held.length === 0 ? null : Math.max(0, Math.min(...held) - start),
    firings: of(({ firings }) => firings.length),
    falseAlarms: of((record) => falseAlarmsOf(record, data)),
    firesFor: of((record) => firesFor(record, data)),
    ...(records.every(({ series }) => series === 0) && { noSeries: true as const }),
    ...(error !== null && { error }),
  };
}

/** Finished and successful requests of some parts, over all runs. */
function countsOf(
  data: VariantData,
  parts: readonly number[],
): readonly [finished: number, succeeded: number] {
  let [finished, succeeded] = [0, 0];
  for (const record of data.records) {
    const outcomes = sumParts(record, parts, data.whole.cells);
    finished += finishedOf(outcomes);
    succeeded += succeededOf(outcomes);
  }
  return [finished, succeeded];
}

function budgetsOf(data: VariantData, objective: number, periodNs: number): readonly ErrorBudget[] {
  const { plan } = data;
  const minutes = (plan.endNs - plan.warmupNs) / 60e9;
  return plan.components.flatMap(({ kind, name }, component) => {
    if (kind !== 'workload') return [];
    const parts = data.requests.filter((part) => plan.parts[part].component === component);
    const [finished, succeeded] = countsOf(data, parts);
    const failed = finished === 0 ? 0 : (finished - succeeded) / finished;
    return [
      {
        workload: name,
        objective,
        period: periodNs / 1e9,
        minutes: ((1 - objective) * periodNs) / 60e9,
        spent: failed * minutes,
      },
    ];
  });
}

/** Alerts in runs without any fault; null if they evaluated none. */
export function calmAlerts(records: readonly RunRecord[]): CalmAlerts | null {
  if (records.every(({ alerts }) => alerts === undefined)) return null;
  const counts = new Map<string, number>();
  for (const { alerts = [] } of records) {
    for (const { name, firings } of alerts) {
      if (firings.length > 0) counts.set(name, (counts.get(name) ?? 0) + 1);
    }
  }
  return { runs: records.length, alarms: [...counts].map(([name, runs]) => ({ name, runs })) };
}
