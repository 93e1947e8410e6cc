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

/**
 * One run: a pure function of the plan (seed included) and the number of the replication. `traceSink` receives the rows
 * of traced requests in the order in which the requests end.
 */
export function runPlan(
  plan: Plan,
  replication: number,
  traceSink?: (rows: TraceRecord) => void,
): RunRecord {
  return simulate(
    plan,
    replication,
    { policyKind, faultKind, balancerKind, outlierKind, delaysOf },
    traceSink === undefined ? {} : { traceSink },
  );
}

/** True if a resource guard ended the run early. */
export function isStopped(record: RunRecord): boolean {
  return record.stop !== 'horizon' && record.stop !== 'drained';
}
