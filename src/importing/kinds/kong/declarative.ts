import type { Cell } from '../../cell.js';
import type { Component, System } from '../../system.js';
import { guess, list, map, type Written, type WrittenMap } from '../../written.js';
import type { DocumentKind } from '../kind.js';
import { listKong } from './listed.js';
import { middlewareOf } from './plugins.js';
import { routeOf } from './routes.js';
import { bundleOf, servicesOf, type KongService } from './services.js';

/** The declarative files of one Kong. */
interface Kong {
  readonly documents: Cell[];
}

/** Services, routes, upstreams and plugins of Kong, as decK and DB-less mode read them: one gateway for all files. */
export const kongDeclarations: DocumentKind = {
  recognises: (document) =>
    document.get('_format_version') !== undefined ||
    (document.get('upstreams') !== undefined && document.get('version') === undefined),
  read(document, system) {
    const kong = system.shared('kong', (): Kong => {
      const made: Kong = { documents: [] };
      let gateway: Component | null = null;
      system.later('parts', () => {
        gateway = add(made, system);
      });
      system.later('routes', () => {
        if (gateway !== null) fill(gateway, made, system);
        for (const each of made.documents) listKong(each);
      });
      return made;
    });
    kong.documents.push(document);
  },
};

/** The gateway, if any file has a route. */
function add({ documents }: Kong, system: System): Component | null {
  const origin = documents
    .flatMap((document) => [
      ...(document.get('routes')?.items() ?? []),
      ...(document.get('services')?.items() ?? []).filter(
        (service) => (service.get('routes')?.items() ?? []).length > 0,
      ),
    ])
    .map((cell) => cell.get('name') ?? cell)[0];
  if (origin === undefined) return null;
  const component = system.add('kong', {
    section: 'gateways',
    product: 'kong',
    origins: [origin],
  });
  component.fields.set('replicas', guess(1));
  return component;
}

function fill(gateway: Component, { documents }: Kong, system: System): void {
  const services = documents.flatMap((document) => servicesOf(document, documents, system));
  const alone = documents.flatMap((document) => document.get('routes')?.items() ?? []);
  const routes = [
    ...services.flatMap((service) =>
      (service.cell.get('routes')?.items() ?? []).map((route) => ({ route, service })),
    ),
    ...alone.flatMap((route) => {
      const service = services.find((one) => isOf(route, one));
      return service === undefined ? [] : [{ route, service }];
    }),
  ];
  const written = routes.flatMap(({ route, service }) => {
    const own = middlewareOf([
      ...pluginsOf(service.cell, documents, 'service'),
      ...pluginsOf(route, documents, 'route'),
    ]);
    const read = routeOf(route, service, own, gateway, system);
    return read === null ? [] : [read];
  });
  if (written.length === 0) {
    const at = system.components.indexOf(gateway);
    if (at >= 0) system.components.splice(at, 1);
    return;
  }
  gateway.fields.set('routes', list(written));
  const plugins = documents.flatMap((document) => document.get('plugins')?.items() ?? []);
  const global = middlewareOf(plugins.filter((plugin) => SCOPES.every((key) => !plugin.get(key))));
  if (global.length > 0) gateway.fields.set('middleware', list(global));
  const outbound = outboundOf(services);
  if (outbound !== null) gateway.fields.set('outbound', outbound);
}

/** What a plugin of the whole file may belong to. */
const SCOPES = ['service', 'route', 'consumer', 'consumer_group'] as const;

/** The plugins of a service or a route: inside of it, or of the whole file with a reference to it. */
function pluginsOf(
  owner: Cell,
  documents: readonly Cell[],
  scope: 'service' | 'route',
): readonly Cell[] {
  const inside = owner.get('plugins')?.items() ?? [];
  const names = [owner.get('name')?.text(), owner.get('id')?.text()];
  const outside = documents
    .flatMap((document) => document.get('plugins')?.items() ?? [])
    .filter((plugin) => {
      const reference = referenceOf(plugin.get(scope));
      return reference !== undefined && names.includes(reference);
    });
  return [...inside, ...outside];
}

function isOf(route: Cell, { cell }: KongService): boolean {
  const wanted = referenceOf(route.get('service'));
  return (
    wanted !== undefined && [cell.get('name')?.text(), cell.get('id')?.text()].includes(wanted)
  );
}

/** A name, or `{ name }` or `{ id }`. */
function referenceOf(cell: Cell | undefined): string | undefined {
  return cell?.text() ?? cell?.get('name')?.text() ?? cell?.get('id')?.text();
}

/** Time limits and retries towards each service; two services of one component have those of the first. */
function outboundOf(services: readonly KongService[]): WrittenMap | null {
  const bundles = new Map<string, Written>();
  for (const service of services) {
    const bundle = bundleOf(service.cell);
    if (bundle.size === 0 || bundles.has(service.component.name)) continue;
    bundles.set(service.component.name, map(bundle));
  }
  return bundles.size === 0 ? null : map(bundles);
}
