import type { FUNCTION_METRICS } from '../../../language/metrics/functions.js';
import { METER_COUNT, METER_LEVEL } from '../meter-readings.js';
import type { Measurements } from '../question.js';

/** How the metrics of functions are computed: from the meter of the same name. */
export const FUNCTION_MEASUREMENTS: Measurements<typeof FUNCTION_METRICS> = {
  environments: METER_LEVEL,
  buffered: METER_LEVEL,
  coldStarts: METER_COUNT,
  timedOut: METER_COUNT,
};
