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
import { alertsIn, withAlerts } from './alerts.js';
import { hasResponders } from '../plan/responders.js';
import { withResponses } from './responders.js';

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
