import type { PROXY_METRICS } from '../../../language/metrics/proxies.js';
import { METER_DISTRIBUTION, METER_LEVEL } from '../meter-readings.js';
import type { Measurements } from '../question.js';

/** How the metrics of the proxies of a mesh are computed: from the meter of the same name. */
export const PROXY_MEASUREMENTS: Measurements<typeof PROXY_METRICS> = {
  'proxy.utilization': METER_LEVEL,
  'proxy.queue': METER_LEVEL,
  'proxy.wait': METER_DISTRIBUTION,
  'waypoint.utilization': METER_LEVEL,
  'waypoint.queue': METER_LEVEL,
  'waypoint.wait': METER_DISTRIBUTION,
};
