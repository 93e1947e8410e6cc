import type { Route } from '../../contracts/scenario/routes.js';
import { coverOf } from '../route-cover.js';
import type { Rule } from '../rule.js';
import { yamlAt } from '../words.js';

/** A route whose requests are all taken by another route. */
export const routeUnreachable: Rule = {
  name: 'route-unreachable',
  severity: 'warning',
  reason:
    'Every request that this route is for takes another route, with the bundle and the middleware of that one.',
  remedy:
    'Put the more specific route first, narrow the other one, choose a `routing` that prefers exact matches, or remove it.',
  check: ({ scenario }) =>
    [...scenario.gateways.values()].flatMap((gateway) => {
      const { name, routing, routes } = gateway;
      const covers = routes.map((_, index) => coverOf(gateway, index));
      if (covers.every((cover) => cover === null)) return [];
      const exact = { ...gateway, routing: 'gatewayApi' } as const;
      const helped = routes.every((_, index) => coverOf(exact, index) === null);
      return routes.flatMap((route, index) => {
        const cover = covers[index]!;
        if (cover === null) return [];
        return {
          path: ['gateways', name, 'routes', index],
          entities: [`${name}.${route.name}`, `${name}.${cover.name}`],
          message: `no request can reach the route ${name}.${route.name}`,
          measured: `with routing ${routing}, ${cover.name} takes ${matchText(cover)}`,
          limit: `leave some of ${matchText(route)} to ${route.name}`,
          fix: helped
            ? yamlAt(['gateways', name], 'routing: gatewayApi')
            : yamlAt(['gateways', name, 'routes', index, 'match'], 'path: /a-path-of-its-own'),
        };
      });
    }),
};

function matchText({ methods, hosts, paths, headers }: Route): string {
  const conditions = [...headers].map(([name, values]) => `${name}: ${values.join(' or ')}`);
  const lists = [methods, hosts, paths].map((list) => list.join(' or '));
  const text = [...lists, conditions.join(', ')].filter((part) => part !== '').join(', ');
  return text === '' ? 'everything' : text;
}
