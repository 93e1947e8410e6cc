import { invariant } from '../kernel/invariant.js';
import { Collector } from '../alerts/collect.js';
import { askedBy, evaluateAlerts } from '../alerts/evaluate.js';
import type { PlanAlerts } from '../contracts/plan/alerts.js';
import type { Plan } from '../contracts/plan/plan.js';
import type { AlertRecord } from '../contracts/record/alerts.js';
import type { RunRecord, TraceRecord } from '../contracts/record/record.js';

/** Runs a plan with a receiver of its rows. */
type RunTraced = (plan: Plan, sink: (rows: TraceRecord) => void) => RunRecord;

/** The alerts of a run with every request traced, and its digest; null if a guard ended it. */
export function alertsIn(
  plan: Plan,
  alerts: PlanAlerts,
  run: RunTraced,
): { readonly alerts: readonly AlertRecord[]; readonly digest: string } | null {
  const collector = new Collector(plan, alerts, askedBy(alerts));
  const record = run({ ...plan, traceShare: 1 }, (rows) => collector.rows(rows));
  if (record.stop !== 'horizon' && record.stop !== 'drained') return null;
  const endSec = (plan.horizonNs - plan.warmupNs) / 1e9;
  const found = evaluateAlerts(alerts, collector.series(record), endSec);
  return { alerts: found, digest: record.digest };
}

/**
 * A record with what the alerts of the plan did. They are evaluated over the series of the same run with every request
 * traced, so that no figure of the record depends on them; the digests say that both are the same.
 */
export function withAlerts(
  plan: Plan,
  alerts: PlanAlerts,
  record: RunRecord,
  run: RunTraced,
): RunRecord {
  if (record.stop !== 'horizon' && record.stop !== 'drained') return record;
  const found = alertsIn(plan, alerts, run);
  if (found === null) return record;
  invariant(found.digest === record.digest, 'alerts-change-the-run');
  return { ...record, alerts: found.alerts };
}
