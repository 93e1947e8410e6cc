import type { CACHE_METRICS } from '../../../language/metrics/caches.js';
import { METER_COUNT, shareOfMeter } from '../meter-readings.js';
import type { Measurements } from '../question.js';

/** How the metrics of caches are computed: from the meter of the same name. */
export const CACHE_MEASUREMENTS: Measurements<typeof CACHE_METRICS> = {
  hitRatio: shareOfMeter('reads', 'hits'),
  loads: METER_COUNT,
  evictions: METER_COUNT,
  lostWrites: METER_COUNT,
};
