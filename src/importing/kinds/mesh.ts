import type { Cell } from '../cell.js';
import type { Component, System } from '../system.js';
import { withoutVersions } from './mesh-versions.js';
import { from, list, map, type Written, type WrittenMap } from '../written.js';

/** A mesh that documents name. */
export interface MeshProduct {
  readonly kind: string;
  /** Retries of a callee without some of its own; null = none. */
  readonly retry: WrittenMap | null;
}

/** What all documents of a mesh say together. */
export interface Mesh {
  /** The first one counts. */
  readonly products: MeshProduct[];
  /** Bundle of the proxy by callee. */
  readonly bundles: Map<Component, Map<string, Written>>;
  /** Routes inside the mesh by callee. */
  readonly routes: Map<Component, Written>;
  /** Gateways by name. */
  readonly gateways: Map<string, Component>;
  /** The version that is a subset, by `component/subset`. */
  readonly subsets: Map<string, string>;
  /** Components that a file puts into the mesh; empty = all are in it. */
  readonly inside: Map<Component, Cell>;
  mtls: Cell | null;
  /** Worker threads of each proxy, if a file says them. */
  threads: Written | null;
}

/** The mesh of a system, which is written once a document names its product. */
export function meshOf(system: System): Mesh {
  return system.shared('mesh', () => {
    const mesh: Mesh = {
      products: [],
      bundles: new Map(),
      routes: new Map(),
      gateways: new Map(),
      subsets: new Map(),
      inside: new Map(),
      mtls: null,
      threads: null,
    };
    system.later('calls', () => {
      const [product, other] = mesh.products;
      if (product !== undefined) system.sections.set('mesh', written(mesh, product, system));
      if (product !== undefined && other !== undefined)
        system.ask(
          `Which mesh runs, ${product.kind} or ${other.kind}? These files have both, and its kind is ${product.kind} in the scenario`,
        );
    });
    // Ingresses have their routes then.
    system.later('policies', () => withoutVersions(new Set(mesh.routes.keys()), system));
    return mesh;
  });
}

/** The mesh of a system, after a document of a product. */
export function meshWith(product: MeshProduct, system: System): Mesh {
  const mesh = meshOf(system);
  if (!mesh.products.includes(product)) mesh.products.push(product);
  return mesh;
}

/** Fields of the bundle with which proxies call a component. */
export function bundleOf(mesh: Mesh, component: Component): Map<string, Written> {
  const known = mesh.bundles.get(component);
  if (known !== undefined) return known;
  const made = new Map<string, Written>();
  mesh.bundles.set(component, made);
  return made;
}

/** A bundle replaces the default one, so it repeats the retries that the product adds by itself. */
function written(mesh: Mesh, product: MeshProduct, { components }: System): WrittenMap {
  const { bundles, routes, inside, mtls, threads } = mesh;
  const isPart = ({ section }: Component): boolean => section === 'services';
  const outbound = [...bundles].flatMap(([callee, fields]) => {
    const retry =
      product.retry === null || fields.has('retry') ? [] : [['retry', product.retry] as const];
    return isPart(callee) && retry.length + fields.size > 0
      ? [[callee.name, map([...retry, ...fields])] as const]
      : [];
  });
  const all = components.filter((one) => isPart(one) && !one.isLoad);
  const some = [...inside].filter(([one]) => all.includes(one));
  const isWhole = some.length === 0 || some.length === all.length;
  return map({
    kind: from(product.kind, some[0]?.[1]),
    services: isWhole ? undefined : list(some.map(([{ name }, cell]) => from(name, cell))),
    mtls: mtls === null ? undefined : from(mtls.text() !== 'DISABLE', mtls),
    proxy: threads === null ? undefined : map({ concurrency: threads }),
    outbound: outbound.length === 0 ? undefined : map(outbound),
    routes:
      routes.size === 0
        ? undefined
        : map([...routes].map(([{ name }, own]) => [name, own] as const)),
  });
}
