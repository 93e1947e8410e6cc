import type { Layer } from '../../contracts/scenario/policies.js';
import type { Bundle, Cluster } from '../../contracts/scenario/steps.js';
import { policyKind } from '../../patterns/registry.js';
import { canonicalJson } from '../../text/canonical.js';
import { entries, get, items, locate, text, type Node } from '../located.js';
import type { BundleOutput } from '../schema/bundle.js';
import { clusterId, clusterNamed } from '../clusters.js';
import { cursorAt, type Context, type Cursor } from './context.js';
import { mapOf } from './names.js';

/** Longest chain of `extends` that is followed; a longer one is an error of its own. */
const CHAIN_MAX = 100;

/**
 * A bundle whose inherited policies have the state of the bundle or cluster that they are written in. A policy that
 * the bundle writes or changes has a state of its own. `isShared`: what applies without the field `state`.
 */
export function withOwners(
  here: Cursor,
  bundle: Bundle,
  output: BundleOutput,
  isShared: boolean,
): Bundle {
  const found = locate(here.context.written, here.path);
  // The state of a cluster is its own, wherever its policies are written.
  if (found.depth < here.path.length || here.path[0] === 'clusters') return bundle;
  const fromBases = output.state === undefined ? isShared : output.state === 'shared';
  const ownerOf = (policy: string): string | null => {
    const owner = originOf(here.context, found.node, policy, 0);
    return fromBases || (owner !== null && clusterNamed(owner) !== null) ? owner : null;
  };
  const layers = bundle.layers.map((layer) => owned(here.context, layer, ownerOf(layer.policy)));
  const poolOf = poolOwner(here.context, bundle, ownerOf('connections'));
  const isSame = poolOf === null && layers.every((layer, index) => layer === bundle.layers[index]);
  return isSame ? bundle : { ...bundle, layers, ...(poolOf !== null && { poolOf }) };
}

/** The layer with the owner of its state, if that has the same settings. */
function owned(context: Context, layer: Layer, owner: string | null): Layer {
  if (owner === null || layer.bundle !== undefined) return layer;
  if (policyKind(layer.policy, layer.kind)!.state === 'none') return layer;
  const base = context.named(owner)?.layers.find(({ policy }) => policy === layer.policy);
  if (base === undefined || settingsOf(base) !== settingsOf(layer)) return layer;
  return { ...layer, bundle: owner, ...(spans(context, owner) && { spans: true as const }) };
}

/** The owner of the connections, if it has the same settings; null = the bundle itself. */
function poolOwner(context: Context, { connections }: Bundle, owner: string | null): string | null {
  if (connections === null || owner === null) return null;
  const base = context.named(owner)?.connections ?? null;
  return canonicalJson(base) === canonicalJson(connections) ? owner : null;
}

/** Whether a cluster has one state for all its callees. */
function spans({ output }: Context, owner: string): boolean {
  const cluster = clusterNamed(owner);
  return cluster !== null && output.clusters?.[cluster]?.callees !== undefined;
}

/** The cluster of a bundle. */
export function clusterOf({ output }: Context, { cluster }: BundleOutput): Pick<Bundle, 'cluster'> {
  const found = cluster === undefined ? undefined : output.clusters?.[cluster];
  if (found === undefined) return {};
  return { cluster: { name: cluster!, callees: found.callees ?? null } };
}

/** Resolves the clusters, and reports callees that there are not and states that one callee alone can have. */
export function resolveClusters(context: Context): ReadonlyMap<string, Cluster> {
  return mapOf(context.output.clusters, (name, { callees = null }): Cluster => {
    const here = cursorAt(context, 'clusters', name);
    const { layers } = context.named(clusterId(name))!;
    callees?.forEach((callee, index) => checkCallee(here.in('callees', index), callee));
    for (const { policy, per } of callees === null ? [] : layers) {
      if (per === 'callee') continue;
      const message = `one state serves all callees of the cluster, and this one is split by ${per}: remove callees, or per: ${per}`;
      here.in(policy).conflict(message);
    }
    return { name, callees };
  });
}

function checkCallee(here: Cursor, name: string): void {
  const { things, broken } = here.names;
  if (things.has(name) || broken.has(name)) return;
  const allowed = [...things.keys()];
  here.report('FL404', `there is no component ${name}`, { found: name, allowed });
}

function settingsOf({ bundle: _bundle, draws: _draws, ...settings }: Layer): string {
  return canonicalJson(settings);
}

/** The named bundle or cluster in which the policy of a bundle is written; null = in the bundle itself. */
function originOf(context: Context, bundle: Node, policy: string, depth: number): string | null {
  const cluster = text(get(bundle, 'cluster'));
  const fields = cluster === undefined ? undefined : context.output.clusters?.[cluster];
  if (fields?.[policy] !== undefined) return clusterId(cluster!);
  if (depth > CHAIN_MAX || entries(bundle).some(([key]) => key === policy)) return null;
  for (const name of basesOf(bundle).reverse()) {
    const base = get(get(context.written, 'policies'), name);
    if (base === undefined) continue;
    const deeper = originOf(context, base, policy, depth + 1);
    if (deeper !== null) return deeper;
    if (get(base, policy) !== undefined) return name;
  }
  return null;
}

function basesOf(bundle: Node): string[] {
  const bases = get(bundle, 'extends');
  if (bases === undefined) return [];
  return (bases.type === 'list' ? items(bases) : [bases]).flatMap((base) => text(base) ?? []);
}
