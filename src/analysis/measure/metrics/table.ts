import type { MetricName } from '../../../language/metrics.js';
import type { Measurement } from '../question.js';
import { ALERT_MEASUREMENTS } from './alerts.js';
import { CACHE_MEASUREMENTS } from './caches.js';
import { CASCADE_MEASUREMENTS } from './cascade.js';
import { COST_MEASUREMENTS } from './costs.js';
import { DATABASE_MEASUREMENTS } from './databases.js';
import { DISCOVERY_MEASUREMENTS } from './discovery.js';
import { EDGE_MEASUREMENTS } from './edges.js';
import { FUNCTION_MEASUREMENTS } from './functions.js';
import { MESSAGE_MEASUREMENTS } from './messages.js';
import { PLACED_MEASUREMENTS } from './placed.js';
import { POOL_MEASUREMENTS } from './pools.js';
import { PROXY_MEASUREMENTS } from './proxies.js';
import { QUEUE_MEASUREMENTS } from './queues.js';
import { REQUEST_MEASUREMENTS } from './requests.js';
import { ROLLOUT_MEASUREMENTS } from './rollouts.js';
import { RUN_MEASUREMENTS } from './run.js';
import { SAGA_MEASUREMENTS } from './sagas.js';
import { STORE_MEASUREMENTS } from './stores.js';

/**
 * How each metric of the language is computed. Each file here has the measurements for the file of the same name in
 * `src/language/metrics`.
 */
export const MEASUREMENTS: Readonly<Record<MetricName, Measurement>> = {
  ...REQUEST_MEASUREMENTS,
  ...PLACED_MEASUREMENTS,
  ...EDGE_MEASUREMENTS,
  ...POOL_MEASUREMENTS,
  ...MESSAGE_MEASUREMENTS,
  ...ROLLOUT_MEASUREMENTS,
  ...SAGA_MEASUREMENTS,
  ...QUEUE_MEASUREMENTS,
  ...STORE_MEASUREMENTS,
  ...DATABASE_MEASUREMENTS,
  ...FUNCTION_MEASUREMENTS,
  ...CACHE_MEASUREMENTS,
  ...DISCOVERY_MEASUREMENTS,
  ...PROXY_MEASUREMENTS,
  ...CASCADE_MEASUREMENTS,
  ...COST_MEASUREMENTS,
  ...RUN_MEASUREMENTS,
  ...ALERT_MEASUREMENTS,
};
