import { JOURNAL, NODE_STATE, type RunRecord } from '../../../contracts/record/record.js';
import type { RUN_METRICS } from '../../../language/metrics/run.js';
import { meanOf, nothing, type Measured } from '../estimate.js';
import { levelOver, type Change } from '../instances-up.js';
import { outcomesByRun } from '../outcomes.js';
import type { Measurement, Measurements, Question } from '../question.js';
import { arrivedOf, outcomeOf } from '../sums.js';

/** How the metrics of the run are computed. */
export const RUN_MEASUREMENTS: Measurements<typeof RUN_METRICS> = {
  requests: counted((run) => arrivedOf(run)),
  nodes: nodesUp,
  unfinished: counted((run) => outcomeOf(run, 'unfinished')),
};

function counted(countOf: (run: Float64Array) => number): Measurement {
  return (question) => meanOf(outcomesByRun(question).map(countOf), 'exact');
}

/** Number of nodes that run. */
function nodesUp(question: Question): Measured {
  const { data } = question;
  const { nodes } = data.plan;
  if (nodes === null) return nothing(data.records.length);
  return levelOver(question, nodes.count, (record) => changesOf(record, data.plan.warmupNs));
}

function changesOf({ journal }: RunRecord, warmupNs: number): readonly Change[] {
  const { timeNs, kind, subject, value } = journal;
  const dead = new Set<number>();
  const changes: Change[] = [];
  for (let k = 0; k < timeNs.length; k++) {
    if (kind[k] !== JOURNAL.node) continue;
    const at = timeNs[k] + warmupNs;
    const node = subject[k];
    if (value[k] === NODE_STATE.ready) {
      dead.delete(node);
      changes.push({ at, by: 1 });
    } else if (value[k] === NODE_STATE.died) {
      dead.add(node);
      changes.push({ at, by: -1 });
    } else if (value[k] === NODE_STATE.removed && !dead.has(node)) changes.push({ at, by: -1 });
  }
  return changes;
}
