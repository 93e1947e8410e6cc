import type { Scenario } from '../contracts/scenario/scenario.js';
import { endpointNames } from './endpoint-names.js';

/** The endpoint, operation or route of a scenario that traces call by another name. */
export interface TracedPart {
  readonly component: string;
  readonly part: string;
}

/** Parts that the traces name. */
export interface NamedPart {
  readonly component: string;
  readonly endpoint: string;
}

/**
 * Finds the parts of a scenario behind the names of traces, by the rules with which `import` writes names: `/orders` or
 * `POST /orders` of `Order-Service` is `orderservice.orders`. A route is found by its name or its path. `mapped`: other
 * names of components, as the user says them.
 */
export class TracedParts {
  private readonly components = new Map<string, string>();
  private readonly shorts = new Map<string, ReadonlyMap<string, string>>();
  /** By component: names, paths and plain names of its parts. */
  private readonly parts: ReadonlyMap<string, ReadonlyMap<string, string>>;

  constructor(
    scenario: Scenario,
    traced: readonly NamedPart[],
    private readonly mapped: ReadonlyMap<string, string>,
  ) {
    this.parts = new Map([
      ...[...scenario.services].map(([name, { endpoints }]) => entry(name, endpoints.keys())),
      ...[...scenario.databases].map(([name, { operations }]) => entry(name, operations.keys())),
      ...[...scenario.gateways].map(([name, { routes }]) => {
        const own = entry(
          name,
          routes.map((route) => route.name),
        );
        const byPath = routes.flatMap((route) =>
          route.paths.map((path) => [path, route.name] as const),
        );
        return [name, new Map([...byPath.reverse(), ...own[1]])] as const;
      }),
    ]);
    for (const name of this.parts.keys()) {
      const key = plainKey(name);
      // With two names that differ only by their case or hyphens, neither is meant.
      this.components.set(key, this.components.has(key) ? '' : name);
    }
    const endpoints = new Map<string, Set<string>>();
    for (const { component, endpoint } of traced) {
      const own = endpoints.get(component) ?? new Set();
      endpoints.set(component, own.add(endpoint));
    }
    for (const [component, own] of endpoints) this.shorts.set(component, endpointNames([...own]));
  }

  /** The name of a component in the scenario; null if it has none of that name. */
  component(traced: string): string | null {
    const name = this.mapped.get(traced) ?? traced;
    if (this.parts.has(name)) return name;
    const found = this.components.get(plainKey(name)) ?? '';
    return found === '' ? null : found;
  }

  /** null if the scenario has no such part. */
  find({ component, endpoint }: NamedPart): TracedPart | null {
    const name = this.component(component);
    if (name === null) return null;
    const parts = this.parts.get(name)!;
    const short = this.shorts.get(component)?.get(endpoint) ?? endpoint;
    const part =
      parts.get(endpoint) ??
      parts.get(short) ??
      parts.get(pathOf(endpoint)) ??
      parts.get(plainKey(short));
    return part === undefined ? null : { component: name, part };
  }
}

function entry(name: string, parts: Iterable<string>) {
  const names = [...parts];
  const plain = names.map((part) => [plainKey(part), part] as const);
  return [name, new Map([...plain, ...names.map((part) => [part, part] as const)])] as const;
}

function pathOf(endpoint: string): string {
  return endpoint.replace(/^[A-Z]+ +/, '');
}

/** `Cart-Service` and `cartservice` are one name. */
export function plainKey(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '');
}
