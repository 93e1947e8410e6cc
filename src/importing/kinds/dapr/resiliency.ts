import type { Cell } from '../../cell.js';
import { listBelow, REASON } from '../../reasons.js';
import type { System } from '../../system.js';
import { from, list, map, plain, type Written, type WrittenScalar } from '../../written.js';
import { durationOf } from '../istio/retries.js';
import { resource, type DocumentKind } from '../kind.js';
import { clusterOf } from '../kubernetes/cluster.js';
import { appsOf } from './apps.js';

/**
 * Resiliency of Dapr: `outbound` of the callers of an app. The sidecar repeats a call with its breaker and its time limit inside.
 * Sources: docs.dapr.io, Resiliency policies; dapr/kit retry/retry.go; dapr/dapr pkg/resiliency.
 */
export const daprResiliencies: DocumentKind = {
  recognises: resource(/^dapr\.io$/, 'Resiliency'),
  read(document, system) {
    clusterOf(system);
    system.later('routes', () => appsOf(system));
    // Calls are known then.
    system.later('policies', () => {
      for (const [id, target] of document.get('spec', 'targets', 'apps')?.entries() ?? [])
        addTarget(id, target, document, system);
      listBelow(document, {
        apiVersion: REASON.kind,
        kind: REASON.kind,
        metadata: REASON.name,
        scopes: REASON.name,
        'spec.targets.apps': 'no call of these files is known to reach this app',
        'spec.targets.components': 'the sidecar of an app has policies for calls of apps alone',
        'spec.targets.actors': 'actors are not simulated',
        'spec.policies': 'no app of these files has this policy, or it has no counterpart',
      });
    });
  },
};

function addTarget(id: string, target: Cell, document: Cell, system: System): void {
  const apps = appsOf(system);
  const callee = apps.get(id)?.component;
  const scopes = (document.get('scopes')?.items() ?? []).map((cell) => cell.text());
  const inScope = [...apps].flatMap(([name, { component }]) =>
    scopes.length === 0 || scopes.includes(name) ? [component] : [],
  );
  for (const edge of system.edges) {
    if (edge.to !== callee || !inScope.includes(edge.from)) continue;
    const known = edge.from.fields.get('outbound');
    const others = known?.kind === 'map' ? [...known.entries] : [];
    if (others.some(([name]) => name === callee.name)) continue;
    const bundle = bundleOf(target, document.get('spec', 'policies'));
    edge.from.fields.set('outbound', map([...others, [callee.name, bundle]]));
  }
}

function bundleOf(target: Cell, policies: Cell | undefined): Written {
  const named = (kind: string, field: string): Cell | undefined => {
    const name = target.get(field);
    name?.list(REASON.name);
    return policies?.get(kind, name?.text() ?? '');
  };
  const retry = retryOf(named('retries', 'retry'));
  const circuitBreaker = breakerOf(named('circuitBreakers', 'circuitBreaker'));
  const timeout = durationOf(named('timeouts', 'timeout'));
  const fields = { retry, circuitBreaker, timeout };
  const order = Object.entries(fields).flatMap(([field, value]) =>
    value === undefined ? [] : [plain(field)],
  );
  return map({ order: order.length > 1 ? list(order) : undefined, ...fields });
}

function usual(value: string | number): WrittenScalar {
  return { ...plain(value), note: 'Dapr default' };
}

/** Any number of tries unless `maxRetries` is 0 or more. */
function retryOf(retry: Cell | undefined): Written | undefined {
  if (retry === undefined) return undefined;
  const most = retry.get('maxRetries');
  const count = most?.number() ?? -1;
  if (count === 0) return undefined;
  const isGrowing = retry.get('policy')?.text()?.toLowerCase() === 'exponential';
  retry.get('policy')?.list(REASON.kind);
  const backoff = isGrowing
    ? map({
        kind: plain('exponential'),
        base: usual('500ms'),
        factor: usual(1.5),
        max: durationOf(retry.get('maxInterval')) ?? usual('60s'),
        jitter: usual('50%'),
      })
    : map({ kind: plain('constant'), base: durationOf(retry.get('duration')) ?? usual('5s') });
  const attempts = from(count < 0 ? 'unlimited' : count + 1, most);
  return map({ attempts, backoff });
}

/** The breaker of sony/gobreaker, which opens by consecutive failures alone here. */
function breakerOf(breaker: Cell | undefined): Written | undefined {
  const trip = breaker?.get('trip');
  const [, sign = '', number = ''] =
    /^\s*consecutiveFailures\s*(>=?)\s*(\d+)\s*$/.exec(trip?.text() ?? '') ?? [];
  if (breaker === undefined) return undefined;
  if (trip !== undefined && number === '') {
    trip.list('a condition of several figures: write `circuitBreaker` of kind gobreaker');
    return undefined;
  }
  const most = breaker.get('maxRequests');
  const failures =
    trip === undefined ? usual(6) : from(Number(number) + (sign === '>' ? 1 : 0), trip);
  return map({
    kind: plain('gobreaker'),
    maxRequests: (most?.number() ?? 0) >= 1 ? from(most!.number()!, most) : undefined,
    interval: durationOf(breaker.get('interval')),
    timeout: durationOf(breaker.get('timeout')),
    tripAfter: map({ consecutiveFailures: failures }),
  });
}
