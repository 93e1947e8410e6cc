import type { SAGA_METRICS } from '../../../language/metrics/sagas.js';
import { METER_COUNT, METER_DISTRIBUTION, shareOfMeter } from '../meter-readings.js';
import type { Measurements } from '../question.js';

/** As a share of the sagas with an outcome. */
const OF_FINISHED = shareOfMeter('finished');

/** How the metrics of sagas and their steps are computed: from the meter of the same name. */
export const SAGA_MEASUREMENTS: Measurements<typeof SAGA_METRICS> = {
  accepted: METER_COUNT,
  completed: OF_FINISHED,
  compensated: OF_FINISHED,
  stuck: OF_FINISHED,
  inconsistent: OF_FINISHED,
  lost: OF_FINISHED,
  parked: METER_COUNT,
  takeovers: METER_COUNT,
  duration: METER_DISTRIBUTION,
  compensations: METER_COUNT,
  dirtyReads: METER_COUNT,
  lostUpdates: METER_COUNT,
  fuzzyReads: METER_COUNT,
  lockConflicts: METER_COUNT,
  valueCompleted: METER_COUNT,
  valueStuck: METER_COUNT,
  valueInconsistent: METER_COUNT,
  valueLost: METER_COUNT,
};
