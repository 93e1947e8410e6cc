import type { Cell } from '../../cell.js';
import { REASON } from '../../reasons.js';
import { stemOf } from '../../rewrites.js';
import type { Component, System } from '../../system.js';
import { fromLater, list, map, plain, type Written, oneOrAll } from '../../written.js';
import { pathsOf, targetOf } from './gateway.js';
import { Netflix } from './netflix.js';
import { countIn, durationIn, property, valueOf } from './properties.js';

/**
 * Makes a gateway of a service whose file has routes of Zuul: `orders: /orders/**`, or a mapping with `path` and `serviceId` or `url`.
 * Each route is a command of Hystrix, but those to a `url` of HTTP. Source: spring-cloud/spring-cloud-netflix, ZuulProperties.java,
 * PreDecorationFilter.java, docs (Router and Filter: Zuul).
 */
export function routeZuul(document: Cell, component: Component, system: System): void {
  const routes = property(document, 'zuul.routes')?.entries() ?? [];
  const prefix = valueOf(property(document, 'zuul.prefix')) ?? '';
  const netflix = new Netflix(document);
  const direct = directBundle(property(document, 'zuul.host'));
  const outbound = new Map<string, Written>();
  const read = routes.flatMap(([id, route]) => {
    const path = route.isScalar ? route : property(route, 'path');
    const url = property(route, 'url');
    const service = url ?? property(route, 'service-id');
    const isDirect = /^https?:/i.test(valueOf(url) ?? '');
    const word = valueOf(service) ?? id;
    const target =
      service === undefined ? system.named(id) : (targetOf(service, system) ?? system.named(word));
    const pattern = valueOf(path) ?? `/${id}/**`;
    const strip = route.isScalar ? undefined : property(route, 'strip-prefix');
    strip?.list('a path leads to a route, whatever it is rewritten to');
    property(route, 'sensitive-headers')?.list(REASON.security);
    if (target?.section !== 'services' || target === component) {
      route.list('no service of these files is its target');
      return [];
    }
    const place = service ?? path ?? route;
    system.connect(component, target, place);
    const name = `route-${component.requests.length + 1}`;
    const sample = `${prefix}${pattern}`.replace(/\/?\*+$/, '') || '/';
    component.requests.push(map({ name: plain(name), path: plain(sample) }));
    const paths = path === undefined ? [plain(`/${id}*`)] : pathsOf(`${prefix}${pattern}`, path);
    if (isDirect) outbound.set(target.name, direct);
    const isStripped = valueOf(strip) !== 'false';
    const rewrite = { from: stemOf(sample), to: isStripped ? '' : stemOf(pattern) };
    return [
      system.rewriting(
        map({
          name: plain(name),
          match: map({ path: oneOrAll(paths) }),
          to: fromLater(() => system.targetOf(target), ...(service === undefined ? [] : [service])),
          policy: isDirect ? undefined : netflix.bundleOf([word, id, target.name], true)?.bundle,
        }),
        [rewrite],
      ),
    ];
  });
  if (read.length === 0) return;
  property(document, 'zuul.prefix')?.put();
  component.section = 'gateways';
  component.product = 'spring';
  component.fields.set('routes', list(read));
  if (outbound.size > 0) component.fields.set('outbound', map(outbound));
}

/**
 * The limits of routes to a `url`, which are no command of Hystrix and have no client of Ribbon: a pool of connections to each host, for
 * which a request waits before its time limit begins, and no second try. Source: spring-cloud/spring-cloud-netflix,
 * SimpleHostRoutingFilter.java, ZuulProperties.java (Host).
 */
function directBundle(host: Cell | undefined): Written {
  const usual = (value: string | number): Written => ({ ...plain(value), note: 'Zuul default' });
  const wait = durationIn(property(host, 'connection-request-timeout-millis'));
  return map({
    order: list([plain('bulkhead'), plain('timeout')]),
    bulkhead: map({
      maxConcurrent: countIn(property(host, 'max-per-route-connections')) ?? usual(20),
      maxQueue: plain('unbounded'),
      maxWait: wait,
    }),
    timeout: map({ after: durationIn(property(host, 'socket-timeout-millis')) ?? usual('10s') }),
    connections: map({
      connectTimeout: durationIn(property(host, 'connect-timeout-millis')) ?? usual('2s'),
    }),
  });
}
