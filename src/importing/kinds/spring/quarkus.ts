import { Cell } from '../../cell.js';
import { hostsIn } from '../kubernetes/addresses.js';
import type { Component, System } from '../../system.js';
import { from, map, plain, type Written, type WrittenScalar } from '../../written.js';
import { pathsIn } from './layers.js';
import { countIn, durationIn, numberIn, property, valueOf } from './properties.js';
import type { NamedStore } from './callees.js';
import type { DataSource } from './databases.js';
import { bundleOf, rulesIn } from './fault-tolerance.js';
import { calleeAt, storkIn, storksOf } from './stork.js';

/**
 * The data sources of Quarkus with their pools: of Agroal, or of the Vert.x client where they are reactive. Source: quarkus.io,
 * Configure data sources in Quarkus.
 */
export function dataSourcesOf(settings: Cell): readonly DataSource[] {
  const root = property(settings, 'quarkus.datasource');
  if (root === undefined) return [];
  const all = [root, ...root.entries().map(([, cell]) => cell)];
  return all.flatMap((own): DataSource[] => {
    const jdbc = property(own, 'jdbc.url');
    const url = jdbc ?? property(own, 'reactive.url');
    if (url === undefined) return [];
    const of = (name: string): Cell | undefined =>
      property(own, `${jdbc === undefined ? 'reactive' : 'jdbc'}.${name}`);
    const wait = jdbc === undefined ? undefined : durationOf(of('acquisition-timeout'));
    const pool = map({
      maxOpen: countIn(of('max-size')) ?? usual(jdbc === undefined ? 20 : 50),
      acquireTimeout: wait ?? (jdbc === undefined ? undefined : usual('5s')),
      maxLifetime: durationOf(of('max-lifetime')),
      maxIdleTime: jdbc === undefined ? durationOf(of('idle-timeout')) : undefined,
    });
    return [{ url, pool }];
  });
}

function usual(value: string | number): WrittenScalar {
  return { ...plain(value), note: 'Quarkus default' };
}

/** A duration of Quarkus: a bare number is seconds. */
function durationOf(cell: Cell | undefined): WrittenScalar | undefined {
  const text = valueOf(cell) ?? '';
  return /^\d+$/.test(text) ? from(`${text}s`, cell) : durationIn(cell);
}

/** Stores of Quarkus besides its data sources. */
export function quarkusStores(settings: Cell): readonly NamedStore[] {
  const paths = [
    ['quarkus.mongodb.hosts', 'mongo'],
    ['quarkus.mongodb.connection-string', 'mongo'],
    ['quarkus.redis.hosts', 'redis'],
    ['quarkus.elasticsearch.hosts', 'elasticsearch'],
  ] as const;
  return paths.flatMap(([path, product]) => {
    const place = property(settings, path);
    const host = hostsIn(valueOf(place) ?? '')[0]?.host;
    return place === undefined || host === undefined || host === 'localhost'
      ? []
      : [{ place, host, product }];
  });
}

/** A callee that settings name, with its bundle. */
export interface ConfiguredCallee {
  readonly callee: Component;
  readonly place: Cell;
  readonly bundle: Written | null;
}

/**
 * Callees by the clients of Quarkus: `quarkus.rest-client`, the services of Stork, and the rules of MicroProfile Fault Tolerance
 * for a client that is named after one of them. Sources: quarkus.io, REST Client, SmallRye Fault Tolerance; smallrye.io, Stork.
 */
export function quarkusCallees(
  settings: Cell,
  component: Component,
  system: System,
  calleeOf: (name: string) => Component | undefined,
): readonly ConfiguredCallee[] {
  const found = new Map<
    Component,
    { readonly place: Cell; readonly fields: Map<string, Written> }
  >();
  const note = (callee: Component | undefined, place: Cell): Map<string, Written> | null => {
    if (callee === undefined || callee === component || callee.section !== 'services') return null;
    const known = found.get(callee) ?? { place, fields: new Map<string, Written>() };
    found.set(callee, known);
    return known.fields;
  };
  const storks = storksOf(settings, component, system);
  for (const { callee, place } of storks.values()) note(callee, place);
  // The name of a client may have dots: `"com.shop.StockClient".url`.
  const clients = new Map(
    pathsIn(property(settings, 'quarkus.rest-client') ?? new Cell('', '', 1, null)),
  );
  for (const [path, place] of clients) {
    const [, client] = /^(.*)\.ur[il]$/.exec(path) ?? [];
    if (client === undefined) continue;
    const stork = storkIn(valueOf(place) ?? '');
    const callee =
      stork === undefined ? calleeAt(place, component, system) : storks.get(stork)?.callee;
    const fields = note(callee, place);
    const limit = (name: string, byDefault: string): WrittenScalar =>
      millisOf(clients.get(`${client}.${name}`)) ?? usual(byDefault);
    fields?.set('timeout', limit('read-timeout', '30s'));
    fields?.set('connections', map({ connectTimeout: limit('connect-timeout', '15s') }));
  }
  for (const [callee, rules] of rulesIn(settings, calleeOf)) {
    const fields = note(callee, [...rules.values()][0]!);
    for (const [field, value] of bundleOf(rules)) fields?.set(field, value);
  }
  return [...found].map(([callee, { place, fields }]) => ({
    callee,
    place,
    bundle: fields.size === 0 ? null : map(fields),
  }));
}

/** A number of milliseconds; 0 is no limit. */
function millisOf(cell: Cell | undefined): WrittenScalar | undefined {
  const ms = numberIn(cell);
  return ms === undefined || ms < 0 ? undefined : from(ms === 0 ? 'none' : `${ms}ms`, cell);
}
