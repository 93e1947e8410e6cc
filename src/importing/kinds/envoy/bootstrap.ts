import type { Cell } from '../../cell.js';
import type { Component, System } from '../../system.js';
import { guess, list } from '../../written.js';
import type { DocumentKind } from '../kind.js';
import { clusterEntries, readClusters, type Cluster } from './clusters.js';
import { addThreads, processOf } from './processes.js';
import { routesOf } from './routes.js';
import { listBootstrap } from './listed.js';

/** Static configuration of an Envoy process: each listener with HTTP routes is a gateway. */
export const envoyBootstraps: DocumentKind = {
  name: 'Envoy bootstrap',
  recognises: (document) => document.get('static_resources') !== undefined,
  read(document, system) {
    const gateways: { readonly component: Component; readonly manager: Cell }[] = [];
    clusterEntries(system);
    const all = bootstrapsOf(system);
    all.push(document);
    // Containers of other files are parts of the system by then.
    system.later('settings', () => {
      let proxy = processOf(document, all, nodeOf(document), system);
      const name = proxy?.component.name ?? nameOf(document, system);
      for (const listener of document.get('static_resources', 'listeners')?.items() ?? []) {
        for (const manager of managersOf(listener)) {
          if (virtualHostsOf(manager).length === 0) continue;
          const origin = manager.get('stat_prefix') ?? manager.get('@type') ?? listener;
          const component = proxy?.component ?? addGateway(name, origin, system);
          component.section = 'gateways';
          component.product = 'envoy';
          addThreads(component, proxy, system);
          // Other listeners of the process are gateways of their own.
          proxy = undefined;
          gateways.push({ component, manager });
        }
      }
    });
    system.later('routes', () => {
      const cells = document.get('static_resources', 'clusters')?.items() ?? [];
      const clusters = readClusters(cells, system);
      for (const { component, manager } of gateways)
        route(component, manager, { clusters, system });
      // A gateway without a route that leads anywhere has nothing to do.
      for (const { component } of gateways) {
        if (component.requests.length === 0) remove(component, system);
      }
      listBootstrap(document);
    });
  },
};

/** The bootstraps of all files. */
function bootstrapsOf(system: System): Cell[] {
  return system.shared('bootstraps of Envoy', () => []);
}

function addGateway(name: string, origin: Cell, system: System): Component {
  const component = system.add(name, { section: 'gateways', product: 'envoy', origins: [origin] });
  component.fields.set('replicas', guess(1));
  return component;
}

/** What the user calls the file, the node of the process, or `envoy`. */
function nameOf(document: Cell, { names }: System): string {
  return names.mappedTo(document.file) ?? nodeOf(document) ?? 'envoy';
}

function nodeOf(document: Cell): string | undefined {
  return document.get('node', 'cluster')?.text() ?? document.get('node', 'id')?.text();
}

/** The filters of a listener that route HTTP, in all its chains. */
function managersOf(listener: Cell): readonly Cell[] {
  const chains = [
    ...(listener.get('filter_chains')?.items() ?? []),
    ...(listener.get('default_filter_chain') === undefined
      ? []
      : [listener.get('default_filter_chain')!]),
  ];
  return chains.flatMap((chain) =>
    (chain.get('filters')?.items() ?? []).flatMap((filter) => {
      const config = filter.get('typed_config');
      return /HttpConnectionManager$/.test(config?.get('@type')?.text() ?? '') ? [config!] : [];
    }),
  );
}

function virtualHostsOf(manager: Cell): readonly Cell[] {
  return manager.get('route_config', 'virtual_hosts')?.items() ?? [];
}

/** The routes of a gateway. */
function route(
  gateway: Component,
  manager: Cell,
  by: { readonly clusters: ReadonlyMap<string, Cluster>; readonly system: System },
): void {
  const routes = virtualHostsOf(manager).flatMap((host) => routesOf(host, gateway, by));
  if (routes.length > 0) gateway.fields.set('routes', list(routes));
}

function remove(component: Component, system: System): void {
  const at = system.components.indexOf(component);
  if (at >= 0) system.components.splice(at, 1);
}
