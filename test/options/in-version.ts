import type { Tree } from './figures.js';
import type { Host } from './judge.js';
import type { Option } from './schema.js';
import { pathOf } from './schema.js';

/** The same option of the component, for an option of one of its versions; null for any other option. */
export function ofComponent({ segments, leaves }: Option): Option | null {
  const [section, name, versions, version, ...rest] = segments;
  if (version?.key !== '*' || versions?.key !== 'versions' || rest.length === 0) return null;
  const own = [section!, name!, ...rest];
  return { segments: own, leaves, path: pathOf(own) };
}

/**
 * A host in which the field of a component that an option belongs to is written in a version. This version alone
 * runs, next to one with the other settings of the component.
 */
export function asVersion(host: Host, { segments }: Option): Host | null {
  const section = segments[0]!.key;
  const field = segments[2]!.key;
  const known = Object.values((host.tree[section] ?? {}) as Record<string, Tree>);
  if (known.some((one) => 'versions' in one)) return null;
  const finish = (tree: Tree): Tree => {
    const copy = structuredClone(tree);
    const components = (copy[section] ?? {}) as Record<string, Tree>;
    for (const component of Object.values(components)) move(component, field);
    return copy;
  };
  return { ...host, name: `${host.name} as a version`, finish };
}

function move(component: Tree, field: string): void {
  if (!(field in component)) return;
  const { replicas = 1, zone, autoscaling } = component;
  component.versions = { other: {}, tried: { [field]: component[field] } };
  delete component[field];
  // An autoscaler and counts by zone need a total number: the version is then the one that runs at the start.
  if (typeof replicas !== 'number' || autoscaling !== undefined || isMap(zone)) {
    component.version = 'tried';
  } else component.replicas = { other: 0, tried: replicas };
}

function isMap(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
