import type { Cache } from '../../contracts/scenario/caching.js';
import type { Middleware } from '../../contracts/scenario/middleware.js';
import type { Scenario } from '../../contracts/scenario/scenario.js';
import type { Target } from '../../contracts/scenario/target.js';

/** Components that a middleware entry calls: the store of a limiter, a remote check, a shared cache. */
export function asked(
  { caches }: Pick<Scenario, 'caches'>,
  { store, call, response }: Middleware,
): readonly Target[] {
  const shared = response === null ? null : sharedLevel(caches.get(response.cache));
  return [store?.of ?? null, call, shared].flatMap((to) => (to === null ? [] : [to]));
}

/** Components that the entries of a chain call. */
export function askedByAny(
  scenario: Pick<Scenario, 'caches'>,
  chain: readonly Middleware[],
): readonly Target[] {
  return chain.flatMap((entry) => asked(scenario, entry));
}

/** By route: the chains of other versions of gateways that have chains of their own. */
export function versionChains({
  gateways,
}: Pick<Scenario, 'gateways'>): readonly (readonly [route: string, readonly Middleware[]])[] {
  return [...gateways.values()].flatMap(({ name, versions }) =>
    (versions?.others ?? []).flatMap(({ chains }) =>
      [...chains].map(([route, chain]) => [`${name}.${route}`, chain] as const),
    ),
  );
}

/** The shared level of a cache, as a target; null = none. */
export function sharedLevel(cache: Cache | undefined): Target | null {
  const level = cache?.levels.find(({ kind }) => kind !== 'local');
  return level === undefined ? null : { component: cache!.name, part: level.name };
}
