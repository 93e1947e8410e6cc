import { pathPattern, pathProblem } from '../../../language/routing/path.js';
import type { Cell } from '../../cell.js';
import type { Component, System } from '../../system.js';
import { routableOf, targetsIn, type Backend } from '../../targets.js';
import { list, type Written, type WrittenMap } from '../../written.js';
import { samplesOf } from '../requests.js';
import { flat, inherited, named, type Directive, type Scope } from '../proxies/directives.js';
import { EVERY, makeGateway, routeName, type Route } from '../proxies/routes.js';
import { bundleOf, checksOf } from './limits.js';
import { protocolOf, type Addresses } from './passes.js';

/** A location that passes its requests on. */
interface Location {
  /** Its modifier and its path. */
  readonly cell: Cell;
  readonly words: readonly string[];
  readonly hosts: readonly string[];
  readonly scope: Scope;
  readonly pass: Directive;
  readonly targets: readonly [Backend, ...Backend[]];
  readonly isAfterExpressions: boolean;
}

/** All files of one nginx. */
export interface Proxy {
  readonly owner: Component;
  /** Directives for all servers. */
  readonly http: readonly Directive[];
  readonly addresses: Addresses;
}

/** Makes a gateway of the service that runs nginx: each request takes one location. No location leads to a service: it stays one. */
export function fillRoutes(proxy: Proxy, system: System): void {
  const { owner, http } = proxy;
  const found = named(http, 'server').flatMap((server) => locationsOf(server, proxy, system));
  const isTold = new Set(found.map(({ hosts }) => hosts.join())).size > 1;
  const locations = withoutRepeated(found.map((one) => (isTold ? one : { ...one, hosts: [] })));
  if (locations.length === 0 || owner.section !== 'services') return;
  const checks = locations.map(({ scope }) => checksOf(scope, http, owner, system));
  // Limits of one directive count together.
  const common = [...checks[0]!].filter(
    ([cell]) => locations.length > 1 && checks.every((own) => own.has(cell)),
  );
  const routes = locations.map((location, k) => {
    const own = [...checks[k]!].filter(([cell]) => !common.some(([other]) => other === cell));
    return routeOf(
      location,
      proxy,
      own.map(([, one]) => one),
    );
  });
  askAboutZones(
    checks.flatMap((own) => [...own.keys()]),
    owner,
    system,
  );
  const shared = listOf(common.map(([, one]) => one));
  const product = { kind: 'nginx', runtime: 'eventLoop', routing: 'nginx' } as const;
  makeGateway(owner, { routes, common: shared }, system, product);
}

/** The locations of a server, those inside of others too, that lead to a service of these files. */
function locationsOf(
  server: Directive,
  { http, addresses }: Proxy,
  system: System,
): readonly Location[] {
  const hosts = inherited([server.block], 'server_name')
    .flatMap(({ words }) => words)
    .filter((name) => /^(\*\.|\.)?[a-z0-9][\w.-]*\.[\w.-]*[a-z]$/i.test(name))
    .flatMap((name) => (name.startsWith('.') ? [name.slice(1), `*${name}`] : [name]));
  const all = named(flat(server.block), 'location');
  const hasExpressions = all.some(({ words }) => /^~\*?$/.test(words[0] ?? ''));
  const within = (block: readonly Directive[], outer: Scope): readonly Location[] =>
    named(block, 'location').flatMap((location) => {
      const scope = [location.block, ...outer];
      const pass = passOf(location, all);
      const found = pass === undefined ? [] : addresses.targetsOf(pass);
      const [first, ...others] = targetsIn(routableOf(found, system));
      const { cell, words } = location;
      const isFirst = words[0] === '^~' && hasExpressions;
      const own = { cell, words, hosts, scope, isAfterExpressions: !isFirst };
      // One without a path is no location of nginx, and one with a name is where others lead.
      const isPath = !(cell.text() ?? '@').startsWith('@');
      const inner = within(location.block, scope);
      if (pass === undefined || first === undefined || !isPath) return inner;
      return [{ ...own, pass, targets: [first, ...others] }, ...inner];
    });
  return within(server.block, [server.block, http]);
}

