import { INSTANCE_STATE, JOURNAL, type GaugeKind } from '../../spec/record.js';
import { withLevels } from './batches.js';
import { distributionOf, largestOf, meanOf, nothing, ratioOf, type Measured } from './estimate.js';
import { areaOf, maxOf, picked, type GaugePick } from './gauges.js';
import { instancesUp } from './instances-up.js';
import { isScaled, shareOfThere, type Capacity } from './presence.js';
import type { Question } from './metrics.js';
import { mergeAll, mergeSegments, sumCells } from './sums.js';
import type { VariantData } from './variant-data.js';

/** Metrics of placed components: gauges, queue wait, waste. Null for other metrics. */
export function measurePlaced(question: Question): Measured | null {
  const { data, selection, metric, ending, window } = question;
  const isEdge = selection.callers !== null;
  switch (metric.name) {
    case 'utilization':
      return utilization(question);
    case 'cpu':
      return gaugeShare(question, 'cpu', coresOf);
    case 'memory':
      return gaugeShare(question, 'memory', memoryOf);
    case 'restarts':
      return isEdge ? null : meanOf(restarts(question), 'exact');
    case 'instances':
      return isEdge ? null : instancesUp(question);
    case 'queue':
      return gauge(question, 'queue');
    case 'concurrency':
      return gauge(question, 'concurrency');
    case 'queueWait': {
      const each = data.records.map((record) =>
        mergeSegments(
          selection.parts.map((part) => record.parts[part].queueWait),
          window.segments,
        ),
      );
      return distributionOf(mergeAll(each), each, ending);
    }
    case 'wastedWork':
      return isEdge ? null : ratioOf(partSums(question, 'wastedNs'), partSums(question, 'busyNs'));
    case 'duplicates':
      return meanOf(partSums(question, 'duplicates'), 'exact');
    case 'coalesced':
      return isEdge ? null : meanOf(partSums(question, 'coalesced'), 'exact');
    case 'wouldReject':
      return isEdge ? null : meanOf(partSums(question, 'wouldReject'), 'exact');
    default:
      return null;
  }
}

/** Sums of a column of parts in the window, by run. */
export function partSums(
  question: Pick<Question, 'data' | 'selection' | 'window'>,
  column: 'busyNs' | 'wastedNs' | 'duplicates' | 'coalesced' | 'wouldReject',
): readonly number[] {
  return question.data.records.map((record) => {
    let sum = 0;
    for (const part of question.selection.parts) {
      sum += sumCells(record.parts[part][column], question.window.cells);
    }
    return sum;
  });
}

/** Mean level over the window, and the largest sum of the gauges' maxima in one cell, by run. */
export function levels(
  data: VariantData,
  window: Question['window'],
  pick: GaugePick,
): { readonly means: readonly (number | null)[]; readonly maxima: readonly (number | null)[] } {
  const means: (number | null)[] = [];
  const maxima: (number | null)[] = [];
  for (const record of data.records) {
    const gauges = picked(record, pick);
    const isEmpty = gauges.length === 0 || window.lengthNs === 0;
    means.push(isEmpty ? null : areaOf(gauges, window.cells) / window.lengthNs);
    maxima.push(isEmpty ? null : maxOf(gauges, window.cells));
  }
  return { means, maxima };
}

/** A gauge as a share of a capacity: the mean, or the maximum. */
export function shareOfCapacity(
  question: Pick<Question, 'data' | 'window' | 'ending'>,
  pick: GaugePick,
  capacity: number,
): Measured {
  const { data, window, ending } = question;
  if (!(capacity > 0) || !Number.isFinite(capacity)) return nothing(data.records.length);
  const { means, maxima } = levels(data, window, pick);
  const divide = (value: number | null): number | null =>
    value === null ? null : value / capacity;
  if (ending !== 'max') return withLevels(meanOf(means.map(divide)), question, pick, 1 / capacity);
  return largestOf(maxima.map((value) => (value === null ? null : Math.min(1, value / capacity))));
}

function utilization(question: Question): Measured {
  const { data, selection } = question;
  const isLimited = Number.isFinite(total(data, selection.instances, workersOf));
  return isLimited ? gaugeShare(question, 'busy', workersOf) : gaugeShare(question, 'cpu', coresOf);
}

function gaugeShare(question: Question, kind: GaugeKind, capacity: Capacity): Measured {
  const { data, selection } = question;
  const pick = isOf(question, kind);
  const all = total(data, selection.instances, capacity);
  if (Number.isFinite(all) && isScaled(data, selection.instances)) {
    return shareOfThere(question, pick, capacity);
  }
  return shareOfCapacity(question, pick, all);
}

function gauge(question: Question, kind: GaugeKind): Measured {
  const { means, maxima } = levels(question.data, question.window, isOf(question, kind));
  if (question.ending === 'max') return largestOf(maxima);
  return withLevels(meanOf(means), question, isOf(question, kind), 1);
}

function isOf(question: Question, kind: GaugeKind): GaugePick {
  const instances = new Set(question.selection.instances);
  return { kind, passes: (instance) => instances.has(instance) };
}

const workersOf: Capacity = ({ concurrency }) => concurrency;
const coresOf: Capacity = ({ cpu }) => cpu.cores;
const memoryOf: Capacity = ({ memory }) => memory?.limit ?? Infinity;

/** Number of starts after a process died, failed starts included, in the window, by run. */
function restarts({ data, selection, window }: Question): readonly number[] {
  const { edges } = data.plan.grid;
  const instances = new Set(selection.instances);
  return data.records.map(({ journal: { timeNs, kind, subject, value } }) => {
    const down = new Set<number>();
    /** Instances whose slots were emptied since they last ran: the next start there follows no death. */
    const emptied = new Set<number>();
    let count = 0;
    for (let i = 0; i < timeNs.length; i++) {
      const instance = subject[i];
      if (kind[i] !== JOURNAL.instance || !instances.has(instance)) continue;
      const state = value[i];
      if (state === INSTANCE_STATE.absent) {
        emptied.add(instance);
        down.delete(instance);
      }
      if (state === INSTANCE_STATE.down && !emptied.has(instance)) down.add(instance);
      if (state === INSTANCE_STATE.up) emptied.delete(instance);
      const isUp = state === INSTANCE_STATE.up && down.delete(instance);
      if (!isUp && state !== INSTANCE_STATE.failedStart) continue;
      const at = timeNs[i] + data.plan.warmupNs;
      if (window.cells.some((cell) => at >= edges[cell] && at < edges[cell + 1])) count++;
    }
    return count;
  });
}

function total(data: VariantData, instances: readonly number[], pick: Capacity): number {
  let sum = 0;
  for (const instance of instances) {
    sum += pick(data.plan.components[data.plan.instances[instance].component]);
  }
  return sum;
}
