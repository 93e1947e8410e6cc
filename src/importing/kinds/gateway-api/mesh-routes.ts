import type { Cell } from '../../cell.js';
import type { Component, System } from '../../system.js';
import { sharesOf, targetsIn, backendNamed } from '../../targets.js';
import { from, list, map, plain, type Written, type WrittenMap } from '../../written.js';
import { namespaceOf } from '../kind.js';
import { policiesIn } from '../linkerd/annotations.js';
import { hasProfile } from '../linkerd/mesh.js';
import { bundleOf, meshOf } from '../mesh.js';
import { apiMatches, type ApiMatch } from './matches.js';
import { policyOf } from './policies.js';

/**
 * Routes of the calls of a service inside a mesh, whose parent is a Service: by headers, and to several services. Source:
 * gateway-api.sigs.k8s.io, GAMMA. Limits are those of the rule for all calls. Linkerd has annotations beside them.
 */
export function addMeshRoutes(document: Cell, parent: Cell, system: System): void {
  const namespace = parent.get('namespace')?.text() ?? namespaceOf(document);
  const callee = system.find(parent.get('name')?.text() ?? '', namespace);
  const mesh = meshOf(system);
  if (callee?.section !== 'services' || mesh.products.length === 0) return;
  if (hasProfile(callee, system)) {
    document.list('Linkerd uses the ServiceProfile of this Service, and no HTTPRoute');
    return;
  }
  const rules = (document.get('spec', 'rules')?.items() ?? []).flatMap((rule) =>
    apiMatches(rule)
      .filter(isOfHeaders)
      .map(({ written }) => ({ rule, headers: written.headers })),
  );
  // The most exact condition goes first, whatever the order of the rules.
  rules.sort((a, b) => sizeOf(b.headers) - sizeOf(a.headers));
  const rest = rules.find(({ headers }) => headers === undefined);
  if (rest !== undefined) {
    const annotations = document.get('metadata', 'annotations');
    const own = annotations === undefined ? [] : policiesIn(annotations);
    const bundle = bundleOf(mesh, callee);
    for (const [field, value] of [...policyOf(rest.rule).entries, ...own]) bundle.set(field, value);
  }
  const routes = rules.flatMap(({ rule, headers }, k) => {
    const to = targetOf(rule, callee, namespaceOf(document), system);
    const match = headers === undefined ? undefined : map({ headers });
    return to === null ? [] : [map({ name: plain(`route-${k + 1}`), match, to })];
  });
  if (!routes.some((route) => isChoice(route, callee))) return;
  const others = map({ name: plain('rest'), to: plain(callee.name) });
  const isWhole = routes.at(-1)!.entries.has('match') === false;
  mesh.routes.set(callee, list(isWhole ? routes : [...routes, others]));
}

/** Inside a mesh a route is chosen by headers alone. */
function isOfHeaders({ written: { path, method } }: ApiMatch): boolean {
  const isEvery = path?.kind === 'scalar' && path.value === '/*';
  return isEvery && method === undefined;
}

function sizeOf(headers: Written | undefined): number {
  return headers?.kind === 'map' ? headers.entries.size : 0;
}

function isChoice(route: WrittenMap, { name }: Component): boolean {
  const to = route.entries.get('to');
  return to?.kind !== 'scalar' || to.value !== name;
}

function targetOf(
  rule: Cell,
  callee: Component,
  namespace: string,
  system: System,
): Written | null {
  const found = (rule.get('backendRefs')?.items() ?? []).flatMap((reference) => {
    const own = reference.get('namespace')?.text() ?? namespace;
    const weight = reference.get('weight');
    const [backend] = backendNamed(reference.get('name'), own, system, { weight });
    if (backend?.component.section !== 'services') return [];
    if (backend.component !== callee) system.inner.set(backend.component, backend.host);
    return [backend];
  });
  const targets = targetsIn(found);
  const [first] = targets;
  if (first === undefined) return null;
  return targets.length === 1 ? from(first.name, first.host) : sharesOf(targets);
}
