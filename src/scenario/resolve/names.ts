import type { ComponentKind } from '../../contracts/component-kind.js';
import type { Code } from '../codes.js';
import { METRIC_WORDS } from '../../language/metrics.js';
import type { RouteOutput } from '../schema/components.js';

/** The component that a name refers to. */
export interface NamedThing {
  readonly kind: ComponentKind;
  readonly section: string;
  readonly parts: readonly string[];
  /** Its versions, and whether each has instances. */
  readonly versions: ReadonlyMap<string, boolean>;
  /** Advice if it cannot be called: what to write instead, with the part that was written; null = it can be called. */
  readonly instead: ((name: string, part: string | null) => string) | null;
}

/** All names of a scenario. */
export interface Names {
  readonly things: Map<string, NamedThing>;
  readonly zones: ReadonlySet<string>;
  readonly regions: ReadonlySet<string>;
  /** Labels of services and gateways and of their versions. */
  readonly labels: ReadonlySet<string>;
  /** Number of nodes of the platform that there can be; 0 = it has none. */
  readonly nodes: number;
  readonly keys: readonly string[];
  /** By kinds: names for messages. Filled on demand. */
  readonly offers: Map<string, readonly string[]>;
  /** Names of wrong entries. References to them are not reported, so one mistake is one problem. */
  readonly broken: ReadonlySet<string>;
}

/** Message about a call to a workload. */
export const notCalled = (name: string): string => `${name} is a workload and cannot be called`;

/** Reports a problem at a path. */
export type Raise = (code: Code, path: readonly (string | number)[], message: string) => void;

/** Words that cannot be names, with their meaning in references. */
export const RESERVED: ReadonlyMap<string, string> = new Map(
  Object.entries({
    all: '`all` means every component',
    default: '`default` means every callee without an entry of its own',
    none: '`none` removes a setting',
    self: '`self` means the component itself',
    base: '`base` is the file without a variant',
    before: '`before` is the time before a fault',
    saved: '`saved` is the baseline that a file has, as in 110% of saved',
    cascade: '`cascade.` begins the figures of the cascade',
    run: '`run.` begins the figures of the entire run',
    alerts: '`alerts.` begins the figures of alerts',
    canary: '`canary` is the new side of a rollout',
    stable: '`stable` is the old side of a rollout',
  }),
);

/** `run is a reserved word: ...`, with the reason and another name; null = it can be a name. */
export function reservedText(name: string): string | null {
  const why = RESERVED.get(name);
  if (why === undefined) return null;
  return `${name} is a reserved word: ${why}. Choose another name, such as my-${name}`;
}

/** Names of components of these kinds. Cached for all messages, because a scenario can have thousands. */
export function namesOfKinds(names: Names, kinds: readonly string[]): readonly string[] {
  const id = kinds.join(' ');
  let list = names.offers.get(id);
  if (list === undefined) {
    list = [...names.things].flatMap(([name, thing]) => (kinds.includes(thing.kind) ? [name] : []));
    names.offers.set(id, list);
  }
  return list;
}

/** Keys that need no declaration. */
export const BUILT_IN_KEYS: ReadonlySet<string> = new Set([
  'request',
  'client',
  'workload',
  'caller',
]);

/** Reports a part with the name of a metric, because `orders.queue.p99` would be ambiguous. */
export function checkPart(part: string, path: readonly (string | number)[], raise: Raise): void {
  if (METRIC_WORDS.has(part)) {
    raise('FL407', path, `${part} is the name of a metric: choose another name`);
  }
}

/** Name of a part with its path. */
interface WrittenPart {
  readonly name: string;
  readonly path: readonly (string | number)[];
}

/** Reports duplicate parts of `owner`, and parts with names of metrics. */
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
 * Names of routes: as written, else the endpoint of its target if no other route has that name, else `route-1`,
 * `route-2` by position.
 */
export function routeNames(routes: readonly RouteOutput[]): string[] {
  const written = new Set(routes.flatMap((route) => route.name ?? []));
  const natural = routes.map((route) => {
    const targets = Object.keys(route.to ?? {});
    const part = targets.length === 1 ? targets[0].split('.')[1] : undefined;
    return part === undefined || METRIC_WORDS.has(part) || written.has(part) ? undefined : part;
  });
  return routes.map((route, index) => {
    if (route.name !== null) return route.name;
    const own = natural[index];
    const alone = own !== undefined && natural.filter((name) => name === own).length === 1;
    return alone ? own : `route-${index + 1}`;
  });
}

/** The versions of a component as written, and whether each has instances at some time. */
export function versionsWritten(output: {
  readonly versions?: Readonly<Record<string, unknown>> | null;
  readonly version?: string | null;
  readonly replicas?: number | Readonly<Record<string, number>> | null;
  readonly rollout?: { readonly to?: string | null } | null;
}): ReadonlyMap<string, boolean> {
  const { replicas = null, rollout } = output;
  const names = sorted(output.versions).map(([name]) => name);
  const first = output.version ?? names[0];
  const hasInstances = (name: string): boolean =>
    replicas !== null && typeof replicas === 'object'
      ? (entryOf(replicas, name) ?? 0) > 0
      : name === first || name === rollout?.to;
  return new Map(names.map((name) => [name, hasInstances(name)]));
}

/** The entry of an optional map, or undefined. */
export function entryOf<T>(
  map: Readonly<Record<string, T>> | undefined,
  name: string,
): T | undefined {
  return map !== undefined && Object.hasOwn(map, name) ? map[name] : undefined;
}

/** The entries of an optional map in code-unit order of their keys. */
export function sorted<T>(
  map: Readonly<Record<string, T>> | null | undefined,
): (readonly [string, T])[] {
  const all = Object.entries(map ?? {});
  return all.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}

/** A map of the same names in code-unit order, each value converted. */
export function mapOf<T, R>(
  record: Readonly<Record<string, T>> | null | undefined,
  make: (name: string, value: T) => R,
): ReadonlyMap<string, R> {
  return new Map(sorted(record).map(([name, value]) => [name, make(name, value)]));
}
