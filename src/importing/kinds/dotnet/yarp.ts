import type { Cell } from '../../cell.js';
import type { Component, System } from '../../system.js';
import { targetsIn, type Backend } from '../../targets.js';
import { from, map, type WrittenMap } from '../../written.js';
import { byDefault } from '../ingress/controller.js';
import type { ProxyKind } from '../proxies/files.js';
import { backendsAt, fillGateway, type Route, type RouteMatch } from '../proxies/routes.js';
import { at, pathsOf, settingsOf, spanOf } from './settings.js';

/** YARP, whose routes and clusters are settings of its program. */
export const yarp: ProxyKind = {
  name: 'YARP',
  recognises: (document) => routesIn(document) !== undefined,
  isFile: (path) => path.endsWith('.json'),
  passes: () => true,
  connect(owner, documents, variables, system) {
    const settings = settingsOf(documents, variables);
    const clusters = at(settings, 'ReverseProxy', 'Clusters');
    const routes = [...(routesIn(settings)?.entries() ?? [])]
      .sort(([, a], [, b]) => before(a, b))
      .flatMap(([name, route]) => routeOf(name, route, clusters, owner, system));
    fillGateway(owner, routes, system, 'yarp');
    for (const document of documents) document.list(REST);
  },
};

const REST =
  'YARP or the program reads it, and no route to a component uses it, or it has no counterpart';
const CONDITION =
  'a condition on the query, or on a part of a header, has no counterpart: write the route';
const UNKNOWN = 'no service of these files has this address';

function routesIn(document: Cell): Cell | undefined {
  const routes = at(document, 'ReverseProxy', 'Routes');
  return routes?.isScalar === false ? routes : undefined;
}

/** `Order`, then the parts of the path: literal, parameter, rest. Source: dotnet/aspnetcore RoutePrecedence.cs, ComputeInbound. */
function before(a: Cell, b: Cell): number {
  const order = (route: Cell): number => at(route, 'Order')?.number() ?? 0;
  const [first, second] = [kindsOf(a), kindsOf(b)];
  const differing = first.findIndex((kind, k) => kind !== second[k]);
  const byPath =
    differing < 0 ? first.length - second.length : first[differing]! - (second[differing] ?? 0);
  const conditions = (route: Cell): number =>
    ['Hosts', 'Methods', 'Headers'].filter((key) => at(route, 'Match', key)).length;
  return order(a) - order(b) || byPath || conditions(b) - conditions(a);
}

/** How little each part of a path says. */
function kindsOf(route: Cell): readonly number[] {
  const path = at(route, 'Match', 'Path')?.text() ?? '/{**all}';
  return path
    .split('/')
    .filter((part) => part !== '')
    .map((part) =>
      part.startsWith('{*') ? 4 : !part.includes('{') ? 1 : part.includes(':') ? 2 : 3,
    );
}

function routeOf(
  name: string,
  route: Cell,
  clusters: Cell | undefined,
  owner: Component,
  system: System,
): readonly Route[] {
  const id = at(route, 'ClusterId');
  const cluster = at(clusters, id?.text() ?? '');
  const matched = matchOf(at(route, 'Match'));
  const [first, ...others] = targetsOf(cluster, owner, system);
  if (matched === null || first === undefined) {
    route.list(matched === null ? CONDITION : UNKNOWN);
    return [];
  }
  const limiter = at(route, 'RateLimiterPolicy');
  if (limiter !== undefined && !/^(disable|default)$/i.test(limiter.text() ?? '')) {
    limiter.list('its limit is in the code: write `rateLimit` in `middleware` of the route');
    system.ask(
      `Which limit is ${limiter.text()} of ${name} (${limiter.place})? The code of ${owner.name} has it: write it as \`rateLimit\` in \`middleware\` of the route`,
    );
  }
  id?.list('the addresses of its cluster count');
  const removed = (at(route, 'Transforms')?.items() ?? []).flatMap(
    (one) => at(one, 'PathRemovePrefix') ?? [],
  );
  return [
    {
      name,
      match: matched,
      origin: at(route, 'Match', 'Path') ?? first.host,
      targets: [first, ...others],
      limits: { policy: policyOf(route, cluster!) },
      rewrites: removed.map((cell) => ({ from: cell.text() ?? '', to: '' })),
    },
  ];
}

/** null = a condition without a counterpart. */
function matchOf(match: Cell | undefined): RouteMatch | null {
  const texts = (key: string): readonly string[] | null => {
    const found =
      at(match, key)
        ?.items()
        .map((one) => one.text() ?? '') ?? [];
    return found.length === 0 ? null : found;
  };
  if ((at(match, 'QueryParameters')?.items().length ?? 0) > 0) return null;
  const headers = at(match, 'Headers')?.items() ?? [];
  const known = headers.flatMap((one): (readonly [string, string])[] => {
    const values = at(one, 'Values')?.items() ?? [];
    const mode = at(one, 'Mode')?.text() ?? 'ExactHeader';
    const isExact = values.length === 1 && mode === 'ExactHeader';
    return isExact ? [[at(one, 'Name')?.text() ?? '', values[0]!.text() ?? '']] : [];
  });
  if (known.length < headers.length) return null;
  const path = at(match, 'Path')?.text();
  return {
    hosts: texts('Hosts')?.map((host) => host.replace(/:\d+$/, '')) ?? null,
    paths: path === undefined ? null : pathsOf(path),
    methods: texts('Methods'),
    headers: known.length === 0 ? null : known,
  };
}

/** The destinations of a cluster; with `FirstAlphabetical` one of them. */
function targetsOf(
  cluster: Cell | undefined,
  owner: Component,
  system: System,
): readonly Backend[] {
  const all = [...(at(cluster, 'Destinations')?.entries() ?? [])];
  const policy = at(cluster, 'LoadBalancingPolicy');
  const isFirst = policy?.text() === 'FirstAlphabetical';
  const used = isFirst ? all.sort(([a], [b]) => (a < b ? -1 : 1)).slice(0, 1) : all;
  return targetsIn(
    used.flatMap(([, destination]) => {
      const host = at(destination, 'Address');
      return host === undefined ? [] : backendsAt(host.text() ?? '', host, owner, system);
    }),
  );
}

/**
 * A request may be idle for 100 s, and has its `Timeout`; nothing is repeated. Source: dotnet/yarp src/ReverseProxy/Forwarder/
 * HttpForwarder.cs, ForwarderHttpClientFactory.cs.
 */
function policyOf(route: Cell, cluster: Cell): WrittenMap {
  const cells = [at(route, 'Timeout'), at(cluster, 'HttpRequest', 'ActivityTimeout')];
  const [shortest] = cells
    .flatMap((cell) => {
      const seconds = spanOf(cell);
      return seconds === undefined || seconds === 0 ? [] : [{ cell, seconds }];
    })
    .sort((a, b) => a.seconds - b.seconds);
  const most = at(cluster, 'HttpClient', 'MaxConnectionsPerServer');
  return map({
    timeout:
      shortest === undefined
        ? byDefault('100s', 'YARP')
        : from(`${shortest.seconds}s`, shortest.cell),
    connections: map({
      max: (most?.number() ?? 0) > 0 ? from(most!.number()!, most) : undefined,
      connectTimeout: byDefault('15s', 'YARP'),
    }),
  });
}
