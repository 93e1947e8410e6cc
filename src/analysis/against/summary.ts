import type { Plan } from '../../contracts/plan/plan.js';
import type { RunRecord } from '../../contracts/record/record.js';
import type { Variant } from '../../contracts/scenario/scenario.js';
import { figuresOf, type SideFigures } from './figures.js';
import { loadKey } from '../measure/offered.js';
import { latencyOf } from '../measure/outcomes.js';
import { headline, usersOf } from '../measure/summary.js';
import { variantData } from '../measure/variant-data.js';
import { wholeRun } from '../measure/window.js';

/** One variant with its runs. */
export interface Side {
  readonly variant: Variant;
  readonly plan: Plan;
  readonly records: readonly RunRecord[];
}

/** The figures of some runs, without a timeline and causes. */
export function sideFiguresOf({ variant, plan, records }: Side): SideFigures {
  const data = variantData(variant, plan, records, wholeRun(plan));
  const { all } = latencyOf(usersOf(data), 'successLatency');
  const within = (share: number): number | null =>
    all.count === 0 ? null : all.quantile(share) / 1e9;
  return figuresOf(headline(data, [], null), within);
}

/** What makes two plans hard to compare: other requests, or another length of the runs. */
export function differencesIn(there: Plan, here: Plan): readonly string[] {
  const notes: string[] = [];
  if (loadKey(there) !== loadKey(here)) notes.push('the load differs');
  const times = ({ warmupNs, endNs }: Plan): string => `${warmupNs} ${endNs}`;
  if (times(there) !== times(here)) notes.push('the runs have another length or warm-up');
  return notes;
}
