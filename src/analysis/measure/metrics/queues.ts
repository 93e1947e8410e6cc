import type { QUEUE_METRICS } from '../../../language/metrics/queues.js';
import { METER_COUNT, METER_LEVEL } from '../meter-readings.js';
import type { Measurements } from '../question.js';

/** How the metrics of queues are computed: from the meter of the same name. */
export const QUEUE_MEASUREMENTS: Measurements<typeof QUEUE_METRICS> = {
  ready: METER_LEVEL,
  waiting: METER_LEVEL,
  inFlight: METER_LEVEL,
  delayed: METER_LEVEL,
  spent: METER_LEVEL,
  unconfirmed: METER_LEVEL,
  blocked: METER_LEVEL,
  expired: METER_COUNT,
  dropped: METER_COUNT,
  purged: METER_COUNT,
  redriven: METER_COUNT,
  duplicated: METER_COUNT,
  overtaken: METER_COUNT,
  publishRejected: METER_COUNT,
  publishTimeouts: METER_COUNT,
  emptyReceives: METER_COUNT,
  unavailable: METER_LEVEL,
  alarmed: METER_LEVEL,
};
