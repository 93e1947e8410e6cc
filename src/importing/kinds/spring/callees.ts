import type { Cell } from '../../cell.js';
import type { Component, System } from '../../system.js';
import { connectAddresses, hostsIn } from '../kubernetes/addresses.js';
import { pathsIn, plainName } from './layers.js';
import { property, valueOf } from './properties.js';
import { storkIn, storksOf } from './stork.js';

/** Properties with the address of a store, and its product. Sources: Spring Boot, Common Application Properties (2 and 3); Micronaut. */
const STORES: readonly (readonly [path: string, product: string])[] = [
  ['spring.data.redis.host', 'redis'],
  ['spring.redis.host', 'redis'],
  ['spring.data.redis.url', 'redis'],
  ['spring.redis.url', 'redis'],
  ['spring.data.mongodb.host', 'mongo'],
  ['spring.data.mongodb.uri', 'mongo'],
  ['spring.mongodb.host', 'mongo'],
  ['spring.mongodb.uri', 'mongo'],
  ['spring.elasticsearch.uris', 'elasticsearch'],
  ['redis.uri', 'redis'],
  ['mongodb.uri', 'mongo'],
];

/** A store that settings name, with the place of its address. */
export interface NamedStore {
  readonly place: Cell;
  readonly host: string;
  readonly product: string;
}

/** The stores of an application besides its `datasource`. */
export function storesOf(settings: Cell): readonly NamedStore[] {
  return STORES.flatMap(([path, product]) => {
    const place = property(settings, path);
    const host = hostsIn(valueOf(place) ?? '')[0]?.host;
    if (place === undefined || host === undefined || host === 'localhost') return [];
    return [{ place, host, product }];
  });
}

/**
 * Servers of settings, of names and of monitoring: a program asks them when it starts and in the background, not for each
 * request. Sources: docs.spring.io/spring-cloud-config (Client), spring-cloud-netflix (Eureka client), Spring Boot Admin.
 */
const BACKGROUND = pathsOf([
  'spring.cloud.config',
  'spring.cloud.consul',
  'spring.cloud.vault',
  'spring.cloud.zookeeper',
  'spring.cloud.nacos',
  'spring.config.import',
  'spring.boot.admin',
  'spring.zipkin',
  'eureka',
  'management',
  'quarkus.otel',
  'quarkus.log',
  'quarkus.micrometer',
  'micronaut.config-client',
  'micronaut.metrics',
  'consul.client',
  'tracing',
  'otel',
  'logging',
]);

/** Properties that others read: stores, topics and routes. */
const READ = pathsOf([
  'spring.datasource',
  'datasources',
  'spring.r2dbc',
  'spring.kafka',
  'spring.rabbitmq',
  'spring.activemq',
  'spring.artemis',
  'spring.pulsar',
  'spring.cloud.stream',
  'spring.cloud.gateway',
  'zuul',
  'quarkus.datasource',
  'quarkus.kubernetes',
  'quarkus.openshift',
  'mp.messaging.connector',
  ...STORES.map(([path]) => path),
]);

function pathsOf(paths: readonly string[]): readonly string[] {
  return paths.map((path) => path.split('.').map(plainName).join('.'));
}

function isBelow(path: string, roots: readonly string[]): boolean {
  return roots.some((root) => path === root || path.startsWith(`${root}.`));
}

/**
 * Calls of the components whose addresses are in the settings of an application, such as `http://auth:5000/users/current`.
 * Returns those that it asks in the background.
 */
export function connectCallees(
  settings: Cell,
  component: Component,
  system: System,
): readonly Component[] {
  const background: Component[] = [];
  const storks = storksOf(settings, component, system);
  for (const [name, cell] of pathsIn(settings)) {
    const path = pathsOf([name])[0]!;
    const text = cell.text();
    if (text === undefined || isBelow(path, READ) || storks.has(storkIn(text) ?? '')) continue;
    if (!isBelow(path, BACKGROUND)) {
      const single = name.replace(/(?<=ur[il]|host|point|server)s$/i, '');
      connectAddresses(component, single, text, component.namespace, system, [cell]);
      continue;
    }
    for (const { host, isSure } of hostsIn(text.replace(/^(?:optional:)?configserver:/, ''))) {
      const server = isSure ? system.find(host, component.namespace) : undefined;
      if (server !== undefined && server !== component) background.push(server);
    }
  }
  return background;
}
