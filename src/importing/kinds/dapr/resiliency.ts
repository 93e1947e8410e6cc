import type { Cell } from '../../cell.js';
import { listBelow, REASON } from '../../reasons.js';
import type { System } from '../../system.js';
import { from, list, map, plain, type Written, type WrittenScalar } from '../../written.js';
import { durationOf } from '../istio/retries.js';
import { resource, type DocumentKind } from '../kind.js';
import { invokedIn } from '../kubernetes/addresses.js';
import { clusterOf } from '../kubernetes/cluster.js';
import { appsOf, idOf } from './apps.js';

/**
 * Resiliency of Dapr: `outbound` of the callers of an app. The sidecar repeats a call with its breaker and its time limit inside.
 * Sources: docs.dapr.io, Resiliency policies; dapr/kit retry/retry.go; dapr/dapr pkg/resiliency.
 */
export const daprResiliencies: DocumentKind = {
  recognises: resource(/^dapr\.io$/, 'Resiliency'),
  read: (document, system) => void resilienciesOf(system).push(document),
  beside(document, system) {
    if (idOf(document) !== undefined) resilienciesOf(system);
  },
};

/** All documents with policies, which Dapr merges for each app. */
export function resilienciesOf(system: System): Cell[] {
  return system.shared('policies of Dapr', () => {
    const documents: Cell[] = [];
    clusterOf(system);
    system.later('routes', () => appsOf(system));
    // Calls are known then.
    system.later('policies', () => {
      addPolicies(documents, system);
      for (const document of documents)
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
    return documents;
  });
}

function addPolicies(documents: readonly Cell[], system: System): void {
  const ids = new Map([...appsOf(system)].map(([id, { component }]) => [component, id]));
  for (const { from: caller, to, origins } of system.edges) {
    const [own, id] = [ids.get(caller), ids.get(to)];
    if (own === undefined || id === undefined) continue;
    const known = caller.fields.get('outbound');
    const others = known?.kind === 'map' ? [...known.entries] : [];
    if (others.some(([name]) => name === to.name)) continue;
    const isInScope = (document: Cell): boolean => {
      const scopes = (document.get('scopes')?.items() ?? []).map((cell) => cell.text());
      return scopes.length === 0 || scopes.includes(own);
    };
    // An address of a program leads past the sidecar.
    const isInvoked = origins.some(
      (cell) => cell.text() === id || invokedIn(cell.text() ?? '')?.split('.')[0] === id,
    );
    const bundle = bundleOf(id, documents.filter(isInScope), isInvoked);
    if (bundle === null) continue;
    caller.fields.set('outbound', map([...others, [to.name, bundle]]));
  }
}

/** The policies of the target of an app; without one the default policies, and without these the retries that Dapr has itself. */
function bundleOf(id: string, documents: readonly Cell[], isInvoked: boolean): Written | null {
  const below = (...path: readonly string[]): Cell | undefined =>
    documents.flatMap((document) => document.get('spec', ...path) ?? []).at(-1);
  const target = below('targets', 'apps', id);
  const policy = (kind: string, field: string): Cell | undefined => {
    const name = target?.get(field);
    name?.list(REASON.name);
    const word = `${field[0]!.toUpperCase()}${field.slice(1)}Policy`;
    return target === undefined
      ? (below('policies', kind, `DefaultApp${word}`) ?? below('policies', kind, `Default${word}`))
      : below('policies', kind, name?.text() ?? '');
  };
  const retry = retryOf(policy('retries', 'retry'));
  const circuitBreaker = breakerOf(policy('circuitBreakers', 'circuitBreaker'));
  const timeout = durationOf(policy('timeouts', 'timeout'));
  const fields = { retry, circuitBreaker, timeout };
  const order = Object.entries(fields).flatMap(([field, value]) =>
    value === undefined ? [] : [plain(field)],
  );
  if (target === undefined && order.length === 0) {
    const own = below('policies', 'retries', 'DaprBuiltInServiceRetries');
    return isInvoked ? map({ retry: builtIn(own) }) : null;
  }
  return map({ order: order.length > 1 ? list(order) : undefined, ...fields });
}

/**
 * The retries of calls between sidecars: of a failed connection alone, and at least three. Source: dapr/dapr, resiliency.go
 * (addBuiltInPolicies, decodePolicies), direct_messaging.go.
 */
function builtIn(own: Cell | undefined): Written {
  const most = own?.get('maxRetries');
  const count = own === undefined ? 3 : (most?.number() ?? -1);
  const attempts =
    count < 3 ? { ...usual(4), origins: most === undefined ? [] : [most] } : from(count + 1, most);
  const backoff = own === undefined ? undefined : backoffOf(own);
  return map({
    attempts,
    on: list([plain('connect'), plain('reset')]),
    backoff: backoff ?? map({ kind: plain('constant'), base: usual('1s') }),
  });
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
  const attempts = from(count < 0 ? 'unlimited' : count + 1, most);
  return map({ attempts, backoff: backoffOf(retry) });
}

function backoffOf(retry: Cell): Written {
  const isGrowing = retry.get('policy')?.text()?.toLowerCase() === 'exponential';
  retry.get('policy')?.list(REASON.kind);
  return isGrowing
    ? map({
        kind: plain('exponential'),
        base: usual('500ms'),
        factor: usual(1.5),
        max: durationOf(retry.get('maxInterval')) ?? usual('60s'),
        jitter: usual('50%'),
      })
    : map({ kind: plain('constant'), base: durationOf(retry.get('duration')) ?? usual('5s') });
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
