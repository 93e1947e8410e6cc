import { ProvisionedCapacity } from '../resources/replication/provisioned-capacity.js';
import { Coverages } from '../resources/replication/coverage.js';
import type { ActsOf, Building } from './kind.js';

/** Tables with provisioned throughput, and clusters that need all of their nodes. */
export function capacity(world: Building): ActsOf<'consume' | 'covered'> {
  const tables = new ProvisionedCapacity(world);
  const clusters = new Coverages(world);
  return { consume: (spec) => tables.actOf(spec), covered: (spec) => clusters.actOf(spec) };
}
