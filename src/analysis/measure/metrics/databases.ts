import type { DATABASE_METRICS } from '../../../language/metrics/databases.js';
import {
  METER_COUNT,
  METER_DISTRIBUTION,
  METER_LEVEL,
  LARGEST_METER_LEVEL,
} from '../meter-readings.js';
import type { Measurements } from '../question.js';

/** How the metrics of databases and locks are computed: from the meter of the same name. */
export const DATABASE_MEASUREMENTS: Measurements<typeof DATABASE_METRICS> = {
  lockWait: METER_DISTRIBUTION,
  lockHeld: METER_DISTRIBUTION,
  deadlocks: METER_COUNT,
  lockTimeouts: METER_COUNT,
  replicaLag: LARGEST_METER_LEVEL,
  lostCommits: METER_COUNT,
  throttles: METER_COUNT,
  partitionThrottles: METER_COUNT,
  indexThrottles: METER_COUNT,
  divergedWrites: METER_COUNT,
  failovers: METER_COUNT,
  'threadPool.queue': METER_LEVEL,
  'threadPool.wait': METER_DISTRIBUTION,
  refreshLag: METER_DISTRIBUTION,
};
