import type { Cell } from '../../cell.js';
import { listBelow, REASON } from '../../reasons.js';
import type { System } from '../../system.js';
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
  name: 'Linkerd ServiceProfile',
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

/** Retries and limits that all routes of a profile share; those of single routes are listed with the line to write. */
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
  if (retryable.length > 0 && retryable.every((cell) => cell?.value === true))
    bundle.set('retry', retryOf(document, retryable));
  if (limit !== undefined && limits.every((cell) => cell?.text() === limit.text())) {
    const deadline = durationOf(limit);
    if (deadline?.kind === 'scalar') bundle.set('deadline', from(deadline.value, ...limits));
  }
  const some = (field: string): string =>
    `not all routes of ${callee.name} have it: write \`${field}\` in \`mesh.outbound\` for its endpoints, such as \`${callee.name}.ENDPOINT\``;
  for (const cell of retryable) cell?.list(some('retry'));
  for (const cell of limits) cell?.list(some('deadline'));
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
  const condition = 'which requests a route has: the endpoints of the scenario have one policy';
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
