import type { Problems } from './diagnostics.js';
import { get, map, text, type Entry, type MapNode, type Node, type PathKey } from './located.js';
import { merge } from './merge.js';

/** The id of a cluster among those of bundles, which have no dot. */
export function clusterId(name: string): string {
  return `clusters.${name}`;
}

/** The name of the cluster with this id; null = the id of a bundle. */
export function clusterNamed(id: string): string | null {
  const before = clusterId('');
  return id.startsWith(before) ? id.slice(before.length) : null;
}

/** Fields of a cluster that its bundles do not get. */
const OF_CLUSTER: ReadonlySet<string> = new Set(['callees', 'title', 'description']);

/**
 * A bundle with the policies of its cluster under its own fields. A policy belongs to one of them: the state of two
 * would be two owners of one resource.
 */
export function layCluster(
  clusters: Node | undefined,
  bundle: Node,
  path: readonly PathKey[],
  problems: Problems,
): Node {
  const cluster = get(bundle, 'cluster');
  const name = text(cluster);
  if (bundle.type !== 'map' || cluster === undefined || name === undefined) return bundle;
  const found = get(clusters, name);
  if (found?.type !== 'map') {
    const allowed = clusters?.type === 'map' ? [...clusters.entries.keys()] : [];
    const message = `there is no cluster ${JSON.stringify(name)}`;
    const words = { found: name, allowed };
    problems.add({ code: 'FL404', at: cluster.at, path: [...path, 'cluster'], message, ...words });
    return bundle;
  }
  const below = new Map<string, Entry>();
  for (const [key, entry] of found.entries) {
    if (OF_CLUSTER.has(key)) continue;
    const own = bundle.entries.get(key);
    if (own === undefined) below.set(key, entry);
    else if (key !== 'order') {
      const message = `${key} belongs to cluster ${name}, and a second owner would have a state of its own: remove it here or in clusters.${name}`;
      problems.add({ code: 'FL208', at: own.key, path: [...path, key], message });
    }
  }
  return { ...(merge(map(below, bundle.at), bundle) as MapNode), at: bundle.at };
}
