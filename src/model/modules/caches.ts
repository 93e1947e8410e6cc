import { Caches } from './caching/caches.js';
import type { ActsOf, Building } from './kind.js';

/** Caches: levels in the processes and on servers. */
export function caches(world: Building): ActsOf<'cache'> {
  const own = world.plan.caches.length > 0 ? new Caches(world) : null;
  if (own !== null) world.watchers.push(own);
  return { cache: (spec) => own!.actOf(spec) };
}
