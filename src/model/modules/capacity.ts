import { ProvisionedCapacity } from '../resources/replication/provisioned-capacity.js';
import type { ActsOf, Building } from './kind.js';

/** Tables with provisioned throughput. */
export function capacity(world: Building): ActsOf<'consume'> {
  const tables = new ProvisionedCapacity(world);
  return { consume: (spec) => tables.actOf(spec) };
}
