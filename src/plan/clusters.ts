import type { Layer } from '../contracts/scenario/policies.js';
import type { Bundle } from '../contracts/scenario/steps.js';
import { list } from '../text/words.js';
import { canonical } from './canonical.js';
import type { LaidComponent } from './layout.js';
import type { Problems } from './problem.js';

/** Reports a call to a component that the cluster of its bundle does not serve. */
export function checkCluster(
  { cluster }: Bundle,
  { name, source }: LaidComponent,
  where: string,
  problems: Problems,
): void {
  const called = (source.kind === 'gateway' ? source.host.balances : null) ?? name;
  if (cluster === undefined || cluster.callees === null || cluster.callees.includes(called)) return;
  const message = `cluster ${cluster.name} serves ${list(cluster.callees)}, and this call goes to ${called}: add it to clusters.${cluster.name}.callees, or use another cluster`;
  problems.add('FL708', `${where}.cluster`, message);
}

/**
 * The owners of states in the configurations of a run. If a change replaces the policy of an owner, the policy starts
 * without its history, for all bundles that share it.
 */
export class Owners {
  /** By owner and policy: its names by the settings of the policy. */
  private readonly names = new Map<string, Map<string, string>>();

  /** A bundle with the owners that its shared policies have in the configuration `name`. */
  of(bundle: Bundle, name: string): Bundle {
    const { id, connections, poolOf } = bundle;
    const isOwn = (layer: Layer): boolean => layer.bundle === undefined || layer.bundle === id;
    if (poolOf === undefined && bundle.layers.every(isOwn)) return bundle;
    const layers = bundle.layers.map((layer): Layer => {
      if (isOwn(layer)) return layer;
      const owner = this.named(layer.bundle!, layer.policy, layer, name);
      return owner === layer.bundle ? layer : { ...layer, bundle: owner, draws: layer.bundle };
    });
    if (poolOf === undefined) return { ...bundle, layers };
    return { ...bundle, layers, poolOf: this.named(poolOf, 'connections', connections, name) };
  }

  private named(owner: string, policy: string, settings: unknown, name: string): string {
    const key = `${owner} ${policy}`;
    let known = this.names.get(key);
    if (known === undefined) this.names.set(key, (known = new Map()));
    const text = canonical(settings);
    const found = known.get(text);
    if (found !== undefined) return found;
    const nth = known.size > 1 ? `~${known.size}` : '';
    const own = known.size === 0 ? owner : `${owner}@${name}${nth}`;
    known.set(text, own);
    return own;
  }
}