/** Where a location passes its requests: itself, or the location that `try_files` or `error_page` names. */
function passOf({ block }: Directive, all: readonly Directive[], depth = 0): Directive | undefined {
  const own = block.find((one) => protocolOf(one) !== undefined);
  const other = block.find(
    ({ name, words }) => /^(try_files|error_page)$/.test(name) && /^@/.test(words.at(-1) ?? ''),
  );
  if (own !== undefined || other === undefined || depth > 0) return own;
  const target = all.find(({ words }) => words[0] === other.words.at(-1));
  return target === undefined ? undefined : passOf(target, all, depth + 1);
}

/** Paths with `^~` go before expressions, the longest first; of the same host and path the first one counts. */
function withoutRepeated(all: readonly Location[]): readonly Location[] {
  const length = ({ cell, isAfterExpressions }: Location): number =>
    isAfterExpressions ? 0 : cell.text()!.length;
  const seen = new Set<string>();
  return [...all]
    .sort((a, b) => length(b) - length(a))
    .filter(({ hosts, words, cell, pass }) => {
      const key = `${hosts.join()} ${words.join(' ')}`;
      const isFirst = !seen.has(key);
      seen.add(key);
      if (!isFirst)
        for (const one of [cell, pass.cell])
          one.list('another server or location gets the requests of this host and path');
      return isFirst && patternOf(words, true) !== null;
    });
}

/** A path as a route has it; null = an expression that cannot be written. */
function patternOf(words: readonly string[], isAfterExpressions: boolean): string | null {
  const [modifier = '/', path = modifier] = words;
  const literal = path.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const pattern =
    modifier === '='
      ? path
      : modifier === '~'
        ? `~${path}`
        : modifier === '~*'
          ? `~(?i)${path}`
          : isAfterExpressions
            ? `${path.replace(/\*+$/, '')}*`
            : `~^${literal}`;
  return pathProblem(pattern) === null ? pattern : null;
}

/** Limits of one zone in several locations count together in nginx. */
function askAboutZones(cells: readonly Cell[], { name }: Component, system: System): void {
  const zoneOf = (cell: Cell): string | undefined => /zone=(\w+)/.exec(cell.text() ?? '')?.[1];
  const repeated = cells.find((one) =>
    cells.some(
      (other) => other !== one && zoneOf(one) !== undefined && zoneOf(other) === zoneOf(one),
    ),
  );
  if (repeated !== undefined)
    system.ask(
      `How do the locations of ${name} share the limit ${zoneOf(repeated)} (${repeated.place})? nginx counts them together, and the scenario each route by itself`,
    );
}

/** Limits of the calls of a location. Each replica of one component is an address of its own in Docker Compose. */
function policyOf({ scope, pass, targets }: Location, owner: Component): WrittenMap | null {
  const addresses = targets.length > 1 ? 1 : (targets[0]!.component.replicas ?? 1);
  const isService = owner.namespace !== '';
  return bundleOf(scope, protocolOf(pass)!, { addresses, isService });
}

function listOf(all: readonly Written[]): Written | undefined {
  return all.length === 0 ? undefined : list(all);
}

function routeOf(
  location: Location,
  { owner, addresses }: Proxy,
  middleware: readonly Written[],
): Route {
  const { cell, words, hosts, pass, targets } = location;
  const pattern = patternOf(words, location.isAfterExpressions)!;
  const compiled = pathPattern(pattern, 'nginx');
  const path = words.at(-1) ?? '/';
  const samples = samplesOf(path.replace(/^\^/, ''));
  const to = addresses.pathOf(pass);
  return {
    name: routeName(path),
    match: { ...EVERY, hosts: hosts.length === 0 ? null : hosts, paths: [pattern] },
    origin: cell,
    targets,
    limits: {
      policy: policyOf(location, owner) ?? undefined,
      middleware: listOf(middleware),
    },
    rewrites: to === undefined || words.length > 1 ? [] : [{ from: path, to }],
    sample: samples.find((one) => one.startsWith('/') && compiled.takes(one)) ?? null,
  };
}
