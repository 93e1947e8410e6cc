import type { Tree } from '../figures.js';
import { tighten } from './tight.js';

/** The bundle that is tried in calls.yaml. */
export function bundleIn(tree: Tree): Tree {
  return (tree.policies as Tree).guard as Tree;
}

/** A policy of that bundle, which it gets where it has none. */
export function policyIn(tree: Tree, name: string): Tree {
  const bundle = bundleIn(tree);
  bundle[name] ??= {};
  return bundle[name] as Tree;
}

/** A retry that has something to retry, and a delay where there has to be one. */
export function retrying(tree: Tree): void {
  const retry = policyIn(tree, 'retry');
  retry.attempts ??= 4;
  retry.on ??= ['error', 'connect', 'timeout', 'throttled'];
  if (retry.kind === 'cockatiel') retry.backoff ??= { kind: 'constant', base: '20ms' };
  const budget = retry.budget as Tree | undefined;
  if (budget !== undefined && (budget.kind ?? 'ratio') === 'ratio') budget.minPerSecond ??= 1;
}

/** Every policy of the bundle has limits that this traffic reaches. */
export function tight(tree: Tree): void {
  tighten(bundleIn(tree));
}

/** The same, with a state that instances share in a store. */
export function stored(tree: Tree): void {
  tight(tree);
  for (const policy of Object.values(bundleIn(tree)) as Tree[]) {
    const store = policy.store as Tree | undefined;
    if (store === undefined) continue;
    if (store.onError !== undefined) store.of ??= 'store.ask';
    if (store.of === undefined) store.latency ??= '3ms';
    // The words of Kong say that nodes share a counter.
    if (policy.kind !== 'kong') policy.scope ??= 'caller';
    else policy.policy ??= 'redis';
  }
}
