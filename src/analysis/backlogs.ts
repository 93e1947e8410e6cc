import type { Ns } from '../kernel/time.js';
import type { MeterRecord, RunRecord } from '../spec/record.js';
import type { CascadeEvent } from '../spec/result.js';
import { restingPlaces } from './dead-letters.js';
import { maxLevels, type Steps } from './steps.js';
import { partName, type VariantData } from './variant-data.js';
import { duration, moment, plural } from './words.js';

/**
 * Messages pile up where the oldest of them is this many times as old as it ever was before the first fault, until
 * it is no older than it was then: a consumer that hovers about one limit would fall behind again and again.
 */
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
  const resting = restingPlaces(plan);
  return record.meters.flatMap((meter) => {
    if (meter.name !== 'age' || meter.form !== 'gauge') return [];
    if (resting.has(meter.component)) return [];
    const { name, kind } = plan.components[meter.component];
    const ages = maxLevels([asGauge(meter)], steps);
    const lag = record.meters.find(
      (own) => own.name === 'lag' && own.component === meter.component && own.part === meter.part,
    );
    const waiting = lag?.form === 'gauge' ? maxLevels([asGauge(lag)], steps) : new Float64Array(0);
    const left = lag?.form === 'gauge' ? lag.end : 0;
    const limits = limitsOf(ages, baseline, plan.faults.length > 0);
    const subject = meter.part < 0 ? name : partName(plan, meter.part);
    const noun = kind === 'projection' ? 'event' : 'message';
    return spansAbove(ages, limits)
      .slice(0, EPISODES_MAX)
      .flatMap(([from, until]) => {
        const start = (steps.startNs[from] - plan.warmupNs) / 1e9;
        const most = Math.max(...waiting.subarray(from, until));
        const oldest = Math.max(...ages.subarray(from, until)) / 1e9;
        const wait = most === 1 ? 'waits' : 'wait';
        const text = `${plural(most, noun)} ${wait}, the oldest for ${duration(oldest)}`;
        const event = { subject, cause: null, mechanism: null };
        const begins: CascadeEvent = { ...event, at: start, kind: 'backlog', text };
        const isOver = until < steps.count || meter.end <= limits.low;
        return [begins, endOf(event, until, { data, steps, start, left, isOver, noun })];
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
    /** Messages that wait at the end of the measured time. */
    readonly left: number;
    /** The last step may have seen the end of it, too. */
    readonly isOver: boolean;
    readonly noun: string;
  },
): CascadeEvent {
  const { plan } = of.data;
  const endNs = until < of.steps.count ? of.steps.startNs[until] : plan.endNs;
  const at = (endNs - plan.warmupNs) / 1e9;
  if (of.isOver) {
    return { ...event, at, kind: 'recovered', text: `caught up after ${duration(at - of.start)}` };
  }
  const wait = of.left === 1 ? 'waits' : 'wait';
  const text = `${plural(of.left, of.noun)} still ${wait} at ${moment(at)}`;
  return { ...event, at, kind: 'notRecovered', text };
}

/** Ages above which a backlog begins, and at which it is over. */
interface Limits {
  readonly high: Ns;
  readonly low: Ns;
}

function limitsOf(ages: Float64Array, baseline: number, isFaulted: boolean): Limits {
  if (!isFaulted) return { high: OLD_WITHOUT_FAULT_NS, low: OLD_WITHOUT_FAULT_NS };
  const usual = ages.subarray(0, baseline).reduce((most, age) => Math.max(most, age), 0);
  return { high: Math.max(OLD_NS, OLDER * usual), low: Math.max(OLD_NS, usual) };
}

/** Spans of steps [from, until) that rise above the high limit, short ones left out, until they are at the low one. */
function spansAbove(
  values: Float64Array,
  { high, low }: Limits,
): readonly (readonly [number, number])[] {
  const spans: (readonly [number, number])[] = [];
  let from = -1;
  for (let step = 0; step <= values.length; step++) {
    const above = step < values.length && values[step] > (from < 0 ? high : low);
    if (above && from < 0) from = step;
    if (above || from < 0) continue;
    const isLong = values.subarray(from, step).filter((value) => value > high).length >= STEPS;
    if (isLong) spans.push([from, step]);
    from = -1;
  }
  return spans;
}

function asGauge(
  meter: Extract<MeterRecord, { readonly form: 'gauge' }>,
): Parameters<typeof maxLevels>[0][number] {
  return { kind: 'queue', instance: -1, callee: -1, area: meter.area, max: meter.max };
}
