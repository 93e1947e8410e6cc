import { pathPattern, pathProblem } from '../../../language/routing/path.js';
import type { Gateway } from '../../../contracts/scenario/scenario.js';
import type { Cell } from '../../cell.js';
import { backendNamed } from '../../targets.js';
import { routingOf } from '../../entrances.js';
import { rewriteOf } from '../../rewrites.js';
import type { Component, System } from '../../system.js';
import {
  from,
  fromLater,
  list,
  map,
  plain,
  type Written,
  type WrittenMap,
  type WrittenScalar,
  oneOrAll,
} from '../../written.js';
import { byRank } from '../gateway-api/matches.js';
import { hostsIn } from '../kubernetes/addresses.js';
import { namespaceOf } from '../kind.js';
import { requestsFor, samplesOf, type Taken } from '../requests.js';
import type { Controller, Find } from './controller.js';

/** A gateway that is made of Ingresses. */
export interface Door {
  readonly gateway: Component;
  readonly controller: Controller;
  /** Settings of the whole controller. */
  readonly settings: Cell | undefined;
}

/** A path of a host, and the service that gets its requests. */
interface Location {
  readonly document: Cell;
  readonly find: Find;
  readonly host: Cell | undefined;
  readonly path: Cell | undefined;
  readonly type: string;
  readonly component: Component;
  /** The component, or the version of it behind the Service. */
  readonly part: string;
  readonly name: Cell;
  canary: Location | null;
}

/** Writes the routes of all Ingresses of a gateway, the most exact path first. */
export function fillRoutes(door: Door, documents: readonly Cell[], system: System): void {
  const { gateway, controller } = door;
  const all = documents.flatMap((document) => locationsOf(door, document, system));
  const isCanary = ({ find }: Location): boolean => find('canary')?.text() === 'true';
  const locations = all.filter((one) => !isCanary(one));
  for (const canary of all.filter(isCanary)) {
    const main = locations.find((one) => keyOf(one) === keyOf(canary));
    if (main === undefined) continue;
    main.canary = canary;
    for (const cell of [canary.host, canary.path])
      cell?.list('the Ingress beside which it is a canary has it');
  }
  const routing = routingOf(gateway);
  // One expression makes all paths of its host expressions.
  const expressions = new Set(
    locations
      .filter(({ find, path }) => controller.expression(find, path?.text() ?? '/') !== undefined)
      .map(({ host }) => host?.text()),
  );
  const ranked = locations.flatMap((location) => {
    const isExpression = expressions.has(location.host?.text());
    const match = matchOf(location, controller, isExpression, routing);
    return match === null ? [] : [{ location, match }];
  });
  ranked.sort((a, b) => byRank(a.match.rank, b.match.rank));
  const first = ranked.filter(({ location, match: { key } }, k) => {
    const isFirst = ranked.findIndex(({ match }) => match.key === key) === k;
    if (!isFirst) listPlace(location, 'another path of this host gets these requests');
    return isFirst;
  });
  const bundle = controller.bundle(settingOf(door), system);
  const isShared = isOfOne(first.map(({ location }) => location));
  if (!isShared) askAboutLimits(door, first, system);
  const routes = first.flatMap(({ location, match }) =>
    routesOf(door, location, match, { system, isShared }),
  );
  // Checks and copies of requests have it too.
  const isUsed = ({ entries }: WrittenMap): boolean =>
    !entries.has('policy') || entries.has('mirror') || entries.has('middleware') || isShared;
  if (bundle !== null && (routes.length === 0 || routes.some(isUsed)))
    gateway.fields.set('outbound', map({ default: bundle }));
  if (routes.length > 0) gateway.fields.set('routes', list(routes));
}

/** Whether several paths are of one Ingress: what it limits counts for all of them together. */
function isOfOne(locations: readonly Location[]): boolean {
  return locations.length > 1 && new Set(locations.map(({ document }) => document)).size === 1;
}

function askAboutLimits(
  { controller }: Door,
  ranked: readonly { readonly location: Location }[],
  system: System,
): void {
  for (const { location } of ranked) {
    const { document, find } = location;
    const limit = controller.counted.map(find).find((cell) => cell !== undefined);
    const paths = ranked.filter((one) => one.location.document === document).length;
    if (limit === undefined || paths < 2) continue;
    const name = document.get('metadata', 'name')?.text();
    system.ask(
      `How do the ${paths} paths of the Ingress ${name} share its limit (${limit.place})? nginx counts them together, and the scenario each route by itself`,
    );
  }
}

