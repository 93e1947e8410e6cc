import { PRODUCTS } from '../../scenario/products.js';
import type { Middleware } from '../../spec/scenario/middleware.js';
import type { Gateway, Route, Scenario } from '../../spec/scenario/scenario.js';
import type { Target } from '../../spec/scenario/target.js';

/**
 * How each gateway chooses a route, and what runs before its call: one line for the gateway, then one for each route.
 */
export function gatewayLines({ gateways }: Scenario): readonly string[] {
  return [...gateways.values()].flatMap((gateway) => [
    gatewayLine(gateway),
    ...gateway.routes.map((route) => `${gateway.name}.${routeLine(route)}`),
  ]);
}

function gatewayLine({ name, kind, routing, answers }: Gateway): string {
  const preset = kind === 'simple' ? 'default' : `preset ${kind}`;
  const source = PRODUCTS[kind].routing === routing ? preset : 'user';
  const statuses = [...answers].map(([outcome, status]) => `${status} to ${outcome}`);
  const answered = statuses.length === 0 ? '' : `; answers ${statuses.join(', ')} (${preset})`;
  return `${name}: kind ${kind}, routing ${routing} (${source})${answered}`;
}

function routeLine(route: Route): string {
  const { name, chain, to, steps, sticky, mirror } = route;
  const weights = to.map(({ target, weight }) =>
    to.length === 1 ? targetText(target) : `${targetText(target)} ${weight}`,
  );
  const parts = [
    matchText(route),
    ...(chain.length === 0 ? [] : [chain.map(memberText).join(' > ')]),
    steps === null
      ? `to ${weights.join(', ')}${sticky === null ? '' : ` by ${sticky}`}`
      : 'steps of its own',
    ...(mirror === null ? [] : [`mirror ${mirror.share * 100}% to ${targetText(mirror.target)}`]),
  ];
  return `${name}: ${parts.join('; ')}`;
}

function matchText({ methods, hosts, paths, headers, regexPriority }: Route): string {
  const conditions = [...headers].map(([name, values]) => `${name}: ${values.join(' or ')}`);
  const fields = [methods, hosts, paths].map((list) => list.join(' or '));
  const written = [...fields, conditions.join(', ')].filter((text) => text !== '');
  const priority = regexPriority === 0 ? '' : ` (regexPriority ${regexPriority})`;
  return `${written.length === 0 ? 'everything' : written.join(', ')}${priority}`;
}

function memberText({ name, kind }: Middleware): string {
  return kind === null ? name : `${name}(${kind})`;
}

function targetText({ component, part }: Target): string {
  return part === null ? component : `${component}.${part}`;
}
