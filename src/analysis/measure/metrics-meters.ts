import type { MeterRecord, RunRecord } from '../../spec/record.js';
import { measureDrain } from './drain.js';
import { distributionOf, largestOf, meanOf, nothing, shareOf, type Measured } from './estimate.js';
import type { Question } from './metrics.js';
import { mergeAll, mergeSegments, sumCells } from './sums.js';

/** How a metric is computed from the meters of its subject. `scale` converts recorded values to the metric's unit. */
type Reading =
  | { readonly form: 'counter' }
  /** Two counters: `counted` (by default the one named like the metric) over `of`. */
  | { readonly form: 'share'; readonly of: string; readonly counted?: string }
  | { readonly form: 'gauge'; readonly scale: number; readonly merge: 'sum' | 'largest' }
  | { readonly form: 'durations' }
  /** From the end of a fault until this gauge is back at its level before the fault. */
  | { readonly form: 'drain'; readonly of: string };

const OF_FINISHED: Reading = { form: 'share', of: 'finished' };
const COUNTER: Reading = { form: 'counter' };
const LEVEL: Reading = { form: 'gauge', scale: 1, merge: 'sum' };
const DURATIONS: Reading = { form: 'durations' };
const NS = 1e-9;

/** How each metric is computed; most are the meter of the same name. */
const READINGS: ReadonlyMap<string, Reading> = new Map<string, Reading>([
  ['lag', LEVEL],
  ['partitionLag', { form: 'gauge', scale: 1, merge: 'largest' }],
  ['age', { form: 'gauge', scale: NS, merge: 'largest' }],
  ['published', COUNTER],
  ['consumed', COUNTER],
  ['redeliveries', COUNTER],
  ['duplicateEffects', COUNTER],
  ['lostEffects', COUNTER],
  ['drain', { form: 'drain', of: 'lag' }],
  ['deadLettered', COUNTER],
  ['paused', LEVEL],
  ['rebalances', COUNTER],
  ['ready', LEVEL],
  ['inFlight', LEVEL],
  ['delayed', LEVEL],
  ['blocked', LEVEL],
  ['unavailable', LEVEL],
  ['alarmed', LEVEL],
  ['expired', COUNTER],
  ['dropped', COUNTER],
  ['purged', COUNTER],
  ['redriven', COUNTER],
  ['duplicated', COUNTER],
  ['overtaken', COUNTER],
  ['publishRejected', COUNTER],
  ['publishTimeouts', COUNTER],
  ['emptyReceives', COUNTER],
  ['delay', DURATIONS],
  ['outbox.rows', LEVEL],
  ['outbox.age', { form: 'gauge', scale: NS, merge: 'largest' }],
  ['outbox.delay', DURATIONS],
  ['outbox.republished', COUNTER],
  ['lostEvents', COUNTER],
  ['ghostEvents', COUNTER],
  ['accepted', COUNTER],
  ['completed', OF_FINISHED],
  ['compensated', OF_FINISHED],
  ['stuck', OF_FINISHED],
  ['inconsistent', OF_FINISHED],
  ['lost', OF_FINISHED],
  ['parked', COUNTER],
  ['takeovers', COUNTER],
  ['duration', DURATIONS],
  ['compensations', COUNTER],
  ['skippedGaps', COUNTER],
  ['dirtyReads', COUNTER],
  ['lostUpdates', COUNTER],
  ['fuzzyReads', COUNTER],
  ['lockConflicts', COUNTER],
  ['valueCompleted', COUNTER],
  ['valueStuck', COUNTER],
  ['valueInconsistent', COUNTER],
  ['valueLost', COUNTER],
  ['appends', COUNTER],
  ['snapshotsInvalidated', COUNTER],
  ['replayed', DURATIONS],
  ['reads', COUNTER],
  ['staleness', DURATIONS],
  ['catchUp', DURATIONS],
  ['lockWait', DURATIONS],
  ['deadlocks', COUNTER],
  ['lockTimeouts', COUNTER],
  ['replicaLag', { form: 'gauge', scale: NS, merge: 'largest' }],
  ['lostCommits', COUNTER],
  ['failovers', COUNTER],
  ['divergedWrites', COUNTER],
  ['throttles', COUNTER],
  ['partitionThrottles', COUNTER],
  ['threadPool.queue', LEVEL],
  ['threadPool.wait', DURATIONS],
  ['refreshLag', DURATIONS],
  ['environments', LEVEL],
  ['buffered', LEVEL],
  ['coldStarts', COUNTER],
  ['loads', COUNTER],
  ['evictions', COUNTER],
  ['lostWrites', COUNTER],
  ['hitRatio', { form: 'share', counted: 'hits', of: 'reads' }],
]);

