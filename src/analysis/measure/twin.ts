import { partName } from '../../contracts/plan/names.js';
import type { Plan } from '../../contracts/plan/plan.js';
import type { RunRecord } from '../../contracts/record/record.js';
import type { Twin, TwinSeries } from '../../contracts/result/twin.js';
import { stepsOf } from './steps.js';
import { latencySeries, successSeries } from './timeline.js';

/** Digits that a line can show. */
const DIGITS = 4;

/** Requests of users in runs of a plan without its faults. */
export function twinOf(plan: Plan, records: readonly RunRecord[]): Twin {
  const steps = stepsOf(plan);
  const series: Record<string, TwinSeries> = {};
  plan.parts.forEach(({ component }, part) => {
    if (plan.components[component].kind !== 'workload') return;
    const { success } = successSeries(records, [part], steps);
    const { p99 } = latencySeries(records, [part], steps);
    series[partName(plan, part)] = { success: success.map(rounded), p99: p99.map(rounded) };
  });
  return series;
}

function rounded(value: number | null): number | null {
  return value === null ? null : Number(value.toPrecision(DIGITS));
}
