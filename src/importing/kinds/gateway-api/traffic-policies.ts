import type { Cell } from '../../cell.js';
import { listBelow, REASON } from '../../reasons.js';
import { filled, from, list, map, plain, type Written, type WrittenMap } from '../../written.js';
import { durationOf, outcomesOf } from '../istio/retries.js';
import { namespaceOf, resource, type DocumentKind } from '../kind.js';
import { gatewaysOf } from './gateways.js';
import { rankedRoutes, type Ranked } from './routes.js';

/**
 * Settings of Envoy Gateway for the calls of its routes. Those of a route replace those of its gateway; limits that the
 * HTTPRoute itself has stay. Source: envoyproxy/gateway 23cea5a, api/v1alpha1: backendtrafficpolicy_types.go, retry_types.go,
 * circuitbreaker_types.go, timeout_types.go, healthcheck_types.go.
 */
export const trafficPolicies: DocumentKind = {
  recognises: resource(/^gateway\.envoyproxy\.io$/, 'BackendTrafficPolicy'),
  read(document, system) {
    const spec = document.get('spec');
    const single = spec?.get('targetRef');
    const targets = spec?.get('targetRefs')?.items() ?? (single === undefined ? [] : [single]);
    system.later('calls', () => {
      const bundle = bundleOf(spec);
      for (const gateway of new Set(gatewaysOf(system).values())) {
        const routes = rankedRoutes(gateway, system);
        routes.forEach((ranked, k) => {
          const level = Math.max(0, ...targets.map((target) => levelOf(document, target, ranked)));
          if (level <= ranked.level) return;
          const own = ranked.own?.kind === 'map' ? ranked.own.entries : [];
          const policy = map([...bundle, ...own]);
          const route = system.rewriting(
            map([...ranked.route.entries, ['policy', policy]]),
            system.rewrites.get(ranked.route) ?? [],
          );
          routes[k] = { ...ranked, level, route };
        });
        if (routes.length > 0) gateway.fields.set('routes', list(routes.map(({ route }) => route)));
      }
      listPolicy(document);
    });
  },
};

/** How exactly a policy means a route: by its gateway, its document, or its rule; 0 = not at all. */
function levelOf(document: Cell, target: Cell, { gateway, owner, rule }: Ranked): number {
  const name = `${namespaceOf(document)}/${target.get('name')?.text()}`;
  const section = target.get('sectionName')?.text();
  if (target.get('kind')?.text() === 'Gateway') return name === gateway ? 1 : 0;
  if (name !== owner) return 0;
  if (section === undefined) return 2;
  return section === rule ? 3 : 0;
}

function bundleOf(spec: Cell | undefined): Map<string, Written> {
  const fields = new Map<string, Written>();
  const set = (name: string, value: Written | undefined): void => {
    if (value !== undefined) fields.set(name, value);
  };
  const breaker = spec?.get('circuitBreaker');
  const connections = map({
    connectTimeout: durationOf(spec?.get('timeout', 'tcp', 'connectTimeout')),
    maxRequests: countOf(breaker?.get('maxRequestsPerConnection')),
  });
  if (breaker !== undefined || connections.entries.size > 0) fields.set('connections', connections);
  set('bulkhead', limitsOf(breaker));
  set('deadline', durationOf(spec?.get('timeout', 'http', 'requestTimeout')));
  const retry = spec?.get('retry');
  set('timeout', durationOf(retry?.get('perRetry', 'timeout')));
  set('retry', retryOf(retry, breaker));
  set('outlierDetection', outliersOf(spec?.get('healthCheck', 'passive')));
  set('loadBalancing', balancerOf(spec?.get('loadBalancer', 'type')));
  return fields;
}

/** A limit from 10^9 on is written where none is wanted. */
function countOf(cell: Cell | undefined): Written | undefined {
  const count = cell?.number();
  return count === undefined ? undefined : from(count >= 1e9 ? 'unlimited' : count, cell);
}

function limitsOf(breaker: Cell | undefined): Written | undefined {
  const fields = filled(
    map({
      maxConnections: countOf(breaker?.get('maxConnections')),
      maxPendingRequests: countOf(breaker?.get('maxPendingRequests')),
      maxRequests: countOf(breaker?.get('maxParallelRequests')),
    }),
  );
  return fields === undefined ? undefined : map([['kind', plain('envoy')], ...fields.entries]);
}

/** Tries after the first one: 2 unless the policy says otherwise, after failed connections and a 503. */
function retryOf(retry: Cell | undefined, breaker: Cell | undefined): WrittenMap | undefined {
  if (retry === undefined) return undefined;
  const count = retry.get('numRetries');
  const tries = count?.number();
  if (tries === 0) return map({ kind: plain('envoy'), attempts: from(1, count) });
  const codes = retry.get('retryOn', 'httpStatusCodes');
  const outcomes =
    outcomesOf(retry.get('retryOn', 'triggers'), codes) ?? list([plain('connect'), plain(503)]);
  const most = countOf(breaker?.get('maxParallelRetries'));
  return map({
    kind: plain('envoy'),
    attempts: tries === undefined ? plain(3) : from(tries + 1, count),
    on: outcomes,
    backoff: filled(
      map({
        base: durationOf(retry.get('perRetry', 'backOff', 'baseInterval')),
        max: durationOf(retry.get('perRetry', 'backOff', 'maxInterval')),
      }),
    ),
    budget: most === undefined ? undefined : map({ kind: plain('concurrent'), max: most }),
  });
}

/** With its defaults, of which the interval of 3 s is not Envoy's. */
function outliersOf(passive: Cell | undefined): Written | undefined {
  if (passive === undefined) return undefined;
  const percent = passive.get('maxEjectionPercent');
  const gatewayErrors = countOf(passive.get('consecutiveGatewayErrors'));
  const split = passive.get('splitExternalLocalOriginErrors');
  return map({
    kind: plain('envoy'),
    consecutive5xx: countOf(passive.get('consecutive5XxErrors')),
    consecutiveGatewayFailure: gatewayErrors,
    splitExternalLocalOriginErrors:
      typeof split?.value === 'boolean' ? from(split.value, split) : undefined,
    consecutiveLocalOriginFailure:
      split?.value === true ? countOf(passive.get('consecutiveLocalOriginFailures')) : undefined,
    interval: durationOf(passive.get('interval')) ?? plain('3s'),
    baseEjectionTime: durationOf(passive.get('baseEjectionTime')),
    maxEjectionPercent:
      percent?.number() === undefined ? undefined : from(`${percent.number()}%`, percent),
  });
}

const BALANCERS: Readonly<Record<string, string>> = {
  RoundRobin: 'roundRobin',
  LeastRequest: 'leastRequest',
  Random: 'random',
};

function balancerOf(type: Cell | undefined): Written | undefined {
  const kind = BALANCERS[type?.text() ?? ''];
  return kind === undefined ? undefined : map({ kind: from(kind, type) });
}

function listPolicy(document: Cell): void {
  listBelow(document, {
    apiVersion: REASON.kind,
    kind: REASON.kind,
    metadata: REASON.name,
    'spec.targetRef': REASON.label,
    'spec.targetRefs': REASON.label,
    'spec.healthCheck.active': 'the gateway asks instances by itself, which is not simulated',
    'spec.rateLimit': 'write it as `rateLimit` of the route: a limit for each client needs `per`',
    'spec.faultInjection': 'write it under `faults`, with when it begins and ends',
    'spec.retry.retryOn': 'no try is repeated, or no condition has a counterpart',
  });
  document.list('no route of these files is meant, or the setting has no counterpart');
}
