import type { Ns } from '../../kernel/time.js';
import type { Plan, PlanFault } from '../../contracts/plan/plan.js';

/**
 * Whether a fault lasts for the entire measured time. Such a fault is part of the usual conditions, such as the error
 * rate of an external service, and triggers nothing.
 */
export function isBackground({ spans, when, chance, rollout }: PlanFault, plan: Plan): boolean {
  if (when !== null || chance !== null || rollout !== null) return false;
  return spans.some(({ fromNs, untilNs }) => fromNs <= plan.warmupNs && untilNs >= plan.endNs);
}

/** Whether nothing that a fault could hit is in a plan, such as the processes of a version that this variant does not roll out. */
export function hitsNothing(fault: PlanFault, plan: Plan): boolean {
  const { rollout, instances, nodes, parts, links, loads, holders } = fault;
  const changes = plan.changes?.faults.some((index) => plan.faults[index] === fault) ?? false;
  const hits = [instances, nodes, parts, links, loads, holders];
  return rollout === null && !changes && hits.every(({ length }) => length === 0);
}

/** The faults that can trigger something. If all faults last for the entire time, these are all of them. */
export function triggersIn(plan: Plan): readonly PlanFault[] {
  const triggers = plan.faults.filter(
    (fault) => !isBackground(fault, plan) && !hitsNothing(fault, plan),
  );
  return triggers.some(
    ({ spans, when, rollout }) => spans.length > 0 || when !== null || rollout !== null,
  )
    ? triggers
    : plan.faults;
}

/** Start of the first of them, absolute; the end of arrivals where there is none. */
export function firstTriggerNs(plan: Plan): Ns {
  let first = plan.endNs;
  for (const { spans } of triggersIn(plan)) {
    for (const { fromNs } of spans) first = Math.min(first, fromNs);
  }
  return first;
}
