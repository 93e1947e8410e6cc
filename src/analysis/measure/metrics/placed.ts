import { queueWaitsOf } from '../outcomes.js';
import { processOf } from '../../../contracts/plan/versions.js';
import type { PLACED_METRICS } from '../../../language/metrics/placed.js';
import { INSTANCE_STATE, JOURNAL, type GaugeKind } from '../../../contracts/record/record.js';
import { withLevels } from '../batches.js';
import { edgeSums, partSums } from '../column-sums.js';
import { sumOf } from '../../../stats/sums.js';
import { handlersOf } from '../consumers.js';
import { distributionOf, largestOf, meanOf, ratioOf, type Measured } from '../estimate.js';
import { inService, pickOf, type GaugePick } from '../gauges.js';
import { instancesUp } from '../instances-up.js';
import { levels, shareOfCapacity } from '../levels.js';
import { METER_COUNT, METER_LEVEL } from '../meter-readings.js';
import type { Capacity } from '../in-force.js';
import { shareOfThere, varies } from '../presence.js';
import { bySubject, type Measurement, type Measurements, type Question } from '../question.js';
import { mergeAll } from '../sums.js';
import type { VariantData } from '../variant-data.js';

/** How the metrics of components and their instances are computed. */
export const PLACED_MEASUREMENTS: Measurements<typeof PLACED_METRICS> = {
  utilization,
  cpu: (question) => gaugeShare(question, 'cpu', coresOf),
  memory: (question) => gaugeShare(question, 'memory', memoryOf),
  restarts: (question) => meanOf(restartsOf(question), 'exact'),
  instances: instancesUp,
  pending: METER_LEVEL,
  queue: level((instances) => pickOf('queue', instances)),
  queueWait,
  concurrency: level(inService),
  wastedWork: bySubject(
    { edge: (question) => wasted(question, edgeSums(question, 'wastedNs')) },
    (question) => wasted(question, partSums(question, 'wastedNs')),
  ),
  duplicates: bySubject({ saga: METER_COUNT, step: METER_COUNT }, (question) =>
    meanOf(partSums(question, 'duplicates'), 'exact'),
  ),
};

function queueWait(question: Question): Measured {
  const each = queueWaitsOf(question);
  return distributionOf(mergeAll(each), each, question.ending);
}

function wasted(question: Question, wastedNs: readonly number[]): Measured {
  return ratioOf(wastedNs, partSums(question, 'busyNs'));
}

/** The use of the workers, or that of the handlers of its messages, of which no one holds a worker: the larger one. */
function utilization(question: Question): Measured {
  const { data, selection } = question;
  const isLimited = Number.isFinite(total(data, selection.instances, workersOf));
  const own = isLimited
    ? gaugeShare(question, 'busy', workersOf)
    : gaugeShare(question, 'cpu', coresOf);
  return handlersOf(question).reduce((most, { pick, limit }) => {
    const share = shareOfCapacity(question, pick, limit);
    return (share.value ?? -1) > (most.value ?? -1) ? share : most;
  }, own);
}

function gaugeShare(question: Question, kind: GaugeKind, capacity: Capacity): Measured {
  const { data, selection } = question;
  const pick = pickOf(kind, selection.instances);
  const all = total(data, selection.instances, capacity);
  if (Number.isFinite(all) && varies(data, selection.instances, capacity)) {
    return shareOfThere(question, pick, capacity);
  }
  return shareOfCapacity(question, pick, all);
}

function level(pickIn: (instances: readonly number[]) => GaugePick): Measurement {
  return (question) => {
    const pick = pickIn(question.selection.instances);
    const { means, maxima } = levels(question.data, question.window, pick);
    if (question.ending === 'max') return largestOf(maxima);
    return withLevels(meanOf(means), question, pick, 1);
  };
}

const workersOf: Capacity = ({ concurrency }) => concurrency;
const coresOf: Capacity = ({ cpu }) => cpu.cores;
const memoryOf: Capacity = ({ memory }) => memory?.limit ?? Infinity;

/** Number of starts after a process died, failed starts included, in the window, by run. */
function restartsOf({ data, selection, window }: Question): readonly number[] {
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
  return sumOf(instances.map((instance) => pick(processOf(data.plan, instance))));
}
