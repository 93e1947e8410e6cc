import type { Cell } from '../../cell.js';
import { REASON } from '../../reasons.js';
import { stemOf } from '../../rewrites.js';
import type { Component, System } from '../../system.js';
import { fromLater, list, map, plain } from '../../written.js';
import { pathsOf, targetOf } from './gateway.js';
import { Netflix } from './netflix.js';
import { property, valueOf } from './properties.js';

/**
 * Makes a gateway of a service whose file has routes of Zuul: `orders: /orders/**`, or a mapping with `path` and `serviceId` or `url`.
 * Each route is a command of Hystrix. Source: spring-cloud/spring-cloud-netflix, ZuulProperties.java, docs (Router and Filter: Zuul).
 */
export function routeZuul(document: Cell, component: Component, system: System): void {
  const routes = property(document, 'zuul.routes')?.entries() ?? [];
  const prefix = valueOf(property(document, 'zuul.prefix')) ?? '';
  const netflix = new Netflix(document);
  const read = routes.flatMap(([id, route]) => {
    const path = route.isScalar ? route : property(route, 'path');
    const service = property(route, 'service-id') ?? property(route, 'url');
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
    const isStripped = valueOf(strip) !== 'false';
    const rewrite = { from: stemOf(sample), to: isStripped ? '' : stemOf(pattern) };
    return [
      system.rewriting(
        map({
          name: plain(name),
          match: map({ path: paths.length === 1 ? paths[0]! : list(paths) }),
          to: fromLater(() => system.targetOf(target), ...(service === undefined ? [] : [service])),
          policy: netflix.bundleOf([word, id, target.name], true)?.bundle,
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
}
