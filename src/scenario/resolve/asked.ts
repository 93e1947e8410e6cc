import type { Distribution } from '../../kernel/distribution.js';
import { targetOf } from '../../language/databases.js';
import { policyKind } from '../../patterns/registry.js';
import type { LimiterStore, WrittenStore } from '../../contracts/scenario/limiter-store.js';
import type { Layer } from '../../contracts/scenario/policies.js';
import type { Target } from '../../contracts/scenario/target.js';
import { get, text } from '../located.js';
import type { Cursor } from './context.js';
import { resolveCall, resolveQuery, split } from './targets.js';

const NOTHING: Distribution = { kind: 'constant', valueNs: 0 };

/** Applies the scope that follows from the library's own settings, if they share the state. */
export function sharedLayer(here: Cursor, layer: Layer): Layer {
  const sharing = sharingOf(layer);
  if (sharing === null || layer.scope !== 'instance') return layer;
  if (layer.written.includes('scope')) {
    const message =
      'with this policy all instances of the caller share the state anyway: remove scope';
    here.in('scope').conflict(message);
  }
  return { ...layer, scope: sharing.scope };
}

/** What the library's own settings say about shared state; null = nothing. */
function sharingOf({ policy, kind, config }: Layer) {
  return policyKind(policy, kind)!.sharing?.(config as never) ?? null;
}

/** Resolves the store of a policy for calls; `here` is the policy. */
export function resolvePolicyStore(here: Cursor, store: WrittenStore, layer: Layer): LimiterStore {
  const at = here.in('store');
  const { latency, of, onError, cacheNs } = store;
  if (sharingOf(layer) !== null && onError !== null) {
    const message = 'faultTolerant defines what happens when the lookup fails: remove onError';
    at.in('onError').conflict(message);
  }
  if (layer.scope === 'instance') {
    const message =
      'with scope: instance each instance keeps its state in memory: remove store, or share ' +
      'the state with scope: caller or global';
    at.conflict(message);
  }
  if (latency === null && of === null) {
    const message = 'a store lookup needs a cost: write latency, or of: COMPONENT.OPERATION';
    at.report('FL203', message);
  }
  if (cacheNs !== null && policyKind(layer.policy, layer.kind)!.failsOpen === true) {
    const message =
      `${layer.kind} refuses no calls, it only steers callers away from instances, so there ` +
      'is no refusal to cache: remove cache';
    at.in('cache').conflict(message);
  }
  return resolveStore(at, store, layer);
}

/** Resolves what stores of policies and of limiters of servers have in common. */
export function resolveStore(
  here: Cursor,
  { latency, of, onError, cacheNs }: WrittenStore,
  layer: Layer,
): LimiterStore {
  checkOnError(here, of);
  return {
    latency: latency ?? NOTHING,
    of: resolveAsked(here, of),
    onError: sharingOf(layer)?.onError ?? onError ?? 'allow',
    cacheNs,
  };
}

/** Reports `onError` of a store without a component, which cannot fail. */
function checkOnError(here: Cursor, of: string | null): void {
  const at = here.in('onError');
  if (of !== null || at.written() === undefined) return;
  const message =
    'a lookup can fail only if the store is a component: write of: COMPONENT.OPERATION';
  at.conflict(message);
}

/** The endpoint or database operation that a store queries; null = none. */
function resolveAsked(here: Cursor, reference: string | null): Target | null {
  if (reference === null) return null;
  const path = here.in('of');
  const [name, part] = split(reference);
  if (here.names.things.get(name)?.kind !== 'database') {
    return resolveCall(path, reference, name);
  }
  const query = resolveQuery(path, name, part ?? undefined);
  return query && targetOf(query);
}

/** Policies whose state learns from earlier requests. */
const LEARNING: ReadonlySet<string> = new Set(['circuitBreaker', 'hedge', 'throttle']);

/** Reports a learning policy whose state is split by a key with a new value in every request. */
export function checkShared(here: Cursor, { policy, key }: Layer): void {
  if (key === null || !LEARNING.has(policy)) return;
  const declared = get(get(here.tree, 'keys'), key);
  if (key !== 'request' && text(get(declared, 'kind')) !== 'unique') return;
  const message =
    'every request has its own value of this key, so each state would see one request: use a ' +
    'key that requests share';
  here.in('key').conflict(message);
}

/** Reports settings for shared or split state if the policy keeps no state between calls. */
export function checkRemembered(here: Cursor, layer: Layer): void {
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
    here.in(field).conflict(message);
  }
}
