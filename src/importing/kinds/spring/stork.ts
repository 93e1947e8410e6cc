import type { Cell } from '../../cell.js';
import type { Component, System } from '../../system.js';
import { hostsIn } from '../kubernetes/addresses.js';
import { plainName } from './layers.js';
import { property, valueOf } from './properties.js';

interface Stork {
  readonly callee: Component;
  readonly place: Cell;
}

/**
 * The services of Stork by their plain names: those of a list of addresses, or of a registry, where the name is that of the service
 * without `application`. Source: smallrye/smallrye-stork, KubernetesServiceDiscovery.java, StaticListServiceDiscovery.java.
 */
export function storksOf(
  settings: Cell,
  component: Component,
  system: System,
): ReadonlyMap<string, Stork> {
  const found = new Map<string, Stork>();
  for (const [name] of property(settings, 'quarkus.stork')?.entries() ?? []) {
    const of = (key: string): Cell | undefined =>
      property(settings, `quarkus.stork.${name}.service-discovery.${key}`);
    const type = of('type');
    const isList = type === undefined || valueOf(type) === 'static';
    const place = (isList ? of('address-list') : undefined) ?? of('application');
    const callee =
      place === undefined
        ? system.find(name, component.namespace)
        : calleeAt(place, component, system);
    const origin = place ?? type;
    if (callee !== undefined && origin !== undefined)
      found.set(plainName(name), { callee, place: origin });
  }
  return found;
}

/** The plain name in `stork://NAME/path`. */
export function storkIn(text: string): string | undefined {
  const [, name] = /^stork:\/\/([^/]+)/.exec(text) ?? [];
  return name === undefined ? undefined : plainName(name);
}

/** The component of an address, or of a name alone. */
export function calleeAt(place: Cell, component: Component, system: System): Component | undefined {
  const [address] = hostsIn(valueOf(place) ?? '');
  return address === undefined ? undefined : system.find(address.host, component.namespace);
}
