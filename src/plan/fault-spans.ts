import type { Ns } from '../kernel/time.js';
import type { PlanFault } from '../contracts/plan/plan.js';
import type { Fault } from '../contracts/scenario/scenario.js';

/** The times of a run that bound its faults. */
interface Bounds {
  readonly warmupNs: Ns;
  readonly horizonNs: Ns;
}

/** The draws of the starts of a fault; null = every start happens, and on time. */
export function chanceOf(fault: Fault, source: Bounds): PlanFault['chance'] {
  const { jitterNs, probability } = fault;
  if (jitterNs === 0 && probability === 1) return null;
  return { jitterNs, probability, starts: spansOf(fault, source, 0) };
}

/** The spans in which a fault can be active, each ending up to `lateNs` later. */
export function spansOf(
  fault: Fault,
  { warmupNs, horizonNs }: Bounds,
  lateNs: Ns,
): PlanFault['spans'] {
  return fault.spans
    .map(({ fromNs, untilNs }) => ({
      fromNs: warmupNs + fromNs,
      untilNs: untilNs === null ? horizonNs : Math.min(horizonNs, warmupNs + untilNs + lateNs),
    }))
    .filter((span) => span.fromNs < horizonNs)
    .sort((a, b) => a.fromNs - b.fromNs);
}
