import type { Cell } from '../../cell.js';
import type { Component, System } from '../../system.js';
import { list, map, plain, type Written } from '../../written.js';
import { countIn, durationIn, property } from './properties.js';
import type { ConfiguredCallee } from './quarkus.js';
import { calleeAt } from './stork.js';

/**
 * Callees by the HTTP clients of Micronaut, each with its limits or those of all clients. A pool belongs to one client: requests wait for
 * its connections before their time limit begins. Source: micronaut-projects/micronaut-core, HttpClientConfiguration.java,
 * ServiceHttpClientConfiguration.java; netty, DefaultChannelConfig.java (30 s to connect).
 */
export function micronautCallees(
  settings: Cell,
  component: Component,
  system: System,
  calleeOf: (name: string) => Component | undefined,
): readonly ConfiguredCallee[] {
  const shared = property(settings, 'micronaut.http.client');
  const clients = property(settings, 'micronaut.http.services')?.entries() ?? [];
  return clients.flatMap(([name, own]) => {
    const urls = property(own, 'urls');
    const place = property(own, 'url') ?? urls?.items()[0] ?? urls;
    const callee = place === undefined ? calleeOf(name) : calleeAt(place, component, system);
    if (callee?.section !== 'services' || callee === component) return [];
    const of = (key: string): Cell | undefined => property(own, key) ?? property(shared, key);
    const limit = (key: string, usual: string): Written =>
      durationIn(of(key)) ?? { ...plain(usual), note: 'Micronaut default' };
    const pool = poolOf(property(own, 'pool'));
    const bundle = map({
      order: pool && list([plain('bulkhead'), plain('timeout')]),
      bulkhead: pool,
      timeout: limit('read-timeout', '10s'),
      connections: map({ connectTimeout: limit('connect-timeout', '30s') }),
    });
    return [{ callee, place: place ?? own.leaves()[0] ?? own, bundle }];
  });
}

/** The limit on connections, which is `max-connections` before version 4. */
function poolOf(pool: Cell | undefined): Written | undefined {
  const most =
    countIn(property(pool, 'max-concurrent-http1-connections')) ??
    countIn(property(pool, 'max-connections'));
  return most === undefined
    ? undefined
    : map({
        maxConcurrent: most,
        maxQueue: countIn(property(pool, 'max-pending-acquires')) ?? plain('unbounded'),
        maxWait: durationIn(property(pool, 'acquire-timeout')),
      });
}
