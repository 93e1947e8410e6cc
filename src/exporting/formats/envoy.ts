import type { CallsAct, Plain } from '../acts.js';
import type { Format } from '../format.js';
import { asIs, documents, number, percent, put, seconds } from '../values.js';

type Written = readonly [path: string, write: (value: unknown) => unknown];

/** Fields of a route action (envoy.config.route.v3.RouteAction) by policy and field. */
const ROUTE: Readonly<Record<string, Readonly<Record<string, Written>>>> = {
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
const THRESHOLDS: Readonly<Record<string, Readonly<Record<string, Written>>>> = {
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
const OUTLIERS: Readonly<Record<string, Written>> = {
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
    const unwritten: { path: string; reason: string }[] = [];
    for (const act of acts) {
      const reason =
        act.on === 'calls' ? writeCalls(act, routes, clusters) : 'Envoy configures calls only';
      if (reason !== null) unwritten.push({ path: act.path, reason });
    }
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
    for (const host of hosts) put(entry(routes, host), ['retry_policy', 'num_retries'], 0);
    return null;
  }
  const fields =
    typeof value === 'object' ? flat(value as Plain, field) : [[field, value] as const];
  let isWritten = false;
  for (const [name, own] of fields) {
    for (const host of hosts) {
      if (
        writeField(policy, name, own, {
          route: entry(routes, host),
          cluster: entry(clusters, host),
        })
      )
        isWritten = true;
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
  const ofRoute = ROUTE[policy]?.[name];
  const ofCluster = THRESHOLDS[policy]?.[name];
  const ofOutliers = policy === 'outlierDetection' ? OUTLIERS[name] : undefined;
  const found = ofRoute ?? ofCluster ?? ofOutliers;
  const written = found?.[1](value) ?? null;
  if (found === undefined || written === null) return false;
  if (ofRoute !== undefined) put(route, found[0].split('.'), written);
  else if (ofOutliers !== undefined) put(cluster, ['outlier_detection', found[0]], written);
  else {
    const breakers = (cluster['circuit_breakers'] ??= { thresholds: [{}] }) as {
      thresholds: Record<string, unknown>[];
    };
    put(breakers.thresholds[0]!, found[0].split('.'), written);
  }
  return true;
}

function entry(all: Map<string, Record<string, unknown>>, name: string): Record<string, unknown> {
  const known = all.get(name) ?? {};
  all.set(name, known);
  return known;
}

function flat(value: Plain, outer: string): readonly (readonly [string, unknown])[] {
  return Object.entries(value).flatMap(([key, own]) => {
    const name = outer === '' ? key : `${outer}.${key}`;
    return typeof own === 'object' && own !== null && !Array.isArray(own)
      ? flat(own as Plain, name)
      : [[name, own] as const];
  });
}
