import type { Cell } from '../../cell.js';
import { secondsIn } from '../../durations.js';
import type { Component, System } from '../../system.js';
import { targetsIn, isRoutable, type Backend } from '../../targets.js';
import { from, list, map, plain, type Written, type WrittenMap } from '../../written.js';
import { byDefault } from '../ingress/controller.js';
import { builtIn, type ProxyKind } from '../proxies/files.js';
import { fillGateway, type Route } from '../proxies/routes.js';
import { at, settingsOf } from './settings.js';

/** Ocelot, whose routes are in files of their own, such as `ocelot.json`. */
export const ocelot: ProxyKind = {
  name: 'Ocelot',
  recognises: (document) =>
    routesIn(document).some((route) => at(route, 'UpstreamPathTemplate') !== undefined),
  isFile: (path) => path.endsWith('.json'),
  passes: () => true,
  connect(owner, documents, variables, system) {
    const settings = settingsOf(documents, variables);
    const priority = (route: Cell): number =>
      isAny(route) ? 0 : (at(route, 'Priority')?.number() ?? 1);
    const routes = [...routesIn(settings)]
      .sort((a, b) => priority(b) - priority(a))
      .flatMap((route) => routeOf(route, at(settings, 'GlobalConfiguration'), owner, system));
    fillGateway(owner, routes, system);
    for (const document of documents) document.list(REST);
  },
};

const REST = 'Ocelot reads it, and no route to a component uses it, or it has no counterpart';
const UNKNOWN = 'no service of these files has this address or name';

function routesIn(document: Cell): readonly Cell[] {
  return (at(document, 'Routes') ?? at(document, 'ReRoutes'))?.items() ?? [];
}

/** `/{url}` takes what no other route takes. */
function isAny(route: Cell): boolean {
  return /^\/\{[^}]*\}$/.test(at(route, 'UpstreamPathTemplate')?.text() ?? '');
}

function routeOf(
  route: Cell,
  common: Cell | undefined,
  owner: Component,
  system: System,
): readonly Route[] {
  const template = at(route, 'UpstreamPathTemplate');
  const [first, ...others] = targetsOf(route, owner, system);
  if (template?.text() === undefined || first === undefined) {
    route.list(UNKNOWN);
    return [];
  }
  const path = template
    .text()!
    .replace(/\?.*$/, '')
    .replace(/^(?!\/)/, '/');
  const methods = at(route, 'UpstreamHttpMethod')?.items() ?? [];
  const host = at(route, 'UpstreamHost')?.text();
  const limit = rateOf(route, common, owner, system);
  const key = at(route, 'Key')?.text();
  const stem = path
    .replace(/\{[^}]*\}/g, '')
    .replace(/^\/+|\/+$/g, '')
    .replace(/\/+/g, '-');
  return [
    {
      name:
        key ??
        `${methods.length === 1 ? `${(methods[0]!.text() ?? '').toLowerCase()}-` : ''}${stem || 'root'}`,
      match: {
        hosts: host ? [host] : null,
        paths: pathsOf(path),
        methods:
          methods.length === 0 ? null : methods.map((one) => (one.text() ?? '').toUpperCase()),
        headers: null,
      },
      origin: template,
      targets: [first, ...others],
      limits: {
        policy: policyOf(route, common),
        middleware: limit === undefined ? undefined : list([limit]),
      },
      rewrites: [],
    },
  ];
}

/** A placeholder at the end takes all that follows. Source: ThreeMammals/Ocelot UpstreamTemplatePatternCreator.cs. */
function pathsOf(path: string): readonly string[] {
  const [, before] = /^(.*?)\{[^{}/]*\}$/.exec(path) ?? [];
  if (before === undefined)
    return path.endsWith('/') && path !== '/' ? [path, path.slice(0, -1)] : [path];
  return before === '/' || !before.endsWith('/')
    ? [`${before}*`]
    : [before.slice(0, -1), `${before}*`];
}

/** The hosts of a route, or the service that it names; without a balancer the first host gets all requests. */
function targetsOf(route: Cell, owner: Component, system: System): readonly Backend[] {
  const name = at(route, 'ServiceName');
  const hosts = (at(route, 'DownstreamHostAndPorts')?.items() ?? []).flatMap(
    (one) => at(one, 'Host') ?? [],
  );
  const balancer = at(route, 'LoadBalancerOptions', 'Type')?.text() ?? 'NoLoadBalancer';
  const used = balancer === 'NoLoadBalancer' ? hosts.slice(0, 1) : hosts;
  const all = (used.length > 0 ? used : name === undefined ? [] : [name]).flatMap((host) => {
    const text = host.text() ?? '';
    const component =
      system.find(text, owner.namespace) ??
      (host === name ? (system.named(text) ?? builtIn(text, system)) : undefined);
    if (component === undefined || component === owner || !isRoutable(component)) return [];
    return [{ component, host, name: component.name, share: 1, origins: [] }];
  });
  return targetsIn(all);
}

/** Polly repeats nothing. Source: ThreeMammals/Ocelot src/Configuration/DownstreamRoute.cs, DefTimeout. */
function policyOf(route: Cell, common: Cell | undefined): WrittenMap {
  const find = (...names: readonly string[]): Cell | undefined =>
    [route, common].map((cell) => at(cell, ...names)).find((cell) => (cell?.number() ?? 0) > 0);
  const limit = find('QoSOptions', 'TimeoutValue') ?? find('QoSOptions', 'Timeout');
  const own = find('Timeout');
  return map({
    timeout:
      limit !== undefined
        ? from(`${limit.number()}ms`, limit)
        : own !== undefined
          ? from(`${own.number()}s`, own)
          : byDefault('90s', 'Ocelot'),
  });
}

/** A counter of each client, which is 0 again after its period. */
function rateOf(
  route: Cell,
  common: Cell | undefined,
  { name }: Component,
  system: System,
): Written | undefined {
  const options = at(route, 'RateLimitOptions');
  const [limit, period] = [at(options, 'Limit'), at(options, 'Period')];
  const isOn = at(options, 'EnableRateLimiting')?.text() === 'true';
  const window = secondsIn(period?.text()) === null ? daysOf(period) : period?.text();
  if (!isOn || (limit?.number() ?? 0) < 1 || window === undefined) return undefined;
  const status = at(common, 'RateLimitOptions', 'HttpStatusCode');
  system.ask(
    `How many clients send requests? RateLimitOptions (${limit!.place}) of ${name} counts each one: write \`clients\` of the workload, without which each request has a client of its own`,
  );
  return map({
    rateLimit: map({
      kind: plain('fixedWindow'),
      limit: from(limit!.number()!, limit),
      window: from(window, period),
      key: plain('client'),
      status: status?.number() === undefined ? plain(429) : from(status.number()!, status),
    }),
  });
}

/** `1d`, which no duration of Go has. */
function daysOf(period: Cell | undefined): string | undefined {
  const [, days] = /^(\d+)d$/.exec(period?.text() ?? '') ?? [];
  return days === undefined ? undefined : `${Number(days) * 24}h`;
}
