import type { STORE_METRICS } from '../../../language/metrics/stores.js';
import { METER_COUNT, METER_DISTRIBUTION, shareOfMeter } from '../meter-readings.js';
import type { Measurements } from '../question.js';

/** How the metrics of event stores and projections are computed: from the meter of the same name. */
export const STORE_MEASUREMENTS: Measurements<typeof STORE_METRICS> = {
  appends: METER_COUNT,
  conflicts: shareOfMeter('appends'),
  snapshotsInvalidated: METER_COUNT,
  skippedGaps: METER_COUNT,
  replayed: METER_DISTRIBUTION,
  reads: METER_COUNT,
  staleReads: shareOfMeter('reads'),
  backwardReads: shareOfMeter('reads'),
  staleness: METER_DISTRIBUTION,
  catchUp: METER_DISTRIBUTION,
};
