import { PRODUCTS } from '../../scenario/products.js';
import type { Gateway } from '../../contracts/scenario/scenario.js';
import type { Route } from '../../contracts/scenario/routes.js';
import type { LimiterStore } from '../../contracts/scenario/limiter-store.js';
import type { Middleware } from '../../contracts/scenario/middleware.js';
import type { Service } from '../../contracts/scenario/services.js';
import { all, braced, setFieldsText } from './fields.js';
import { layerText, plainText, quantityText } from './values.js';

/** Route selection of a gateway, and its routes with the work before their calls. */
export function gatewayLines(gateway: Gateway): readonly string[] {
  const routes = gateway.routes.map((route) => `.${route.name}: ${routeText(route)}`);
  return [`: ${gatewayText(gateway)}`, ...routes];
}

function gatewayText({ kind, routing, answers }: Gateway): string {
  const preset = kind === 'simple' ? 'default' : `preset ${kind}`;
  const source = PRODUCTS[kind].routing === routing ? preset : 'user';
  const statuses = [...answers].map(([outcome, status]) => `${status} to ${outcome}`);
  const answered = statuses.length === 0 ? '' : `, answers: ${statuses.join(', ')} (${preset})`;
  return `${kind}, routing: ${routing} (${source})${answered}`;
}

function routeText({ methods, paths, hosts, headers, ...route }: Route): string {
  const match = setFieldsText({ method: methods, path: paths, host: hosts, headers });
  const single = route.to.length === 1 ? route.to[0]!.target : null;
  const weights = new Map(route.to.map(({ target, weight }) => [plainText(target), weight]));
  return setFieldsText(
    { match: match === '' ? 'everything' : `{ ${match} }`, ...route },
    {
      ...all('hidden', 'middleware policy'),
      chain: (chain) => chain.map(titleOf).join(' > ') || null,
      to: () => (route.steps === null ? plainText(single ?? weights) : null),
      steps: (steps) => steps && 'its own',
      mirror: (own) => own && `${quantityText(own.share, 'share')} to ${plainText(own.target)}`,
    },
  );
}

/** Every middleware chain of a component, member by member, with the settings that have an effect. */
export function middlewareLines(host: Gateway | Service): readonly string[] {
  const { middleware } = host;
  const routes = 'routes' in host ? host.routes : [];
  // Some products sort the members of gateway and route into one chain.
  const isMerged = routes.some(({ chain }) => middleware.some((it, at) => chain[at] !== it));
  return [
    ...(isMerged ? [] : middleware.map((member) => ` ${memberText(member)}`)),
    ...routes.flatMap(({ name, chain, middleware: own }) =>
      (isMerged ? chain : own).map((member) => `.${name} ${memberText(member)}`),
    ),
  ];
}

/** `authenticate(introspection): work: 0.1ms, call: auth.introspect, cacheTtl: 30s, status: 401`. */
function memberText({ rateLimit, admit, cached, coalesce, response, store, ...own }: Middleware) {
  const limit = rateLimit ?? admit;
  const hasStatus = limit !== null && 'status' in (limit.config as object);
  const refuses = limit !== null || own.reject > 0 || own.call !== null || own.maxBytes !== null;
  const text = setFieldsText(
    {
      ...{ ...own, ...coalesce, ...response },
      ...(cached && { cacheTtlNs: cached.ttlNs, key: cached.key, cacheRefusals: cached.refusals }),
      ...(store && { store: storeFields(store) }),
    },
    {
      ...all('hidden', 'kind at'),
      ...all('always', 'shareErrors windowNs cacheRefusals'),
      reject: 'share',
      ...(refuses && !hasStatus ? {} : all('hidden', 'status')),
      ...(own.call === null ? all('hidden', 'onError') : {}),
      ...(rateLimit === null ? all('hidden', 'retryAfter') : { retryAfter: 'always' }),
      when: (when) => when && braced(setFieldsText(when)),
    },
  );
  const fields = [limit === null ? '' : layerText(limit), text].filter(Boolean);
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
