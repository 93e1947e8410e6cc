import { sumOf } from '../../stats/sums.js';
import type { MeterOf } from './meter-of.js';
import { invariant } from '../../kernel/invariant.js';
import { meterScale } from '../../language/exported.js';
import type { MeterRecord, RunRecord } from '../../contracts/record/record.js';
import { measureDrain } from './drain.js';
import { distributionOf, largestOf, meanOf, nothing, shareOf } from './estimate.js';
import type { Asked, Measurement, Question } from './question.js';
import { mergeAll, mergeSegments, sumCells } from './sums.js';

/*
 * The ways to compute a metric from meters. A measurement without a meter name uses the meter with the name of the
 * metric.
 */

/** A count of events. */
export const METER_COUNT: Measurement = (question) =>
  meanOf(countsOf(question, question.metric.name), 'exact');

/** A count of events as a share of another count. */
export function shareOfMeter(all: string, counted?: string): Measurement {
  return (question) =>
    shareOf(countsOf(question, counted ?? question.metric.name), countsOf(question, all));
}

/** A level; that of several parts is their sum. */
export const METER_LEVEL: Measurement = gaugeOf(sumOf);

/** A level or an age; that of several parts is the largest of them. */
export const LARGEST_METER_LEVEL: Measurement = gaugeOf((values) => Math.max(...values));

/** A distribution of durations or numbers. */
export const METER_DISTRIBUTION: Measurement = (question) => {
  const { data, metric, window, ending } = question;
  const each = data.records.map((record) => {
    const meters = metersOf(record, question, metric.name, 'durations');
    const rows = meters.map(({ segments }) => segments);
    return mergeSegments(rows, window.segments);
  });
  return distributionOf(mergeAll(each), each, ending);
};

/** Time from the end of a fault until a gauge is back at its level before the fault. */
export function drainOfMeter(gauge: string): Measurement {
  return (question) => {
    const { data, clause } = question;
    if (clause?.kind !== 'after') return nothing(data.records.length);
    const lags = data.records.map((record) => metersOf(record, question, gauge, 'gauge'));
    return measureDrain(data, clause.fault, lags);
  };
}

/** The meters of a subject with this name: its own, else those of its parts. */
function metersOf<F extends MeterRecord['form']>(
  record: RunRecord,
  { selection }: Pick<Question, 'selection'>,
  wanted: string,
  form: F,
): readonly MeterOf<F>[] {
  const parts = new Set(selection.parts);
  const isNamed = (meter: MeterRecord): meter is MeterOf<F> => {
    if (meter.name !== wanted || !selection.callees.has(meter.component)) return false;
    // A measurement of another form would find nothing and report 0.
    invariant(meter.form === form, 'analysis-meter-form');
    return true;
  };
  const named = record.meters.filter(isNamed);
  const own = named.filter(({ part }) => part < 0);
  return own.length > 0 ? own : named.filter(({ part }) => parts.has(part));
}

function countsOf(asked: Asked, name: string): readonly number[] {
  return asked.data.records.map((record) => {
    const meters = metersOf(record, asked, name, 'counter');
    return sumOf(meters.map(({ counts }) => sumCells(counts, asked.window.cells)));
  });
}

/** Mean of a level over the window, or its maximum. */
function gaugeOf(join: (values: readonly number[]) => number): Measurement {
  return (question) => {
    const { data, metric, window, ending } = question;
    const scale = meterScale(metric.name);
    const each = data.records.map((record) => {
      const gauges = metersOf(record, question, metric.name, 'gauge');
      if (gauges.length === 0 || window.lengthNs === 0) return null;
      if (ending !== 'max') {
        const means = gauges.map((meter) => sumCells(meter.area, window.cells) / window.lengthNs);
        return join(means) * scale;
      }
      let largest = 0;
      for (const cell of window.cells) {
        largest = Math.max(largest, join(gauges.map((meter) => meter.max[cell])));
      }
      return largest * scale;
    });
    return ending === 'max' ? largestOf(each) : meanOf(each);
  };
}
