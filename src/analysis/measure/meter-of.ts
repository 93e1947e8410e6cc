import type { MeterRecord, RunRecord } from '../../contracts/record/record.js';
import { sumOf } from '../../stats/sums.js';
import { bySteps, type Steps } from './steps.js';
import type { VariantData } from './variant-data.js';

type Form = MeterRecord['form'];

/** A meter of one form. */
export type MeterOf<F extends Form> = Extract<MeterRecord, { readonly form: F }>;

/** The meter of a component with a name, or that of one of its parts; undefined if there is none of this form. */
export function meterOf<F extends Form>(
  { meters }: Pick<RunRecord, 'meters'>,
  form: F,
  name: string,
  component: number,
  part: number | null = null,
): MeterOf<F> | undefined {
  return meters.find(
    (own): own is MeterOf<F> =>
      own.form === form &&
      own.name === name &&
      own.component === component &&
      (part === null || own.part === part),
  );
}

/** The gauge of the items of a backlog that no handler works on, where that is measured; else of all of them. */
export function lineOf<M extends MeterRecord>(record: RunRecord, all: M): M | MeterOf<'gauge'> {
  return meterOf(record, 'gauge', 'waiting', all.component, all.part) ?? all;
}

/** A counter of a component by step; zeros if there is none. */
export function counterBySteps(
  record: RunRecord,
  name: string,
  component: number,
  steps: Steps,
): Float64Array {
  return countsOf(meterOf(record, 'counter', name, component), steps);
}

/** A counter by step; zeros if it is none. */
export function countsOf(meter: MeterRecord | undefined, steps: Steps): Float64Array {
  return bySteps(meter?.form === 'counter' ? [meter.counts] : [], steps);
}

/** Mean of the times that a part records in some segments of all runs. Unit: s. 0 without any. */
export function meanTime(
  { plan, records }: Pick<VariantData, 'plan' | 'records'>,
  name: string,
  part: number,
  segments: Int32Array,
): number {
  const { component } = plan.parts[part];
  const rows = records.flatMap((record) => {
    const meter = meterOf(record, 'durations', name, component, part);
    return meter === undefined ? [] : Array.from(segments, (at) => meter.segments[at]);
  });
  const count = sumOf(rows.map((row) => row?.count ?? 0));
  return count === 0 ? 0 : sumOf(rows.map((row) => row?.sum ?? 0)) / count / 1e9;
}
