import type { Ns } from '../../kernel/time.js';
import { OUTCOME_KINDS } from '../../contracts/outcome.js';
import type { Plan } from '../../contracts/plan/plan.js';
import type { RunRecord } from '../../contracts/record/record.js';
import type { FailingTime } from '../../contracts/result/counterfactual.js';
import { judgedSteps } from '../measure/judged-steps.js';
import { outcomesBySteps, stepsOf } from '../measure/steps.js';
import { arrivedOf, rowsAt, succeededOf } from '../measure/sums.js';
import { requestsOf } from './harm.js';

/** Share of the requests of a step above which users fail in it. */
export const FAILS = 0.05;

/** The steps of one run in which users fail. */
export interface FailingSteps {
  readonly seconds: number;
  readonly toEnd: boolean;
  /** Start of the first of these steps and end of the last; seconds from the end of the warm-up. null = there is none. */
  readonly from: number | null;
  readonly until: number | null;
}

/** The steps of a run in which more than 5 % of the requests of users fail. Those that its end cuts off do not count. */
export function failingSteps(plan: Plan, record: RunRecord): FailingSteps {
  let ns = 0;
  let from: number | null = null;
  let until: number | null = null;
  let toEnd = false;
  for (const { fromNs, untilNs, judged, failed } of judgedSteps(plan, record, requestsOf(plan))) {
    toEnd = failed > FAILS * judged;
    if (!toEnd) continue;
    ns += untilNs - fromNs;
    from ??= (fromNs - plan.warmupNs) / 1e9;
    until = (untilNs - plan.warmupNs) / 1e9;
  }
  return { seconds: ns / 1e9, toEnd, from, until };
}

/** Share of the requests of users that fail in the last part of some runs, of this length; null without requests. */
export function failingTail(
  plan: Plan,
  records: readonly RunRecord[],
  lengthNs: Ns,
): number | null {
  const steps = stepsOf(plan);
  let arrived = 0;
  let good = 0;
  for (const record of records) {
    const counts = outcomesBySteps(rowsAt(record, requestsOf(plan)), steps);
    for (let step = 0; step < steps.count; step++) {
      if (steps.startNs[step] < plan.endNs - lengthNs) continue;
      const at = step * OUTCOME_KINDS;
      arrived += arrivedOf(counts, at);
      good += succeededOf(counts.subarray(at, at + OUTCOME_KINDS));
    }
  }
  return arrived === 0 ? null : 1 - good / arrived;
}

/** The mean over some runs. */
export function failingTime(runs: readonly FailingSteps[]): FailingTime {
  const seconds = runs.reduce((sum, run) => sum + run.seconds, 0) / runs.length;
  return { seconds, toEnd: 2 * runs.filter(({ toEnd }) => toEnd).length > runs.length };
}

/**
 * Seconds from the first failing step of the usual runs until the last one of others with the same random numbers; null
 * = users never fail in most of these, or never failed.
 */
export function recoversAfter(
  usual: readonly FailingSteps[],
  changed: readonly FailingSteps[],
): number | 'never' | null {
  if (failingTime(changed).toEnd) return 'never';
  const after = changed.flatMap(({ until }, k) => {
    const from = usual[k].from;
    return until === null || from === null ? [] : [Math.max(0, until - from)];
  });
  if (2 * after.length <= changed.length) return null;
  return after.reduce((sum, seconds) => sum + seconds, 0) / after.length;
}
