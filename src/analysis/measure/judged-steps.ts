import type { Ns } from '../../kernel/time.js';
import { OUTCOME_KINDS } from '../../contracts/outcome.js';
import type { Plan } from '../../contracts/plan/plan.js';
import type { RunRecord } from '../../contracts/record/record.js';
import { outcomesBySteps, stepsOf } from './steps.js';
import { arrivedOf, finishedOf, mergeSegments, rowsAt, succeededOf } from './sums.js';
import { wholeRun } from './window.js';

/** A step of the timeline in which requests arrive whose ends are known. */
export interface JudgedStep {
  readonly fromNs: Ns;
  readonly untilNs: Ns;
  readonly judged: number;
  readonly failed: number;
}

/** A step near the end of which a smaller share of the requests finished is cut off. */
const WHOLE = 0.9;

/** The steps in which requests of some parts arrive, without those that the end of the run cuts off. */
export function judgedSteps(
  plan: Plan,
  record: RunRecord,
  parts: readonly number[],
): readonly JudgedStep[] {
  const steps = stepsOf(plan);
  const knownNs = plan.horizonNs - usualLongestNs(plan, record, parts);
  const counts = outcomesBySteps(rowsAt(record, parts), steps);
  const found: JudgedStep[] = [];
  for (let step = 0; step < steps.count; step++) {
    const at = step * OUTCOME_KINDS;
    const arrived = arrivedOf(counts, at);
    if (arrived === 0) continue;
    const fromNs = steps.startNs[step];
    const untilNs = fromNs + steps.lengthNs[step];
    // Requests that began earlier and are unanswered hang.
    const judged = untilNs > knownNs ? finishedOf(counts, at) : arrived;
    if (judged < WHOLE * arrived) continue;
    found.push({ fromNs, untilNs, judged, failed: judged - succeededOf(counts, at) });
  }
  return found;
}

/** p99.9 of the latency of all finished requests of some parts. */
function usualLongestNs(plan: Plan, record: RunRecord, parts: readonly number[]): Ns {
  const rows = parts.map((part) => record.parts[part].latency);
  const latency = mergeSegments(rows, wholeRun(plan).segments);
  return latency.count === 0 ? 0 : latency.quantile(0.999);
}