/** Metrics that are a share of two counters. */
const SHARES: ReadonlyMap<string, Reading> = new Map<string, Reading>([
  ['conflicts', { form: 'share', of: 'appends' }],
  ['staleReads', { form: 'share', of: 'reads' }],
  ['backwardReads', { form: 'share', of: 'reads' }],
]);

/** Factor from a gauge's recorded values to the unit that users see. Ages are recorded in ns. */
export function meterScale(name: string): number {
  const reading = READINGS.get(name);
  return reading?.form === 'gauge' ? reading.scale : 1;
}

/** Measures the metrics of topics and of all other subjects with meters. Null for other metrics. */
export function measureMeters(question: Question): Measured | null {
  const reading = readingOf(question);
  if (reading === undefined) return null;
  const runs = question.data.records.map((record) =>
    metersOf(record, question, question.metric.name),
  );
  switch (reading.form) {
    case 'counter':
      return meanOf(
        runs.map((meters) => countOf(meters, question)),
        'exact',
      );
    case 'drain': {
      const { data, clause } = question;
      if (clause?.kind !== 'after') return nothing(data.records.length);
      const lags = data.records.map((record) => metersOf(record, question, reading.of));
      return measureDrain(data, clause.fault, lags);
    }
    case 'share': {
      const counts = (name: string | undefined): number[] =>
        question.data.records.map((record) => countOf(metersOf(record, question, name), question));
      return shareOf(counts(reading.counted), counts(reading.of));
    }
    case 'gauge':
      return gauge(runs, question, reading);
    case 'durations': {
      const each = runs.map((meters) =>
        mergeSegments(
          meters.flatMap((meter) => (meter.form === 'durations' ? [meter.segments] : [])),
          question.window.segments,
        ),
      );
      return distributionOf(mergeAll(each), each, question.ending);
    }
  }
}

/** How a metric is computed. `duplicates` comes from a meter only at a saga; other kinds have it without meters. */
function readingOf({ metric, selection, data }: Question): Reading | undefined {
  if (metric.name !== 'duplicates') {
    const share = metric.unit === 'share' ? SHARES.get(metric.name) : undefined;
    return share ?? READINGS.get(metric.name);
  }
  const { components } = data.plan;
  const ofSaga = [...selection.callees].some((id) => components[id].kind === 'saga');
  return ofSaga ? COUNTER : undefined;
}

/** The meters of a subject with this name (by default that of the metric): its own, else those of its parts. */
function metersOf(
  record: RunRecord,
  { selection, metric }: Question,
  wanted = metric.name,
): readonly MeterRecord[] {
  const parts = new Set(selection.parts);
  const named = record.meters.filter(
    ({ name, component }) => name === wanted && selection.callees.has(component),
  );
  const own = named.filter(({ part }) => part < 0);
  return own.length > 0 ? own : named.filter(({ part }) => parts.has(part));
}

function countOf(meters: readonly MeterRecord[], { window }: Question): number {
  let sum = 0;
  for (const meter of meters) {
    if (meter.form === 'counter') sum += sumCells(meter.counts, window.cells);
  }
  return sum;
}

/** Mean of a level over the window, or its maximum. Of several ages it takes the largest. */
function gauge(
  runs: readonly (readonly MeterRecord[])[],
  { window, ending }: Question,
  { scale, merge }: Extract<Reading, { form: 'gauge' }>,
): Measured {
  const join = (values: readonly number[]): number =>
    merge === 'sum' ? values.reduce((sum, value) => sum + value, 0) : Math.max(...values);
  const each = runs.map((meters) => {
    const gauges = meters.flatMap((meter) => (meter.form === 'gauge' ? [meter] : []));
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
}
