import type { Draft } from '../processes/fleets.js';
import { ProvisionedCapacity } from '../replication/provisioned-capacity.js';
import type { ActsOf } from './kind.js';

/** Tables with provisioned throughput. */
export function capacity(world: Draft): ActsOf<'consume'> {
  const tables = new ProvisionedCapacity(world);
  return { consume: (spec) => tables.actOf(spec) };
}
