import { exactPathOf, prefixYaml } from '../exact-paths.js';
import type { Route } from '../../contracts/scenario/routes.js';
import { coverOf } from '../route-cover.js';
import type { Finding, Rule } from '../rule.js';
import { yamlAt } from '../words.js';

/** A route of a gateway that no call of the file takes. */
export const routeWithoutCalls: Rule = {
  name: 'route-without-calls',
  severity: 'hint',
  reason: 'No request of any workload takes this route, so everything behind it alone is idle.',
  remedy: 'Correct its match or the paths of the calls, add a call, or remove the route.',
  check: (subject) =>
    [...subject.scenario.gateways.values()].flatMap((gateway) => {
      const { name, routes, balances } = gateway;
      const taken = new Set(
        subject.calls.flatMap(({ callee, to }) => (callee === name ? [to] : [])),
      );
      const lost = subject.unrouted.filter((call) => call.gateway === gateway);
      // A gateway without any calls is a finding of its own, and a header may be added on the way.
      if ((taken.size === 0 && lost.length === 0) || (balances ?? null) !== null) return [];
      return routes.flatMap((route, index): readonly Finding[] => {
        const own = `${name}.${route.name}`;
        if (taken.has(own) || route.headers.size > 0 || coverOf(gateway, index) !== null) return [];
        const meant =
          lost
            .map(({ line }) => exactPathOf(gateway, line))
            .find((found) => found?.index === index) ?? null;
        const paths = route.paths.join(' or ') || 'every path';
        return [
          {
            path: ['gateways', name, 'routes', index],
            entities: [own],
            message:
              meant === null
                ? `no call takes the route ${own}`
                : `no call takes the route ${own}: ${meant.exact} is exact, and ${meant.prefix} takes everything below it`,
            measured: `0 calls of ${paths}`,
            limit: '1 or more',
            fix:
              meant === null
                ? callYaml(name, route)
                : yamlAt(['gateways', name, 'routes', index, 'match'], prefixYaml(meant)),
            everywhere: true,
          },
        ];
      });
    }),
};

/** Requests that take the route. */
function callYaml(gateway: string, { name, paths, methods }: Route): string {
  const path = (paths[0] ?? '/').replace(/[*{].*$/, 'one');
  const method = methods.length === 0 ? '' : `method: ${methods[0]}, `;
  return yamlAt(
    ['workloads', `${name}-users`],
    `arrivals: poisson(10/s)\nrequests: [ { call: ${gateway}, ${method}path: ${path} } ]`,
  );
}
