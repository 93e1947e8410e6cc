import type { Plan } from '../../contracts/plan/plan.js';
import type { RunRecord } from '../../contracts/record/record.js';
import type { ResponderDelay } from '../../contracts/result/alerts.js';
import { failedOf } from './harm.js';

/** Minutes by which responders come earlier and later in further runs. */
const SHIFTS: readonly number[] = [-300, -60, 60, 300, 900];

/** The shifts in seconds that a run can show: no one acts before the alert, or after the end. */
export function shiftsOf({ faults, warmupNs, endNs }: Plan, record: RunRecord): readonly number[] {
  const calls = faults.flatMap(({ when, mitigated }) => {
    const own = when?.alert ?? mitigated;
    return own === undefined ? [] : [own];
  });
  const end = (endNs - warmupNs) / 1e9;
  const acted = calls.flatMap(({ name, delayNs }) => {
    const fired = record.alerts?.find((alert) => alert.name === name)?.firings[0];
    return fired === undefined ? [] : [{ delay: delayNs / 1e9, at: fired.from + delayNs / 1e9 }];
  });
  if (acted.length === 0) return [];
  return SHIFTS.filter((later) =>
    acted.every(({ delay, at }) => delay + later >= 0 && at + later < end),
  );
}

/** What the first run loses with responders later by each shift; runs that a guard ended say nothing. */
export function responderDelays(
  plan: Plan,
  usual: RunRecord,
  shifts: readonly number[],
  runs: readonly (readonly RunRecord[] | null)[],
): readonly ResponderDelay[] {
  return shifts.flatMap((later, index) => {
    const record = runs[index]?.[0];
    if (record === undefined) return [];
    return [{ later, more: failedOf(plan, record) - failedOf(plan, usual) }];
  });
}
