import type { Cell } from '../../cell.js';
import { allowedName } from '../../names.js';
import { listBelow, REASON } from '../../reasons.js';
import { rewriteOf, stripped, type Rewrite } from '../../rewrites.js';
import type { Component, System } from '../../system.js';
import {
  filled,
  from,
  fromLater,
  list,
  map,
  plain,
  type Written,
  oneOrAll,
} from '../../written.js';
import { hostsIn } from '../kubernetes/addresses.js';
import { filtered, type Filtered } from './gateway-filters.js';
import { durationIn, property, valueOf } from './properties.js';

/** Where Spring Cloud Gateway keeps its settings: before version 4.3, and since, in both its servers. */
const PLACES = ['gateway', 'gateway.server.webflux', 'gateway.server.webmvc', 'gateway.mvc'];

/** Makes a gateway of a service whose file has routes. */
export function routeRequests(document: Cell, component: Component, system: System): void {
  for (const place of PLACES) {
    const settings = property(document, `spring.cloud.${place}`);
    const routes = property(settings, 'routes')?.items() ?? [];
    const limit = durationIn(property(settings, 'httpclient.response-timeout'));
    const shared = property(settings, 'default-filters')?.items() ?? [];
    const found = routes.flatMap((route) => {
      const own = durationIn(property(route, 'metadata.response-timeout')) ?? limit;
      const all = [...shared, ...(route.get('filters')?.items() ?? [])];
      const filters = filtered(all, document, own);
      const read = readRoute(route, component, system);
      return read === null ? [] : [{ ...read, filters }];
    });
    for (const cell of shared) cell.list(FILTER);
    const clusters = sharedBreakers(found, system);
    const read = found.map(({ rewrites, filters, fields }) => {
      const { middleware, breaker } = filters;
      const cluster = clusters.get(breaker?.name ?? '');
      const policy = new Map(filters.policy);
      if (cluster !== undefined) policy.delete('circuitBreaker');
      const own = map([
        ...map({ cluster: cluster === undefined ? undefined : plain(cluster) }).entries,
        ...policy,
      ]);
      const written = map({
        ...fields,
        middleware: middleware.length === 0 ? undefined : list(middleware),
        policy: filled(own),
      });
      return system.rewriting(written, rewrites);
    });
    if (read.length === 0) continue;
    component.section = 'gateways';
    component.product = 'spring';
    component.fields.set('routes', list(read));
  }
}

const FILTER = 'what a filter does to a request is not simulated: write `policy` or `middleware`';

interface ReadRoute {
  readonly target: Component;
  readonly fields: Readonly<Record<string, Written>>;
  readonly rewrites: readonly (Rewrite | null)[];
}

/**
 * The cluster of each breaker that several routes name: by its name, which all its callees share. Source: spring-cloud/
 * spring-cloud-circuitbreaker, ReactiveResilience4JCircuitBreakerFactory.java (create).
 */
function sharedBreakers(
  routes: readonly { readonly target: Component; readonly filters: Filtered }[],
  system: System,
): ReadonlyMap<string, string> {
  const clusters = new Map<string, string>();
  const known = system.sections.get('clusters');
  const entries = new Map(known?.kind === 'map' ? known.entries : []);
  for (const { filters } of routes) {
    const { breaker } = filters;
    const users = routes.filter((one) => one.filters.breaker?.name === breaker?.name);
    if (breaker === null || users.length < 2 || clusters.has(breaker.name)) continue;
    const callees = [...new Set(users.map(({ target }) => target.name))];
    const name = allowedName(breaker.name);
    clusters.set(breaker.name, name);
    entries.set(
      name,
      map({ callees: list(callees.map((one) => plain(one))), circuitBreaker: breaker.written }),
    );
  }
  if (clusters.size > 0) system.sections.set('clusters', map(entries));
  return clusters;
}

function readRoute(route: Cell, gateway: Component, system: System): ReadRoute | null {
  const uri = route.get('uri');
  const target = targetOf(uri, system);
  const match = matchOf(route);
  listBelow(route, {
    id: REASON.name,
    filters: FILTER,
    metadata: REASON.label,
    order: 'routes are tried in the order of the file',
  });
  if (target === undefined || match === null || target === gateway || uri === undefined) {
    route.list('no service of these files is its target, or no counterpart has its condition');
    return null;
  }
  system.connect(gateway, target, uri);
  const name = `route-${gateway.requests.length + 1}`;
  gateway.requests.push(
    map({
      name: plain(name),
      path: plain(match.sample),
      method: match.method === undefined ? undefined : plain(match.method.split(',')[0]!),
    }),
  );
  const filters = route.get('filters')?.items() ?? [];
  return {
    target,
    fields: {
      name: plain(name),
      match: match.written,
      to: fromLater(() => system.targetOf(target), uri),
    },
    rewrites: filters.map((filter) => rewriteBy(valueOf(filter) ?? '', match.sample)),
  };
}

/** Source: spring-cloud-gateway, filters StripPrefix, PrefixPath, RewritePath; `$\\{name}` is `${name}` in YAML. */
function rewriteBy(filter: string, path: string): Rewrite | null {
  const [, name, text = ''] = /^(\w+)=(.*)$/.exec(filter) ?? [];
  if (name === 'StripPrefix') return stripped(path, Number(text));
  if (name === 'PrefixPath') return { from: '', to: text };
  const [expression = '', replacement = ''] = text.split(/,\s*/);
  return name === 'RewritePath' ? rewriteOf(expression, replacement) : null;
}

/** `lb://orders` and `http://orders:8080` are the service orders. */
export function targetOf(uri: Cell | undefined, system: System): Component | undefined {
  const text = valueOf(uri)?.replace(/^lb:(ws:)?\/\//i, 'http://') ?? '';
  const [address] = hostsIn(text);
  const found = address === undefined ? undefined : system.named(address.host);
  return found?.section === 'services' ? found : undefined;
}

interface Match {
  readonly written: Written;
  readonly sample: string;
  readonly method: string | undefined;
}

/** Conditions on the path and the method; null = there is another one. */
function matchOf(route: Cell): Match | null {
  let paths: readonly Written[] = [plain('/*')];
  let sample = '/';
  let method: string | undefined;
  let methods: Written | undefined;
  for (const predicate of route.get('predicates')?.items() ?? []) {
    const [, name, text = ''] = /^(\w+)=(.+)$/.exec(valueOf(predicate) ?? '') ?? [];
    const values = text.split(',').map((value) => value.trim());
    if (name === 'Path') {
      paths = values.flatMap((value) => pathsOf(value, predicate));
      sample = values[0]!.replace(/\/?\*\*$/, '').replace(/\{[^}]*\}/g, 'x') || '/';
    } else if (name === 'Method') {
      method = values.join(',');
      methods = oneOrAll(values.map((value) => from(value, predicate)));
    } else return null;
  }
  return { written: map({ path: oneOrAll(paths), method: methods }), sample, method };
}

/** PathPattern: `/api/**` takes `/api` and all below it. */
export function pathsOf(pattern: string, cell: Cell): readonly Written[] {
  if (!pattern.endsWith('**')) return [from(pattern, cell)];
  const stem = pattern.replace(/\/?\*\*$/, '');
  return stem === '' ? [from('/*', cell)] : [from(stem, cell), from(`${stem}/*`, cell)];
}
