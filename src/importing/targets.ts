import type { Cell } from './cell.js';
import type { Component, System } from './system.js';
import { from, fromLater, map, type Written, type WrittenMap } from './written.js';

/** A target of a route, with its share of the requests. */
export interface Target {
  /** A component, or a version of it. */
  readonly name: string;
  readonly share: number;
  /** Where the share is written. */
  readonly origins: readonly (Cell | undefined)[];
}

/** A target of a route of a gateway. */
export interface Backend extends Target {
  readonly component: Component;
  /** Where the file names it. */
  readonly host: Cell;
}

/** Whether a route can lead to a component. */
export function isRoutable({ section }: Component): boolean {
  return section === 'services' || section === 'gateways';
}

/** Those that a route can lead to. A database behind one, such as MinIO, takes requests of HTTP, which only services do: the card asks. */
export function routableOf(all: readonly Backend[], system: System): readonly Backend[] {
  for (const { component, host } of all) {
    if (component.section !== 'databases') continue;
    const { name } = component;
    host.list('a route leads to services and gateways, and this is a database');
    system.ask(
      `Do users reach ${name} through the route of ${host.place}? The scenario has it as a database, to which no route leads: if so, write it as a service`,
    );
  }
  return all.filter(({ component }) => isRoutable(component));
}

/** The service or gateway of a name, or its version of that name; `usual`: its share if no `weight` is written. */
export function backendNamed(
  host: Cell | undefined,
  namespace: string,
  system: System,
  { weight, usual = 1 }: { readonly weight?: Cell | undefined; readonly usual?: number } = {},
): readonly Backend[] {
  const component = system.find(host?.text() ?? '', namespace);
  if (host === undefined || component === undefined || !isRoutable(component)) return [];
  const name = system.partAt(host.text()!, namespace);
  return [{ component, host, name, share: weight?.number() ?? usual, origins: [weight] }];
}

/**
 * The targets of a route, each name once: a stable and a canary Service may lead to the same pods. None if no target
 * gets a request.
 */
export function targetsIn<T extends Target>(all: readonly T[]): readonly T[] {
  const byName = new Map<string, T>();
  for (const target of all) {
    const known = byName.get(target.name);
    const share = target.share + (known?.share ?? 0);
    const origins = [...(known?.origins ?? []), ...target.origins];
    byName.set(target.name, { ...target, ...known, share, origins });
  }
  const found = [...byName.values()];
  return found.some(({ share }) => share > 0) ? found : [];
}

/** Their shares, by name. */
export function sharesOf(targets: readonly Target[]): WrittenMap {
  return map(targets.map(({ name, share, origins }) => [name, from(share, ...origins)] as const));
}

/** Where a route leads: a component, or several with their shares. */
export function leadingTo(targets: readonly [Backend, ...Backend[]], system: System): Written {
  const [{ name, component, host }] = targets;
  return targets.length > 1
    ? sharesOf(targets)
    : fromLater(() => system.routeTo(name, component), host);
}
