import { pathProblem } from '../../../language/routing/path.js';
import type { Cell } from '../../cell.js';
import type { Component, System } from '../../system.js';
import { targetsIn, type Backend } from '../../targets.js';
import { from, fromLater, list, map, type Written, type WrittenMap } from '../../written.js';
import { hostsIn } from '../kubernetes/addresses.js';
import { writtenRoute } from '../proxies/routes.js';
import { bySession } from '../sticky.js';
import { applied, prefixesOf } from './middlewares.js';
import { matchesOf } from './rule.js';

/** What requests that meet a rule go through. */
export interface Router {
  readonly rule: Cell;
  readonly name: string | null;
  readonly priority: Cell | undefined;
  readonly backends: readonly Backend[];
  /** A Service that gets copies of its requests, and the percentage of them. */
  readonly mirror:
    (Omit<Backend, 'share' | 'origins'> & { readonly percent: Cell | undefined }) | null;
  /** Settings of its Middlewares, in their order. */
  readonly specs: readonly Cell[];
  /** A cookie that names the instance of a session. */
  readonly sticky: Cell | undefined;
  readonly namespace: string;
}

/** Adds the routes of routers, that of the greatest priority first: without one, the longest rule. */
export function addRouters(gateway: Component, routers: readonly Router[], system: System): void {
  const sorted = [...withoutRedirects(routers)].sort((a, b) => priorityOf(b) - priorityOf(a));
  const routes = sorted.flatMap((router) => routesOf(gateway, router, system));
  const known = gateway.fields.get('routes');
  if (routes.length > 0)
    gateway.fields.set('routes', list([...routes, ...(known?.kind === 'list' ? known.items : [])]));
}

function priorityOf({ priority, rule }: Router): number {
  return priority?.number() || (rule.text() ?? '').length;
}

/** One router of each rule: that of the greatest priority, and none that only redirects to the secure entrance. */
function withoutRedirects(routers: readonly Router[]): readonly Router[] {
  const kept = new Map<string, Router>();
  const isRedirect = ({ specs }: Router): boolean =>
    specs.some((spec) => spec.get('redirectScheme') !== undefined);
  const sorted = [...routers].sort(
    (a, b) => Number(isRedirect(a)) - Number(isRedirect(b)) || priorityOf(b) - priorityOf(a),
  );
  for (const router of sorted) {
    const key = router.rule.text() ?? '';
    if (!kept.has(key)) kept.set(key, router);
    else router.rule.list('another router takes these requests, or this one redirects to it');
  }
  return routers.filter((router) => kept.get(router.rule.text() ?? '') === router);
}

const CONDITION =
  'a condition by the query, the client, an exclusion or an expression of hosts has no counterpart: write the route';

function routesOf(gateway: Component, router: Router, system: System): readonly WrittenMap[] {
  const { rule, specs, namespace } = router;
  const targets = targetsIn(router.backends.filter(({ component }) => component !== gateway));
  const [first, ...others] = targets;
  const matches = matchesOf(rule.text() ?? '');
  const paths = (matches ?? []).flatMap((match) => match.paths ?? []);
  if (matches === null || paths.some((path) => pathProblem(path) !== null)) rule.list(CONDITION);
  else if (first !== undefined) {
    const call = (address: Cell): Written | undefined => {
      const [found] = hostsIn(address.text() ?? '');
      const target = found === undefined ? undefined : system.find(found.host, namespace);
      if (target?.section !== 'services') return undefined;
      system.connect(gateway, target, address);
      return fromLater(() => system.targetOf(target), address);
    };
    const { policy, middleware } = applied(specs, call);
    const loadBalancing =
      router.sticky === undefined ? undefined : bySession(router.sticky, system);
    const limits = map({ ...Object.fromEntries(policy?.entries ?? []), loadBalancing });
    const limited = {
      mirror: mirrorOf(router, gateway, system),
      policy: limits.entries.size === 0 ? undefined : limits,
      middleware: middleware.length === 0 ? undefined : list(middleware),
    };
    const about = {
      name: router.name,
      origin: rule,
      targets: [first, ...others] as const,
      limits: limited,
      rewrites: prefixesOf(specs).map((prefix) => ({ from: prefix, to: '' })),
    };
    return matches.map((match) => writtenRoute(gateway, { ...about, match }, system));
  }
  rule.list('its service is not in these files');
  return [];
}

function mirrorOf({ mirror }: Router, gateway: Component, system: System): Written | undefined {
  if (mirror === null) return undefined;
  const { component, host, percent } = mirror;
  system.connect(gateway, component, host);
  const share = percent?.number();
  return map({
    to: fromLater(() => system.targetOf(component), host),
    share: share === undefined ? undefined : from(`${share}%`, percent),
  });
}
