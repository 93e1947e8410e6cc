import type { Plan } from '../contracts/plan/plan.js';
import type { Scenario } from '../contracts/scenario/scenario.js';

/** The alerts of a variant; nothing without any. */
export function planAlerts({ alerts, faults, run }: Scenario): Pick<Plan, 'alerts'> {
  if (alerts === undefined) return {};
  const { scrapeNs, historyNs, buckets, groups } = alerts;
  const starts = faults.flatMap(({ spans }) => spans.map(({ fromNs }) => fromNs));
  const calmNs = Math.min(run.durationNs, ...starts);
  return { alerts: { scrapeNs, historyNs, buckets, groups, calmNs } };
}
