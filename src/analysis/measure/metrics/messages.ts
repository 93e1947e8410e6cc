import type { MESSAGE_METRICS } from '../../../language/metrics/messages.js';
import {
  METER_COUNT,
  METER_DISTRIBUTION,
  METER_LEVEL,
  LARGEST_METER_LEVEL,
  drainOfMeter,
} from '../meter-readings.js';
import type { Measurements } from '../question.js';

/** How the metrics of topics, groups, queues and consumers are computed: from the meter of the same name. */
export const MESSAGE_MEASUREMENTS: Measurements<typeof MESSAGE_METRICS> = {
  lag: METER_LEVEL,
  partitionLag: LARGEST_METER_LEVEL,
  age: LARGEST_METER_LEVEL,
  published: METER_COUNT,
  consumed: METER_COUNT,
  redeliveries: METER_COUNT,
  duplicateEffects: METER_COUNT,
  lostEffects: METER_COUNT,
  deadLettered: METER_COUNT,
  drain: drainOfMeter('lag'),
  paused: METER_LEVEL,
  rebalances: METER_COUNT,
  delay: METER_DISTRIBUTION,
  'outbox.rows': METER_LEVEL,
  'outbox.retained': METER_LEVEL,
  'outbox.age': LARGEST_METER_LEVEL,
  'outbox.delay': METER_DISTRIBUTION,
  'outbox.republished': METER_COUNT,
  lostEvents: METER_COUNT,
  ghostEvents: METER_COUNT,
};
