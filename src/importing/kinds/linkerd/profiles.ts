import type { Cell } from '../../cell.js';
import { listBelow, REASON } from '../../reasons.js';
import type { TracedRequest } from '../../entrances.js';
import { requestPoliciesOf, takesPath } from '../../request-policies.js';
import type { Component, System } from '../../system.js';
import { from, list, map, plain, type Written } from '../../written.js';
import { durationOf } from '../istio/retries.js';
import { namespaceOf, resource, textsOf, type DocumentKind } from '../kind.js';
import { clusterOf } from '../kubernetes/cluster.js';
import { bundleOf } from '../mesh.js';
import { policiesIn } from './annotations.js';
import { noteInjection } from './injection.js';
import { calleeOf, linkerdMesh, profilesOf } from './mesh.js';

/** Policies of Linkerd: ServiceProfiles, and annotations of Services. A profile replaces the annotations. */
export const linkerd: DocumentKind = {
  recognises: resource(/^linkerd\.io$/, 'ServiceProfile'),
  read(document, system) {
    linkerdMesh(system);
    const isUsed = ['routes', 'dstOverrides'].some((key) => sizeOf(document.get('spec', key)) > 0);
    if (isUsed) profilesOf(system).push(document);
    system.later('routes', () => {
      if (isUsed) addProfile(document, system);
      listProfile(document);
    });
  },
  beside(document, system) {
    noteInjection(document, system);
    const annotations = document.get('metadata', 'annotations');
    const isService = document.get('kind')?.text() === 'Service';
    if (!isService || ![...textsOf(annotations).keys()].some((key) => POLICY.test(key))) return;
    linkerdMesh(system);
    system.later('settings', () => addAnnotations(document, annotations!, system));
  },
};

function sizeOf(list: Cell | undefined): number {
  return list?.items().length ?? 0;
}

const POLICY = /^(retry|timeout|balancer(\.alpha)?)\.linkerd\.io\//;

function addAnnotations(document: Cell, annotations: Cell, system: System): void {
  const name = document.get('metadata', 'name')?.text() ?? '';
  const callee = system.find(name, namespaceOf(document));
  if (callee === undefined) return;
  const bundle = bundleOf(linkerdMesh(system), callee);
  for (const [field, value] of policiesIn(annotations)) bundle.set(field, value);
}

/** Retries and limits that all routes of a profile share. Those of single routes belong to the endpoints that traces show. */
function addProfile(document: Cell, system: System): void {
  const callee = calleeOf(document, system);
  if (callee?.section !== 'services') return;
  const bundle = bundleOf(linkerdMesh(system), callee);
  const mostly = [...bundle.keys()].filter((field) => field !== 'loadBalancing');
  for (const field of mostly) bundle.delete(field);
  ignoreAnnotations(callee.name, system);
  const routes = document.get('spec', 'routes')?.items() ?? [];
  const retryable = routes.map((route) => route.get('isRetryable'));
  const limits = routes.map((route) => route.get('timeout'));
  const [limit] = limits;
  const isShared =
    retryable.every((cell) => (cell?.value === true) === (retryable[0]?.value === true)) &&
    limits.every((cell) => cell?.text() === limit?.text());
  if (!isShared) {
    addRoutes(routes, retryOf(document, []), callee, system);
    return;
  }
  if (retryable[0]?.value === true) bundle.set('retry', retryOf(document, retryable));
  const deadline = durationOf(limit);
  if (deadline?.kind === 'scalar') bundle.set('deadline', from(deadline.value, ...limits));
}

/** Routes that differ: traces show which endpoint is whose. The first one that takes a request counts, and all share one budget. */
function addRoutes(
  routes: readonly Cell[],
  retry: Written,
  callee: Component,
  system: System,
): void {
  const { name } = callee;
  requestPoliciesOf(system).set(callee, {
    shared: new Map([['retry', retry]]),
    of(request) {
      const route = routes.find((each) => takes(each.get('condition'), request));
      if (route === undefined) return null;
      const deadline = durationOf(route.get('timeout'));
      const isRetryable = route.get('isRetryable');
      return {
        own: new Map(deadline === undefined ? [] : [['deadline', deadline]]),
        sharing: isRetryable?.value === true ? [isRetryable] : null,
      };
    },
  });
  const some = (field: string): string =>
    `the routes of ${name} differ, and no trace has a request of this one: write \`${field}\` in \`mesh.outbound\` for its endpoint, such as \`${name}.ENDPOINT\``;
  for (const route of routes) {
    const isRetryable = route.get('isRetryable');
    isRetryable?.list(isRetryable.value === true ? some('retry') : 'nothing is repeated');
    route.get('timeout')?.list(some('deadline'));
  }
}

/** Source: linkerd2-proxy, linkerd/service-profiles/src/proto.rs (convert_req_match): an expression has to match the whole path. */
function takes(condition: Cell | undefined, request: TracedRequest): boolean {
  if (condition === undefined) return false;
  const parts = condition.entries().map(([key, own]) => {
    if (key === 'pathRegex') return takesPath(`~${own.text() ?? ''}`, request);
    if (key === 'method') return own.text()?.toUpperCase() === request.method;
    if (key === 'all') return own.items().every((each) => takes(each, request));
    if (key === 'any') return own.items().some((each) => takes(each, request));
    return key === 'not' && !takes(own, request);
  });
  return parts.every((isMet) => isMet);
}

/** Any number of tries after a 5xx, within the budget. Source: linkerd2, controller/api/destination/profile_translator.go. */
function retryOf(document: Cell, routes: readonly (Cell | undefined)[]): Written {
  const budget = document.get('spec', 'retryBudget');
  const byDefault = (value: string | number): Written => ({
    ...plain(value),
    note: 'Linkerd default',
  });
  const ratio = budget?.get('retryRatio');
  const least = budget?.get('minRetriesPerSecond');
  const share = ratio?.number();
  const count = least?.number();
  return map({
    attempts: from('unlimited', ...routes),
    on: list([plain('5xx')]),
    // Without a limit and without a wait, a try that fails in no time would never end.
    backoff: map({
      kind: plain('constant'),
      base: { ...plain('1ms'), note: 'at once in Linkerd' },
    }),
    budget: map({
      ratio: share === undefined ? byDefault('20%') : from(`${share * 100}%`, ratio),
      minPerSecond: count === undefined ? byDefault(10) : from(count, least),
      window: durationOf(budget?.get('ttl')) ?? byDefault('10s'),
    }),
  });
}

/** A profile switches off the annotations of its Service, failure accrual included. */
function ignoreAnnotations(component: string, system: System): void {
  for (const { name, namespace, document } of clusterOf(system).services) {
    if (system.find(name, namespace)?.name !== component) continue;
    for (const [key, cell] of document.get('metadata', 'annotations')?.entries() ?? [])
      if (POLICY.test(key)) cell.relist('Linkerd ignores it beside a ServiceProfile');
  }
}

function listProfile(document: Cell): void {
  const condition = 'which requests a route has: with traces, it chooses their endpoints';
  listBelow(document, {
    apiVersion: REASON.kind,
    kind: REASON.kind,
    metadata: REASON.name,
    'spec.routes.*.name': REASON.name,
    'spec.routes.*.condition': condition,
    'spec.routes.*.responseClasses': 'failures are those of status 5xx',
    'spec.retryBudget': 'it limits the retries of routes that are all `isRetryable`',
    'spec.opaquePorts': REASON.port,
    'spec.dstOverrides': 'write `mesh.routes` of the service',
  });
}
