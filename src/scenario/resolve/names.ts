import type { ComponentKind } from '../../spec/component-kind.js';
import { hasOwnPart, OWN_PROJECTOR, partsOfStore } from '../../spec/scenario/stores.js';
import type { Code } from '../codes.js';
import { METRIC_WORDS } from '../../language/metrics.js';
import type { RouteOutput } from '../schema/components.js';
import type { ScenarioOutput } from '../schema/scenario-output.js';

/** What a name of a component stands for. */
export interface NamedThing {
  readonly kind: ComponentKind;
  /** Section of the scenario it is in. */
  readonly section: string;
  readonly parts: readonly string[];
  /** Of an orchestrated saga: the service that drives it. */
  readonly driver?: string | undefined;
}

/** Everything in a scenario that has a name of the shared namespace. */
export interface Names {
  readonly things: Map<string, NamedThing>;
  readonly zones: ReadonlySet<string>;
  readonly keys: readonly string[];
  /** Event store -> key of its streams; projection -> store that it follows. */
  readonly streamKeys: ReadonlyMap<string, string>;
  readonly followed: ReadonlyMap<string, string>;
  /** Topic of domain events -> its handlers, in order. */
  readonly domainEvents: ReadonlyMap<string, readonly DomainHandler[]>;
  /** Lists of names by kinds, as messages offer them; filled when first asked for. */
  readonly offers: Map<string, readonly string[]>;
  /** Names whose entries are wrong: what points at them is not looked at, one mistake is one problem. */
  readonly broken: ReadonlySet<string>;
}

/** An endpoint that runs where a domain event is raised, for a share of the events. */
export interface DomainHandler {
  readonly call: string;
  readonly filter: number;
}

/** Notes a component with its parts. */
export type Add = (
  kind: ComponentKind,
  section: string,
  name: string,
  parts: readonly string[],
  driver?: string,
) => void;

/** Notes a problem at a path. */
export type Raise = (code: Code, path: readonly (string | number)[], message: string) => void;

/** Words that mean something of their own in references. */
export const RESERVED: ReadonlySet<string> = new Set(
  'all default none self base before clients cascade run canary stable'.split(' '),
);

/** Collects the names, those of `others` too; each one twice, reserved, or like a metric is a problem. Workloads get parts later. */
export function collectNames(
  scenario: ScenarioOutput,
  broken: ReadonlySet<string>,
  raise: Raise,
  others: (scenario: ScenarioOutput, add: Add, raise: Raise) => void,
): Names {
  const things = new Map<string, NamedThing>();
  const taken = new Map<string, string>();
  const claim = (section: string, name: string, at: readonly string[]): boolean => {
    if (RESERVED.has(name)) {
      raise('FL403', at, `${name} is a reserved word: choose another name`);
      return false;
    }
    const other = taken.get(name);
    if (other !== undefined) {
      raise(
        'FL402',
        at,
        `duplicate name ${name}: it is already used in ${other}, and names must be unique ` +
          'across sections',
      );
      return false;
    }
    taken.set(name, section);
    return true;
  };
  const add: Add = (kind, section, name, parts, driver) => {
    if (claim(section, name, [section, name])) things.set(name, { kind, section, parts, driver });
  };
  for (const [name, gateway] of sorted(scenario.gateways)) {
    const parts = routeNames(gateway.routes);
    checkRoutes(name, gateway.routes, raise);
    add('gateway', 'gateways', name, parts);
  }
  for (const section of ['services', 'functions'] as const) {
    for (const [name, { endpoints }] of sorted<{ readonly endpoints: object }>(scenario[section])) {
      add('service', section, name, partsOf(endpoints, [section, name, 'endpoints'], raise));
    }
  }
  for (const [name, database] of sorted(scenario.databases)) {
    const { operations } = database;
    const parts = partsOf(operations, ['databases', name, 'operations'], raise);
    add('database', 'databases', name, parts);
  }
  others(scenario, add, raise);
  const { streamKeys, followed } = addStores(scenario, add);
  for (const [name] of sorted(scenario.workloads)) add('workload', 'workloads', name, []);
  const zones = sorted(scenario.network.zones).map(([name]) => name);
  for (const zone of zones) claim('network.zones', zone, ['network', 'zones', zone]);
  for (const [name] of sorted(scenario.policies)) {
    if (RESERVED.has(name)) raise('FL403', ['policies', name], `${name} is a reserved word`);
  }
  const keys = sorted(scenario.keys).map(([name]) => name);
  for (const key of keys) {
    if (BUILT_IN_KEYS.has(key)) raise('FL403', ['keys', key], `${key} is a built-in key`);
  }
  const domainEvents = domainEventsOf(scenario);
  const own = { streamKeys, followed, domainEvents, broken, offers: new Map() };
  return { things, zones: new Set(zones), keys, ...own };
}

function domainEventsOf({ topics }: ScenarioOutput): Names['domainEvents'] {
  const events = new Map<string, readonly DomainHandler[]>();
  for (const [name, topic] of sorted(topics)) {
    if (topic.kind === 'bus' && topic.event === 'domain') events.set(name, topic.subscribers);
  }
  return events;
}

/** Event stores and projections: the keys of their streams, and the source of each projection. */
function addStores(
  { eventStores, projections }: ScenarioOutput,
  add: (kind: ComponentKind, section: string, name: string, parts: readonly string[]) => void,
): Pick<Names, 'streamKeys' | 'followed'> {
  const streamKeys = new Map<string, string>();
  for (const [name, store] of sorted(eventStores)) {
    streamKeys.set(name, store.stream.key);
    const parts = partsOfStore(store.snapshots !== undefined, store.appendMode);
    add('eventStore', 'eventStores', name, parts);
  }
  const followed = new Map<string, string>();
  for (const [name, projection] of sorted(projections)) {
    followed.set(name, projection.from);
    add('projection', 'projections', name, hasOwnPart(projection) ? [OWN_PROJECTOR] : []);
  }
  return { streamKeys, followed };
}

/** The names of what a component answers. */
function partsOf(all: object, path: readonly string[], raise: Raise): readonly string[] {
  const parts = Object.keys(all);
  for (const part of parts) checkPart(part, [...path, part], raise);
  return parts;
}

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

function checkRoutes(gateway: string, routes: readonly RouteOutput[], raise: Raise): void {
  const seen = new Set<string>();
  routes.forEach((route, index) => {
    if (route.name === undefined) return;
    const path = ['gateways', gateway, 'routes', index, 'name'];
    checkPart(route.name, path, raise);
    if (seen.has(route.name))
      raise('FL402', path, `duplicate name: another route of ${gateway} is called ${route.name}`);
    seen.add(route.name);
  });
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