function settingOf({ settings }: Door, annotations?: Cell, prefix = ''): Find {
  return (name) => annotations?.get(`${prefix}${name}`) ?? settings?.get(name);
}

/** Gives the reason why a path has no route. */
function listPlace({ host, path, name }: Location, reason: string): void {
  for (const cell of [host, path, name]) cell?.list(reason);
}

function keyOf({ host, path }: Location): string {
  return `${host?.text() ?? ''} ${path?.text() ?? '/'}`;
}

function locationsOf(door: Door, document: Cell, system: System): readonly Location[] {
  const annotations = document.get('metadata', 'annotations');
  const findFor = (service: string): Find => {
    const { controller } = door;
    const ofAll = settingOf(door, annotations, controller.prefix);
    const own = controller.ofService(service, namespaceOf(document), system);
    return (name) => own?.get(name) ?? ofAll(name);
  };
  const place = (
    backend: Cell | undefined,
  ): Pick<Location, 'component' | 'part' | 'name' | 'find'> | null => {
    const name = backend?.get('service', 'name') ?? backend?.get('serviceName');
    const [found] = backendNamed(name, namespaceOf(document), system);
    if (found === undefined || found.component === door.gateway) return null;
    const { component, name: part, host } = found;
    return { component, part, name: host, find: findFor(host.text()!) };
  };
  const about = { document, canary: null };
  const rules = document.get('spec', 'rules')?.items() ?? [];
  const own = rules.flatMap((rule) => {
    const host = rule.get('host');
    return (rule.get('http', 'paths')?.items() ?? []).flatMap((entry): Location[] => {
      const target = place(entry.get('backend'));
      if (target === null) return [];
      const type = entry.get('pathType')?.text() ?? 'ImplementationSpecific';
      return [{ ...about, ...target, host, path: entry.get('path'), type }];
    });
  });
  const rest = place(document.get('spec', 'defaultBackend') ?? document.get('spec', 'backend'));
  if (rest === null) return own;
  // It gets the other paths of these hosts too.
  const hosts = [undefined, ...rules.flatMap((rule) => rule.get('host') ?? [])];
  const others = hosts
    .filter((host) => !own.some((one) => keyOf(one) === `${host?.text() ?? ''} /`))
    .map((host): Location => ({ ...about, ...rest, host, path: undefined, type: 'Prefix' }));
  return [...own, ...others];
}

interface Match extends Taken {
  readonly written: Readonly<Record<string, Written | undefined>>;
  /** The same for paths that take the same requests. */
  readonly key: string;
  readonly rank: readonly number[];
}

/** The condition of a path; null = an expression that cannot be written. */
function matchOf(
  { host, path, type, find }: Location,
  controller: Controller,
  isExpression: boolean,
  routing: Gateway['routing'],
): Match | null {
  const text = path?.text() ?? '/';
  const stem = text.replace(/\/+$/, '');
  const patterns = isExpression
    ? [`~(?i)^${text}`]
    : type === 'Exact'
      ? [text]
      : type === 'Prefix'
        ? stem === ''
          ? ['/*']
          : [stem, `${stem}/*`]
        : [path === undefined ? '/*' : controller.pattern(text)];
  if (patterns.some((pattern) => pathProblem(pattern) !== null)) return null;
  const compiled = patterns.map((pattern) => pathPattern(pattern, routing));
  const takes = (one: string): boolean => compiled.some((pattern) => pattern.takes(one));
  const name = host?.text() ?? '*';
  const isAny = name === '*' || name === '';
  const flag = controller.expression(find, text);
  const cells = patterns.map((pattern, k) =>
    k === 0 ? from(pattern, path, flag) : plain(pattern),
  );
  const ofHost = isAny ? 0 : name.startsWith('*') ? 1 : 2;
  const exact = type === 'Exact' && !isExpression ? 1 : 0;
  return {
    written: {
      path: oneOrAll(cells),
      host: isAny ? undefined : from(name, host),
    },
    sample: samplesOf(text).find(takes) ?? null,
    takes,
    key: [isAny ? '' : name, ...patterns].join(' '),
    rank: [ofHost, exact, text.length],
  };
}

