import { ALERT_METRICS } from './alerts.js';
import { CACHE_METRICS } from './caches.js';
import { CASCADE_METRICS } from './cascade.js';
import { COST_METRICS } from './costs.js';
import { DATABASE_METRICS } from './databases.js';
import { DISCOVERY_METRICS } from './discovery.js';
import { EDGE_METRICS } from './edges.js';
import type { MetricEntry } from './entry.js';
import { FUNCTION_METRICS } from './functions.js';
import { MESSAGE_METRICS } from './messages.js';
import { PLACED_METRICS } from './placed.js';
import { POOL_METRICS } from './pools.js';
import { PROXY_METRICS } from './proxies.js';
import { QUEUE_METRICS } from './queues.js';
import { REQUEST_METRICS } from './requests.js';
import { ROLLOUT_METRICS } from './rollouts.js';
import { RUN_METRICS } from './run.js';
import { SAGA_METRICS } from './sagas.js';
import { STORE_METRICS } from './stores.js';

const ALL = [
  ...REQUEST_METRICS,
  ...PLACED_METRICS,
  ...EDGE_METRICS,
  ...POOL_METRICS,
  ...MESSAGE_METRICS,
  ...ROLLOUT_METRICS,
  ...SAGA_METRICS,
  ...QUEUE_METRICS,
  ...STORE_METRICS,
  ...DATABASE_METRICS,
  ...FUNCTION_METRICS,
  ...CACHE_METRICS,
  ...DISCOVERY_METRICS,
  ...PROXY_METRICS,
  ...CASCADE_METRICS,
  ...COST_METRICS,
  ...RUN_METRICS,
  ...ALERT_METRICS,
] as const;

/** Names of all metrics. */
export type MetricName = (typeof ALL)[number]['name'];

/** Every metric of this version, in the order of the documentation. No two have the same name. */
export const METRICS: readonly MetricEntry<MetricName>[] = ALL;
