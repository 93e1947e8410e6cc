import type { RUN_METRICS } from '../../../language/metrics/run.js';
import { meanOf } from '../estimate.js';
import { nodesUp } from '../nodes-up.js';
import { outcomesByRun } from '../outcomes.js';
import type { Measurement, Measurements } from '../question.js';
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
