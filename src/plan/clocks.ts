import { policyKind } from '../patterns/registry.js';
import type { PlanCache } from '../contracts/plan/caching.js';
import type { PlanLimiter } from '../contracts/plan/plan.js';
import type { CacheLevel } from '../contracts/scenario/caching.js';
import type { Writer } from './writer.js';

/** Servers whose entries expire at a time of the wall clock. Memcached measures time with a monotonic clock. */
const BY_WALL_CLOCK: ReadonlySet<CacheLevel['kind']> = new Set(['redis', 'cdn']);

/** Ids of the components that read their wall clock, and of those that compare it with the times in tokens. */
export interface ClockReaders {
  readonly all: ReadonlySet<number>;
  readonly ofTokens: ReadonlySet<number>;
}

/** Ids of the components that compare their wall clock with times that they or others wrote down. */
export function clockReaders(
  { tokenCheckers }: Pick<Writer, 'tokenCheckers'>,
  limiters: readonly PlanLimiter[],
  caches: readonly PlanCache[],
): ClockReaders {
  const counting = limiters.filter(({ layer }) => {
    const kind = policyKind(layer.policy, layer.kind);
    const isOwn = layer.scope === 'instance' && (kind?.nodes?.(layer.config) ?? null) === null;
    return kind?.readsClock === true && isOwn;
  });
  const expiring = caches.filter(
    ({ spec: { hitRatio, levels } }) =>
      hitRatio === null &&
      levels.some(({ kind, ttlNs }) => BY_WALL_CLOCK.has(kind) && ttlNs !== null),
  );
  const others = [...counting, ...expiring].map(({ component }) => component);
  return { all: new Set([...tokenCheckers, ...others]), ofTokens: tokenCheckers };
}
