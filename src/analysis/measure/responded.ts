import { JOURNAL, type RunRecord } from '../../contracts/record/record.js';
import type { Plan, PlanFault } from '../../contracts/plan/plan.js';
import type { Span } from './window.js';

/** Intervals in which a fault was active in one run, from its journal. `index`: number of the fault in the plan. */
export function journalSpans(
  { warmupNs, horizonNs }: Plan,
  index: number,
  { journal: { timeNs, kind, subject, value } }: RunRecord,
): { fromNs: number; untilNs: number }[] {
  const spans: { fromNs: number; untilNs: number }[] = [];
  for (let k = 0; k < timeNs.length; k++) {
    if (kind[k] !== JOURNAL.fault || subject[k] !== index) continue;
    const at = timeNs[k] + warmupNs;
    if (value[k] === 1) spans.push({ fromNs: at, untilNs: horizonNs });
    else spans[spans.length - 1].untilNs = at;
  }
  return spans;
}

/**
 * The plan with the ends that responders have given to faults: windows `during` and `after` such a fault, and recoveries
 * from it, are those of the runs. Where the runs differ, a fault is over once it is in all of them.
 */
export function withResponses(plan: Plan, records: readonly RunRecord[]): Plan {
  if (plan.faults.every(({ mitigated }) => mitigated === undefined)) return plan;
  const faults = plan.faults.map((fault, index): PlanFault => {
    if (fault.mitigated === undefined) return fault;
    const runs = records.map((record) => journalSpans(plan, index, record));
    const spans = fault.spans.map((planned): Span => {
      const own = runs.flatMap((all) => all.filter(({ fromNs }) => fromNs === planned.fromNs));
      // The journal of a run that ends early lacks spans.
      if (own.length < records.length) return planned;
      const untilNs = Math.max(...own.map((span) => span.untilNs));
      return { fromNs: planned.fromNs, untilNs: Math.min(planned.untilNs, untilNs) };
    });
    return { ...fault, spans };
  });
  return { ...plan, faults };
}
