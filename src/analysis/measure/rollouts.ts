import { meterOf } from './meter-of.js';
import type { Ns } from '../../kernel/time.js';
import { JOURNAL, ROLLOUT_STATE, type RunRecord } from '../../contracts/record/record.js';
import type { PlanRollout } from '../../contracts/plan/versions.js';
import type { RolloutResult } from '../../contracts/scenario/rollouts.js';
import { meanOf, type Measured } from './estimate.js';
import type { Question } from './question.js';
import { FAILED_SOME } from './goodput.js';
import { finishedOf, succeededOf, sumCells, type OutcomeCounts, sumParts } from './sums.js';
import type { VariantData } from './variant-data.js';
import { cellsOf } from './window.js';

/** The course of a rollout in one run. Times count from the end of the warm-up. */
export interface Course {
  readonly result: RolloutResult;
  readonly beganNs: Ns;
  /** Time at which one of the versions had all requests; Infinity = not in this run. */
  readonly endedNs: Ns;
  /** Shares of the requests or replicas that the new version got, with the time of each change. */
  readonly weights: readonly { readonly atNs: Ns; readonly weight: number }[];
  /** Times at which an interval of its analysis failed. */
  readonly failedNs: readonly Ns[];
  /** Time at which a failed analysis paused it; Infinity = never. */
  readonly heldNs: Ns;
}

/** The rollout of a component; null if it has none. */
export function rolloutOf(
  { plan }: Pick<VariantData, 'plan'>,
  component: number,
): PlanRollout | null {
  return plan.components[component].versions?.rollout ?? null;
}

/** The course of a component's rollout; null if it has not begun. */
export function courseOf({ journal }: RunRecord, component: number): Course | null {
  const { timeNs, kind, subject, value } = journal;
  let beganNs: Ns | null = null;
  let result: RolloutResult = 'running';
  let endedNs = Infinity;
  let heldNs = Infinity;
  const weights: { atNs: Ns; weight: number }[] = [];
  const failedNs: Ns[] = [];
  for (let k = 0; k < timeNs.length; k++) {
    if (kind[k] !== JOURNAL.rollout || subject[k] !== component) continue;
    const atNs = timeNs[k];
    const state = value[k];
    if (state === ROLLOUT_STATE.begun) beganNs = atNs;
    else if (state === ROLLOUT_STATE.failedLook) failedNs.push(atNs);
    else if (state === ROLLOUT_STATE.held) heldNs = atNs;
    else if (state >= ROLLOUT_STATE.weight) {
      weights.push({ atNs, weight: (state - ROLLOUT_STATE.weight) / 1000 });
    } else {
      result = state === ROLLOUT_STATE.promoted ? 'promoted' : 'rolledBack';
      endedNs = atNs;
    }
  }
  return beganNs === null ? null : { result, beganNs, endedNs, weights, failedNs, heldNs };
}

/** The last part of the time from promotion to the end, by which the new version's failures are judged. */
const LATE_SHARE = 0.5;

/**
 * Time (absolute) at which a rollout stops affecting users: its promotion, unless more requests fail late in the run
 * (or late before the next fault) than before the first fault. Infinity = not in this run. For a rollback it is the end
 * in the journal.
 */
export function overAt(data: VariantData, record: RunRecord, component: number): Ns {
  const course = courseOf(record, component);
  if (course?.result !== 'promoted') return Infinity;
  const { plan, requests, before } = data;
  const atNs = plan.warmupNs + course.endedNs;
  // After another fault, failures say nothing about the version.
  const later = plan.faults.flatMap(({ spans }) => spans.map((span) => span.fromNs));
  const untilNs = Math.min(plan.endNs, ...later.filter((at) => at > atNs));
  const fromNs = atNs + LATE_SHARE * (untilNs - atNs);
  const usual = failing(sumParts(record, requests, before.cells));
  const late = failing(sumParts(record, requests, cellsOf([{ fromNs, untilNs }], plan).cells));
  return late <= usual + FAILED_SOME ? atNs : Infinity;
}

/** Share of finished requests that failed; 0 if none finished. */
function failing(outcomes: OutcomeCounts): number {
  const finished = finishedOf(outcomes);
  return finished === 0 ? 0 : 1 - succeededOf(outcomes) / finished;
}

/** Result of the rollout of a service, by run; null if it has none. */
export function rolloutResults({
  data,
  selection,
}: Pick<Question, 'data' | 'selection'>): readonly RolloutResult[] | null {
  const component = componentOf(data, selection);
  return component === null ? null : resultsOf(data, component);
}

/** Result of the rollout of a component, by run. */
export function resultsOf({ records }: VariantData, component: number): readonly RolloutResult[] {
  return records.map((record) => courseOf(record, component)?.result ?? 'running');
}

/** Share of the runs with a result. */
export function shareOfRuns(results: readonly RolloutResult[], result: string): Measured {
  const each = results.map((own) => (own === result ? 1 : 0));
  return meanOf(each, 'exact');
}

/** Requests that a version answered (`old`, `next`), or both together (`served`). */
export function answeredIn(
  record: RunRecord,
  component: number,
  name: string,
  cells: Question['window']['cells'],
): number {
  const meter = meterOf(record, 'counter', `rollout.${name}`, component);
  return meter === undefined ? 0 : sumCells(meter.counts, cells);
}

/** The component of a selection, if it has a rollout. */
export function componentOf(
  data: VariantData,
  { instances }: Question['selection'],
): number | null {
  if (instances.length === 0) return null;
  const { component } = data.plan.instances[instances[0]];
  return rolloutOf(data, component) === null ? null : component;
}
