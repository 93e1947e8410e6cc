import { DualWrites } from './messaging/dual-writes.js';
import type { ActsOf, Building } from './kind.js';

/** Detection of dual writes, where an endpoint changes data and publishes without an outbox. */
export function dualWrites(world: Building): ActsOf<'dualMark'> {
  const isUsed = world.plan.acts.some(({ act }) => act === 'dualMark');
  const own = isUsed ? new DualWrites(world) : null;
  if (own !== null) world.watchers.push(own);
  return { dualMark: (spec) => own!.actOf(spec) };
}
