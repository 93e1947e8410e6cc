import { invariant } from '../kernel/invariant.js';
import { Collector } from '../alerts/collect.js';
import { askedBy, evaluateAlerts } from '../alerts/evaluate.js';
import type { PlanAlerts } from '../contracts/plan/alerts.js';
import type { Plan } from '../contracts/plan/plan.js';
import type { RunRecord, TraceRecord } from '../contracts/record/record.js';

/** Runs a plan with a receiver of its rows. */
export type RunTraced = (plan: Plan, sink: (rows: TraceRecord) => void) => RunRecord;

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
  const collector = new Collector(plan, alerts, askedBy(alerts));
  const traced = run({ ...plan, traceShare: 1 }, (rows) => collector.rows(rows));
  invariant(traced.digest === record.digest, 'alerts-change-the-run');
  const endSec = (plan.horizonNs - plan.warmupNs) / 1e9;
  return { ...record, alerts: evaluateAlerts(alerts, collector.series(traced), endSec) };
}
