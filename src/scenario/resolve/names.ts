import type { ComponentKind } from '../../spec/component-kind.js';
import type { Code } from '../codes.js';
import { METRIC_WORDS } from '../../language/metrics.js';
import type { RouteOutput } from '../schema/components.js';

/** What a name of a component stands for. */
export interface NamedThing {
  readonly kind: ComponentKind;
  /** Section of the scenario it is in. */
  readonly section: string;
  readonly parts: readonly string[];
  /** What to write instead of a call of it; null = it is called. */
  readonly instead: ((name: string) => string) | null;
}

/** Everything in a scenario that has a name of the shared namespace. */
export interface Names {
  readonly things: Map<string, NamedThing>;
  readonly zones: ReadonlySet<string>;
  readonly keys: readonly string[];
  /** Lists of names by kinds, as messages offer them; filled when first asked for. */
  readonly offers: Map<string, readonly string[]>;
  /** Names whose entries are wrong: what points at them is not looked at, one mistake is one problem. */
  readonly broken: ReadonlySet<string>;
}

/** Why a workload cannot be called. */
export const notCalled = (name: string): string => `${name} is a workload and cannot be called`;

/** Notes a problem at a path. */
export type Raise = (code: Code, path: readonly (string | number)[], message: string) => void;

/** Words that mean something of their own in references. */
export const RESERVED: ReadonlySet<string> = new Set(
  'all default none self base before clients cascade run canary stable'.split(' '),
);

/** The names of these kinds of things: one list for all messages, since a scenario has thousands. */
export function namesOfKinds(names: Names, kinds: readonly string[]): readonly string[] {
  const id = kinds.join(' ');
  let list = names.offers.get(id);
  if (list === undefined) {
    list = [...names.things].flatMap(([name, thing]) => (kinds.includes(thing.kind) ? [name] : []));
    names.offers.set(id, list);
  }
  return list;
}

/** Keys that exist without being declared. */
export const BUILT_IN_KEYS: ReadonlySet<string> = new Set([
  'request',
  'client',
  'workload',
  'caller',
]);

/** A part may not be called like a metric: `orders.queue.p99` would read two ways. */
export function checkPart(part: string, path: readonly (string | number)[], raise: Raise): void {
  if (METRIC_WORDS.has(part)) {
    raise('FL407', path, `${part} is the name of a metric: choose another name`);
  }
}

/** The name of a part, and where it is written. */
export interface WrittenPart {
  readonly name: string;
  readonly path: readonly (string | number)[];
}

/** No two parts of `owner` have the same name, nor does one have that of a metric. */
export function checkParts(
  parts: readonly WrittenPart[],
  what: string,
  owner: string,
  raise: Raise,
  remedy = '',
): void {
  const seen = new Set<string>();
  for (const { name, path } of parts) {
    checkPart(name, path, raise);
    const message = `duplicate name: another ${what} of ${owner} is called ${name}${remedy}`;
    if (seen.has(name)) raise('FL402', path, message);
    seen.add(name);
  }
}

/**
 * Names of routes: as written, else the endpoint it leads to where no other route has that name, else
 * `route-1`, `route-2` by place.
 */
export function routeNames(routes: readonly RouteOutput[]): string[] {
  const written = new Set(
    routes.flatMap((route) => (route.name === undefined ? [] : [route.name])),
  );
  const natural = routes.map((route) => {
    const targets = Object.keys(route.to ?? {});
    const part = targets.length === 1 ? targets[0].split('.')[1] : undefined;
    return part === undefined || METRIC_WORDS.has(part) || written.has(part) ? undefined : part;
  });
  return routes.map((route, index) => {
    if (route.name !== undefined) return route.name;
    const own = natural[index];
    const alone = own !== undefined && natural.filter((name) => name === own).length === 1;
    return alone ? own : `route-${index + 1}`;
  });
}

/** The entry of an optional map, or undefined. */
export function entryOf<T>(
  map: Readonly<Record<string, T>> | undefined,
  name: string,
): T | undefined {
  return map !== undefined && Object.hasOwn(map, name) ? map[name] : undefined;
}

/** The entries of an optional map in code-unit order of their keys. */
export function sorted<T>(map: Readonly<Record<string, T>> | undefined): (readonly [string, T])[] {
  const all = Object.entries(map ?? {});
  return all.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}

/** A map of the same names in code-unit order, each value converted. */
export function mapOf<T, R>(
  record: Readonly<Record<string, T>> | undefined,
  make: (name: string, value: T) => R,
): ReadonlyMap<string, R> {
  return new Map(sorted(record).map(([name, value]) => [name, make(name, value)]));
}
