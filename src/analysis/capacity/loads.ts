import { busiest } from '../measure/busy-times.js';
import { headroomOf, timesOf } from '../measure/headroom.js';
import { fullest } from '../measure/fullest.js';
import type { SweepFigures } from '../../contracts/result/sweep-figures.js';
import { costsOf } from '../measure/costs.js';
import { partsOf, variantData } from '../measure/variant-data.js';
import { arrivedOf, sumParts } from '../measure/sums.js';
import { wholeRun } from '../measure/window.js';
import type { Plan, PlanLoad } from '../../contracts/plan/plan.js';
import type { RunRecord } from '../../contracts/record/record.js';
import type { CapacityResult } from '../../contracts/result/capacity.js';
import type { Headroom } from '../../contracts/result/headroom.js';
import type { Variant } from '../../contracts/scenario/scenario.js';
import type { BudgetSource } from '../../contracts/scenario/judgement.js';
import { sumOf } from '../../stats/sums.js';

/** Some runs of one variant. */
export interface LoadRuns {
  readonly variant: Variant;
  readonly plan: Plan;
  readonly records: readonly RunRecord[];
}

/** Requests per second by workload, at the busiest time of some workloads together. */
export interface LoadRates {
  readonly rates: ReadonlyMap<string, number>;
  /** That time, in seconds; null where their load is steady, so that it is the entire run. */
  readonly busiest: CapacityResult['busiest'];
}

/** The rates of some runs. `workloads`: those whose busiest time it is. */
export function ratesOf(
  { variant, plan, records }: LoadRuns,
  workloads: readonly string[],
): LoadRates {
  const { whole } = variantData(variant, plan, records, wholeRun(plan));
  const nameOf = ({ component }: PlanLoad): string => plan.components[component]!.name;
  const asked = plan.loads.filter((load) => workloads.includes(nameOf(load)));
  const peak = busiest(plan, whole, asked);
  const { cells, lengthNs } = peak ?? whole;
  const seconds = (lengthNs / 1e9) * records.length;
  const rates = plan.loads.map((load): [string, number] => {
    const parts = partsOf(plan, load.component);
    const arrived = records.map((one) => arrivedOf(sumParts(one, parts, cells)));
    return [nameOf(load), sumOf(arrived) / seconds];
  });
  return { rates: new Map(rates), busiest: peak === null ? null : timesOf(plan, peak) };
}

/** Headroom and cost of some runs, and the resource of requests that is full in them. */
export function roomOf({ variant, plan, records }: LoadRuns): {
  readonly headroom: Headroom;
  readonly cost: number | null;
  readonly full: SweepFigures['gives'] | null;
} {
  const data = variantData(variant, plan, records, wholeRun(plan));
  const cost = costsOf(data)?.cost.value ?? null;
  return { headroom: headroomOf(data), cost, full: fullest(data, true) ?? null };
}

/** The budgets that can be judged where only this fault is active, or none. */
export function budgetsUnder(
  budgets: readonly BudgetSource[],
  fault: string | null,
): readonly BudgetSource[] {
  return budgets.filter(({ expression: { window } }) => {
    return window === null || window.kind === 'between' || window.fault === fault;
  });
}

/** Metrics that show requests without an answer. */
const OF_ANSWERS: ReadonlySet<string> = new Set(['success', 'share', 'outcomes', 'goodput']);

/** The workloads whose answers no budget judges. */
export function unjudged(
  workloads: readonly string[],
  budgets: readonly BudgetSource[],
): readonly string[] {
  const judged = new Set(
    budgets.flatMap(({ expression: { metric } }) =>
      metric.subject.kind === 'component' && OF_ANSWERS.has(metric.name[0] ?? '')
        ? [metric.subject.at.component]
        : [],
    ),
  );
  return workloads.filter((name) => !judged.has(name));
}
