import type { RUN_METRICS } from '../../../language/metrics/run.js';
import { meanOf } from '../estimate.js';
import { nodesUp } from '../nodes-up.js';
import { outcomesByRun } from '../outcomes.js';
import type { Measurements } from '../question.js';
import { arrivedOf, outcomeOf } from '../sums.js';

/** How the metrics of the run are computed. */
export const RUN_MEASUREMENTS: Measurements<typeof RUN_METRICS> = {
  requests: (question) =>
    meanOf(
      outcomesByRun(question).map((run) => arrivedOf(run)),
      'exact',
    ),
  nodes: nodesUp,
  unfinished: (question) =>
    meanOf(
      outcomesByRun(question).map((run) => outcomeOf(run, 'unfinished')),
      'exact',
    ),
};
