import type { Cell } from '../../cell.js';
import type { Component, System } from '../../system.js';
import { map, plain, type Written } from '../../written.js';
import { hostsIn } from '../kubernetes/addresses.js';
import { countIn, durationIn, property, valueOf } from './properties.js';

/** A data source with the pool of its caller. */
export interface DataSource {
  readonly url: Cell;
  readonly pool: Written;
}

const PRODUCTS: Readonly<Record<string, string>> = {
  postgresql: 'postgres',
  mysql: 'mysql',
  mariadb: 'mysql',
};

/** The data sources behind pools of HikariCP: that of Spring Boot, and those of Micronaut by their names. */
export function hikariSourcesOf(settings: Cell): readonly DataSource[] {
  const spring = property(settings, 'spring.datasource');
  const named = property(settings, 'datasources')?.entries() ?? [];
  return [
    [spring, property(spring, 'hikari')] as const,
    ...named.map(([, own]) => [own, own] as const),
  ].flatMap(([own, pool]) => {
    const url = property(own, 'url');
    return url === undefined ? [] : [{ url, pool: hikari(pool) }];
  });
}

function hikari(settings: Cell | undefined): Written {
  const of = (name: string): Cell | undefined => property(settings, name);
  return map({
    kind: plain('hikari'),
    maximumPoolSize: countIn(of('maximum-pool-size')),
    minimumIdle: countIn(of('minimum-idle')),
    connectionTimeout: durationIn(of('connection-timeout')),
    maxLifetime: durationIn(of('max-lifetime')),
  });
}

/** The database of an address such as `jdbc:postgresql://db:5432/shop`, with the pool of a caller. */
export function withPool(url: Cell, pool: Written, component: Component, system: System): void {
  const text = valueOf(url) ?? '';
  const [, scheme = ''] = /^(?:jdbc:|vertx-reactive:)?([a-z]+):/.exec(text) ?? [];
  const [address] = hostsIn(text);
  if (address === undefined || address.host === 'localhost') return;
  const found = connectStore(component, url, address.host, PRODUCTS[scheme] ?? 'generic', system);
  if (found === undefined) return;
  const known = found.fields.get('pools');
  const pools = known?.kind === 'map' ? [...known.entries] : [];
  found.fields.set('pools', map([...pools, [component.name, pool]]));
}

/** The database of an address, which may be in no other file. */
export function connectStore(
  from: Component,
  place: Cell,
  host: string,
  product: string,
  system: System,
): Component | undefined {
  const known = system.find(host, from.namespace) ?? system.named(host);
  const name = host.replace(/\.[^.]+\.svc(\.cluster\.local)?$/, '');
  const made = known ?? system.add(name, { section: 'databases', product, origins: [place] });
  if (known === undefined) system.addHost(host, '', made);
  if (made.section !== 'databases') return undefined;
  system.connect(from, made, place);
  return made;
}
