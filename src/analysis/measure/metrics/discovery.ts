import type { DISCOVERY_METRICS } from '../../../language/metrics/discovery.js';
import { METER_COUNT, METER_LEVEL } from '../meter-readings.js';
import type { Measurements } from '../question.js';

/** How the metrics of discovery are computed: from the meter of the same name. */
export const DISCOVERY_MEASUREMENTS: Measurements<typeof DISCOVERY_METRICS> = {
  staleCalls: METER_COUNT,
  fetchFailures: METER_COUNT,
  listAge: METER_LEVEL,
  registrations: METER_COUNT,
  deregistrations: METER_COUNT,
};
