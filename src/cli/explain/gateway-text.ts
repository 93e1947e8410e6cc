import { PRODUCTS } from '../../scenario/products.js';
import type { Gateway, LimiterStore, Middleware, Route, Scenario } from '../../spec/scenario/scenario.js';
import { all, braced, setFieldsText } from './fields.js';
import { layerText, plainText, quantityText, sorted } from './values.js';

/** How each gateway chooses a route, and its routes with what runs before their calls. */
export function gatewayLines({ gateways }: Scenario): readonly string[] {
  return sorted(gateways).flatMap(([name, gateway]) => [
    gatewayLine(gateway),
    ...gateway.routes.map((route) => `${name}.${route.name}: ${routeText(route)}`),
  ]);
}

function gatewayLine({ name, kind, routing, answers }: Gateway): string {
  const preset = kind === 'simple' ? 'default' : `preset ${kind}`;
  const source = PRODUCTS[kind].routing === routing ? preset : 'user';
  const statuses = [...answers].map(([outcome, status]) => `${status} to ${outcome}`);
  const answered = statuses.length === 0 ? '' : `, answers: ${statuses.join(', ')} (${preset})`;
  return `${name}: ${kind}, routing: ${routing} (${source})${answered}`;
}

function routeText({ methods, paths, hosts, headers, ...route }: Route): string {
  const match = setFieldsText({ method: methods, path: paths, host: hosts, headers });
  const single = route.to.length === 1 ? route.to[0]!.target : null;
  const weights = new Map(route.to.map(({ target, weight }) => [plainText(target), weight]));
  return setFieldsText(
    { match: match === '' ? 'everything' : `{ ${match} }`, ...route },
    {
      ...all('hidden', 'middleware', 'policy', 'responseBytes'),
      chain: (chain) => chain.map(titleOf).join(' > ') || null,
      to: () => (route.steps === null ? plainText(single ?? weights) : null),
      steps: (steps) => steps && 'its own',
      mirror: (own) => own && `${quantityText(own.share, 'share')} to ${plainText(own.target)}`,
    },
  );
}

/** Every middleware chain of a scenario, member by member, with the settings that have an effect. */
export function middlewareLines({ gateways, services }: Scenario): readonly string[] {
  const linesOf = (owner: string, chain: readonly Middleware[]): readonly string[] =>
    chain.map((member) => `${owner} ${memberText(member)}`);
  return [
    ...sorted(gateways).flatMap(([name, { middleware, routes }]) => {
      const starts = ({ chain }: Route): boolean => middleware.every((it, at) => chain[at] === it);
      // Some products sort the members of gateway and route into one chain.
      const isMerged = !routes.every(starts);
      return [
        ...(isMerged ? [] : linesOf(name, middleware)),
        ...routes.flatMap((route) =>
          linesOf(`${name}.${route.name}`, isMerged ? route.chain : route.middleware),
        ),
      ];
    }),
    ...sorted(services).flatMap(([name, { middleware }]) => linesOf(name, middleware)),
  ];
}

/** `authenticate(introspection): work: 0.1ms, call: auth.introspect, cacheTtl: 30s, status: 401`. */
function memberText({ rateLimit, admit, cached, coalesce, response, store, ...own }: Middleware) {
  const limit = rateLimit ?? admit;
  const shown = limit === null ? '' : layerText(limit);
  const refuses = limit !== null || own.reject > 0 || own.call !== null || own.maxBytes !== null;
  const text = setFieldsText(
    {
      ...{ ...own, ...coalesce, ...response },
      ...(cached && { cacheTtlNs: cached.ttlNs, key: cached.key, cacheRefusals: cached.refusals }),
      ...(store && { store: storeFields(store) }),
    },
    {
      ...all('hidden', 'kind', 'at'),
      ...all('always', 'shareErrors', 'cacheRefusals'),
      reject: 'share',
      ...(refuses && !/\bstatus: /.test(shown) ? {} : all('hidden', 'status')),
      ...(own.call === null ? all('hidden', 'onError') : {}),
      ...(rateLimit === null ? all('hidden', 'retryAfter') : { retryAfter: 'always' }),
      when: (when) => when && braced(setFieldsText(when)),
    },
  );
  const fields = [shown, text].filter((part) => part !== '');
  const title = titleOf({ ...own, kind: limit?.kind ?? own.kind });
  return fields.length === 0 ? title : `${title}: ${fields.join(', ')}`;
}

/** A store, as a scenario would write it. */
export function storeFields({ latency, of, onError, cacheNs }: LimiterStore): object {
  const asked = of === null ? {} : { of, onError };
  return { latency, ...asked, ...(cacheNs === null ? {} : { cacheNs }) };
}

function titleOf({ name, kind }: Pick<Middleware, 'name' | 'kind'>): string {
  return kind === null ? name : `${name}(${kind})`;
}
