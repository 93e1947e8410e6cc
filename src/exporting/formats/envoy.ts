import type { CallsAct } from '../acts.js';
import { unwrittenOf, type Format } from '../format.js';
import {
  asIs,
  documents,
  fieldIn,
  number,
  partOf,
  percent,
  put,
  seconds,
  settingsIn,
  type Fields,
} from '../values.js';

/** Fields of a route action (envoy.config.route.v3.RouteAction) by policy and field. */
const ROUTE: Readonly<Record<string, Fields>> = {
  deadline: { '': ['timeout', seconds], after: ['timeout', seconds] },
  timeout: {
    '': ['retry_policy.per_try_timeout', seconds],
    after: ['retry_policy.per_try_timeout', seconds],
  },
  retry: {
    attempts: ['retry_policy.num_retries', (value) => (number(value) ?? 1) - 1],
    numRetries: ['retry_policy.num_retries', number],
    'backoff.base': ['retry_policy.retry_back_off.base_interval', seconds],
    'backoff.max': ['retry_policy.retry_back_off.max_interval', seconds],
  },
};

/** Fields of the thresholds of a cluster (envoy.config.cluster.v3.CircuitBreakers) by policy and field. */
const THRESHOLDS: Readonly<Record<string, Fields>> = {
  bulkhead: {
    maxConcurrent: ['max_requests', number],
    maxRequests: ['max_requests', number],
    maxConnections: ['max_connections', number],
    maxPendingRequests: ['max_pending_requests', number],
    maxRetries: ['max_retries', number],
    'retryBudget.budgetPercent': ['retry_budget.budget_percent.value', percent],
    'retryBudget.minRetryConcurrency': ['retry_budget.min_retry_concurrency', number],
  },
  retry: {
    'budget.ratio': ['retry_budget.budget_percent.value', percent],
    'budget.budgetPercent': ['retry_budget.budget_percent.value', percent],
    'budget.minRetryConcurrency': ['retry_budget.min_retry_concurrency', number],
  },
};

/** Fields of envoy.config.cluster.v3.OutlierDetection. */
const OUTLIERS: Fields = {
  consecutive5xx: ['consecutive_5xx', number],
  consecutiveGatewayFailure: ['consecutive_gateway_failure', number],
  splitExternalLocalOriginErrors: ['split_external_local_origin_errors', asIs],
  consecutiveLocalOriginFailure: ['consecutive_local_origin_failure', number],
  interval: ['interval', seconds],
  baseEjectionTime: ['base_ejection_time', seconds],
  maxEjectionTime: ['max_ejection_time', seconds],
  maxEjectionPercent: ['max_ejection_percent', number],
};

/** Routes and clusters of Envoy, one of each for a callee. */
export const envoy: Format = {
  name: 'envoy',
  summary: 'route actions and clusters of Envoy',
  write(acts) {
    const clusters = new Map<string, Record<string, unknown>>();
    const routes = new Map<string, Record<string, unknown>>();
    const unwritten = unwrittenOf(acts, (act) =>
      act.on === 'calls' ? writeCalls(act, routes, clusters) : 'Envoy configures calls only',
    );
    return {
      text: documents([
        ...[...routes].map(
          ([name, route]) => ['', { route: { cluster: name, ...route } }] as const,
        ),
        ...[...clusters].map(([name, own]) => ['', { name, ...own }] as const),
      ]),
      unwritten,
    };
  },
};

function writeCalls(
  { calls, policy, field, value }: CallsAct,
  routes: Map<string, Record<string, unknown>>,
  clusters: Map<string, Record<string, unknown>>,
): string | null {
  const hosts = [...new Set(calls.map(({ to }) => to))];
  if (hosts.length === 0) return 'no call uses it';
  if (value === null) {
    if (policy !== 'retry') return `the ${policy} has to be removed from the configuration`;
    for (const host of hosts) put(partOf(routes, host), ['retry_policy', 'num_retries'], 0);
    return null;
  }
  let isWritten = false;
  for (const [name, own] of settingsIn(field, value)) {
    for (const host of hosts) {
      const to = { route: partOf(routes, host), cluster: partOf(clusters, host) };
      if (writeField(policy, name, own, to)) isWritten = true;
    }
  }
  for (const all of [routes, clusters])
    for (const host of hosts) if (Object.keys(all.get(host) ?? {}).length === 0) all.delete(host);
  return isWritten
    ? null
    : `Envoy has no field for ${field === '' ? policy : `${policy}.${field}`}`;
}

/** Writes a field of a policy; false if Envoy has none. */
function writeField(
  policy: string,
  name: string,
  value: unknown,
  { route, cluster }: Readonly<Record<'route' | 'cluster', Record<string, unknown>>>,
): boolean {
  const ofRoute = fieldIn(ROUTE[policy], name, value);
  const ofCluster = fieldIn(THRESHOLDS[policy], name, value);
  const ofOutliers = policy === 'outlierDetection' ? fieldIn(OUTLIERS, name, value) : null;
  if (ofRoute !== null) put(route, ofRoute[0].split('.'), ofRoute[1]);
  else if (ofCluster !== null) {
    const breakers = (cluster['circuit_breakers'] ??= { thresholds: [{}] }) as {
      thresholds: Record<string, unknown>[];
    };
    put(breakers.thresholds[0]!, ofCluster[0].split('.'), ofCluster[1]);
  } else if (ofOutliers !== null) put(cluster, ['outlier_detection', ofOutliers[0]], ofOutliers[1]);
  return (ofRoute ?? ofCluster ?? ofOutliers) !== null;
}
