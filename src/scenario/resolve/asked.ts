import type { Distribution } from '../../kernel/distribution.js';
import { policyKind } from '../../patterns/registry.js';
import type { Layer, LimiterStore } from '../../contracts/scenario/policies.js';
import type { Target } from '../../contracts/scenario/target.js';
import { get, text } from '../located.js';
import { conflict, report, writtenAt, type Context, type Path } from './context.js';
import { resolveCall, resolveQuery, split } from './targets.js';

/** A validated store of a policy. */
export interface StoreOutput {
  readonly latency?: Distribution;
  readonly of?: string;
  readonly onError?: 'allow' | 'reject';
  readonly cache?: number;
}

const NOTHING: Distribution = { kind: 'constant', valueNs: 0 };

/** Applies the scope that follows from the library's own settings, if they share the state. */
export function sharedLayer(context: Context, layer: Layer, path: Path): Layer {
  const sharing = policyKind(layer.policy, layer.kind)!.sharing?.(layer.config as never) ?? null;
  if (sharing === null || layer.scope !== 'instance') return layer;
  if (layer.written.includes('scope')) {
    const message =
      'with this policy all instances of the caller share the state anyway: remove scope';
    conflict(context, [...path, 'scope'], message);
  }
  return { ...layer, scope: sharing.scope };
}

/** Resolves the store of a policy for calls; `path` is the path of the policy. */
export function resolvePolicyStore(
  context: Context,
  { latency, of, onError, cache }: StoreOutput,
  layer: Layer,
  path: Path,
): LimiterStore {
  const at = [...path, 'store'];
  const sharing = policyKind(layer.policy, layer.kind)!.sharing?.(layer.config as never) ?? null;
  if (sharing !== null && onError !== undefined) {
    const message = 'faultTolerant defines what happens when the lookup fails: remove onError';
    conflict(context, [...at, 'onError'], message);
  }
  if (layer.scope === 'instance') {
    const message =
      'with scope: instance each instance keeps its state in memory: remove store, or share ' +
      'the state with scope: caller or global';
    conflict(context, at, message);
  }
  if (latency === undefined && of === undefined) {
    const message = 'a store lookup needs a cost: write latency, or of: COMPONENT.OPERATION';
    report(context, 'FL203', at, message);
  }
  if (cache !== undefined && policyKind(layer.policy, layer.kind)!.failsOpen === true) {
    const message =
      `${layer.kind} refuses no calls, it only steers callers away from instances, so there ` +
      'is no refusal to cache: remove cache';
    conflict(context, [...at, 'cache'], message);
  }
  checkOnError(context, of, at);
  const asked = resolveAsked(context, of, at);
  return {
    latency: latency ?? NOTHING,
    of: asked,
    onError: sharing?.onError ?? onError ?? 'allow',
    cacheNs: cache ?? null,
  };
}

/** Reports `onError` of a store without a component, which cannot fail. */
export function checkOnError(context: Context, of: string | undefined, store: Path): void {
  const at = [...store, 'onError'];
  if (of !== undefined || writtenAt(context, at) === undefined) return;
  const message =
    'a lookup can fail only if the store is a component: write of: COMPONENT.OPERATION';
  conflict(context, at, message);
}

/** The endpoint or database operation that a store queries; null = none. */
export function resolveAsked(
  context: Context,
  reference: string | undefined,
  store: Path,
): Target | null {
  if (reference === undefined) return null;
  const path = [...store, 'of'];
  const [name, part] = split(reference);
  if (context.names.things.get(name)?.kind !== 'database') {
    return resolveCall(context, reference, name, path);
  }
  const query = resolveQuery(context, name, part ?? undefined, path);
  return query === null ? null : { component: query.database, part: query.operation };
}

/** Policies whose state learns from earlier requests. */
const LEARNING: ReadonlySet<string> = new Set(['circuitBreaker', 'hedge', 'throttle']);

/** Reports a learning policy whose state is split by a key with a new value in every request. */
export function checkShared(context: Context, { policy, key }: Layer, path: Path): void {
  if (key === null || !LEARNING.has(policy)) return;
  const declared = get(get(context.tree, 'keys'), key);
  if (key !== 'request' && text(get(declared, 'kind')) !== 'unique') return;
  const message =
    'every request has its own value of this key, so each state would see one request: use a ' +
    'key that requests share';
  conflict(context, [...path, 'key'], message);
}

/** Reports settings for shared or split state if the policy keeps no state between calls. */
export function checkRemembered(context: Context, layer: Layer, path: Path): void {
  const { policy, kind, config, scope, per } = layer;
  if (policyKind(policy, kind)!.remembers?.(config as never) !== false) return;
  const unused: readonly (readonly [string, boolean])[] = [
    ['scope', scope !== 'instance'],
    // `per: target` has an effect without state: it sends all attempts of a call to one instance.
    ['per', per === 'endpoint'],
  ];
  for (const [field, isSet] of unused) {
    if (!isSet) continue;
    const message = `this ${policy} keeps no state between calls, so ${field} has no effect: remove it`;
    conflict(context, [...path, field], message);
  }
}
