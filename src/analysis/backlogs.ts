import type { Ns } from '../kernel/time.js';
import type { MeterRecord, RunRecord } from '../spec/record.js';
import type { CascadeEvent } from '../spec/result.js';
import { maxLevels, type Steps } from './steps.js';
import { partName, type VariantData } from './variant-data.js';
import { count, duration, moment } from './words.js';

/** Messages pile up where the oldest of them is this many times as old as it ever was before the first fault, */
const OLDER = 3;
/** and at least so old; where there is no time before a fault, as old as this. */
const OLD_NS: Ns = 1e9;
const OLD_WITHOUT_FAULT_NS: Ns = 10e9;
/** So many steps in a row. */
const STEPS = 2;
/** Told of one consumer. */
const EPISODES_MAX = 3;

/** When messages pile up for a consumer, and when it has caught up, in the measured time of one run. */
export function backlogEvents(
  data: VariantData,
  record: RunRecord,
  steps: Steps,
  baseline: number,
): readonly CascadeEvent[] {
  const { plan } = data;
  return record.meters.flatMap((meter) => {
    if (meter.name !== 'age' || meter.form !== 'gauge' || meter.part < 0) return [];
    const ages = maxLevels([asGauge(meter)], steps);
    const lag = record.meters.find((own) => own.name === 'lag' && own.part === meter.part);
    const waiting = lag?.form === 'gauge' ? maxLevels([asGauge(lag)], steps) : new Float64Array(0);
    const limit = limitOf(ages, baseline, plan.faults.length > 0);
    const subject = partName(plan, meter.part);
    return spansAbove(ages, limit)
      .slice(0, EPISODES_MAX)
      .flatMap(([from, until]) => {
        const start = (steps.startNs[from] - plan.warmupNs) / 1e9;
        const most = Math.max(...waiting.subarray(from, until));
        const oldest = Math.max(...ages.subarray(from, until)) / 1e9;
        const text = `${count(most)} messages wait, the oldest for ${duration(oldest)}`;
        const event = { subject, cause: null, mechanism: null };
        const begins: CascadeEvent = { ...event, at: start, kind: 'backlog', text };
        return [begins, endOf(event, until, { data, steps, start, waiting })];
      });
  });
}

function endOf(
  event: Pick<CascadeEvent, 'subject' | 'cause' | 'mechanism'>,
  until: number,
  of: {
    readonly data: VariantData;
    readonly steps: Steps;
    readonly start: number;
    readonly waiting: Float64Array;
  },
): CascadeEvent {
  const { plan } = of.data;
  if (until < of.steps.count) {
    const at = (of.steps.startNs[until] - plan.warmupNs) / 1e9;
    return { ...event, at, kind: 'recovered', text: `caught up after ${duration(at - of.start)}` };
  }
  const at = (plan.endNs - plan.warmupNs) / 1e9;
  const left = of.waiting[of.waiting.length - 1] ?? 0;
  return { ...event, at, kind: 'notRecovered', text: `${count(left)} still wait at ${moment(at)}` };
}

function limitOf(ages: Float64Array, baseline: number, isFaulted: boolean): Ns {
  if (!isFaulted) return OLD_WITHOUT_FAULT_NS;
  const before = ages.subarray(0, baseline);
  return Math.max(OLD_NS, OLDER * before.reduce((most, age) => Math.max(most, age), 0));
}

/** Spans of steps [from, until) above a limit, short ones left out. */
function spansAbove(values: Float64Array, limit: number): readonly (readonly [number, number])[] {
  const spans: (readonly [number, number])[] = [];
  let from = -1;
  for (let step = 0; step <= values.length; step++) {
    const above = step < values.length && values[step] > limit;
    if (above && from < 0) from = step;
    if (above || from < 0) continue;
    if (step - from >= STEPS) spans.push([from, step]);
    from = -1;
  }
  return spans;
}

function asGauge(
  meter: Extract<MeterRecord, { readonly form: 'gauge' }>,
): Parameters<typeof maxLevels>[0][number] {
  return { kind: 'queue', instance: -1, callee: -1, area: meter.area, max: meter.max };
}