function routesOf(
  door: Door,
  location: Location,
  match: Match,
  { system, isShared }: { readonly system: System; readonly isShared: boolean },
): readonly WrittenMap[] {
  const { gateway, controller } = door;
  const { component, find, host, canary, document } = location;
  system.connect(gateway, component, location.name);
  controller.settle(find, component, system);
  const requests = requestsFor(component, match);
  const route = `route-${gateway.requests.length + 1}`;
  const named = requests.length === 0 ? `route-${gateway.requests.length + 1}-other` : route;
  const at = host?.text()?.replace(/^\*\.?/, 'www.');
  for (const [k, request] of requests.entries())
    gateway.requests.push(
      map({
        ...Object.fromEntries(request),
        name: plain(k === 0 ? route : `route-${gateway.requests.length + 1}`),
        host: at === undefined || at === '' ? undefined : plain(at),
      }),
    );
  const ofAll = settingOf(door);
  const isOwn = controller.deciding.some((one) => find(one) !== ofAll(one));
  const call = (address: Cell): WrittenScalar | undefined => {
    const target = addressed(address, document, door, system);
    return target === undefined ? undefined : fromLater(() => system.targetOf(target), address);
  };
  const name = document.get('metadata', 'name')?.text() ?? '';
  const about = { name, namespace: namespaceOf(document), system, call };
  const middleware = controller.middleware(find, about);
  if (isShared && middleware.length > 0) gateway.fields.set('middleware', list(middleware));
  const mirror = find('mirror-target');
  const copy = mirror === undefined ? undefined : call(mirror);
  const rest = {
    mirror: copy === undefined ? undefined : map({ to: copy }),
    policy: isOwn ? (controller.bundle(find, system, component) ?? undefined) : undefined,
    middleware: middleware.length === 0 || isShared ? undefined : list(middleware),
  };
  const written = map({
    name: plain(named),
    match: map(match.written),
    to: targetsOf(location, system),
    ...rest,
  });
  const rewrite = rewriteOf(location.path?.text() ?? '/', find('rewrite-target')?.text() ?? '');
  system.rewriting(written, [rewrite]);
  return [...byHeader(canary, named, match, rest, door, system), written];
}

/** The component of an address such as `http://auth.shop.svc.cluster.local:8080/check`. */
function addressed(
  address: Cell,
  document: Cell,
  { gateway }: Door,
  system: System,
): Component | undefined {
  const [first] = hostsIn((address.text() ?? '').replace(/\$.*$/, ''));
  const found = first === undefined ? undefined : system.find(first.host, namespaceOf(document));
  if (found?.section !== 'services') return undefined;
  system.connect(gateway, found, address);
  return found;
}

/** The service, or its share beside that of a canary. */
function targetsOf({ component, part, name, canary }: Location, system: System): Written {
  const weight = canary?.find('canary-weight');
  const flag = canary?.find('canary');
  const share = weight?.number() ?? 0;
  if (canary === null || share <= 0 || canary.part === part)
    return fromLater(() => system.routeTo(part, component), name);
  const total = canary.find('canary-weight-total');
  const left = Math.max(0, (total?.number() ?? 100) - share);
  return map([
    [part, from(left, name, total)],
    [canary.part, from(share, weight, flag, canary.name)],
  ]);
}

/** The route of requests that ask for the canary: with the value, or `always`. */
function byHeader(
  canary: Location | null,
  name: string,
  match: Match,
  rest: Readonly<Record<string, Written | undefined>>,
  { gateway }: Door,
  system: System,
): readonly WrittenMap[] {
  if (canary === null) return [];
  system.connect(gateway, canary.component, canary.name);
  const header = canary.find('canary-by-header');
  const value = canary.find('canary-by-header-value');
  if (header?.text() === undefined) return [];
  const wanted = from(value?.text() ?? 'always', header, value, canary.find('canary'));
  return [
    map({
      name: plain(`${name}-canary`),
      match: map({ ...match.written, headers: map([[header.text()!, wanted]]) }),
      to: fromLater(() => system.routeTo(canary.part, canary.component), canary.name),
      ...rest,
    }),
  ];
}
