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
import { withAlerts } from './alerts.js';

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
  const record = run(plan, traceSink);
  const { alerts } = plan;
  return alerts === undefined || traceSink !== undefined
    ? record
    : withAlerts(plan, alerts, record, run);
}

/** True if a resource guard ended the run early. */
export function isStopped(record: RunRecord): boolean {
  return record.stop !== 'horizon' && record.stop !== 'drained';
}
