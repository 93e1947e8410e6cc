import type { Cell } from '../../cell.js';
import type { Component, System } from '../../system.js';
import { guess, list } from '../../written.js';
import type { DocumentKind } from '../kind.js';
import { clusterEntries, readClusters, type Cluster } from './clusters.js';
import { addThreads, processOf } from './processes.js';
import { fillingWith } from './templates.js';
import { routesOf } from './routes.js';
import { listBootstrap } from './listed.js';

/** Static configuration of an Envoy process: each listener with HTTP routes is a gateway. */
export const envoyBootstraps: DocumentKind = {
  recognises: (document) => document.get('static_resources') !== undefined,
  read(document, system) {
    const gateways: { readonly component: Component; readonly manager: Cell }[] = [];
    clusterEntries(system);
    const all = bootstrapsOf(system);
    all.push(document);
    let filled = fillingWith(undefined, system);
    // Containers of other files are parts of the system by then.
    system.later('settings', () => {
      let proxy = processOf(document, all, nodeOf(document), system);
      filled = fillingWith(proxy?.component, system);
      const name = proxy?.component.name ?? nameOf(document, system);
      for (const { listener, inner } of listenersOf(document)) {
        for (const manager of managersOf(listener)) {
          if (virtualHostsOf(manager).length === 0) continue;
          const origin = manager.get('stat_prefix') ?? manager.get('@type') ?? listener;
          const component = proxy?.component ?? addGateway(name, origin, system);
          component.section = 'gateways';
          component.product = 'envoy';
          addThreads(component, proxy, system);
          if (inner !== undefined) {
            inner.put();
            system.inner.set(component, inner);
          }
          // Other listeners of the process are gateways of their own.
          proxy = undefined;
          gateways.push({ component, manager });
        }
      }
    });
    system.later('routes', () => {
      const cells = document.get('static_resources', 'clusters')?.items() ?? [];
      const clusters = readClusters(cells, filled, system);
      for (const { component, manager } of gateways)
        route(component, manager, { clusters, system });
      // A gateway without a route that leads anywhere has nothing to do.
      for (const { component } of gateways) {
        if (component.requests.length === 0) remove(component, system);
      }
      system.later('calls', () =>
        askAboutInner(
          gateways.map(({ component }) => component),
          system,
        ),
      );
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

/** Listeners, those of users first: the process is the gateway of the first one. If none is open to them, all are. */
function listenersOf(
  document: Cell,
): readonly { readonly listener: Cell; readonly inner: Cell | undefined }[] {
  const all = (document.get('static_resources', 'listeners')?.items() ?? []).map((listener) => ({
    listener,
    inner: innerOf(listener),
  }));
  const open = all.filter(({ inner }) => inner === undefined);
  const closed = all.filter(({ inner }) => inner !== undefined);
  return open.length > 0
    ? [...open, ...closed]
    : closed.map(({ listener }) => ({ listener, inner: undefined }));
}

/**
 * What says that a listener gets no requests of users: its direction, or an address that only the processes of its machine reach.
 * Source: envoyproxy.io, api-v3/config/listener/v3/listener.proto (traffic_direction), core/v3/address.proto.
 */
function innerOf(listener: Cell): Cell | undefined {
  const direction = listener.get('traffic_direction');
  const host = listener.get('address', 'socket_address', 'address');
  const others = [
    listener.get('internal_listener'),
    listener.get('address', 'pipe', 'path'),
    listener.get('address', 'envoy_internal_address', 'server_listener_name'),
  ];
  if (direction?.text() === 'OUTBOUND') return direction;
  if (/^(127\.\d+\.\d+\.\d+|::1|localhost)$/.test(host?.text() ?? '')) return host;
  return others.find((cell) => cell !== undefined);
}

/** Asks for the callers of inner listeners that no address leads to. */
function askAboutInner(gateways: readonly Component[], system: System): void {
  for (const component of gateways) {
    const cell = system.inner.get(component);
    const isCalled = system.edges.some(({ to }) => to === component);
    if (cell === undefined || isCalled || !system.components.includes(component)) continue;
    system.ask(
      `Which component calls ${component.name}? Its listener (${cell.place}: ${cell.text() ?? cell.path}) gets no requests of users, so it has no load`,
    );
  }
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
