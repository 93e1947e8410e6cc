import type { Cell } from '../../cell.js';
import type { Component, System } from '../../system.js';
import { from, map, plain, type Written, type WrittenMap } from '../../written.js';

/** What the documents of Istio say together. */
export interface Mesh {
  /** Bundle of the proxy by callee. */
  readonly bundles: Map<Component, Map<string, Written>>;
  /** Routes inside the mesh by callee. */
  readonly routes: Map<Component, Written>;
  /** Gateways by name. */
  readonly gateways: Map<string, Component>;
  /** Labels of a subset by `component/subset`. */
  readonly subsets: Map<string, ReadonlyMap<string, string>>;
  mtls: Cell | null;
  /** Worker threads of each proxy, if a file says them. */
  threads: Written | null;
}

/** The mesh of a system; it exists once a document of Istio is read. */
export function meshOf(system: System): Mesh {
  return system.shared('istio', () => {
    const mesh: Mesh = {
      bundles: new Map(),
      routes: new Map(),
      gateways: new Map(),
      subsets: new Map(),
      mtls: null,
      threads: null,
    };
    system.later('calls', () => system.sections.set('mesh', written(mesh)));
    return mesh;
  });
}

/** Fields of the bundle with which proxies call a component. */
export function bundleOf(mesh: Mesh, component: Component): Map<string, Written> {
  const known = mesh.bundles.get(component);
  if (known !== undefined) return known;
  const made = new Map<string, Written>();
  mesh.bundles.set(component, made);
  return made;
}

/** A bundle replaces the default one, so it repeats the retries that Istio adds by itself. */
function written({ bundles, routes, mtls, threads }: Mesh): WrittenMap {
  const inside = [...bundles].filter(([{ section }]) => section === 'services');
  const outbound = inside.map(([{ name }, fields]) => {
    const retry: readonly (readonly [string, Written])[] = fields.has('retry')
      ? []
      : [['retry', map({ kind: plain('istio') })]];
    return [name, map([...retry, ...fields])] as const;
  });
  const isMutual = mtls === null ? undefined : from(mtls.text() !== 'DISABLE', mtls);
  return map({
    kind: plain('istio'),
    mtls: isMutual,
    proxy: threads === null ? undefined : map({ concurrency: threads }),
    outbound: outbound.length === 0 ? undefined : map(outbound),
    routes:
      routes.size === 0
        ? undefined
        : map([...routes].map(([{ name }, own]) => [name, own] as const)),
  });
}
