import { simulate } from '../model/simulate.js';
import {
  balancerKind,
  delaysOf,
  faultKind,
  outlierKind,
  policyKind,
} from '../patterns/registry.js';
import type { Plan } from '../contracts/plan/plan.js';
import type { RunRecord, TraceRecord } from '../contracts/record/record.js';
import { hasResponders } from '../plan/responders.js';
import { withResponses } from './responders.js';
import { invariant } from '../kernel/invariant.js';
import { Collector } from '../alerts/collect.js';
import { askedBy, evaluateAlerts } from '../alerts/evaluate.js';
import type { PlanAlerts } from '../contracts/plan/alerts.js';
import type { AlertRecord } from '../contracts/record/alerts.js';

/**
 * One run: a pure function of the plan (seed included) and the number of the replication. `traceSink` receives the rows
 * of traced requests in the order in which the requests end; such a run evaluates no alerts.
 */
export function runPlan(
  plan: Plan,
  replication: number,
  traceSink?: (rows: TraceRecord) => void,
): RunRecord {
  const run = (own: Plan, sink?: (rows: TraceRecord) => void): RunRecord =>
    simulate(
      own,
      replication,
      { policyKind, faultKind, balancerKind, outlierKind, delaysOf },
      sink === undefined ? {} : { traceSink: sink },
    );
  const { alerts } = plan;
  if (alerts === undefined) return run(plan, traceSink);
  const acted = hasResponders(plan)
    ? withResponses(plan, (own) => alertsIn(own, alerts, run)?.alerts ?? null)
    : plan;
  const record = run(acted, traceSink);
  return traceSink === undefined ? withAlerts(acted, alerts, record, run) : record;
}

/** True if a resource guard ended the run early. */
export function isStopped(record: RunRecord): boolean {
  return record.stop !== 'horizon' && record.stop !== 'drained';
}

/** Runs a plan with a receiver of its rows. */
type RunTraced = (plan: Plan, sink: (rows: TraceRecord) => void) => RunRecord;

/** The alerts of a run with every request traced, and its digest; null if a guard ended it. */
function alertsIn(
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
function withAlerts(plan: Plan, alerts: PlanAlerts, record: RunRecord, run: RunTraced): RunRecord {
  if (record.stop !== 'horizon' && record.stop !== 'drained') return record;
  const found = alertsIn(plan, alerts, run);
  if (found === null) return record;
  invariant(found.digest === record.digest, 'alerts-change-the-run');
  return { ...record, alerts: found.alerts };
}
